"""Is the envelope whole? ISA..IEA, GS..GE, ST..SE, their control numbers and counts."""

from __future__ import annotations

from dataclasses import dataclass, field

from .reply import Problem
from .segments import MAX_SEGMENTS, Segment

TRAILERS = {"SE": "ST", "GE": "GS", "IEA": "ISA"}
CONTROL = {"ISA": 13, "GS": 6, "ST": 2}
OLD = "00401"
ENVELOPE = frozenset({*TRAILERS, *CONTROL, "TA1"})


@dataclass(slots=True)
class Frame:
    """What the envelope says: `cut` when an opened level was never closed; `version` is ST03, else GS08."""

    cut: bool = False
    version: str = ""
    group: str = ""
    problems: list[Problem] = field(default_factory=list)


def envelope_places(segments: list[Segment]) -> list[int]:
    """Where the segments of the envelope stand."""
    return [i for i, segment in enumerate(segments) if segment[0] in ENVELOPE]


def read_frame(segments: list[Segment], closed: bool, places: list[int] | None = None) -> Frame:
    """Check nesting, control numbers and counts. `closed`: the last segment had its terminator; `places`:
    those of `envelope_places`, when they are known."""
    frame = Frame()
    opened: list[tuple[str, int, str]] = []
    for i in envelope_places(segments) if places is None else places:
        segment = segments[i]
        name = segment[0]
        if name in CONTROL:
            opened.append((name, i, _at(segment, CONTROL[name])))
            _note_version(frame, segment, i + 1)
        elif name in TRAILERS:
            _close(frame, opened, segment, i)
    if frame.version.startswith(OLD):
        _say(frame, "old_version", "The answer is in version 4010, which plans may no longer send.", 1)
    if opened or len(segments) > MAX_SEGMENTS:
        _say(frame, "cut", "The answer stops before its end.", len(segments))
        frame.cut = True
    if not closed and not frame.cut:
        _unclosed(frame, segments)
    return frame


def _close(frame: Frame, opened: list[tuple[str, int, str]], segment: Segment, i: int) -> None:
    wanted = TRAILERS[segment[0]]
    while opened and opened[-1][0] != wanted and wanted in (name for name, _, _ in opened):
        inner = opened.pop()[0]
        frame.cut = True
        _say(frame, "trailer_missing", f"The {inner} segment is never closed.", i + 1)
    if not opened or opened[-1][0] != wanted:
        _say(frame, "trailer_alone", f"{segment[0]} closes nothing.", i + 1)
        return
    _, start, control = opened.pop()
    if _at(segment, 2).strip() != control.strip():
        _say(frame, "control_number", f"{wanted} and {segment[0]} have different control numbers.", i + 1)
    if wanted == "ST" and _at(segment, 1).strip().lstrip("0") != str(i - start + 1):
        _say(frame, "segment_count", "SE01 does not count the segments rightly.", i + 1)


def _unclosed(frame: Frame, segments: list[Segment]) -> None:
    """Some senders leave off the last terminator; a matching IEA control number proves nothing is lost."""
    last, first = segments[-1], segments[0]
    if last[0] != "IEA" or _at(last, 2) != _at(first, 13) or not _at(last, 2):
        frame.cut = True
        _say(frame, "cut", "The answer stops inside its last segment.", len(segments))


def _note_version(frame: Frame, segment: Segment, at: int) -> None:
    if segment[0] == "GS":
        frame.version, frame.group = _at(segment, 8), _at(segment, 1)
    elif segment[0] == "ST" and _at(segment, 3):
        frame.version = _at(segment, 3)
    if segment[0] == "ST" and _at(segment, 1) == "271" and frame.group not in ("HB", ""):
        _say(frame, "group_code", "GS01 does not announce an answer (HB).", at)


def _say(frame: Frame, code: str, words: str, at: int) -> None:
    if len(frame.problems) < 50:
        frame.problems.append(Problem(code, words, at))


def _at(segment: Segment, position: int) -> str:
    return segment[position] if len(segment) > position else ""
