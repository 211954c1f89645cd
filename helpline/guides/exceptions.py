"""When the law lets or makes us tell somebody without a yes, in plain words, each with where it was read.

Read in copies and summaries, not in the live eCFR: counsel compares them before production, as with every legal text.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

EXCEPTIONS = Path(__file__).parent / "data" / "privacy_exceptions.json"
RULE_URL = "https://www.ecfr.gov/current/title-42/chapter-I/subchapter-A/part-2"
READ_ON = date(2026, 11, 24)


@dataclass(frozen=True, slots=True)
class LawException:
    """``date``: of the section's text that we know of; ``read``: where we read it."""

    words: str
    section: str
    date: date
    read: str


@cache
def exceptions() -> tuple[LawException, ...]:
    rows = json.loads(EXCEPTIONS.read_text(encoding="utf-8"))
    return tuple(LawException(**row | {"date": date.fromisoformat(row["date"])}) for row in rows)
