"""Ways that show whether somebody without cover may get Medicaid, by state. Plain Python; each has its source.

Always "may", never "will": the state decides, and anybody may apply at any time. Nobody is asked for immigration
status, and an income is never written down: the consultant reads the limit out.
"""

import csv
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from intake.matching.cover import Way
from intake.matching.need import Need

LEVELS = Path(__file__).with_name("medicaid_levels.csv")
QUESTIONS = Path(__file__).with_name("medicaid_questions.csv")
# dollars a year for one person and for each further one: HHS poverty guidelines of 2025, as Georgia Pathways gives
# them for one and three people (read 2026-11-28). Alaska and Hawaii have their own, and we have no full source.
GUIDELINE_ONE, GUIDELINE_MORE = 15_650, 5_500
OTHER_GUIDELINE = frozenset({"AK", "HI"})
# where adults are asked for no hours: 42 CFR 435.550 ff. reach states with Medicaid for adults (or the like), and
# CMS names Georgia, Tennessee and Wisconsin besides (91 FR 33348)
NO_HOURS = frozenset({"AL", "FL", "KS", "MS", "SC", "TX", "WY"})


def questions(need: Need) -> tuple[Way, ...]:
    """What to ask in the person's state; only what they have not answered. Empty without a state we have rows for."""
    row = _levels().get(need.state or "")
    return tuple(_asked(need, row)) if row else ()


def _asked(need: Need, row: Mapping[str, str]) -> Iterator[Way]:
    age, state = need.age, row["state"]
    adult = age is None or 19 <= age <= 64
    if adult:
        if row["adults"]:
            yield _said("adults", row, row["adults"], row["adults_source"])
        elif state == "GA":
            yield _said("adults_georgia", row, "100", row["adults_source"])
        else:
            yield _said("adults_none", row, "", row["adults_source"])
        if row["parents"] and row["parents"] != row["adults"]:
            yield _said("parents", row, row["parents"], row["parents_source"])
    if need.pregnant is not False and need.sex != "men":
        yield _said("pregnant", row, row["pregnant"], row["pregnant_source"])
    if age is None or age < 19:
        yield _said("child", row)
    if age is None or 18 <= age < 26:
        yield _said("foster", row)
    yield _said("disability", row)
    if adult and state not in NO_HOURS:
        yield _said("hours", row)


def _said(code: str, row: Mapping[str, str], percent: str = "", level: str = "") -> Way:
    written = _written()[code]
    dollars = _dollars(row["state"], int(percent)) if percent else ""
    words = written["words"].format(state=row["name"], percent=percent, dollars=dollars)
    return Way(f"medicaid_{code}", words, written["source"].format(level=level), f"read {written['read']}")


def _dollars(state: str, percent: int) -> str:
    """The limit by month, to the nearest ten dollars, for somebody alone and for three people."""
    if state in OTHER_GUIDELINE:
        return ""
    alone, three = (round((GUIDELINE_ONE + GUIDELINE_MORE * more) * percent / 1200, -1) for more in (0, 2))
    return f": about ${alone:,.0f} a month alone, ${three:,.0f} for three people"


@cache
def _levels() -> Mapping[str, Mapping[str, str]]:
    return {row["state"]: row for row in _rows(LEVELS)}


@cache
def _written() -> Mapping[str, Mapping[str, str]]:
    return {row["code"]: row for row in _rows(QUESTIONS)}


def _rows(table: Path) -> list[dict[str, str]]:
    with table.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))
