"""Which directory a file is, told by what it holds and not by its name: pure Python, no Django."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Protocol

from helpline.programs.findtreatment import (
    NAMELESS,
    NoAnswer,
    facilities_of,
    is_named,
    read_facilities,
    read_json,
    refuse_nameless,
)
from helpline.programs.hsds import (
    NoServices,
    is_a_part,
    is_package,
    is_service,
    read_package,
    read_services,
    services_of,
)
from helpline.programs.json_lists import BadList, entries
from helpline.programs.packages import PIECE, Stored, unpacking, unzip
from helpline.programs.published import Finding, Listing, Record
from helpline.programs.tables import NoTable, read_table
from helpline.programs.workbook import LARGEST_UNPACKED, NotReadable, open_workbook

LARGEST = 200 * 1024 * 1024
"""Of JSON that is no list, which is held whole."""
LARGEST_FILE = 2 * 1024 * 1024 * 1024
WORKBOOKS = (b"PK", b"\xd0\xcf\x11\xe0")


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
    """A directory that prints no key of its own. ``read`` reads it anew; ``count`` is how many it has, about."""

    name: str
    sha256: str
    is_search: bool
    count: int
    read: Callable[[], Iterator[Record]] = field(repr=False)

    def __len__(self) -> int:
        return self.count

    def rows(self) -> Iterator[tuple[Listing | None, list[Finding]]]:
        with _refusing(self.name):
            yield from (record.read() for record in self.read())

    def disagreements(self, key: dict[str, str]) -> list[tuple[str, str, str]]:
        return []


def open_directory(path: Path) -> Directory:
    """Open a workbook, an answer of FindTreatment, a CSV, or services in HSDS: JSON, a zip or a folder of tables. It is
    looked through once and then read row by row, never held whole but JSON that is no list. Raises ``NotReadable`` with
    what to do.
    """
    files = _folder(path) if path.is_dir() else {path.name: _file(path)}
    digest = _digest(files)
    if not path.is_dir() and (first := _first(files[path.name])).startswith(WORKBOOKS):
        unzipped = unzip(path) if first.startswith(b"PK") else None
        if unzipped is None:
            return open_workbook(path)
        files = unzipped
    with _refusing(path.name):
        return _told(path.name, digest, {name: each.told(LARGEST_UNPACKED) for name, each in files.items()})


@contextmanager
def _refusing(name: str) -> Iterator[None]:
    try:
        yield
    except (BadList, NoAnswer, NoTable, NoServices) as problem:
        raise NotReadable(
            f"{name} is no directory we can read: {problem}. We read SAMHSA's Excel workbook (.xlsx), its "
            "CSV exports, its list of opioid treatment programs (CSV), answers of FindTreatment (JSON), Open Referral "
            "(HSDS: JSON, also gzipped, or its CSV tables in a zip) and iCarol's CSV exports."
        ) from problem


def _told(name: str, digest: str, files: dict[str, Stored]) -> Records:
    if is_package(files):
        return Records(name, digest, False, *read_package({own: each.rows for own, each in files.items()}))
    if len(files) != 1:
        raise NoServices("it has no tables “services” and “organizations”")
    [file] = files.values()
    sign = next((text.lstrip()[0] for text in file.text(LARGEST_UNPACKED) if text.strip()), "")
    if sign == "[":
        return _listed(name, digest, file)
    if sign != "{":
        return Records(name, digest, False, *read_table(file.rows))
    answer = read_json("".join(file.text(LARGEST)))
    services = services_of(answer)
    if services is not None:
        return Records(name, digest, is_a_part(answer), len(services), lambda: read_services(enumerate(services, 1)))
    facilities = facilities_of(answer)
    refuse_nameless(facilities)
    return Records(name, digest, True, len(facilities), lambda: read_facilities(facilities))


def _listed(name: str, digest: str, file: Stored) -> Records:
    """A JSON list, read entry by entry: its text is never whole in memory."""

    def each() -> Iterator[object]:
        try:
            yield from entries(file.text(LARGEST_UNPACKED))
        except BadList as problem:
            raise BadList(f"it is not JSON ({problem})") from problem

    count, of_services, named = 0, False, False
    for entry in each():
        count, of_services, named = count + 1, of_services or is_service(entry), named or is_named(entry)
    if of_services:
        return Records(name, digest, False, count, lambda: read_services(enumerate(each(), 1)))
    if count and not named:
        raise NoAnswer(NAMELESS)
    return Records(name, digest, True, count, lambda: read_facilities(each()))


def _folder(path: Path) -> dict[str, Stored]:
    return {each.name: _file(each) for each in sorted(path.iterdir()) if each.suffix.casefold() == ".csv"}


def _digest(files: dict[str, Stored]) -> str:
    """Of the file; of a folder, of its files one after the other by name."""
    digest = sha256()
    for name in sorted(files):
        with unpacking(name), files[name].opened() as file:
            while piece := file.read(PIECE):
                digest.update(piece)
    return digest.hexdigest()


def _file(path: Path) -> Stored:
    try:
        size = path.stat().st_size
        with path.open("rb"):
            pass
    except OSError as problem:
        raise NotReadable(f"{path} cannot be opened: {problem.strerror or 'unknown reason'}.") from problem
    if size > LARGEST_FILE:
        raise NotReadable(f"{path.name} is larger than {LARGEST_FILE // 2**20} MB, more than any directory.")
    if not size:
        raise NotReadable(f"{path.name} is empty.")
    return Stored(path.name, lambda: path.open("rb"))


def _first(file: Stored) -> bytes:
    with unpacking(file.name), file.opened() as opened:
        return opened.read(max(map(len, WORKBOOKS)))
