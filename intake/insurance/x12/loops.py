"""One 271 transaction, segment by segment, into its loops.

The rule of the format: a segment belongs to what was opened last. HL opens a level (20 payer, 21 provider,
22 subscriber, 23 dependent); EB opens a benefit until the next EB or HL; LS..LE, or an NM1 after an EB, opens
an entity of that benefit, so its NM1/N3/N4/PER/PRV are never taken for the payer's or the member's.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from .reply import (
    Answer,
    Benefit,
    Contact,
    Delivery,
    Member,
    Nature,
    Other,
    Party,
    Period,
    Problem,
    Reference,
    Reject,
    Trace,
    made,
)
from .segments import Delimiters, Segment

LEVELS = {"20": "2000A", "21": "2000B", "22": "2000C", "23": "2000D"}
KNOWN = frozenset({"HI", "MPI"})
"""Segments of the standard that say nothing of coverage: kept raw, without a note."""
MOST_PROBLEMS = 50
NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)")
BLANKS = [""] * 15

Draft = dict[str, Any]
"""The fields of a frozen dataclass while its segments are still arriving; `made` turns it into the object."""


class TransactionReader:
    """Reads the segments between one ST and its SE; use once."""

    def __init__(self, st: Segment, marks: Delimiters) -> None:
        self.marks = marks
        self.problems: list[Problem] = []
        self.answer: Draft = {"version": _at(st, 3), "reference": ""}
        self.rejects: list[Reject] = []
        self.messages: list[str] = []
        self.others: list[Other] = []
        self.members: list[Member] = []
        self.benefits: list[Benefit] = []
        self.subscriber: Member | None = None
        self.loop = ""
        self.member: Draft | None = None
        self.benefit: Draft | None = None
        self.party: Draft | None = None
        self.in_entities = False

    def read(self, segments: list[Segment], start: int, end: int) -> Answer:
        """Segments `start` (after the ST) up to `end` (the SE), as an `Answer`."""
        steps = STEPS
        for i in range(start, end):
            segment = segments[i]
            step = steps.get(segment[0])
            if step is not None:
                step(self, segment, i + 1)
            else:
                self._other(segment, i + 1)
        self._close_member()
        self.answer["members"], self.answer["rejects"] = tuple(self.members), tuple(self.rejects)
        self.answer["messages"], self.answer["others"] = tuple(self.messages), tuple(self.others)
        return Answer(**self.answer)

    def _other(self, segment: Segment, at: int) -> None:
        """Whatever has no place of its own is kept as it came."""
        self.others.append(Other(at, self.marks.element.join(segment)))
        if segment[0] not in KNOWN:
            self._note("unknown_segment", "A segment of an unknown kind is kept but not understood.", at)

    def _note(self, code: str, words: str, at: int) -> None:
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(Problem(code, words, at))

    def _bht(self, segment: Segment, at: int) -> None:
        self.answer["reference"] = _at(segment, 3)
        self.answer["created"] = read_date(_at(segment, 4))

    def _hl(self, segment: Segment, at: int) -> None:
        self._close_member()
        self.loop = LEVELS.get(_at(segment, 3), "")
        if not self.loop:
            self._note("unknown_level", "An HL of an unknown level.", at)
        if self.loop in ("2000C", "2000D"):
            self.member = {"loop": self.loop}
            if self.loop == "2000D":
                self.member["subscriber"] = self.subscriber

    def _nm1(self, segment: Segment, at: int) -> None:
        self._close_party()
        self.party = _party(segment, at)

    def _n3_n4(self, segment: Segment, at: int) -> None:
        _add(self._any_party(at), "address", *(part for part in segment[1:] if part))

    def _per(self, segment: Segment, at: int) -> None:
        pairs = list(zip(segment[3::2], segment[4::2], strict=False))
        contact = Contact(_at(segment, 2), tuple((kind, value) for kind, value in pairs if value))
        _add(self._any_party(at), "contacts", contact)

    def _prv(self, segment: Segment, at: int) -> None:
        if self.party is not None:
            self.party["provider_code"] = _at(segment, 3)
        else:
            self.others.append(Other(at, self.marks.element.join(segment)))

    def _any_party(self, at: int) -> Draft:
        """An entity may come without its NM1 (real plans do): it is kept, without a name."""
        if self.party is None:
            self.party = {"role": "", "at": at}
        return self.party

    def _trn(self, segment: Segment, at: int) -> None:
        trace = Trace(_at(segment, 1), _at(segment, 2), _at(segment, 3))
        if self.member is not None:
            _add(self.member, "traces", trace)
        else:
            self._other(segment, at)

    def _ref(self, segment: Segment, at: int) -> None:
        reference = Reference(_at(segment, 1), _at(segment, 2), _at(segment, 3))
        if self.benefit is not None and not self.in_entities:
            _add(self.benefit, "references", reference)
        elif self.party is not None:
            _add(self.party, "references", reference)
        else:
            self._other(segment, at)

    def _dmg(self, segment: Segment, at: int) -> None:
        if self.member is not None:
            self.member["birth_date"] = read_date(_at(segment, 2))
            self.member["gender"] = _at(segment, 3)

    def _ins(self, segment: Segment, at: int) -> None:
        """INS03/04 = 001/25: the plan changed something in the identity we sent."""
        if self.member is not None:
            self.member["relationship"] = _at(segment, 2)
            self.member["identity_changed"] = _at(segment, 3) == "001"

    def _dtp(self, segment: Segment, at: int) -> None:
        target = self.benefit if self.benefit is not None else self.member
        if target is not None:
            _add(target, "periods", read_period(segment, at))
        else:
            self._other(segment, at)

    def _aaa(self, segment: Segment, at: int) -> None:
        raw = self.marks.element.join(segment)
        values = (_at(segment, 3), _at(segment, 4), _at(segment, 1))
        if self.benefit is not None and self.member is not None:
            reject = Reject(self.loop.replace("000", "110"), *values, at, raw)
            _add(self.benefit, "rejects", reject)
            return
        loop = self.loop.replace("2000", "2100") if self.party is not None else self.loop
        reject = Reject(loop, *values, at, raw)
        if self.member is not None:
            _add(self.member, "rejects", reject)
        else:
            self.rejects.append(reject)

    def _eb(self, segment: Segment, at: int) -> None:
        if self.benefit is not None:
            self._close_benefit()
        elif self.party is not None:
            self._close_party()
        if self.member is None:
            self._note("benefit_without_member", "A benefit stands outside any member.", at)
            self.member = {"loop": "2000C"}
        self.benefit = self._benefit(segment, at)

    def _benefit(self, segment: Segment, at: int) -> Draft:
        e = segment + BLANKS[len(segment) :]
        types, amount, percent, quantity = e[3], e[7], e[8], e[10]
        benefit: Draft = {
            "at": at,
            "raw": self.marks.element.join(segment),
            "info": e[1],
            "level": e[2],
            "service_types": (types,) if len(types) == 2 and types.isalnum() else self._service_types(types, at),
            "insurance_type": e[4],
            "plan_name": e[5],
            "period": e[6],
            "quantity_qualifier": e[9],
            "authorisation": e[11],
            "network": e[12],
            "procedure": e[13],
            "diagnosis_pointers": e[14],
        }
        if amount:
            benefit["amount"] = self._number(amount, at)
        if percent:
            benefit["percent"] = self._number(percent, at)
        if quantity:
            benefit["quantity"] = self._number(quantity, at)
        return benefit

    def _service_types(self, text: str, at: int) -> tuple[str, ...]:
        types = text.split(self.marks.repetition) if self.marks.repetition else [text]
        if any(len(t) > 3 or (t and not t.isalnum()) for t in types):
            self._note("service_type_separator", "Service types are joined by an unexpected separator.", at)
        return tuple(t for t in types if t)

    def _number(self, text: str, at: int) -> Decimal | None:
        number = read_number(text)
        if number is None:
            self._note("unreadable_number", "A number cannot be read.", at)
        return number

    def _hsd(self, segment: Segment, at: int) -> None:
        if self.benefit is not None:
            _add(self.benefit, "deliveries", Delivery(tuple(segment[1:])))
        else:
            self._other(segment, at)

    def _msg(self, segment: Segment, at: int) -> None:
        if self.benefit is not None:
            said = self.benefit.get("messages", ())
            self.benefit["messages"] = (*said, *segment[1:2])
        else:
            self.messages.append(_at(segment, 1))

    def _iii(self, segment: Segment, at: int) -> None:
        """III*ZZ is a place of service, other qualifiers are not; III04 carries a free text."""
        if self.benefit is None:
            self._other(segment, at)
            return
        qualifier, code, text = _at(segment, 1), _at(segment, 2), _at(segment, 4)
        if code and qualifier in ("ZZ", ""):
            _add(self.benefit, "places", code)
        elif code:
            _add(self.benefit, "natures", Nature(qualifier, code))
        if text:
            _add(self.benefit, "messages", text)

    def _ls(self, segment: Segment, at: int) -> None:
        self._close_party()
        self.in_entities = True

    def _le(self, segment: Segment, at: int) -> None:
        self._close_party()
        self.in_entities = False

    def _close_party(self) -> None:
        if self.party is None:
            return
        party, self.party = made(Party, self.party), None
        if self.benefit is not None:
            _add(self.benefit, "entities", party)
        elif self.member is not None:
            self.member.setdefault("party", party)
        elif self.loop == "2000A":
            self.answer.setdefault("payer", party)
        elif self.loop == "2000B":
            self.answer.setdefault("provider", party)

    def _close_benefit(self) -> None:
        if self.benefit is None:
            return
        if self.party is not None:
            self._close_party()
        self.benefits.append(made(Benefit, self.benefit))
        self.benefit, self.in_entities = None, False

    def _close_member(self) -> None:
        self._close_benefit()
        self._close_party()
        self.in_entities = False
        if self.member is None:
            return
        member, self.member = Member(**self.member, benefits=tuple(self.benefits)), None
        self.benefits = []
        self.members.append(member)
        if not member.is_dependent:
            self.subscriber = member


STEPS: dict[str, Callable[[TransactionReader, Segment, int], None]] = {
    "BHT": TransactionReader._bht,
    "HL": TransactionReader._hl,
    "NM1": TransactionReader._nm1,
    "N3": TransactionReader._n3_n4,
    "N4": TransactionReader._n3_n4,
    "PER": TransactionReader._per,
    "PRV": TransactionReader._prv,
    "TRN": TransactionReader._trn,
    "REF": TransactionReader._ref,
    "DMG": TransactionReader._dmg,
    "INS": TransactionReader._ins,
    "DTP": TransactionReader._dtp,
    "AAA": TransactionReader._aaa,
    "EB": TransactionReader._eb,
    "HSD": TransactionReader._hsd,
    "MSG": TransactionReader._msg,
    "III": TransactionReader._iii,
    "LS": TransactionReader._ls,
    "LE": TransactionReader._le,
}


def read_date(text: str) -> date | None:
    """CCYYMMDD (a time after it is ignored), or None."""
    if len(text) < 8 or not (text[:8].isascii() and text[:8].isdigit()):
        return None
    try:
        return date.fromisoformat(text[:8])
    except ValueError:
        return None


def read_period(segment: Segment, at: int) -> Period:
    """A DTP in D8 (one day) or RD8 (from-to); anything else keeps only its raw text."""
    qualifier, shape, raw = _at(segment, 1), _at(segment, 2), _at(segment, 3)
    if shape.startswith("RD"):
        first, _, last = raw.partition("-")
        start, end = read_date(first), read_date(last)
    else:
        start = end = read_date(raw)
    return made(Period, {"qualifier": qualifier, "start": start, "end": end, "raw": raw, "at": at})


def read_number(text: str) -> Decimal | None:
    """A plain decimal number, or None: no exponent, infinity or NaN, and not longer than 18 characters."""
    return Decimal(text) if len(text) <= 18 and NUMBER.fullmatch(text) else None


def _party(segment: Segment, at: int) -> Draft:
    e = segment + BLANKS[len(segment) :]
    return {
        "role": e[1],
        "last_name": e[3],
        "first_name": e[4],
        "middle_name": e[5],
        "suffix": e[7],
        "id_qualifier": e[8],
        "id": e[9],
        "at": at,
    }


def _add(draft: Draft, name: str, *values: object) -> None:
    draft[name] = draft.get(name, ()) + values


def _at(segment: Segment, position: int) -> str:
    return segment[position] if len(segment) > position else ""
