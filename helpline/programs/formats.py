"""Which directory a file is, told by what it holds and not by its name: pure Python, no Django."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Protocol

from helpline.programs.findtreatment import NoAnswer, read_answer, read_facilities, read_json
from helpline.programs.hsds import (
    NoServices,
    is_a_part,
    is_package,
    is_service,
    read_package,
    read_services,
    services_of,
)
from helpline.programs.json_lists import BadList, decoded, encoding_of, entries
from helpline.programs.packages import GZIPPED, pieces, unzip
from helpline.programs.published import Finding, Listing, Record
from helpline.programs.tables import NoTable, read_table
from helpline.programs.workbook import LARGEST_UNPACKED, NotReadable, open_workbook

LARGEST = 200 * 1024 * 1024
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
    """A directory that prints no key of its own."""

    name: str
    sha256: str
    is_search: bool
    records: list[Record] = field(repr=False)

    def __len__(self) -> int:
        return len(self.records)

    def rows(self) -> Iterator[tuple[Listing | None, list[Finding]]]:
        return (record.read() for record in self.records)

    def disagreements(self, key: dict[str, str]) -> list[tuple[str, str, str]]:
        return []


def open_directory(path: Path) -> Directory:
    """Open a workbook, an answer of FindTreatment, a CSV, or services in HSDS: JSON, a zip or a folder of tables.
    Raises ``NotReadable`` with what to do.
    """
    bodies = _folder(path) if path.is_dir() else {path.name: _bytes(path)}
    digest = _digest(bodies)
    if not path.is_dir() and (body := bodies[path.name]).startswith(WORKBOOKS):
        unzipped = unzip(body, path.name) if body.startswith(b"PK") else None
        if unzipped is None:
            return open_workbook(path)
        bodies = unzipped
    try:
        if len(bodies) == 1:
            [(name, body)] = bodies.items()
            if _is_list(body, path.name):
                return _listed(path.name, digest, body)
            if body.startswith(GZIPPED):
                bodies = {name: b"".join(pieces(body, path.name, most=LARGEST))}
        return _read(path.name, digest, {name: _text(body) for name, body in bodies.items()})
    except (BadList, NoAnswer, NoTable, NoServices) as problem:
        raise NotReadable(
            f"{path.name} is no directory we can read: {problem}. We read SAMHSA's Excel workbook (.xlsx), its "
            "CSV exports, its list of opioid treatment programs (CSV), answers of FindTreatment (JSON), Open Referral "
            "(HSDS: JSON, also gzipped, or its CSV tables in a zip) and iCarol's CSV exports."
        ) from problem


def _read(name: str, digest: str, files: dict[str, str]) -> Records:
    if is_package(files):
        return Records(name, digest, False, read_package(files))
    if len(files) != 1:
        raise NoServices("it has no tables “services” and “organizations”")
    [text] = files.values()
    if not text.lstrip().startswith(("{", "[")):
        return Records(name, digest, False, read_table(text))
    answer = read_json(text)
    services = services_of(answer)
    if services is not None:
        return Records(name, digest, is_a_part(answer), list(read_services(enumerate(services, 1))))
    return Records(name, digest, True, read_answer(answer))


def _is_list(body: bytes, name: str) -> bool:
    first = next(pieces(body, name, most=LARGEST_UNPACKED), b"")
    return "".join(decoded([first], encoding_of([first]))).lstrip().startswith("[")


def _listed(name: str, digest: str, body: bytes) -> Records:
    """A JSON list, read entry by entry: its text is never whole in memory."""
    encoding = encoding_of(pieces(body, name, most=LARGEST_UNPACKED))

    def each() -> Iterator[object]:
        try:
            yield from entries(decoded(pieces(body, name, most=LARGEST_UNPACKED), encoding))
        except BadList as problem:
            raise BadList(f"it is not JSON ({problem})") from problem

    if any(map(is_service, each())):
        return Records(name, digest, False, list(read_services(enumerate(each(), 1))))
    return Records(name, digest, True, read_facilities(each()))


def _folder(path: Path) -> dict[str, bytes]:
    return {each.name: _bytes(each) for each in sorted(path.iterdir()) if each.suffix.casefold() == ".csv"}


def _digest(bodies: dict[str, bytes]) -> str:
    """Of the file; of a folder, of its files one after the other by name."""
    digest = sha256()
    for name in sorted(bodies):
        digest.update(bodies[name])
    return digest.hexdigest()


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
    """UTF-8, UTF-16 where its first bytes say so, or what a Windows spreadsheet saves when it is neither."""
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        return body.decode("utf-16", errors="replace")
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return body.decode("cp1252", errors="replace")
