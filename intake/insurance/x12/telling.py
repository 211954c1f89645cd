"""What a body says, without knowing what was asked: one plain object, as `manage.py read_271 --json` prints it.

`tell(reply)` has the keys of `KEYS`. A message about one person fills them all. One about several (a batch) fills
`problems`, `rejections` and `trace_numbers` for the whole and leaves the rest empty, because people are never
merged; each person then stands in `answers` with the same keys. Amounts are text (no rounding), dates YYYY-MM-DD,
None means the plan left it blank, and every fact has the `segment` it came from and its place `at` (the ISA is 1).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from . import codes
from .benefits import MONEY, NETWORKS, authorisation
from .plain import to_plain
from .plans import read_plans
from .rejecting import read_reject, step_from_rejects
from .reply import Answer, Benefit, Member, Party, Reject, Reply, ReplyKind
from .summarising import family_coverage, member_periods, suggestion
from .summary import Coverage, Money, Plan, Service

ASSUMED = ("30", "AI", "MH")
"""What a reader of a file wants to know about, whatever was asked: the plan, substance use, mental health."""
FAMILIES = ("substance_use", "mental_health")
FIGURES = ("deductible", "remaining", "out_of_pocket", "copay", "coinsurance")
WHOLE_PLAN = frozenset({"deductible", "out_of_pocket"})
READ = frozenset({ReplyKind.ELIGIBILITY, ReplyKind.ACKNOWLEDGEMENT, ReplyKind.INTERCHANGE_ACKNOWLEDGEMENT})
MOST_SHARED = 1_000
Told = dict[str, Any]


def tell(reply: Reply, on: date | None = None) -> Told:
    """The object for one body. `on` is the day asked about; without it, the day the message itself names."""
    told: Told = {"kind": reply.kind.value, "problems": to_plain(reply.problems), **_nobody()}
    if reply.acknowledgements:
        told["acknowledgements"] = to_plain(reply.acknowledgements)
    if reply.kind is not ReplyKind.ELIGIBILITY:
        return told
    people = [_person(answer, member, on) for answer in reply.answers for member in _patients(answer)]
    if len(people) == 1:
        return told | people[0]
    for key in ("rejections", "trace_numbers"):
        told[key] = list({str(item): item for person in people for item in person[key]}.values())
    return told | {"answers": people}


class Batch:
    """A file too large to hold: `people` as they come, then `told` for the keys of the whole."""

    def __init__(self, on: date | None) -> None:
        self.on = on
        self.kinds: dict[ReplyKind, None] = {}
        self.shared: dict[str, dict[str, Any]] = {"problems": {}, "rejections": {}, "trace_numbers": {}}

    def people(self, replies: Iterable[Reply]) -> Iterator[Told]:
        """Each person of each reply. What is shared is kept once, so that it does not grow with the file."""
        for reply in replies:
            self.kinds[reply.kind] = None
            told = tell(reply, self.on)
            for person in told.get("answers", [told]):
                for key, found in self.shared.items():
                    found.update((str(item), item) for item in person.get(key, told[key]) if len(found) < MOST_SHARED)
                if reply.kind is ReplyKind.ELIGIBILITY:
                    yield {key: person[key] for key in person if key not in ("kind", "problems", "answers")}

    def told(self) -> Told:
        """The keys of the file; its kind is the worst of its parts."""
        order = (ReplyKind.INCOMPLETE, ReplyKind.NOT_X12, *sorted(READ))
        kind = next((k for k in order if k in self.kinds), ReplyKind.NOT_X12)
        return {"kind": kind.value, **_nobody(), **{key: list(found.values()) for key, found in self.shared.items()}}


def unreadable(code: str, words: str) -> Told:
    """The object for a file that could not even be opened."""
    return {"kind": ReplyKind.NOT_X12.value, "problems": [{"code": code, "words": words, "at": 0}], **_nobody()}


def _nobody() -> Told:
    return {
        "rejections": [],
        "trace_numbers": [],
        "payer": None,
        "subscriber": None,
        "dependent": None,
        "coverage": {coverage.value: [] for coverage in Coverage},
        "plans": [],
        **{family: _empty_family() for family in FAMILIES},
        "suggestions": [],
    }


def _empty_family() -> Told:
    return {"coverage": Coverage.NOT_STATED.value, **{name: {} for name in (*FIGURES, "authorisation", "limits")}}


def _patients(answer: Answer) -> list[Member | None]:
    """Whom the answer is about: each dependent, and each subscriber who is not only there for a dependent."""
    leading = {id(m.subscriber) for m in answer.members if m.is_dependent}
    own = [m for m in answer.members if m.is_dependent or m.benefits or id(m) not in leading]
    return [*own] or [None]


def _person(answer: Answer, member: Member | None, on: date | None) -> Told:
    benefits = member.benefits if member else ()
    day = on or _day(answer, member)
    plans = read_plans(benefits, member_periods(member), ASSUMED, day)
    found = [s for b in benefits if (s := suggestion(b, benefits)) is not None]
    return {
        "on": day.isoformat(),
        "rejections": [_rejection(reject) for reject in _rejects(answer, member)],
        "trace_numbers": list(dict.fromkeys(t.number for m in _line(member) for t in m.traces)),
        "payer": _party(answer.payer),
        "subscriber": _member(next((m for m in _line(member) if not m.is_dependent), None)),
        "dependent": _member(member if member and member.is_dependent else None),
        "coverage": _coverage(plans),
        "plans": [_plan(plan, benefits) for plan in plans],
        **{family: _family(family, plans, benefits) for family in FAMILIES},
        "suggestions": to_plain(tuple(found)),
        "other_lines": [_benefit(b) for b in _without_plan(plans, benefits)],
    }


def _day(answer: Answer, member: Member | None) -> date:
    """The plan date (291) or service date (472) of the member when it is one day, else the day the answer was written.

    Nobody named a day then, so a plan that begins later is not told of as "not begun": it is looked at from there.
    """
    periods = member_periods(member)
    for qualifier in ("291", "472"):
        named = [p.start for p in periods if p.qualifier == qualifier and p.start and p.start == p.end]
        if named:
            return named[0]
    begins = [p.start for p in periods if p.qualifier in ("346", "356") and p.start]
    return max([answer.created or date.today(), *begins])


def _line(member: Member | None) -> list[Member]:
    if member is None:
        return []
    return [member.subscriber, member] if member.subscriber else [member]


def _rejects(answer: Answer, member: Member | None) -> Iterator[Reject]:
    yield from answer.rejects
    for one in _line(member):
        yield from one.rejects
    for benefit in member.benefits if member else ():
        yield from benefit.rejects


def _rejection(reject: Reject) -> Told:
    fact = read_reject(reject)
    return {
        "code": fact.code,
        "loop": fact.loop,
        "meaning": fact.words,
        "next_step": fact.kind.value,
        "what_to_do": step_from_rejects([fact]).words,
        "fields": list(fact.fields),
        "who": fact.who,
        "follow_up": fact.follow_up,
        **_from(fact.source.at, fact.source.segment),
    }


def _party(party: Party | None) -> Told | None:
    if party is None:
        return None
    told = {"name": party.name, "id": party.id, "id_qualifier": party.id_qualifier}
    told["references"] = to_plain(party.references)
    return told | {"contacts": to_plain(party.contacts), "at": party.at}


def _member(member: Member | None) -> Told | None:
    if member is None:
        return None
    party = member.party or Party("")
    return {
        "last_name": party.last_name,
        "first_name": party.first_name,
        "middle_name": party.middle_name,
        "suffix": party.suffix,
        "id": party.id,
        "id_qualifier": party.id_qualifier,
        "birth_date": member.birth_date.isoformat() if member.birth_date else None,
        "gender": member.gender,
        "relationship": member.relationship,
        "identity_changed": member.identity_changed,
        "address": list(party.address),
        "references": to_plain(party.references),
        "periods": to_plain(member.periods),
        "at": party.at,
    }


def _coverage(plans: tuple[Plan, ...]) -> Told:
    """Plan by plan and service by service, under the value it has; a service not mentioned has no segment."""
    told: Told = {coverage.value: [] for coverage in Coverage}
    for plan in plans:
        told[plan.coverage.value].append(_said("30", "", plan, plan))
        for service in plan.services:
            told[service.coverage.value].append(_said(service.code, service.name, service, plan))
    if not plans:
        told[Coverage.NOT_STATED.value] = [
            {"plan": "", "service_type": code, "name": codes.words("service_types", code), "reason": "not_mentioned"}
            | {"segments": []}
            for code in ASSUMED
        ]
    return told


def _said(code: str, name: str, thing: Plan | Service, plan: Plan) -> Told:
    return {
        "plan": plan.name or plan.insurance_type_words,
        "service_type": code,
        "name": name or codes.words("service_types", code),
        "reason": thing.reason,
        "segments": [_from(s.at, s.segment) for s in thing.sources],
    }


def _plan(plan: Plan, benefits: Iterable[Benefit]) -> Told:
    own = set(plan.lines)
    return {
        "name": plan.name,
        "insurance_type": plan.insurance_type,
        "group": plan.group,
        "status": plan.coverage.value,
        "reason": plan.reason,
        "words": plan.words,
        "begins": plan.begins.isoformat() if plan.begins else None,
        "ends": plan.ends.isoformat() if plan.ends else None,
        "benefits": [_benefit(b) for b in benefits if b.at in own],
    }


def _without_plan(plans: tuple[Plan, ...], benefits: Iterable[Benefit]) -> list[Benefit]:
    """Lines that belong to no plan of this payer: other payers, contacts, disclaimers."""
    own = {at for plan in plans for at in plan.lines}
    return [b for b in benefits if b.at not in own]


def _benefit(benefit: Benefit) -> Told:
    """One EB, with what it carries; what is blank is left out, but the amounts, where blank is a fact."""
    told = to_plain(benefit)
    told["info_words"] = codes.words("information", benefit.info)
    told["network"] = NETWORKS.get(benefit.network, "unknown")
    told["segment"] = told.pop("raw")
    money = codes.use(benefit.info) in MONEY
    return {key: value for key, value in told.items() if value not in ("", [], None) or (money and key == "amount")}


def _family(family: str, plans: tuple[Plan, ...], benefits: Iterable[Benefit]) -> Told:
    """Figures by network, each with its plan. Deductible and maximum of the whole plan count for every service.

    A plan that is not active on the day has its figures only under `plans`: nobody owes its deductible.
    """
    told = _empty_family() | {"coverage": family_coverage(plans, family).value}
    for plan in (plan for plan in plans if plan.coverage is not Coverage.NOT_COVERED):
        services = [s for s in plan.services if s.family == family]
        lines = {source.at for s in services for source in s.sources}
        whole = [m for m in plan.money if m.kind in WHOLE_PLAN]
        once = {(m.source.at, m.flag): m for s in services for m in s.money}
        for item in [*once.values(), *(m for m in whole if (m.source.at, m.flag) not in once)]:
            _put(told, "remaining" if item.measure == "left" else item.kind, item.network, _figure(item, plan))
        for limit in {(x.source.at, x.words): x for s in services for x in s.limits}.values():
            _put(told, "limits", limit.network, {"plan": plan.name, **to_plain(limit)})
        _authorised(told, [b for b in benefits if b.at in lines])
    return told


def _authorised(told: Told, lines: list[Benefit]) -> None:
    """By network; `required` as soon as one line of any plan says so."""
    for network in dict.fromkeys(NETWORKS.get(b.network, "unknown") for b in lines):
        said = authorisation(b for b in lines if NETWORKS.get(b.network, "unknown") == network)
        before = told["authorisation"].get(network, "not_stated")
        order = ("required", "unknown", "not_required", "not_stated")
        told["authorisation"][network] = min(said, before, key=order.index)


def _figure(item: Money, plan: Plan) -> Told:
    return {
        "plan": plan.name,
        "kind": item.kind,
        "measure": item.measure,
        "service_types": list(item.service_types),
        "level": item.level,
        "period": item.period,
        "amount": None if item.amount is None else str(item.amount),
        "percent": None if item.percent is None else str(item.percent),
        "flag": item.flag,
        "words": item.words,
        **_from(item.source.at, item.source.segment),
    }


def _put(told: Told, name: str, network: str, item: Told) -> None:
    if name in told:
        told[name].setdefault(network, []).append(item)


def _from(at: int, segment: str) -> Told:
    return {"at": at, "segment": segment}
