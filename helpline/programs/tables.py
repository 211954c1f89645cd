"""Reading directories that come as one CSV: the wide export with one column a code, the list of opioid
treatment programs, and iCarol's export, which ``icarol`` reads. Pure Python, no Django.

A row becomes the cells ``published.read_row`` knows, with the codes in one text. ``1`` under a code means
yes; ``0``, nothing and anything else say nothing, because no code is read as a no.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator
from functools import partial

from helpline.programs.icarol import HEADINGS, Lines, read_export
from helpline.programs.published import Record, clean_text, is_code

FIELDS = {
    "name1", "name2", "street1", "street2", "city", "state", "zip", "phone", "intake1", "intake2", "intake1a",
    "intake2a", "latitude", "longitude", "service_code_info",
}  # fmt: skip
NO_CODES = {"zip4", "county", "type_facility", "website", "hotline1", "hotline2", "miles", "frid"}
"""Other headings of SAMHSA's exports, which have the shape of a code and are none."""
YES = {"1", "y", "yes", "true", "x"}

OPIOID_TREATMENT = {
    "id": "name1", "program name": "name1", "dba": "name2", "address": "street1", "street": "street1",
    "city": "city", "state": "state", "postal": "zip", "zipcode": "zip", "phone": "phone",
    "latitude": "latitude", "longitude": "longitude",
}  # fmt: skip
"""Headings of SAMHSA's list of opioid treatment programs, as published and as geocoded in 2021."""
OPIOID_TREATMENT_CODE = "OTP"

Rows = Callable[[], Iterator[list[str]]]
"""What reads a CSV from its start; raises ``csv.Error``."""


class NoTable(ValueError):
    """The text is not a table of programs; the message says what was missing."""


def read_table(rows: Rows) -> tuple[int, Callable[[], Iterator[Record]]]:
    """How many rows a CSV has, and what reads them, with the numbers a person sees in a spreadsheet. It is looked
    through once, so that what is no CSV further down is known before anything is done. Raises ``NoTable``.
    """
    try:
        lines = rows()
        headings = [clean_text(cell).casefold() for cell in next(lines, [])]
        count = sum(1 for _ in _filled(lines))
    except csv.Error as problem:
        raise NoTable(f"it is not a CSV ({problem})") from problem
    read = _reader(headings)
    return count, lambda: read(headings, partial(_below_headings, rows))


def _reader(headings: list[str]) -> Callable[[list[str], Lines], Iterator[Record]]:
    known = set(headings)
    if known >= HEADINGS:
        return read_export
    if {"name1", "city", "state", "zip"} <= known:
        return _wide
    if {"city", "state"} < known and any(
        {name, zip_code} <= known for name, zip_code in (("id", "postal"), ("program name", "zipcode"))
    ):
        return _opioid_treatment
    raise NoTable("its first row has no headings of a directory, such as name1, city, state, zip")


def _below_headings(rows: Rows) -> Iterator[tuple[int, list[str]]]:
    lines = rows()
    next(lines, None)
    return _filled(lines)


def _wide(headings: list[str], lines: Lines) -> Iterator[Record]:
    codes = {
        at: heading.upper()
        for at, heading in enumerate(headings)
        if heading not in FIELDS | NO_CODES and is_code(heading.upper())
    }
    for number, line in lines():
        cells: dict[str, object] = {
            heading: cell for heading, cell in zip(headings, line, strict=False) if heading in FIELDS
        }
        yes = [code for at, code in codes.items() if at < len(line) and clean_text(line[at]).casefold() in YES]
        cells["service_code_info"] = " ".join([clean_text(cells.get("service_code_info")), *yes])
        yield Record(number, cells)


def _opioid_treatment(headings: list[str], lines: Lines) -> Iterator[Record]:
    for number, line in lines():
        cells: dict[str, object] = {
            OPIOID_TREATMENT[heading]: cell
            for heading, cell in zip(headings, line, strict=False)
            if heading in OPIOID_TREATMENT
        }
        yield Record(number, cells | {"service_code_info": OPIOID_TREATMENT_CODE})


def _filled(lines: Iterable[list[str]]) -> Iterator[tuple[int, list[str]]]:
    return ((number, line) for number, line in enumerate(lines, 2) if any(map(str.strip, line)))
