"""How long what is kept, and why. Plain Python: the periods are data, each with its source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

SMALLEST_CELL = 11
"""A count below this is not shown: the cell size suppression policy of CMS allows no cell of 1 to 10 (CMS, known to
us on 2026-11-24; the policy's text was not at hand).
"""
HIDDEN = "not shown"
AGE_BANDS = ((12, "0-11"), (18, "12-17"), (26, "18-25"), (35, "26-34"), (50, "35-49"), (65, "50-64"), (90, "65-89"))
OLDEST_BAND = "90+"


@dataclass(frozen=True)
class Rule:
    """Records of a kind may go ``after`` so long, counted from ``since``."""

    kind: str
    since: str
    after: timedelta
    source: str


RULES = (
    Rule(
        "inquiry",
        "closed",
        timedelta(days=6 * 366),
        "Our own choice, as long as 45 CFR 164.316(b)(2)(i) and 164.530(j)(2) keep the documents about it (six years); "
        "state law may ask for more: counsel decides",
    ),
    Rule("set aside as a machine", "opened", timedelta(days=30), "Our own choice: nobody took it for a person"),
)


def age_band(age: int | None) -> str:
    """A band wide enough to name nobody; ages above 89 are one band (45 CFR 164.514(b)(2)(i)(C))."""
    if age is None:
        return ""
    return next((band for below, band in AGE_BANDS if age < below), OLDEST_BAND)


def shown(count: int) -> str:
    """A count as it may be printed: nothing from 1 to 10."""
    return str(count) if count == 0 or count >= SMALLEST_CELL else HIDDEN


def table(counts: Mapping[str, int]) -> dict[str, str]:
    """The counts of one question as they may be printed. A lone hidden one could be worked out from the total, so the
    next smallest is hidden with it.
    """
    printed = {value: shown(count) for value, count in sorted(counts.items())}
    hidden = [value for value, words in printed.items() if words == HIDDEN]
    others = [value for value in printed if value not in hidden and counts[value]]
    if len(hidden) == 1 and others:
        printed[min(others, key=lambda value: (counts[value], value))] = HIDDEN
    return printed
