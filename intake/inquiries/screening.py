"""The suicide screens we may show, as data with their licence and how far each was checked.

ASQ (NIMH) is asked of the person; somebody who answers for another gets plain questions of our own, because
ASQ is a self-report. Instruments whose licence forbids embedding are not in the file.
"""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from intake.inquiries.answers import ForWhom


@dataclass(frozen=True, slots=True)
class Item:
    field: str  # a field of ``answers.SuicideScreen``
    text: str


@dataclass(frozen=True, slots=True)
class Instrument:
    id: str
    title: str
    publisher: str
    licence: str
    date: str
    checked: str
    items: tuple[Item, ...]


@cache
def instruments() -> dict[str, Instrument]:
    rows = json.loads(Path(__file__).with_name("screening.json").read_text(encoding="utf-8"))
    return {row["id"]: Instrument(**row | {"items": tuple(Item(**i) for i in row["items"])}) for row in rows}


def suicide_screen(for_whom: ForWhom | None) -> Instrument:
    """The screen to show: ASQ unless the caller answers for someone else."""
    return instruments()["worried-for-someone" if for_whom is ForWhom.SOMEONE_ELSE else "asq"]
