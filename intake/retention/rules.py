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
OTHERS = "all others together"
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

SIX_YEARS = timedelta(days=6 * 366)


@dataclass(frozen=True)
class Kept:
    """Records of our own work, which stay when an inquiry goes. Without ``after`` they stay until a person decides."""

    kind: str
    since: str
    after: timedelta | None
    source: str
    read_where: str = ""
    read_on: str = "2026-11-24"


_J = "brickergraydon.com, 164.530(j), and law.lawstack.com, 164.414 and 164.316 as of 20 June 2026"
_NONE = "No rule found that says how long"
KEPT = (
    Kept("restriction", "ended or refused", SIX_YEARS, "45 CFR 164.522(a)(3), 164.530(j)(2): six years since it last "
         "was in effect (164.522(a)(3) itself not read in the original)", _J),
    Kept("accounting request", "answered", SIX_YEARS, "45 CFR 164.528(d), 164.530(j)(2)",
         "compliancewiki.org, 164.528(d); " + _J),
    Kept("breach", "settled", SIX_YEARS, "45 CFR 164.414(b), 164.530(j)(1)(iv) and (2): what proves that everybody was "
         "told; 42 CFR 2.16(b) applies these rules", _J),
    Kept("broken glass", "reviewed", SIX_YEARS, "45 CFR 164.316(b)(2)(i): six years; 42 CFR 2.51(c) asks for the "
         "record and names no period", _J),
    Kept("official request", "answered", None, _NONE),
    Kept("court order", "written down", None, _NONE + "; 42 CFR 2.61 to 2.67 name none"),
    Kept("sealed record", "unsealed", None, _NONE),
    Kept("legal hold", "released", None, _NONE),
    Kept("consent", "ended", None, "Stays with the ledger, which rests on it (42 CFR 2.25, 45 CFR 164.528)"),
    Kept("disclosure", "made", None, "An accounting covers three years (42 CFR 2.25) or six (45 CFR 164.528(a)); the "
         "ledger is append-only, and cutting it is a person's to decide"),
    Kept("audit record and its seals", "written", None, "At least six years (45 CFR 164.316(b)(2)(i)); append-only and "
         "chained, so cutting it is a person's to decide", _J),
)  # fmt: skip


def age_band(age: int | None) -> str:
    """A band wide enough to name nobody; ages above 89 are one band (45 CFR 164.514(b)(2)(i)(C))."""
    if age is None:
        return ""
    return next((band for below, band in AGE_BANDS if age < below), OLDEST_BAND)


def shown(count: int) -> str:
    """A count as it may be printed: nothing from 1 to 10."""
    return str(count) if count == 0 or count >= SMALLEST_CELL else HIDDEN


def table(counts: Mapping[str, int]) -> dict[str, str]:
    """The counts of a question with one answer each, as they may be printed.

    Answers of few people are counted together, with the next smallest until they are eleven people, so that nothing is
    left to be worked out from the total: it is the sum of what is printed.
    """
    few, together = set(), 0
    for value, count in sorted(counts.items(), key=lambda one: (one[1], one[0])):
        if count >= SMALLEST_CELL and (together == 0 or together >= SMALLEST_CELL):
            break
        few.add(value)
        together += count
    printed = {value: str(count) for value, count in sorted(counts.items()) if value not in few}
    return printed | ({OTHERS: shown(together)} if together else {})


def marks(counts: Mapping[str, int], *, of: int) -> dict[str, str]:
    """The counts of a question with any number of answers: shown when those without it are not few either."""
    return {
        value: str(count) if count >= SMALLEST_CELL and shown(of - count) != HIDDEN else HIDDEN
        for value, count in sorted(counts.items())
    }
