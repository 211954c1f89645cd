"""Files of any size, those in a zip and those gzipped among them, read from their start as often as needed and never
whole: pure Python, no Django. Nothing of a zip is unpacked under a name of its own, so no name in it can lead anywhere.
"""

from __future__ import annotations

import csv
import gzip
import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO, TextIO

from helpline.programs.json_lists import LONGEST, decoded, encoding_of
from helpline.programs.workbook import LARGEST_UNPACKED, NotReadable

GZIPPED = b"\x1f\x8b"
PIECE = 256 * 1024
MOST_FILES = 500
READ = {".csv", ".json"}
_DAMAGED = (
    zipfile.BadZipFile, gzip.BadGzipFile, zlib.error, RuntimeError, NotImplementedError, EOFError, OSError, ValueError,
)  # fmt: skip


@dataclass(frozen=True)
class Stored:
    """A file that may be opened again and again. ``name`` is what people call it; what is gzipped is unpacked."""

    name: str
    opened: Callable[[], AbstractContextManager[IO[bytes]]] = field(repr=False)
    encoding: str = ""

    def pieces(self, most: int) -> Iterator[bytes]:
        """What it holds, counted as it comes out. Raises ``NotReadable``, when that is more than so many bytes, too."""
        read = 0
        with unpacking(self.name), self._unpacked() as file:
            while piece := file.read(PIECE):
                read += len(piece)
                if read > most:
                    raise NotReadable(f"{self.name} unpacks to more than {most // 2**20} MB; it was not read.")
                yield piece

    def told(self, most: int) -> Stored:
        """The same with its encoding, for which all of it is looked through. Raises ``NotReadable``."""
        return Stored(self.name, self.opened, _looked_through(self.pieces(most)))

    def text(self, most: int) -> Iterator[str]:
        """Its text in pieces."""
        return decoded(self.pieces(most), self.encoding)

    def rows(self) -> Iterator[list[str]]:
        """The rows of a CSV, headings and empty ones among them. Raises ``csv.Error`` with the row's number."""
        number = 0
        with unpacking(self.name), self._unpacked() as file:
            lines = _Lines(io.TextIOWrapper(file, self.encoding, errors="replace", newline=""))
            reader = csv.reader(lines)
            try:
                for row in reader:
                    number, lines.read = number + 1, 0
                    yield row
            except csv.Error as problem:
                raise csv.Error(f"row {number + 1}: {problem}") from problem

    @contextmanager
    def _unpacked(self) -> Iterator[IO[bytes]]:
        with self.opened() as file:
            is_gzipped = file.read(len(GZIPPED)) == GZIPPED
            file.seek(0)
            if is_gzipped:
                with gzip.GzipFile(fileobj=file) as unpacked:
                    yield unpacked  # type: ignore[misc]  # read as a file
            else:
                yield file


class _Lines:
    """Lines of a text, none and no row of them longer than may be held."""

    def __init__(self, file: TextIO) -> None:
        self._file, self.read = file, 0

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._file.readline(LONGEST + 1)
        self.read += len(line)
        if self.read > LONGEST:
            raise csv.Error(f"it is longer than {LONGEST // 2**20} million characters")
        if not line:
            raise StopIteration
        return line


def unzip(path: Path) -> dict[str, Stored] | None:
    """The tables of a zip by their names without folders; None when it is a workbook. Raises ``NotReadable``."""
    with unpacking(path.name, "damaged, or locked with a password"), zipfile.ZipFile(path) as book:
        parts = [part for part in book.infolist() if not part.is_dir()]
        wanted = [part for part in parts if _is_table(part.filename)]
        if not wanted or any(part.filename == "[Content_Types].xml" for part in parts):
            return None
        if len(parts) > MOST_FILES:
            raise NotReadable(f"{path.name} holds {len(parts)} files, more than any directory.")
        return _tables(path, wanted)


def _looked_through(pieces: Iterator[bytes]) -> str:
    """The encoding. All is read, so that what is damaged or too large is known."""
    encoding = encoding_of(pieces)
    for _ in pieces:
        pass
    return encoding


@contextmanager
def unpacking(name: str, kind: str = "damaged") -> Iterator[None]:
    """Whatever a damaged file makes its readers raise is ``NotReadable``."""
    try:
        yield
    except _DAMAGED as problem:
        if isinstance(problem, NotReadable):
            raise
        raise NotReadable(f"{name} is {kind}: it could not be unpacked.") from problem


def _is_table(path: str) -> bool:
    whole = PurePosixPath(path)
    return whole.suffix.casefold() in READ and not any(part.startswith((".", "__MACOSX")) for part in whole.parts)


def _tables(path: Path, wanted: list[zipfile.ZipInfo]) -> dict[str, Stored]:
    """What a part says of its size may be a lie, so what comes out is counted."""
    files: dict[str, Stored] = {}
    left = LARGEST_UNPACKED
    for part in wanted:
        own = PurePosixPath(part.filename).name
        if own in files:
            raise NotReadable(f"{path.name} holds two files named {own[:60]}: keep the right one.")
        counted = _Counted(path, part, left)
        files[own] = Stored(path.name, counted.opened, _looked_through(counted.pieces()))
        left -= counted.size
    return files


@dataclass
class _Counted:
    """One file of a zip."""

    path: Path
    part: zipfile.ZipInfo
    most: int
    size: int = 0

    @contextmanager
    def opened(self) -> Iterator[IO[bytes]]:
        with zipfile.ZipFile(self.path) as book, book.open(self.part) as file:
            yield file

    def pieces(self) -> Iterator[bytes]:
        with self.opened() as file:
            while piece := file.read(PIECE):
                self.size += len(piece)
                if self.size > self.most:
                    most = LARGEST_UNPACKED // 2**20
                    raise NotReadable(f"{self.path.name} unpacks to more than {most} MB; it was not read.")
                yield piece
