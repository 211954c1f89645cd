"""A consent is about one person and, where it names one, one plan."""

from __future__ import annotations

import pytest

from intake.disclosures.fitting import names_one_of, same_name
from intake.disclosures.wording import WORDINGS


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Daniel Reyes", "Reyes, Daniel", True),
        ("José Núñez", "jose nunez", True),
        ("Jon Smyth", "John Smith", True),
        ("Daniel Reyes", "Danyel Reyes", True),
        ("Daniel Reyes", "", True),
        ("Daniel Reyes", "Zoe Other", False),
        ("Daniel Reyes", "Maria Lopez", False),
    ],
)
def test_a_spelling_is_no_other_person(one: str, other: str, same: bool) -> None:
    assert same_name(one, other) is same


def test_a_plan_that_was_named_is_the_one_that_is_asked() -> None:
    general = WORDINGS["check_insurance"].recipients
    assert ": " not in general
    assert names_one_of(general, ["Aetna"])
    assert names_one_of(f"{general}: aetna", ["", "Aetna"])
    assert not names_one_of(f"{general}: Aetna", ["Cigna", "Cigna Healthcare"])
