"""Reading a 270 as a plan does: whole envelope, right version, right loops, or a refusal that says where."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from ..x12.frame import read_frame
from ..x12.loops import read_date
from ..x12.segments import Segment, tokenise
from ..x12.writing import VERSION

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
    member_id: str = ""
    born: date | None = None


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

    @property
    def sent_on(self) -> date:
        """BHT04, the day the question was written (so that answers do not depend on a clock)."""
        return read_date(_at(self.bht, 4)) or date(2026, 1, 1)


def read_question(payload: bytes) -> Question:
    """Raises `NotX12` when there is no interchange at all and `Refused` when the 270 is not valid."""
    _, segments, closed = tokenise(payload)
    frame = read_frame(segments, closed)
    question = Question(segments[0])
    level, place = "", 0
    for segment in segments:
        place = 1 if segment[0] == "ST" else place + 1
        if segment[0] == "HL":
            level = _level(question, segment, place)
        else:
            _take(question, level, segment, place)
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


def _take(question: Question, level: str, segment: Segment, place: int) -> None:
    name = segment[0]
    person = question.dependent if level == "23" and question.dependent else question.subscriber
    if name in ("GS", "ST", "BHT"):
        setattr(question, name.lower(), segment)
    elif name == "NM1":
        _take_name(question, level, segment, person)
    elif name == "TRN":
        question.trace = segment
    elif name == "DMG":
        person.born = read_date(_at(segment, 2))
    elif name == "DTP" and _at(segment, 1) == "291":
        question.service_date = read_date(_at(segment, 3))
    elif name == "EQ":
        question.service_types += [code for code in _at(segment, 1).split("^") if code]


def _take_name(question: Question, level: str, segment: Segment, person: Asked) -> None:
    if level == "20":
        question.payer = segment
    elif level == "21":
        question.provider = segment
    else:
        person.last, person.first, person.member_id = _at(segment, 3), _at(segment, 4), _at(segment, 9)


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
