"""Reading a 270 as a plan does: whole envelope, right version, right loops, or a refusal that says where."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from ..x12.frame import read_frame
from ..x12.loops import read_date, read_period
from ..x12.segments import Delimiters, Segment, tokenise
from ..x12.writing import REFERENCES, VERSION

LEVELS = ("20", "21", "22", "23")


class Refused(Exception):
    """The 270 breaks the format: `segment` and `place` (from ST = 1) and a 999 segment error `code`."""

    def __init__(self, segment: str, place: int, code: str) -> None:
        super().__init__(f"{segment} at {place}: {code}")
        self.segment, self.place, self.code = segment, place, code


@dataclass(slots=True)
class Asked:
    """One person's names and numbers as they stood in the 270."""

    last: str = ""
    first: str = ""
    middle: str = ""
    suffix: str = ""
    member_id: str = ""
    born: date | None = None
    gender: str = ""
    relationship: str = ""
    references: list[tuple[str, str]] = field(default_factory=list)


@dataclass(slots=True)
class Question:
    """A 270 taken apart. `isa`, `gs` and `st` are kept for the envelope of the answer."""

    isa: Segment
    gs: Segment = field(default_factory=list)
    st: Segment = field(default_factory=list)
    bht: Segment = field(default_factory=list)
    payer: Segment = field(default_factory=list)
    provider: Segment = field(default_factory=list)
    trace: Segment = field(default_factory=list)
    subscriber: Asked = field(default_factory=Asked)
    dependent: Asked | None = None
    service_types: list[str] = field(default_factory=list)
    service_date: date | None = None
    service_until: date | None = None

    @property
    def sent_on(self) -> date:
        """BHT04, the day the question was written (so that answers do not depend on a clock)."""
        return read_date(_at(self.bht, 4)) or date(2026, 1, 1)


def read_question(payload: bytes) -> Question:
    """Raises `NotX12` when there is no interchange at all and `Refused` when the 270 is not valid."""
    marks, segments, closed = tokenise(payload)
    frame = read_frame(segments, closed)
    question = Question(segments[0])
    level, place = "", 0
    for segment in segments:
        place = 1 if segment[0] == "ST" else place + 1
        if segment[0] == "HL":
            level = _level(question, segment, place)
        else:
            _take(question, level, segment, place, marks)
    if frame.cut or frame.problems:
        raise Refused("SE", place, "5")
    _check(question, place)
    return question


def _level(question: Question, segment: Segment, place: int) -> str:
    level = _at(segment, 3)
    if level not in LEVELS:
        raise Refused("HL", place, "8")
    if level == "23":
        question.dependent = Asked()
    return level


def _take(question: Question, level: str, segment: Segment, place: int, marks: Delimiters) -> None:
    name = segment[0]
    person = question.dependent if level == "23" and question.dependent else question.subscriber
    if name in ("GS", "ST", "BHT"):
        setattr(question, name.lower(), segment)
    elif name == "NM1":
        _take_name(question, level, segment, person)
    elif name == "TRN":
        question.trace = segment
    elif name == "DTP" and _at(segment, 1) == "291":
        _take_dates(question, segment, place)
    elif name == "EQ":
        codes = _at(segment, 1).split(marks.repetition) if marks.repetition else [_at(segment, 1)]
        question.service_types += [code for code in codes if code]
    elif level in ("22", "23"):
        _take_fact(person, segment, place)


def _take_dates(question: Question, segment: Segment, place: int) -> None:
    period = read_period(segment, place)
    if period.start is None or period.end is None:
        raise Refused("DTP", place, "8")
    question.service_date = period.start
    question.service_until = period.end if _at(segment, 2) == "RD8" else None


def _take_fact(person: Asked, segment: Segment, place: int) -> None:
    """What stands about a person beside the name."""
    name = segment[0]
    if name == "DMG":
        person.born, person.gender = read_date(_at(segment, 2)), _at(segment, 3)
        if person.born is None or person.gender not in ("", "F", "M"):
            raise Refused("DMG", place, "8")
    elif name == "INS":
        person.relationship = _at(segment, 2)
    elif name == "REF":
        if _at(segment, 1) not in REFERENCES or not _at(segment, 2):
            raise Refused("REF", place, "8")
        person.references.append((_at(segment, 1), _at(segment, 2)))


def _take_name(question: Question, level: str, segment: Segment, person: Asked) -> None:
    if level == "20":
        question.payer = segment
    elif level == "21":
        question.provider = segment
    else:
        person.last, person.first, person.member_id = _at(segment, 3), _at(segment, 4), _at(segment, 9)
        person.middle, person.suffix = _at(segment, 5), _at(segment, 7)


def _check(question: Question, place: int) -> None:
    if _at(question.gs, 1) != "HS" or _at(question.gs, 8) != VERSION or _at(question.st, 3) != VERSION:
        raise Refused("ST", 1, "8")
    if _at(question.st, 1) != "270" or _at(question.bht, 2) != "13":
        raise Refused("BHT", 2, "8")
    if len(question.payer) < 10 or len(question.provider) < 10:
        raise Refused("NM1", 4, "8")
    if not question.subscriber.member_id and not question.subscriber.last:
        raise Refused("NM1", place, "3")
    if not question.service_types:
        raise Refused("EQ", place, "3")


def _at(segment: Segment, position: int) -> str:
    return segment[position] if len(segment) > position else ""
