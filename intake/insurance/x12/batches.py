"""A batch of any size, one transaction at a time: memory holds one transaction and one chunk, never the file.

Each transaction becomes the `Reply` it would be alone in its envelope, so places (`at`) count from its own ISA (1) and
GS (2). The last of an interchange is read with the real trailers: if the file is cut, that one is `incomplete`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from .reading import read_segments, refused
from .reply import Reply
from .segments import MAX_BYTES, MAX_SEGMENTS, NOISE, Delimiters, NotX12, Segment, decode, find_delimiters

HEAD = 600
NOISE_BYTES = NOISE.encode() + b"\x00"


def read_batch(chunks: Iterable[bytes]) -> Iterator[Reply]:
    """The replies in a file given as chunks of bytes; delimiters are read anew from every ISA. Never raises."""
    for whole in _whole(chunks):
        yield refused(whole) if isinstance(whole, NotX12) else whole.read()


def split_batch(chunks: Iterable[bytes]) -> Iterator[tuple[bytes, Reply]]:
    """As `read_batch`, each with the bytes it would be alone in its envelope; none where there was no X12."""
    for whole in _whole(chunks):
        yield (b"", refused(whole)) if isinstance(whole, NotX12) else (whole.written(), whole.read())


@dataclass(frozen=True, slots=True)
class _Whole:
    """One transaction in its envelope; `closed` when its last segment was ended."""

    marks: Delimiters
    segments: list[Segment]
    closed: bool

    def read(self) -> Reply:
        return read_segments(self.marks, self.segments, closed=self.closed)

    def written(self) -> bytes:
        lines = [self.marks.element.join(segment) for segment in self.segments]
        text = self.marks.terminator.join(lines) + (self.marks.terminator if self.closed else "")
        try:
            return text.encode("latin-1")
        except UnicodeEncodeError:
            return text.encode()


def _whole(chunks: Iterable[bytes]) -> Iterator[_Whole | NotX12]:
    held = _Held()
    try:
        for marks, segment, closed in _segments(iter(chunks)):
            held.closed = closed
            yield from held.take(marks, segment)
    except NotX12 as problem:
        yield from held.rest()
        yield problem
        return
    yield from held.rest()


class _Held:
    """The transaction that waits to hear how its envelope goes on."""

    def __init__(self) -> None:
        self.marks = Delimiters()
        self.isa: Segment = []
        self.gs: Segment = []
        self.lines: list[Segment] = []
        self.trailers: list[Segment] = []
        self.in_transaction = False
        self.closed = True

    def take(self, marks: Delimiters, segment: Segment) -> Iterator[_Whole]:
        name = segment[0]
        if name == "ISA":
            yield from self.rest()
            self.marks, self.isa = marks, segment
        elif name == "GS":
            yield from self._ended()
            self.gs = segment
        elif name == "ST":
            yield from self._ended()
            self.lines, self.in_transaction = [segment], True
        elif name in ("GE", "IEA"):
            self.trailers.append(segment)
            self.in_transaction = False
            if name == "IEA":
                yield from self.rest()
        elif self.in_transaction or name == "TA1":
            self.in_transaction = self.in_transaction and name != "SE"
            if len(self.lines) <= MAX_SEGMENTS:
                self.lines.append(segment)

    def _ended(self) -> Iterator[_Whole]:
        """More follows in the interchange, so what is held is closed as if it had come alone."""
        if self.lines and not self.in_transaction:
            ends = [["GE", "1", _at(self.gs, 6)], ["IEA", "1", _at(self.isa, 13)]]
            self.trailers += ends[len(self.trailers) :]
        yield from self.rest(between=True)

    def rest(self, *, between: bool = False) -> Iterator[_Whole]:
        """What is held, with the trailers that really came; with nothing held, nothing."""
        if self.lines or (self.isa and not between):
            heads = [head for head in (self.isa, self.gs) if head]
            yield _Whole(self.marks, [*heads, *self.lines, *self.trailers], self.closed)
        self.lines, self.trailers, self.in_transaction = [], [], False
        if not between:
            self.isa, self.gs = [], []


def _segments(chunks: Iterator[bytes]) -> Iterator[tuple[Delimiters, Segment, bool]]:
    """Segments, their delimiters and whether they were closed. Raises `NotX12` where no interchange begins."""
    rest, first = b"", True
    while True:
        rest = _filled(rest.lstrip(NOISE_BYTES), chunks)
        if not rest and not first:
            return
        marks = find_delimiters(rest[:HEAD].decode("latin-1"))
        first = False
        headed = False
        for segments, after, closed in _interchange(rest, chunks, marks):
            # Separators that do not even cut the ISA off are none: whatever follows is no message
            if segments and not headed and segments[0][0] != "ISA":
                raise NotX12("not_x12")
            headed = headed or bool(segments)
            yield from ((marks, segment, closed) for segment in segments)
            rest = after


def _filled(rest: bytes, chunks: Iterator[bytes]) -> bytes:
    """At least a whole ISA, if there is that much."""
    while len(rest) < HEAD and (chunk := next(chunks, b"")):
        rest = (rest + chunk).lstrip(NOISE_BYTES)
    return rest


def _interchange(
    rest: bytes, chunks: Iterator[bytes], marks: Delimiters
) -> Iterator[tuple[list[Segment], bytes, bool]]:
    """Lists of segments up to the IEA, each with the bytes not yet read and whether all were closed."""
    end = marks.terminator.encode("latin-1")
    while True:
        pieces = rest.split(end)
        last = pieces.pop()
        segments: list[Segment] = []
        for i, piece in enumerate(pieces):
            segment = _cut(piece, marks)
            if segment[0]:
                segments.append(segment)
            if segment[0] == "IEA":
                yield segments, end.join([*pieces[i + 1 :], last]), True
                return
        if len(last) > MAX_BYTES:
            raise NotX12("too_large")
        chunk = next(chunks, b"")
        if not chunk:
            yield segments, b"", True
            tail = _cut(last, marks)
            if tail[0]:
                yield [tail], b"", marks.terminator == "\n"
            return
        yield segments, b"", True
        rest = last + chunk


def _cut(piece: bytes, marks: Delimiters) -> Segment:
    text = decode(piece)
    if marks.terminator not in "\r\n":
        text = text.replace("\r", "").replace("\n", "")
    return text.split(marks.element)


def _at(segment: Segment, position: int) -> str:
    return segment[position] if len(segment) > position else ""
