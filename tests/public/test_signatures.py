"""A signature is the signer's name, written as people write their names."""

import pytest

from intake.public.signatures import signs_for


@pytest.mark.parametrize(
    ("signature", "first", "last", "signs"),
    [
        ("Maria Lopez", "Maria", "Lopez", True),
        ("maria lópez", "María", "Lopez", True),
        ("Lopez, Maria", "Maria", "Lopez", True),
        ("M. Lopez", "Maria", "Lopez", True),
        ("Maria E. López Jr.", "Maria", "Lopez", True),
        ("Maria Cruz", "Maria", "de la Cruz", True),
        ("Sinead ONeil", "Sinéad", "O’Neil", True),
        ("李明", "明", "李", True),
        ("Mickey Mouse", "Maria", "Lopez", False),
        ("Maria", "Maria", "Lopez", False),
        ("Maria Maria", "Maria", "Lopez", False),
        ("M. L.", "Maria", "Lopez", False),
        ("x", "Maria", "Lopez", False),
        ("...", "Maria", "Lopez", False),
    ],
)
def test_a_signature_fits_the_name(signature: str, first: str, last: str, signs: bool) -> None:
    assert signs_for(signature, first, last) is signs
