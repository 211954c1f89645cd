"""Opening a zip of tables, or what is gzipped, in memory: pure Python, no Django. Nothing is unpacked to the disk, so
no name in it can lead anywhere.
"""

from __future__ import annotations

import gzip
import io
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import PurePosixPath

from helpline.programs.workbook import LARGEST_UNPACKED, NotReadable

GZIPPED = b"\x1f\x8b"
PIECE = 256 * 1024
MOST_FILES = 500
READ = {".csv", ".json"}


def unzip(body: bytes, name: str) -> dict[str, bytes] | None:
    """The tables of a zip by their names without folders; None when it is a workbook. Raises ``NotReadable``."""
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as book:
            parts = [part for part in book.infolist() if not part.is_dir()]
            wanted = [part for part in parts if _is_table(part.filename)]
            if not wanted or any(part.filename == "[Content_Types].xml" for part in parts):
                return None
            if len(parts) > MOST_FILES:
                raise NotReadable(f"{name} holds {len(parts)} files, more than any directory.")
            return _read(book, wanted, name)
    except (
        zipfile.BadZipFile,
        zlib.error,
        RuntimeError,
        NotImplementedError,
        EOFError,
        OSError,
        ValueError,
    ) as problem:
        if isinstance(problem, NotReadable):
            raise
        raise NotReadable(f"{name} is damaged, or locked with a password: it could not be unpacked.") from problem


def pieces(body: bytes, name: str, *, most: int) -> Iterator[bytes]:
    """What a file holds, unpacked if it is gzipped and counted as it comes out. Raises ``NotReadable``."""
    read = 0
    try:
        with gzip.open(io.BytesIO(body)) if body.startswith(GZIPPED) else io.BytesIO(body) as file:
            while piece := file.read(PIECE):
                read += len(piece)
                if read > most:
                    raise NotReadable(f"{name} unpacks to more than {most // 2**20} MB; it was not read.")
                yield piece
    except (gzip.BadGzipFile, zlib.error, EOFError, OSError) as problem:
        raise NotReadable(f"{name} is damaged: it could not be unpacked.") from problem


def _is_table(path: str) -> bool:
    whole = PurePosixPath(path)
    return whole.suffix.casefold() in READ and not any(part.startswith((".", "__MACOSX")) for part in whole.parts)


def _read(book: zipfile.ZipFile, wanted: list[zipfile.ZipInfo], name: str) -> dict[str, bytes]:
    """What a part says of its size may be a lie, so what comes out is counted."""
    files: dict[str, bytes] = {}
    left = LARGEST_UNPACKED
    for part in wanted:
        own = PurePosixPath(part.filename).name
        if own in files:
            raise NotReadable(f"{name} holds two files named {own[:60]}: keep the right one.")
        with book.open(part) as file:
            files[own] = file.read(left + 1)
        left -= len(files[own])
        if left < 0:
            raise NotReadable(f"{name} unpacks to more than {LARGEST_UNPACKED // 2**20} MB; it was not read.")
    return files
