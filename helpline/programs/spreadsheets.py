"""Tables that somebody may open in a spreadsheet: the one writer of CSV, and what undoes it. Pure Python.

A cell that begins like a formula is run by the spreadsheet (OWASP, CSV Injection): such a cell gets an apostrophe. A
telephone number and a longitude begin with a sign, too, and stay as they are: digits run nothing.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from typing import Protocol

_FORMULA = re.compile(r"'*(?:\s*[=+\-@|\uff1d\uff0b\uff0d\uff20]|[\t\r\n])")
_NUMBER = re.compile(r"[+-][\d ().-]*\d(?: x\d+)?")


class Writable(Protocol):
    def write(self, text: str, /) -> object: ...


class Sheet:
    """Writes rows of texts and numbers as CSV, each text harmless."""

    def __init__(self, file: Writable) -> None:
        self._lines = csv.writer(file)

    def write(self, row: Iterable[object]) -> None:
        self._lines.writerow([harmless(cell) if isinstance(cell, str) else cell for cell in row])


def harmless(text: str) -> str:
    """The text as no spreadsheet takes it for a formula."""
    return f"'{text}" if _is_formula(text) else text


def as_it_was(cell: str) -> str:
    """What ``harmless`` was given; a cell it would not have written stays."""
    return cell[1:] if cell[:1] == "'" and _is_formula(cell[1:]) else cell


def _is_formula(text: str) -> bool:
    return bool(_FORMULA.match(text)) and not _NUMBER.fullmatch(text)
