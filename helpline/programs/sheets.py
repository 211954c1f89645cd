"""The sheets of an Excel workbook (.xlsx), read by python-calamine: pure Python, no Django.

calamine holds a sheet as a full rectangle and ends the whole process when that does not fit: one cell in the last
corner of a sheet, a file of 5 kB, asks for 550 GB. So how large the rectangle would be is read first, and a sheet that
is mostly holes is refused. What cannot be read raises ``Damaged``.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO

import python_calamine

PIECE = 1 << 20
LONGEST_TAG = 1 << 16
MOST_CELLS = 20_000_000
"""Of a sheet's rectangle. Excel's last row with the directory's 13 columns is 13.6 million."""
LARGEST_UNPACKED = 600 << 20
NOT_XLSX = {".xls", ".xla", ".xlsb", ".ods"}
"""By these endings calamine takes other readers, whose sheets nobody measured."""
_TAG = re.compile(rb"<(?:\w+:)?(row|c)(?=[\s/>])([^>]*)>")
_AT = re.compile(rb"""(?:^|\s)r\s*=\s*["']([A-Za-z]{0,3})(\d{0,7})["']""")

Line = tuple[int, list[object]]
"""The number a spreadsheet shows, and the cells from the first column on."""


class Damaged(ValueError):
    """The file is no workbook, breaks off, or is larger than any directory."""


class Stray(Damaged):
    """A cell lies so far from the others that the sheet is no directory's."""


@dataclass(frozen=True)
class Sheet:
    """One sheet: ``lines`` gives its rows in order, blank ones too; ``count`` says how many there are."""

    title: str
    lines: Callable[[], Iterator[Line]]
    count: Callable[[], int]


def open_sheets(path: Path) -> list[Sheet]:
    """The sheets of an .xlsx, each read when it is first asked for. Raises ``Damaged``, as reading them may."""
    if path.suffix.casefold() in NOT_XLSX:
        raise Damaged("named as another kind of workbook")
    with _understood(), zipfile.ZipFile(path) as whole:
        parts = whole.infolist()
        if not any(part.filename.replace("\\", "/").casefold().endswith("xl/workbook.xml") for part in parts):
            raise Damaged("no workbook of Excel's")
        for part in parts:
            with whole.open(part) as opened:
                _refuse_holes(opened)
    with _understood():
        book = python_calamine.CalamineWorkbook.from_path(str(path))
        return [_sheet(book, title) for title in book.sheet_names]


def _sheet(book: python_calamine.CalamineWorkbook, title: str) -> Sheet:
    @cache
    def held() -> python_calamine.CalamineSheet:
        with _understood():
            return book.get_sheet_by_name(title)

    def lines() -> Iterator[Line]:
        blanks: list[object] = [""] * (held().start or (0, 0))[1]
        with _understood():
            yield from ((number, [*blanks, *row]) for number, row in enumerate(held().iter_rows(), 1))

    return Sheet(title, lines, lambda: (held().end or (-1, 0))[0] + 1)


def _refuse_holes(part: IO[bytes]) -> None:
    """Raises ``Damaged`` when the rectangle around the cells of this part is larger than a directory's can be."""
    row = column = height = width = 0
    for tag, attributes in _tags(part):
        if attributes.count(b'"') % 2 or attributes.count(b"'") % 2:
            raise Damaged("a tag within an attribute")
        letters, digits = at.groups() if (at := _AT.search(attributes)) else (b"", b"")
        if tag == b"row":
            row, column = int(digits) if digits else row + 1, 0
        else:
            column = _number(letters) if letters else column + 1
            row = int(digits) if digits else row
        height, width = max(height, row), max(width, column)
        if height * width > MOST_CELLS:
            raise Stray("cells too far apart")


def _tags(part: IO[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """Every opening tag of a row or a cell, with its attributes as they are written."""
    rest = b""
    while piece := part.read(PIECE):
        text = rest + piece
        end = text.rfind(b">") + 1
        for found in _TAG.finditer(text, 0, end):
            yield found[1], found[2]
        rest = text[end:][-LONGEST_TAG:]


def _number(letters: bytes) -> int:
    """Of a column: A is 1, XFD 16,384."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


@contextmanager
def _understood() -> Iterator[None]:
    """Whatever a damaged file makes its readers raise is ``Damaged``; calamine's own panic is no ``Exception``."""
    try:
        yield
    except Damaged:
        raise
    except BaseException as problem:
        if isinstance(problem, Exception) or type(problem).__name__ == "PanicException":
            raise Damaged(f"{type(problem).__name__}: {problem}"[:200]) from problem
        raise
