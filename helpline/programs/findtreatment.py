"""Reading an answer of FindTreatment.gov (JSON): pure Python, no Django.

Two shapes are known: ``{"rows": [...]}``, where ``services`` is a list of ``f1`` (category), ``f2`` (its
letters) and ``f3`` (names parted by semicolons), and a flat list of facilities, where ``services`` is one
string of names. Names say what they mean, so they are not taken for codes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from helpline.programs.published import Record, clean_text

LISTS = ("rows", "results", "facilities", "data")
FIELDS = (
    "name1", "name2", "street1", "street2", "city", "state", "zip", "phone", "intake1", "intake2", "latitude",
    "longitude",
)  # fmt: skip
FLAT = {"name": "name1", "address": "street1", "street": "street1", "zipcode": "zip", "lat": "latitude",
        "lng": "longitude", "lon": "longitude"}  # fmt: skip
"""Names of fields in flat lists, for those that lack ours."""
NAMELESS = "no entry of its list has a name1 or name"


class NoAnswer(ValueError):
    """The text is no answer of FindTreatment; the message says what was missing."""


def read_json(text: str) -> object:
    """Raises ``NoAnswer``."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as problem:
        raise NoAnswer(f"it is not JSON ({problem})") from problem


def facilities_of(answer: object) -> list[object]:
    """The facilities of an answer that is no flat list. Raises ``NoAnswer``."""
    if isinstance(answer, dict):
        answer = next((answer[name] for name in LISTS if isinstance(answer.get(name), list)), None)
    if not isinstance(answer, list):
        raise NoAnswer("it has no list “rows” of facilities")
    return answer


def refuse_nameless(rows: Iterable[object]) -> None:
    """Raises ``NoAnswer`` for facilities of which none has a name."""
    is_empty = True
    for row in rows:
        if is_named(row):
            return
        is_empty = False
    if not is_empty:
        raise NoAnswer(NAMELESS)


def is_named(row: object) -> bool:
    return isinstance(row, dict) and bool(row.keys() & {"name1", "name"})


def read_facilities(rows: Iterable[object]) -> Iterator[Record]:
    """Each facility of a list, its services as (category's letters or none, name)."""
    for number, row in enumerate(rows, 1):
        if isinstance(row, dict):
            yield Record(number, _cells(row), _services(row.get("services")))
        else:
            yield Record(number, {})


def _cells(row: dict[str, object]) -> dict[str, object]:
    cells = {ours: row[theirs] for theirs, ours in FLAT.items() if theirs in row}
    cells |= {name: row[name] for name in FIELDS if name in row}
    return {name: value for name, value in cells.items() if isinstance(value, str | int | float)}


def _services(written: object) -> frozenset[tuple[str, str]]:
    groups = written if isinstance(written, list) else [written]
    return frozenset(pair for group in groups for pair in _group(group))


def _group(group: object) -> Iterator[tuple[str, str]]:
    category, names = (clean_text(group.get("f2")), group.get("f3")) if isinstance(group, dict) else ("", group)
    if isinstance(names, str):
        yield from ((category, name) for part in names.split(";") if (name := clean_text(part)))
