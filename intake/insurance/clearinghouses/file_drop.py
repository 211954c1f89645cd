"""A clearinghouse reached by files: a 270 is put into its `out` folder, answers are found in `in` when they are there.

Whatever carries them (an SFTP client, a person at a portal) is not ours. A file appears under its name whole or not
at all, and holds one interchange; its name says when and nothing about anybody.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from .errors import FixConfiguration, TryAgain
from .posting import Client
from .road import Road

OUT, IN, QUARANTINE = "out", "in", "quarantine"
UNFINISHED = (".part", ".tmp", ".filepart", ".partial")
CHUNK = 65_536


async def ask(road: Road, payload: bytes, *, payload_id: str, client: Client) -> None:
    """Drop one 270; the answer comes in a file of its own, later. `client` is not needed.

    Raises `FixConfiguration` when there is no such folder, `TryAgain` when nothing could be written.
    """
    if not road.folder:
        raise FixConfiguration("No folder for files is set up (CLEARINGHOUSE_FILES).")
    await asyncio.to_thread(drop, Path(road.folder), payload, payload_id)


def drop(folder: Path, payload: bytes, name: str) -> Path:
    """Write the file beside its place, on to the disk, then give it its name. Raises as `ask`."""
    out = folder / OUT
    place = out / f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{name}.270"
    hidden = out / f".{name}.part"
    try:
        out.mkdir(mode=0o770, parents=True, exist_ok=True)
        with hidden.open("xb") as file:
            file.write(payload)
            file.flush()
            os.fsync(file.fileno())
        hidden.rename(place)
        _settle(out)
    except (PermissionError, NotADirectoryError):
        raise FixConfiguration("The folder for files cannot be written to.") from None
    except OSError:
        with suppress(OSError):
            hidden.unlink(missing_ok=True)
        raise TryAgain("The file could not be written. Nothing was sent.") from None
    return place


def lay_in(folder: Path, content: bytes) -> Path:
    """Keep what was fetched where `arrived` finds it, whole or not at all. Raises `OSError`."""
    into = folder / IN
    into.mkdir(mode=0o770, parents=True, exist_ok=True)
    place = into / f"{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}.271"
    hidden = into / f".{place.name}.part"
    with hidden.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    hidden.rename(place)
    _settle(into)
    return place


def _settle(folder: Path) -> None:
    """A name is safe only when its folder is on the disk as well."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def arrived(folder: Path, *, before: float) -> list[Path]:
    """The answers that lie in `in`, oldest first, untouched since `before` (so that nobody is still writing)."""
    found = []
    with suppress(OSError):
        for entry in os.scandir(folder / IN):
            whole = entry.is_file(follow_symlinks=False) and not entry.name.startswith(".")
            if whole and not entry.name.lower().endswith(UNFINISHED) and entry.stat().st_mtime <= before:
                found.append((entry.stat().st_mtime, Path(entry.path)))
    return [path for _, path in sorted(found)]


def chunks_of(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk


def quarantine(path: Path) -> None:
    """Put a file where nobody takes it in again; one of the same name that lies there is kept."""
    kept = path.parent.parent / QUARANTINE
    kept.mkdir(mode=0o700, exist_ok=True)
    place = kept / path.name
    if place.exists():
        place = kept / f"{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}-{path.name}"
    path.rename(place)
