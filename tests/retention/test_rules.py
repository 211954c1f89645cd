"""What may be printed of a count: nothing from which a person could be known."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.retention.rules import HIDDEN, SMALLEST_CELL, age_band, shown, table


@pytest.mark.parametrize(
    ("age", "band"), [(None, ""), (0, "0-11"), (17, "12-17"), (18, "18-25"), (89, "65-89"), (90, "90+"), (104, "90+")]
)
def test_ages_are_bands(age: int | None, band: str) -> None:
    assert age_band(age) == band


@given(st.dictionaries(st.text(min_size=1, max_size=3), st.integers(0, 40), max_size=6))
def test_no_small_cell_is_shown_nor_left_alone_to_be_worked_out(counts: dict[str, int]) -> None:
    printed = table(counts)
    assert set(printed) == set(counts)
    for value, count in counts.items():
        assert printed[value] == HIDDEN or (printed[value] == str(count) and not 0 < count < SMALLEST_CELL)
    hidden = [value for value in counts if printed[value] == HIDDEN]
    assert len(hidden) != 1 or not any(count for value, count in counts.items() if value not in hidden)


def test_a_total_is_not_shown_either_when_it_is_small() -> None:
    assert [shown(0), shown(1), shown(10), shown(11)] == ["0", HIDDEN, HIDDEN, "11"]
