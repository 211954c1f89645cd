"""Which directory a file is, told by what it holds and not by its name: pure Python, no Django."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Protocol

from helpline.programs.findtreatment import NoAnswer, read_answer
from helpline.programs.published import Finding, Listing, read_row
from helpline.programs.tables import NoTable, read_table
from helpline.programs.workbook import NotReadable, open_workbook

LARGEST = 200 * 1024 * 1024
WORKBOOKS = (b"PK", b"\xd0\xcf\x11\xe0")
NO_SERVICES: frozenset[tuple[str, str]] = frozenset()


class Directory(Protocol):
    """An open file of listings. ``is_search`` says that it answers a search and is no whole directory, so
    that what it lacks is not gone.
    """

    @property
    def name(self) -> str: ...
    @property
    def sha256(self) -> str: ...
    @property
    def is_search(self) -> bool: ...
    def __len__(self) -> int: ...
    def rows(self) -> Iterator[tuple[Listing | None, list[Finding]]]: ...
    def disagreements(self, key: dict[str, str]) -> list[tuple[str, str, str]]: ...


@dataclass(frozen=True)
class Records:
    """A directory that prints no key of its own: each record's number, cells and services by name."""

    name: str
    sha256: str
    is_search: bool
    records: list[tuple[int, dict[str, object], frozenset[tuple[str, str]]]] = field(repr=False)

    def __len__(self) -> int:
        return len(self.records)

    def rows(self) -> Iterator[tuple[Listing | None, list[Finding]]]:
        for number, cells, services in self.records:
            listing, findings = read_row(number, cells)
            yield (replace(listing, services=services) if listing else None), findings

    def disagreements(self, key: dict[str, str]) -> list[tuple[str, str, str]]:
        return []


def open_directory(path: Path) -> Directory:
    """Open a workbook, an answer of FindTreatment or a CSV. Raises ``NotReadable`` with what to do."""
    body = _bytes(path)
    if body.startswith(WORKBOOKS):
        return open_workbook(path)
    text, digest = _text(body), sha256(body).hexdigest()
    try:
        if text.lstrip().startswith(("{", "[")):
            return Records(path.name, digest, True, read_answer(text))
        return Records(path.name, digest, False, [(row, cells, NO_SERVICES) for row, cells in read_table(text)])
    except (NoAnswer, NoTable) as problem:
        raise NotReadable(
            f"{path.name} is no directory we can read: {problem}. We read SAMHSA's Excel workbook (.xlsx), its "
            "CSV exports, its list of opioid treatment programs (CSV), and answers of FindTreatment (JSON)."
        ) from problem


def _bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > LARGEST:
            raise NotReadable(f"{path.name} is larger than {LARGEST // 2**20} MB, more than any directory.")
        body = path.read_bytes()
    except OSError as problem:
        raise NotReadable(f"{path} cannot be opened: {problem.strerror or 'unknown reason'}.") from problem
    if not body:
        raise NotReadable(f"{path.name} is empty.")
    return body


def _text(body: bytes) -> str:
    """UTF-8, or what a Windows spreadsheet saves when it is not."""
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return body.decode("cp1252", errors="replace")
