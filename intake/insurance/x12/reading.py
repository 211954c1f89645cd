"""Reading what came back: tolerant, aware of loops, and never raising whatever the bytes are.

Unknown segments and codes are kept or noted; a wrong count is a note; a missing trailer makes the whole reply
`incomplete`, because half an answer must not be shown as an answer (ELIGIBILITY.md 4.4, 4.10, 6.2).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import chain

from .frame import Frame, envelope_places, read_frame
from .loops import TransactionReader
from .reply import Acknowledgement, Answer, Problem, Reply, ReplyKind
from .segments import CutShort, Delimiters, NotX12, Segment, tokenise

WORDS = {
    "empty": "The answer was empty.",
    "too_large": "The answer was larger than any real one; it was not read.",
    "not_x12": "The answer is not an X12 message.",
    "cut_in_isa": "The answer stops inside its first segment.",
}


def read_reply(body: bytes) -> Reply:
    """Read any bytes into a `Reply`; `kind` says what they are. Never raises."""
    try:
        marks, segments, closed = tokenise(body)
    except NotX12 as problem:
        return refused(problem)
    return read_segments(marks, segments, closed=closed)


def refused(problem: NotX12) -> Reply:
    """The reply that a body without a usable ISA is."""
    kind = ReplyKind.INCOMPLETE if isinstance(problem, CutShort) else ReplyKind.NOT_X12
    return Reply(kind, problems=(Problem(problem.code, WORDS[problem.code]),))


def read_segments(marks: Delimiters, segments: list[Segment], *, closed: bool) -> Reply:
    """The reply in a message already cut; `closed` as in `tokenise`."""
    places = envelope_places(segments)
    frame = read_frame(segments, closed, places)
    gathered = _gather(segments, places, marks)
    return _reply(frame, gathered, segments[0], marks)


@dataclass(slots=True)
class _Gathered:
    answers: list[Answer] = field(default_factory=list)
    interchange_acks: list[Acknowledgement] = field(default_factory=list)
    functional_acks: list[Acknowledgement] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def _gather(segments: list[Segment], places: list[int], marks: Delimiters) -> _Gathered:
    """Give each transaction (ST to SE) to the reader of its kind."""
    found = _Gathered()
    start, kind = 0, ""
    for i in places:
        segment = segments[i]
        name = segment[0]
        if name == "ST":
            start, kind = i, _at(segment, 1)
        elif name == "TA1":
            found.interchange_acks.append(_ta1(segment))
        elif name == "SE" and kind:
            _transaction(found, kind, segments, start, i, marks)
            kind = ""
    if kind:
        _transaction(found, kind, segments, start, len(segments), marks)
    return found


def _transaction(found: _Gathered, kind: str, segments: list[Segment], start: int, end: int, marks: Delimiters) -> None:
    if kind == "271":
        reader = TransactionReader(segments[start], marks)
        found.answers.append(reader.read(segments, start + 1, end))
        found.problems.extend(reader.problems)
    elif kind in ("999", "997"):
        found.functional_acks.append(_functional(segments[start:end]))
    else:
        words = f"The message holds a transaction that is not an answer ({kind[:3] or 'unnamed'})."
        found.problems.append(Problem("other_transaction", words, start + 1))


def _reply(frame: Frame, found: _Gathered, isa: Segment, marks: Delimiters) -> Reply:
    refused = [ack for ack in found.interchange_acks if not ack.accepted]
    if frame.cut:
        kind = ReplyKind.INCOMPLETE
    elif found.answers:
        kind = ReplyKind.ELIGIBILITY
    elif refused or (found.interchange_acks and not found.functional_acks):
        kind = ReplyKind.INTERCHANGE_ACKNOWLEDGEMENT
    elif found.functional_acks:
        kind = ReplyKind.ACKNOWLEDGEMENT
    else:
        kind = ReplyKind.NOT_X12
    acks = found.interchange_acks if kind is ReplyKind.INTERCHANGE_ACKNOWLEDGEMENT else found.functional_acks
    return Reply(
        kind=kind,
        answers=tuple(found.answers),
        acknowledgements=tuple(acks),
        problems=tuple(chain(frame.problems, found.problems)),
        delimiters=marks,
        sender_id=_at(isa, 6).strip(),
        receiver_id=_at(isa, 8).strip(),
        control_number=_at(isa, 13),
        version=frame.version,
    )


def _ta1(segment: Segment) -> Acknowledgement:
    """TA104: A taken, E taken with errors, R refused; TA105 says why."""
    code = _at(segment, 4)
    return Acknowledgement(accepted=code in ("A", "E"), code=code, note=_at(segment, 5))


def _functional(segments: list[Segment]) -> Acknowledgement:
    """999 (or 997): AK9 for the group and IK5/AK5 for each transaction; the worst of them counts."""
    verdicts = [_at(s, 1) for s in segments if s[0] in ("AK9", "IK5", "AK5")]
    errors = tuple("*".join(s[:5]) for s in segments if s[0] in ("IK3", "IK4", "AK3", "AK4"))
    notes = [_at(s, 2) for s in segments if s[0] in ("IK5", "AK5") and _at(s, 2)]
    worst = next((v for v in verdicts if v not in ("A", "E")), verdicts[-1] if verdicts else "")
    errors_only_place = tuple(_without_value(e) for e in errors)
    return Acknowledgement(worst in ("A", "E"), worst, ",".join(notes), errors_only_place)


def _without_value(error: str) -> str:
    """IK4 element 4 is a copy of the bad value, which may be PHI: leave it out."""
    parts = error.split("*")
    return "*".join(parts[:4]) if parts[0] in ("IK4", "AK4") else error


def _at(segment: Segment, position: int) -> str:
    return segment[position] if len(segment) > position else ""
