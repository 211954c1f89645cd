"""Reading directories that come as one CSV: the wide export with one column a code, the list of opioid
treatment programs, and iCarol's export, which ``icarol`` reads. Pure Python, no Django.

A row becomes the cells ``published.read_row`` knows, with the codes in one text. ``1`` under a code means
yes; ``0``, nothing and anything else say nothing, because no code is read as a no.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from helpline.programs.icarol import HEADINGS, read_export
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


class NoTable(ValueError):
    """The text is not a table of programs; the message says what was missing."""


def read_table(text: str) -> list[Record]:
    """The rows of a CSV with the numbers a person sees in a spreadsheet. Raises ``NoTable``."""
    try:
        lines = list(csv.reader(io.StringIO(text, newline="")))
    except csv.Error as problem:
        raise NoTable(f"it is not a CSV ({problem})") from problem
    headings = [clean_text(cell).casefold() for cell in lines[0]] if lines else []
    if set(headings) >= HEADINGS:
        return list(read_export(headings, list(_filled(lines[1:]))))
    if {"name1", "city", "state", "zip"} <= set(headings):
        return list(_wide(headings, lines[1:]))
    if {"city", "state"} < set(headings) and any(
        {name, zip_code} <= set(headings) for name, zip_code in (("id", "postal"), ("program name", "zipcode"))
    ):
        return list(_opioid_treatment(headings, lines[1:]))
    raise NoTable("its first row has no headings of a directory, such as name1, city, state, zip")


def _wide(headings: list[str], lines: list[list[str]]) -> Iterator[Record]:
    codes = {
        at: heading.upper()
        for at, heading in enumerate(headings)
        if heading not in FIELDS | NO_CODES and is_code(heading.upper())
    }
    for number, line in _filled(lines):
        cells: dict[str, object] = {
            heading: cell for heading, cell in zip(headings, line, strict=False) if heading in FIELDS
        }
        yes = [code for at, code in codes.items() if at < len(line) and clean_text(line[at]).casefold() in YES]
        cells["service_code_info"] = " ".join([clean_text(cells.get("service_code_info")), *yes])
        yield Record(number, cells)


def _opioid_treatment(headings: list[str], lines: list[list[str]]) -> Iterator[Record]:
    for number, line in _filled(lines):
        cells: dict[str, object] = {
            OPIOID_TREATMENT[heading]: cell
            for heading, cell in zip(headings, line, strict=False)
            if heading in OPIOID_TREATMENT
        }
        yield Record(number, cells | {"service_code_info": OPIOID_TREATMENT_CODE})


def _filled(lines: list[list[str]]) -> Iterator[tuple[int, list[str]]]:
    return ((number, line) for number, line in enumerate(lines, 2) if any(map(str.strip, line)))
