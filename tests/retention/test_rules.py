"""What may be printed of a count: nothing from which a person could be known."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.journey.let_go import OVER
from intake.retention.rules import HIDDEN, KEPT, SMALLEST_CELL, age_band, marks, shown, table


@pytest.mark.parametrize(
    ("age", "band"), [(None, ""), (0, "0-11"), (17, "12-17"), (18, "18-25"), (89, "65-89"), (90, "90+"), (104, "90+")]
)
def test_ages_are_bands(age: int | None, band: str) -> None:
    assert age_band(age) == band


@given(st.dictionaries(st.text(min_size=1, max_size=3), st.integers(0, 40), max_size=20))
def test_no_small_cell_is_shown_nor_left_to_be_worked_out_from_the_total(counts: dict[str, int]) -> None:
    printed, total = table(counts), sum(counts.values())
    numbers = [int(words) for words in printed.values() if words != HIDDEN]
    assert all(number == 0 or number >= SMALLEST_CELL for number in numbers)
    assert all(words in {HIDDEN, str(counts.get(value, words))} for value, words in printed.items() if value in counts)
    # What a reader can subtract is nothing, or the whole
    left = total - sum(numbers)
    assert left == 0 or (left == total and shown(total) == HIDDEN)


@given(st.integers(0, 60), st.data())
def test_who_is_without_a_mark_is_not_worked_out_either(of: int, data: st.DataObject) -> None:
    counts = data.draw(st.dictionaries(st.text(min_size=1, max_size=3), st.integers(0, of), max_size=4))
    for words in marks(counts, of=of).values():
        assert words == HIDDEN or (int(words) >= SMALLEST_CELL and shown(of - int(words)) != HIDDEN)


def test_every_kind_kept_says_why_and_those_with_a_period_can_go() -> None:
    assert {rule.kind for rule in KEPT if rule.after} == set(OVER)
    assert all(rule.source and (rule.read_where or not rule.after) for rule in KEPT)


def test_a_total_is_not_shown_either_when_it_is_small() -> None:
    assert [shown(0), shown(1), shown(10), shown(11)] == ["0", HIDDEN, HIDDEN, "11"]
