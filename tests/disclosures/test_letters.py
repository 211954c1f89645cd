"""A name in any letters is printed, or its letters are numbered: never a box, never nothing."""

from __future__ import annotations

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from intake.disclosures.accounting_pdf import accounting_pdf
from intake.disclosures.letters import is_whole, printable
from intake.disclosures.models import AccountingRequest
from tests.pdf_text import text_of

ASKED = AccountingRequest(asked_on=timezone.localdate(), kind=AccountingRequest.Kind.ACCOUNTING)


@pytest.mark.parametrize("name", ["Nguyễn Thị Hồng", "Łukasz Żółć", "Наталья Щербакова", "Γιώργος", "O’Brien-Ñúñez"])
def test_a_name_the_font_knows_is_printed_as_it_is(name: str) -> None:
    assert is_whole(name)
    said = text_of(accounting_pdf(ASKED, [], name=name))
    assert name in said
    assert "Unicode" not in said


@pytest.mark.parametrize(
    ("name", "printed"),
    [
        ("Anna 李小龙", "Anna [U+674E U+5C0F U+9F99]"),
        ("محمد علي", "[U+0645 U+062D U+0645 U+062F] [U+0639 U+0644 U+064A]"),
        ("יוסף Cohen", "[U+05D9 U+05D5 U+05E1 U+05E3] Cohen"),
        ("김 Lee", "[U+AE40] Lee"),
    ],
)
def test_a_name_it_does_not_know_is_numbered_and_the_page_says_so(name: str, printed: str) -> None:
    said = text_of(accounting_pdf(ASKED, [], name=name))
    assert printed in said
    assert "Write them in by hand" in said


@given(st.text())
def test_nothing_of_a_text_is_lost(text: str) -> None:
    assert len(printable(text)) >= len(text.strip()) or is_whole(text)
