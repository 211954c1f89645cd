"""Reading SAMHSA's directory workbook: pure Python, no Django.

``open_workbook(path)`` finds the sheet and the row of headings by their content, because later editions put
a title above them, and gives rows with the numbers a person sees in the spreadsheet. What cannot be read
raises ``NotReadable`` with a sentence for the person who chose the file.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import ClassVar

import python_calamine

from helpline.programs.published import Finding, Listing, clean_text, is_code, plain_name, read_row

REQUIRED = ("name1", "city", "state", "zip", "phone", "service_code_info")
HEADINGS_WITHIN = 50
LARGEST_UNPACKED = 600 * 1024 * 1024


class NotReadable(ValueError):
    """The file is not what it should be; the message is for the person who chose it."""


@dataclass(frozen=True, slots=True)
class Code:
    """One service code of one edition. Names only: several official descriptions in the 2022 key are
    wrong.
    """

    code: str
    name: str
    category_code: str
    category_name: str


@dataclass(frozen=True)
class Workbook:
    """An open directory: ``columns`` maps a heading to its place, ``first_row`` is the number of the first
    facility.
    """

    name: str
    sha256: str
    columns: dict[str, int]
    first_row: int
    cells: list[list[object]]
    own_key: dict[str, str]
    is_search: ClassVar = False

    def __len__(self) -> int:
        return len(self.cells)

    def rows(self) -> Iterator[tuple[Listing | None, list[Finding]]]:
        """Each facility as a listing with notes, or None with the reasons it is refused. Blank rows are
        passed over.
        """
        for number, cells in enumerate(self.cells, self.first_row):
            if any(cell not in ("", None) for cell in cells):
                yield read_row(number, {name: cells[at] for name, at in self.columns.items() if at < len(cells)})

    def disagreements(self, key: dict[str, str]) -> list[tuple[str, str, str]]:
        """Codes whose name in the workbook's own key differs from ours: ``(code, ours, theirs)``. A sign
        that the file is another edition, where letters changed their meaning.
        """
        return [
            (code, key[code], theirs)
            for code, theirs in sorted(self.own_key.items())
            if code in key and plain_name(key[code]) != plain_name(theirs)
        ]


def open_workbook(path: Path) -> Workbook:
    """Open a directory workbook. Raises ``NotReadable``."""
    body = _bytes(path)
    sheets = _sheets(body, path.name)
    near_miss = ""
    for title, rows in sheets:
        for at, row in enumerate(rows[:HEADINGS_WITHIN]):
            columns = {clean_text(cell).casefold(): place for place, cell in enumerate(row) if clean_text(cell)}
            missing = [name for name in REQUIRED if name not in columns]
            if not missing:
                digest = sha256(body).hexdigest()
                return Workbook(path.name, digest, columns, at + 2, rows[at + 1 :], _own_key(sheets))
            if len(missing) <= len(REQUIRED) // 2 and not near_miss:
                near_miss = f"Row {at + 1} of sheet “{title}” has headings, but not: {', '.join(missing)}."
    raise NotReadable(
        f"{path.name}: {near_miss or 'no row of headings was found in any sheet.'} "
        f"A directory workbook has the columns {', '.join(REQUIRED)}."
    )


def read_code_key(text: str, *, directory: str) -> list[Code]:
    """The codes of one edition from its key (CSV text). ``directory`` is SU, MH or SU+MH. Raises
    ``NotReadable``.
    """
    reader = csv.DictReader(io.StringIO(text))
    needed = {"category_code", "category_name", "service_code", "service_name", "directories"}
    if missing := needed - set(reader.fieldnames or ()):
        raise NotReadable(f"The code key has no column {', '.join(sorted(missing))}.")
    wanted = set(directory.split("+"))
    codes = [
        Code(
            row["service_code"],
            clean_text(row["service_name"]),
            row["category_code"],
            clean_text(row["category_name"]),
        )
        for row in reader
        if wanted & set(row["directories"].split("+"))
    ]
    if bad := [code.code for code in codes if not is_code(code.code.upper())]:
        raise NotReadable(f"The code key holds what is no code: {', '.join(bad[:5])}.")
    return codes


def _bytes(path: Path) -> bytes:
    try:
        body = path.read_bytes()
    except OSError as problem:
        raise NotReadable(f"{path} cannot be opened: {problem.strerror or 'unknown reason'}.") from problem
    if not body:
        raise NotReadable(f"{path.name} is empty.")
    try:
        unpacked = sum(part.file_size for part in zipfile.ZipFile(io.BytesIO(body)).infolist())
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as problem:
        raise NotReadable(f"{path.name} is not an Excel workbook (.xlsx). Choose the directory's .xlsx.") from problem
    if unpacked > LARGEST_UNPACKED:
        raise NotReadable(f"{path.name} unpacks to {unpacked // 2**20} MB, more than any directory; it was not read.")
    return body


def _sheets(body: bytes, name: str) -> list[tuple[str, list[list[object]]]]:
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(body))
        return [(title, _rows(book, title)) for title in book.sheet_names]
    except Exception as problem:
        raise NotReadable(f"{name} is damaged or not an Excel workbook: it could not be read.") from problem
    except BaseException as problem:
        if type(problem).__name__ != "PanicException":
            raise
        raise NotReadable(f"{name} is damaged: the reader of Excel files gave up on it.") from problem


def _rows(book: python_calamine.CalamineWorkbook, title: str) -> list[list[object]]:
    rows = book.get_sheet_by_name(title).to_python(skip_empty_area=False)
    return [list(row) for row in rows]


def _own_key(sheets: list[tuple[str, list[list[object]]]]) -> dict[str, str]:
    """The key some workbooks print on their second sheet, code to name; empty when there is none."""
    for _title, rows in sheets:
        for at, row in enumerate(rows[:HEADINGS_WITHIN]):
            columns = {clean_text(cell).casefold(): place for place, cell in enumerate(row)}
            if {"service_code", "service_name"} <= set(columns) and "name1" not in columns:
                code, name = columns["service_code"], columns["service_name"]
                return {
                    clean_text(line[code]).upper(): clean_text(line[name])
                    for line in rows[at + 1 :]
                    if max(code, name) < len(line) and clean_text(line[code])
                }
    return {}
