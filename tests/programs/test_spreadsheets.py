"""What goes out as a table runs nothing in a spreadsheet, and comes back as it was."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpline.programs.spreadsheets import Sheet, as_it_was, harmless

STARTS = ("=", "+", "-", "@", "|", "\t", "\r", "\n", "\uff1d", "\uff20")


@pytest.mark.parametrize(
    "cell",
    [
        "=1+1",
        "@SUM(A1)",
        "+cmd|' /C calc'!A0",
        "-2+3+cmd|'!A0",
        "\t=1",
        "\r=1",
        " =1",
        "\uff1d1",
        "+1+A1",
        "-x7",
        "- Annex",
    ],
)
def test_what_would_run_is_text(cell: str) -> None:
    assert harmless(cell) == f"'{cell}"


@pytest.mark.parametrize(
    "cell", ["+1 561-555-0100 x7", "+15615550100", "-80.05", "-8", "(561) 555", "'t Huis", "", "A=1"]
)
def test_numbers_and_names_are_left_alone(cell: str) -> None:
    assert harmless(cell) == cell


@given(st.text(st.sampled_from("'=+-@|\t\r\n 1x.A\uff1d")) | st.text())
def test_every_text_comes_back_as_it_was(text: str) -> None:
    written = harmless(text)
    assert as_it_was(written) == text
    assert written == text or not written.lstrip(" ").startswith(STARTS)


def test_a_sheet_writes_texts_harmless_and_numbers_as_they_are() -> None:
    file = io.StringIO()
    Sheet(file).write(["=1+1", -80.05, "+1 561-555-0100", 'a "b", c'])
    assert file.getvalue() == '\'=1+1,-80.05,+1 561-555-0100,"a ""b"", c"\r\n'
