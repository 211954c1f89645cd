"""The chain over the audit record: what a link is, and reading one for what was done to it. No database, no Django.

A link is SHA-256 over the link before it (32 bytes), its own position (8 bytes, the highest first) and every column of
its row as canonical JSON: keys in order, no spaces, ASCII, times in UTC to the microsecond, lists in their order. A
column that is null is left out, so that a column added later leaves the links of earlier rows as they are.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from helpline.audit.heads import Head, Heads

COLUMNS = (
    "id", "at", "actor_kind", "actor_id", "action", "subject_kind", "subject_id", "inquiry_id", "fields", "reason",
    "xid",
)  # fmt: skip
# What the first link follows
BEGINNING = bytes(32)
# A row that says it is older than what was sealed this long before it is worth a question
LATE = timedelta(hours=1)
# More links than this are not tried against each other, and findings beyond it are only counted
MOST = 200

# The values of one row, in the order of COLUMNS
Row = Sequence[object]


def canonical(row: Row) -> bytes:
    said = {name: _plain(value) for name, value in zip(COLUMNS, row, strict=True) if value is not None}
    return json.dumps(said, sort_keys=True, separators=(",", ":")).encode()


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return str(value) if isinstance(value, UUID) else value


def link(previous: bytes, position: int, row: Row) -> bytes:
    return hashlib.sha256(previous + position.to_bytes(8, "big") + canonical(row)).digest()


def extend(head: Head, rows: Iterable[Row]) -> Iterator[tuple[int, int, bytes]]:
    """Position, record id and link of each row, in the order given, after ``head``."""
    previous = head.hash
    for position, row in enumerate(rows, head.position + 1):
        previous = link(previous, position, row)
        yield position, int(str(row[0])), previous


class Kind(StrEnum):
    EDITED = "edited"
    REMOVED = "removed"
    REORDERED = "reordered"
    SEAL_CHANGED = "seal changed"
    SEALS_REMOVED = "seals removed"
    REWRITTEN = "rewritten"
    CUT_OFF = "cut off"
    NOT_SEALED = "not sealed"
    NO_HEADS = "no heads"
    # What is told, and breaks nothing
    LATE = "late"
    RESTORED = "restored"
    UNREADABLE = "unreadable"


NOTES = {Kind.LATE, Kind.RESTORED, Kind.UNREADABLE}


@dataclass(frozen=True)
class Sealed:
    """One seal and the row it is of; ``row`` is None when that is gone."""

    position: int
    record_id: int
    hash: bytes
    row: Row | None

    @property
    def at(self) -> datetime | None:
        at = self.row[1] if self.row else None
        return at if isinstance(at, datetime) else None

    def __str__(self) -> str:
        return f"record {self.record_id} ({said(self.at) if self.at else 'gone'})"


@dataclass
class Finding:
    """``before`` and ``after`` are its neighbours in the chain; None at an end."""

    kind: Kind
    words: str
    position: int = 0
    record_id: int | None = None
    before: Sealed | None = None
    after: Sealed | None = None

    def __str__(self) -> str:
        near = [f"before it {self.before}"] if self.before else []
        near += [f"after it {self.after}"] if self.after else []
        return f"{self.kind}: {self.words}" + (f" ({'; '.join(near)})" if near else "")


def said(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


@dataclass
class _Broken:
    """A link that does not follow: where it stands, what it should follow, and the finding it may become."""

    entry: Sealed
    previous: bytes
    finding: Finding


@dataclass
class Reading:
    """The chain read once, from its first seal to its last; ``findings`` is complete after ``end``.

    It goes on from each stored link, so that one edited row is one finding.
    """

    heads: Heads
    findings: list[Finding] = field(default_factory=list)
    uncounted: int = 0
    last: Sealed | None = None
    _broken: list[_Broken] = field(default_factory=list)
    _open: list[Finding] = field(default_factory=list)
    _certain: bool = True
    _good: Head | None = None
    _bad: list[Head] = field(default_factory=list)
    _sealed_before: datetime | None = None
    _in_time: datetime | None = None

    def take(self, entry: Sealed) -> None:
        """Positions must rise from call to call."""
        for finding in self._open:
            finding.after = entry
        self._open.clear()
        expected = self.last.position + 1 if self.last else 1
        if entry.position != expected:
            self._gap(expected, entry)
        if entry.row is None:
            words = f"record {entry.record_id}, sealed at position {entry.position}, is gone"
            self._add(self._finding(Kind.REMOVED, words, entry))
        else:
            self._follow(entry, entry.row)
            self._time(entry)
        self._certain = True
        self._against_heads(entry)
        self.last = entry

    def end(self) -> None:
        """What can only be said when everything was seen."""
        self._explain()
        self._close_heads()
        tip = self.last.position if self.last else 0
        newest = self.heads.last
        if newest and newest.position > tip:
            words = f"positions {tip + 1} to {newest.position} are gone; they were there at {said(newest.at)}"
            self._add(Finding(Kind.CUT_OFF, words, position=tip + 1, before=self.last))
        for restored in self.heads.restores:
            self._add(Finding(Kind.RESTORED, str(restored), position=restored.head.position + 1))
        for number in self.heads.unreadable:
            self._add(Finding(Kind.UNREADABLE, f"line {number} of the heads file"))
        self.findings.sort(key=lambda finding: finding.position)

    def _add(self, finding: Finding) -> None:
        if len(self.findings) < MOST:
            self.findings.append(finding)
        else:
            self.uncounted += 1

    def _finding(self, kind: Kind, words: str, entry: Sealed) -> Finding:
        finding = Finding(kind, words, entry.position, entry.record_id, before=self.last)
        self._open.append(finding)
        return finding

    def _gap(self, expected: int, entry: Sealed) -> None:
        words = f"positions {expected} to {entry.position - 1}; position {entry.position} cannot be checked without"
        self._add(Finding(Kind.SEALS_REMOVED, words, expected, before=self.last, after=entry))
        self._certain = False

    def _follow(self, entry: Sealed, row: Row) -> None:
        previous = self.last.hash if self.last else BEGINNING
        if not self._certain or link(previous, entry.position, row) == entry.hash:
            return
        at = f" of {said(entry.at)}" if entry.at else ""
        words = f"record {entry.record_id}{at}, sealed at position {entry.position}, is not what was sealed"
        finding = self._finding(Kind.EDITED, words, entry)
        if len(self._broken) < MOST:
            self._broken.append(_Broken(entry, previous, finding))
        else:
            self._add(finding)

    def _time(self, entry: Sealed) -> None:
        """Compared with the clock of the heads, and with its neighbours, which a stopped sealer delays as well."""
        at, since, near = entry.at, self._sealed_before, self._in_time
        if at and since and near and at < since - LATE and at < near - LATE:
            words = (
                f"record {entry.record_id}, sealed at position {entry.position} after {said(since)}, says {said(at)}"
            )
            self._add(self._finding(Kind.LATE, words, entry))
        else:
            self._in_time = at

    def _against_heads(self, entry: Sealed) -> None:
        for head in self.heads.at.get(entry.position, ()):
            self._sealed_before = head.at
            if head.hash != entry.hash:
                self._bad.append(head)
                continue
            self._close_heads()
            self._good = head

    def _close_heads(self) -> None:
        """The heads that did not fit, as one finding between the two that did."""
        if not self._bad:
            return
        first, last, good = self._bad[0], self._bad[-1], self._good
        since = f"after position {good.position}, head of {said(good.at)}, " if good else "from the beginning "
        words = f"{since}to position {first.position}, head of {said(first.at)}, the chain is another than was written"
        words += f"; {len(self._bad)} heads do not fit, the last at position {last.position}"
        self._add(Finding(Kind.REWRITTEN, words, good.position + 1 if good else 1))
        self._bad = []

    def _explain(self) -> None:
        """Tell rows that changed from seals that changed places: the rows of all broken links are tried in each."""
        stored = {broken.entry.hash: broken.entry for broken in self._broken}
        now: dict[int, list[bytes]] = {}
        for broken in self._broken:
            entry, finding = broken.entry, broken.finding
            # What may stand before it: what does, and what should
            before = [*now.get(entry.position - 1, ()), broken.previous]
            tried = (
                (other, made)
                for previous in before
                for other in (entry, *(b.entry for b in self._broken))
                if other.row is not None and (made := link(previous, entry.position, other.row)) in stored
            )
            other, made = next(tried, (None, b""))
            if other is None:
                now[entry.position] = [link(p, entry.position, entry.row or ()) for p in {before[0], before[-1]}]
                finding.kind = self._row_or_seal(entry, now[entry.position])
            else:
                now[entry.position] = [made]
            if other is None or other.position != entry.position:
                self._add(finding)
            if other is not None and other.position != entry.position:
                finding.kind, finding.record_id = Kind.REORDERED, other.record_id
                finding.words = (
                    f"{other} was sealed at position {entry.position}, and stands at position {other.position}"
                )

    def _row_or_seal(self, entry: Sealed, made: Sequence[bytes]) -> Kind:
        """The next link tells: if it follows what the row gives and not what is stored, the seal was changed."""
        following = next((b for b in self._broken if b.entry.position == entry.position + 1), None)
        row = following.entry.row if following else None
        if following is None or row is None:
            return Kind.EDITED
        fits = any(link(previous, following.entry.position, row) == following.entry.hash for previous in made)
        return Kind.SEAL_CHANGED if fits else Kind.EDITED
