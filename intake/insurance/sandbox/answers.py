"""The sandbox's answers: a 271 with our trace in it, a 999 for a bad 270, a TA1 for a bad envelope."""

from __future__ import annotations

from collections import Counter

from ..x12.segments import Segment
from ..x12.writing import VERSION, clean, npi_is_valid
from .members import MEMBERS, PAYER_ID, PAYER_NAME, PAYER_REJECTS, PROVIDER_REJECTS, Dependent, Enrolled
from .questions import Asked, Question, Refused

GENERAL = frozenset(["1", "33", "35", "47", "48", "50", "86", "88", "98", "AL", "MH", "UC"])
"""The service types a plan must answer when 30 is asked (ELIGIBILITY.md 4.7)."""


def write_271(question: Question, asked_before: Counter[str]) -> bytes:
    """The plan's true answer to `question`; `asked_before` counts earlier questions by their trace."""
    body = [["BHT", "0022", "11", _at(question.bht, 3), _at(question.bht, 4), _at(question.bht, 5)]]
    body += _parties(question) or _people(question, asked_before)
    transaction = [["ST", "271", "0001", VERSION], *body, ["SE", str(len(body) + 2), "0001"]]
    return _interchange(question.isa, question.gs, "HB", VERSION, transaction)


def write_999(question_isa: Segment, group: str, refused: Refused) -> bytes:
    """An implementation acknowledgement that refuses the 270 of this group (GS06) and says where."""
    body = [
        ["AK1", "HS", group, VERSION],
        ["AK2", "270", "0001", VERSION],
        ["IK3", refused.segment, str(refused.place), "", refused.code],
        ["IK5", "R", "5"],
        ["AK9", "R", "1", "1", "0"],
    ]
    version = "005010X231A1"
    transaction = [["ST", "999", "0001", version], *body, ["SE", str(len(body) + 2), "0001"]]
    return _interchange(question_isa, [], "FA", version, transaction)


def write_ta1(isa: Segment, note: str) -> bytes:
    """An interchange acknowledgement that refuses the envelope for the reason `note` (TA105)."""
    ta1 = ["TA1", _at(isa, 13), _at(isa, 9), _at(isa, 10), "R", note]
    return _join([_swapped(isa), ta1, ["IEA", "0", _at(isa, 13)]])


def _parties(question: Question) -> list[Segment]:
    """The whole body when payer or provider are refused, otherwise nothing."""
    payer = ["NM1", "PR", "2", PAYER_NAME, "", "", "", "", "PI", PAYER_ID]
    if _at(question.payer, 9) != PAYER_ID:
        named = ["NM1", "PR", "2", _at(question.payer, 3), "", "", "", "", "PI", _at(question.payer, 9)]
        return [["HL", "1", "", "20", "0"], named, _aaa("79", "C")]
    row = MEMBERS.get(question.subscriber.member_id)
    reject = row.reject if row else ""
    if reject in PAYER_REJECTS:
        return [["HL", "1", "", "20", "0"], payer, _aaa(reject, "C")]
    if reject not in PROVIDER_REJECTS and npi_is_valid(_at(question.provider, 9)):
        return []
    head: list[Segment] = [["HL", "1", "", "20", "1"], payer, ["HL", "2", "1", "21", "0"], question.provider]
    return [*head, _aaa(reject if reject in PROVIDER_REJECTS else "43", "C")]


def _people(question: Question, asked_before: Counter[str]) -> list[Segment]:
    row = MEMBERS.get(question.subscriber.member_id)
    dependent = _dependent(row, question.dependent)
    child = "1" if question.dependent else "0"
    out: list[Segment] = [
        ["HL", "1", "", "20", "1"],
        ["NM1", "PR", "2", PAYER_NAME, "", "", "", "", "PI", PAYER_ID],
        ["PER", "IC", "PROVIDER SERVICES", "TE", "8005550100"],
        ["HL", "2", "1", "21", "1"],
        question.provider,
        ["HL", "3", "2", "22", child],
    ]
    trace = [["TRN", "2", *question.trace[2:4]]]
    reject = _reject(question, row, asked_before)
    who = _subscriber(question.subscriber, row if not reject else None)
    if question.dependent is None or reject:
        return [*out, *trace, *who, *(reject or _benefits(question, row))]
    out += [*who, ["HL", "4", "3", "23", "0"], *trace, ["NM1", "03", "1", *_names(question.dependent)]]
    if dependent is None:
        return [*out, _aaa("67", "C")]
    return [*out, ["DMG", "D8", f"{dependent.born:%Y%m%d}"], *_benefits(question, row)]


def _subscriber(asked: Asked, row: Enrolled | None) -> list[Segment]:
    last, first = (row.last, row.first) if row else (asked.last, asked.first)
    name = ["NM1", "IL", "1", last, first, "", "", "", "MI", asked.member_id]
    born = row.born if row else asked.born
    return [name, ["DMG", "D8", f"{born:%Y%m%d}"]] if born else [name]


def _reject(question: Question, row: Enrolled | None, asked_before: Counter[str]) -> list[Segment]:
    """The AAA segments for the subscriber, one for each faulty item (as CORE rule 259 asks)."""
    asked = question.subscriber
    if row is None:
        return [_aaa("75" if asked.member_id.startswith("SBX") else "72", "C")]
    if row.reject and (not row.reject_times or asked_before[_at(question.trace, 2)] < row.reject_times):
        return [_aaa(row.reject, "R" if row.reject == "42" else "C")]
    by_dependent = question.dependent is not None
    codes = []
    if not (by_dependent and not asked.last) and not _same_name(asked, row):
        codes.append("73")
    if asked.born is None and not by_dependent:
        codes.append("58")
    elif asked.born is not None and asked.born != row.born:
        codes.append("71")
    return [_aaa(code, "C") for code in codes]


def _same_name(asked: Asked, row: Enrolled | Dependent) -> bool:
    """Plans compare last names without punctuation (CORE rule 258)."""
    return _plain(asked.last) == _plain(row.last) and _plain(asked.first) == _plain(row.first)


def _plain(name: str) -> str:
    return "".join(c for c in clean(name) if c.isalnum())


def _dependent(row: Enrolled | None, asked: Asked | None) -> Dependent | None:
    if row is None or asked is None:
        return None
    return next((d for d in row.dependents if _same_name(asked, d) and asked.born == d.born), None)


def _names(asked: Asked) -> list[str]:
    return [asked.last, asked.first]


def _benefits(question: Question, row: Enrolled | None) -> list[Segment]:
    """The member's EB lines for the service types that were asked: a plan does not volunteer the rest."""
    if row is None:
        return []
    year = (question.service_date or question.sent_on).year
    wanted = {"30", *question.service_types} | (GENERAL if "30" in question.service_types else frozenset())
    kept: list[Segment] = []
    keeping = True
    for text in row.benefits:
        segment = text.format(year=year, last_year=year - 1).split("*")
        if segment[0] == "EB":
            segment, keeping = _narrowed(segment, wanted)
        if keeping:
            kept.append(segment)
    return kept


def _narrowed(segment: Segment, wanted: set[str] | frozenset[str]) -> tuple[Segment, bool]:
    types = _at(segment, 3)
    if not types:
        return segment, True
    asked = [code for code in types.split("^") if code in wanted]
    return [*segment[:3], "^".join(asked), *segment[4:]], bool(asked)


def _aaa(reason: str, follow_up: str) -> Segment:
    return ["AAA", "Y" if reason == "42" else "N", "", reason, follow_up]


def _interchange(isa: Segment, gs: Segment, code: str, version: str, transaction: list[Segment]) -> bytes:
    control, day, hour = _at(isa, 13), "20" + _at(isa, 9), _at(isa, 10)
    sender, receiver = _at(isa, 8).strip(), _at(isa, 6).strip()
    number = _at(gs, 6) or "1"
    group = ["GS", code, sender, receiver, day, hour, number, "X", version]
    return _join([_swapped(isa), group, *transaction, ["GE", "1", number], ["IEA", "1", control]])


def _swapped(isa: Segment) -> Segment:
    """The question's ISA with sender and receiver changed over."""
    return [*isa[:5], isa[7], isa[8], isa[5], isa[6], *isa[9:11], "^", *isa[12:16], ":"]


def _join(segments: list[Segment]) -> bytes:
    return "".join("*".join(segment) + "~" for segment in segments).encode("ascii", "replace")


def _at(segment: Segment, position: int) -> str:
    return segment[position] if len(segment) > position else ""
