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
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path
from typing import ClassVar

from helpline.programs import sheets as excel
from helpline.programs.published import Finding, Listing, clean_text, is_code, plain_name, read_row
from helpline.programs.sheets import Damaged, Line, Sheet, Stray, open_sheets

REQUIRED = ("name1", "city", "state", "zip", "phone", "service_code_info")
HEADINGS_WITHIN = 50
LARGEST_UNPACKED = 4 * 1024 * 1024 * 1024
"""Bytes of what is read piece by piece: so much may be read, not held."""


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
    facility. Its rows are read anew each time, and never all held.
    """

    name: str
    sha256: str
    columns: dict[str, int]
    first_row: int
    sheet: Sheet
    sheets: list[Sheet]
    above: int
    is_search: ClassVar = False

    def __len__(self) -> int:
        """For a progress bar: blank rows that are written count, too."""
        with _refusing(self.name):
            return max(0, self.sheet.count() - self.above)

    def lines(self) -> Iterator[Line]:
        """The rows below the headings that are not blank, each with its number."""
        with _refusing(self.name):
            for number, cells in self.sheet.lines():
                if number >= self.first_row and any(cell not in ("", None) for cell in cells):
                    yield number, cells

    def rows(self) -> Iterator[tuple[Listing | None, list[Finding]]]:
        """Each facility as a listing with notes, or None with the reasons it is refused. Blank rows are
        passed over.
        """
        for number, cells in self.lines():
            yield read_row(number, {name: cells[at] for name, at in self.columns.items() if at < len(cells)})

    def disagreements(self, key: dict[str, str]) -> list[tuple[str, str, str]]:
        """Codes whose name in the workbook's own key differs from ours: ``(code, ours, theirs)``. A sign
        that the file is another edition, where letters changed their meaning.
        """
        own = {code: name for code, name in self._own_key() if code in key}
        return [
            (code, key[code], theirs)
            for code, theirs in sorted(own.items())
            if plain_name(key[code]) != plain_name(theirs)
        ]

    def _own_key(self) -> Iterator[tuple[str, str]]:
        """The key some workbooks print on their second sheet, code and name; nothing when there is none."""
        with _refusing(self.name):
            for sheet in self.sheets:
                if found := next((each for each in _heads(sheet) if _is_key(each[1])), None):
                    heading, columns = found
                    code, name = columns["service_code"], columns["service_name"]
                    for number, line in sheet.lines():
                        if number > heading and max(code, name) < len(line) and clean_text(line[code]):
                            yield clean_text(line[code]).upper(), clean_text(line[name])
                    return


def open_workbook(path: Path) -> Workbook:
    """Open a directory workbook. Raises ``NotReadable``, as reading its rows may."""
    digest = _digest(path)
    near_miss = ""
    with _refusing(path.name):
        sheets = open_sheets(path)
        for sheet in sheets:
            for above, (number, columns) in enumerate(_heads(sheet), 1):
                missing = [name for name in REQUIRED if name not in columns]
                if not missing:
                    return Workbook(path.name, digest, columns, number + 1, sheet, sheets, above)
                if len(missing) <= len(REQUIRED) // 2 and not near_miss:
                    near_miss = f"Row {number} of sheet “{sheet.title}” has headings, but not: {', '.join(missing)}."
    raise NotReadable(
        f"{path.name}: {near_miss or 'no row of headings was found in any sheet.'} "
        f"A directory workbook has the columns {', '.join(REQUIRED)}."
    )


def _heads(sheet: Sheet) -> Iterator[tuple[int, dict[str, int]]]:
    """The first rows of a sheet, each with what may be headings."""
    for number, row in sheet.lines():
        if number > HEADINGS_WITHIN:
            return
        yield number, {clean_text(cell).casefold(): place for place, cell in enumerate(row) if clean_text(cell)}


def _is_key(columns: dict[str, int]) -> bool:
    return {"service_code", "service_name"} <= columns.keys() and "name1" not in columns


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


@contextmanager
def _refusing(name: str) -> Iterator[None]:
    try:
        yield
    except Stray as problem:
        raise NotReadable(
            f"{name}: a cell of a sheet lies far from the others, farther than a directory reaches. Delete what stands "
            "at the edge of the sheet and save it anew."
        ) from problem
    except Damaged as problem:
        raise NotReadable(f"{name} is damaged or not an Excel workbook (.xlsx): it could not be read.") from problem


def _digest(path: Path) -> str:
    """Of the file, which is a zip of no more than may be unpacked. Raises ``NotReadable``."""
    try:
        with path.open("rb") as file:
            digest = file_digest(file, "sha256").hexdigest()
            if not file.tell():
                raise NotReadable(f"{path.name} is empty.")
    except OSError as problem:
        raise NotReadable(f"{path} cannot be opened: {problem.strerror or 'unknown reason'}.") from problem
    try:
        with zipfile.ZipFile(path) as book:
            unpacked = sum(part.file_size for part in book.infolist())
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as problem:
        raise NotReadable(f"{path.name} is not an Excel workbook (.xlsx). Choose the directory's .xlsx.") from problem
    if unpacked > excel.LARGEST_UNPACKED:
        raise NotReadable(f"{path.name} unpacks to {unpacked // 2**20} MB, more than any directory; it was not read.")
    return digest
