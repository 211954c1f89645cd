"""The heads of the audit's chain, in a file outside the database: one line a head, only ever added.

    position hash time
    restored position hash time reason

The second kind says that a dump was restored on purpose: heads above that position, written before, no longer hold.
No Django here.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path


@dataclass(frozen=True)
class Head:
    """The chain's end at some time: ``position`` seals, the last of which is ``hash``."""

    position: int
    hash: bytes
    at: datetime

    @classmethod
    def at_start(cls) -> Head:
        return cls(0, bytes(32), datetime.now(UTC))

    def __str__(self) -> str:
        return f"{self.position} {self.hash.hex()} {self.at.astimezone(UTC).isoformat(timespec='microseconds')}"

    @classmethod
    def read(cls, text: str) -> Head:
        """Raises ``ValueError``."""
        position, hash_, at = text.split(" ")
        if len(hash_) != 64:
            raise ValueError(text)
        return cls(int(position), bytes.fromhex(hash_), datetime.fromisoformat(at))


@dataclass(frozen=True)
class Restore:
    """History after ``head`` was lost, up to ``lost``, for a stated reason."""

    head: Head
    lost: Head | None
    reason: str

    def __str__(self) -> str:
        after, at = self.head.position, f"{self.head.at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
        what = f"positions {after + 1} to {self.lost.position}, as they were" if self.lost else f"heads up to {after}"
        return f"{what}, were lost at the restore of {at}: {self.reason}"


@dataclass
class Heads:
    """What a heads file says: the heads that hold, by position, the restores, and lines that cannot be read."""

    at: dict[int, list[Head]] = field(default_factory=dict)
    last: Head | None = None
    restores: list[Restore] = field(default_factory=list)
    unreadable: list[int] = field(default_factory=list)

    @classmethod
    def read(cls, lines: Iterable[str]) -> Heads:
        heads = cls()
        for number, line in enumerate(lines, 1):
            try:
                heads._take(line.rstrip("\n"))
            except ValueError:
                heads.unreadable.append(number)
        return heads

    def _take(self, line: str) -> None:
        if not line:
            return
        word, _, rest = line.partition(" ")
        if word != "restored":
            self._add(Head.read(line))
            return
        *parts, reason = rest.split(" ", 3)
        head = Head.read(" ".join(parts))
        lost = self.last if self.last and self.last.position > head.position else None
        self.at = {position: found for position, found in self.at.items() if position <= head.position}
        self.restores.append(Restore(head, lost, reason))
        self._add(head)

    def _add(self, head: Head) -> None:
        self.at.setdefault(head.position, []).append(head)
        self.last = head

    def until(self, position: int) -> Head | None:
        """The last head at or below ``position``."""
        fitting = [p for p in self.at if p <= position]
        return self.at[max(fitting)][-1] if fitting else None


@dataclass(frozen=True)
class HeadsFile:
    path: Path

    def read(self) -> Heads:
        """A file that is not there holds no heads."""
        if not self.path.exists():
            return Heads()
        with self.path.open() as lines:
            return Heads.read(lines)

    def add(self, head: Head) -> None:
        self._write(str(head))

    def add_restore(self, head: Head, reason: str) -> None:
        self._write(f"restored {head} {' '.join(reason.split())}")

    def touch(self) -> None:
        """Say that somebody is still looking: a health check reads the file's time."""
        os.utime(self._made())

    def _made(self) -> Path:
        if not self.path.exists():
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.path.touch(mode=0o600)
        return self.path

    def _write(self, line: str) -> None:
        """On the disk before this returns. A line that a power cut left unfinished is closed first."""
        with self._made().open("r+b") as file:
            if file.seek(0, os.SEEK_END):
                file.seek(-1, os.SEEK_END)
                if file.read(1) != b"\n":
                    line = f"\n{line}"
            file.write(f"{line}\n".encode())
            file.flush()
            os.fsync(file.fileno())
