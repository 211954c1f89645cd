"""Cutting an X12 interchange into segments.

The delimiters are read from the ISA segment of the message itself (ELIGIBILITY.md 4.1); nothing is assumed,
because real plans use `|`, newline, 0x1D, an unpadded ISA, or lines wrapped in the middle of a segment.
"""

from __future__ import annotations

from dataclasses import dataclass

MAX_BYTES = 5_000_000
MAX_SEGMENTS = 20_000
NOISE = "\ufeff\u200b \t\r\n"

Segment = list[str]
"""The elements of one segment as text; element 0 is its name, so `segment[3]` is what X12 calls NM103."""


@dataclass(frozen=True, slots=True)
class Delimiters:
    """The four separators one interchange uses; `repetition` and `component` are "" when there is none."""

    element: str = "*"
    component: str = ":"
    terminator: str = "~"
    repetition: str = "^"


class NotX12(ValueError):
    """The bytes do not start with a usable ISA segment; `code` is one of `empty`, `too_large`, `not_x12`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class CutShort(NotX12):
    """The bytes start as X12 but end before the ISA segment does."""

    def __init__(self) -> None:
        super().__init__("cut_in_isa")


def decode(body: bytes) -> str:
    """UTF-8, else latin-1 (which accepts any byte); surrounding noise and a byte-order mark are dropped."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        text = body.decode("latin-1").removeprefix("\xef\xbb\xbf")
    return text.strip(NOISE + "\x00")


def find_delimiters(text: str) -> Delimiters:
    """Read the separators out of the ISA at the start of `text`.

    Raises `NotX12` when there is none and `CutShort` when it stops before ISA16.
    """
    if not text:
        raise NotX12("empty")
    if not text.startswith("ISA"):
        raise NotX12("not_x12")
    element = text[3:4]
    if not element:
        raise CutShort
    if element.isalnum() or element == " ":
        raise NotX12("not_x12")
    fields = text[:600].split(element, 16)
    if len(fields) < 17 or len(fields[16]) < 2:
        raise CutShort
    component, terminator = _last_field(fields[16])
    return Delimiters(element, component, terminator, _repetition(fields, (element, component, terminator)))


def _last_field(rest: str) -> tuple[str, str]:
    """ISA16 is one character and the terminator follows; a sender that leaves ISA16 empty shifts both."""
    if rest[1].isalnum():
        return "", rest[0]
    if rest[0] == "\r" and rest[1] == "\n":
        return "", "\n"
    return rest[0], "\n" if rest[1] == "\r" and rest[2:3] == "\n" else rest[1]


def _repetition(fields: Segment, taken: tuple[str, str, str]) -> str:
    """ISA11 separates repetitions from version 00402 on; before that it is the letter U."""
    mark, version = fields[11], fields[12]
    usable = len(mark) == 1 and not mark.isalnum() and mark != " " and mark not in (taken[0], taken[2])
    return mark if usable and version >= "00402" else ""


def tokenise(body: bytes) -> tuple[Delimiters, list[Segment], bool]:
    """Cut `body` into (delimiters, segments, whether the last segment was closed by its terminator).

    Raises `NotX12` for anything that is not an interchange, is empty, or is larger than `MAX_BYTES`.
    """
    if len(body) > MAX_BYTES:
        raise NotX12("too_large")
    text = decode(body)
    marks = find_delimiters(text)
    if marks.terminator not in "\r\n":
        text = text.replace("\r", "").replace("\n", "")
    pieces = text.split(marks.terminator, MAX_SEGMENTS)
    closed = not pieces[-1].strip() or marks.terminator == "\n"
    element = marks.element
    segments = [piece.split(element) for piece in map(str.strip, pieces) if piece]
    return marks, segments, closed
