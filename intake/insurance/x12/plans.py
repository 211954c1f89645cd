"""Which lines belong to which plan, and what each plan says (ELIGIBILITY.md 6.3).

Plans are tied to their lines only by name, type, group and order; two plans are never merged.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from . import codes
from .benefits import MONEY, authorisation, limits, money, source
from .reply import Benefit, Period, made
from .summary import Coverage, Plan, Service

STATUS = frozenset("12345678")
ASIDE = frozenset({"R", "L", "X", "U", "W", "MC", "N", "P", "V", "T"})
GROUP_REFERENCES = ("18", "6P", "1L", "IG")
BEGINS = frozenset({"346", "356", "348", "291", "307"})
ENDS = frozenset({"347", "357", "349", "291", "307"})
OF_THE_PLAN = frozenset({"346", "347"})
RANGES = frozenset({"291", "307"})
NO_END = 9999

Said = tuple[Coverage, str]
"""A coverage and the key of its reason."""


@dataclass(slots=True)
class Lines:
    """The lines of one plan while they are being gathered."""

    insurance_type: str = ""
    name: str = ""
    group: str = ""
    all: list[Benefit] = field(default_factory=list)

    @property
    def key(self) -> tuple[str, str, str]:
        return self.insurance_type, self.name, self.group

    def take(self, benefit: Benefit) -> None:
        """Add a line and learn from it what was not yet known of the plan.

        A name counts on the plan's first line and its status lines: elsewhere EB05 may be the name of a limit
        ("Physical and Speech Therapy" in a Medicare answer).
        """
        kind, name, group = _key(benefit)
        self.insurance_type = self.insurance_type or kind
        if not self.all or is_plan_status(benefit):
            self.name = self.name or name
        self.group = self.group or group
        self.all.append(benefit)


def read_plans(
    benefits: Iterable[Benefit], member_periods: tuple[Period, ...], asked: tuple[str, ...], on: date
) -> tuple[Plan, ...]:
    """The plans of one member on the day `on`, each with its services (those asked and those mentioned)."""
    return tuple(_plan(lines, member_periods, asked, on) for lines in group(benefits))


def group(benefits: Iterable[Benefit]) -> list[Lines]:
    """Lines by plan, in order of appearance."""
    plans: list[Lines] = []
    current: Lines | None = None
    for benefit in benefits:
        if benefit.info in ASIDE:
            continue
        home = _home(plans, current, benefit)
        if home is not None:
            current = home
            current.take(benefit)
    return plans


def _home(plans: list[Lines], current: Lines | None, benefit: Benefit) -> Lines | None:
    """The plan a line belongs to, a new one if need be; a mere note about a plan not met before makes none."""
    key = _key(benefit)
    if current is not None and not any(key):
        return current
    fitting = [plan for plan in plans if _agrees(plan.key, key)]
    if fitting:
        return max(fitting, key=lambda plan: _shared(plan.key, key))
    if len(plans) == 1 and not any(plans[0].key) and not is_plan_status(benefit):
        return plans[0]
    if plans and codes.use(benefit.info) == "note":
        return None
    plans.append(Lines())
    return plans[-1]


def _agrees(plan: tuple[str, str, str], line: tuple[str, str, str]) -> bool:
    """Nothing contradicts and at least one part is the same."""
    clash = any(a and b and a != b for a, b in zip(plan, line, strict=True))
    return not clash and _shared(plan, line) > 0


def _shared(plan: tuple[str, str, str], line: tuple[str, str, str]) -> int:
    return sum(bool(a) and a == b for a, b in zip(plan, line, strict=True))


def _key(benefit: Benefit) -> tuple[str, str, str]:
    known = {r.qualifier: r.value for r in benefit.references}
    group_number = next((known[q] for q in GROUP_REFERENCES if q in known), "")
    return benefit.insurance_type, benefit.plan_name, group_number


def is_plan_status(benefit: Benefit) -> bool:
    """An EB 1-8 for the whole plan: service type 30, or none."""
    return benefit.info in STATUS and (not benefit.service_types or "30" in benefit.service_types)


def _plan(lines: Lines, member_periods: tuple[Period, ...], asked: tuple[str, ...], on: date) -> Plan:
    status = [b for b in lines.all if is_plan_status(b)]
    deciding = status if len(status) == 1 else [b for b in status if _dated_to(b, on)]
    begins, ends = span([p for b in deciding for p in b.periods]) if len(deciding) == 1 else (None, None)
    if begins is None and ends is None:
        begins, ends = span(p for p in member_periods if not _repeats(p, on))
    said = _on_day(_status(status, on), begins, ends, on)
    mentioned = [code for b in lines.all for code in b.service_types if code != "30"]
    wanted = dict.fromkeys([*(code for code in asked if code != "30"), *mentioned])
    whole = [b for b in lines.all if not b.service_types or "30" in b.service_types]
    return Plan(
        name=lines.name,
        insurance_type=lines.insurance_type,
        insurance_type_words=codes.words("insurance_type", lines.insurance_type),
        group=lines.group,
        coverage=said[0],
        reason=said[1],
        words=PLAN_WORDS[said[1] if said[1] != "stated" else said[0]].format(day=f"{on:%B %-d, %Y}"),
        begins=begins,
        ends=ends,
        services=_services(wanted, lines.all, said),
        money=money(whole),
        messages=tuple(text for b in whole for text in b.messages),
        sources=tuple(source(b) for b in status),
        lines=tuple(b.at for b in lines.all),
    )


PLAN_WORDS = {
    "covered": "The plan is active.",
    "inactive": "The plan says the coverage is not active.",
    "ended": "The plan ended before {day}.",
    "not_begun": "The plan begins after {day}.",
    "uncertain": "The plan is still checking whether the coverage is active.",
    "conflict": "The plan's lines contradict each other; ask the plan.",
    "not_mentioned": "The answer does not say whether this plan is active.",
}


def span(periods: Iterable[Period]) -> tuple[date | None, date | None]:
    """(begins, ends) from DTP lines: those of the plan (346, 347) where they stand, else those of being eligible or of
    the benefit, which may be older than the plan. A one-day range of 291/307 repeats the day asked about: not an end;
    nor is a day in the year 9999, with which plans say that none is set."""
    begins: dict[bool, list[date]] = {True: [], False: []}
    ends: dict[bool, list[date]] = {True: [], False: []}
    for period in periods:
        of_the_plan = period.qualifier in OF_THE_PLAN
        one_day = period.qualifier in RANGES and period.start == period.end and "-" in period.raw
        if one_day:
            continue
        if period.qualifier in BEGINS and period.start:
            begins[of_the_plan].append(period.start)
        if period.qualifier in ENDS and period.end and (period.qualifier not in RANGES or "-" in period.raw):
            ends[of_the_plan] += [period.end] if period.end.year < NO_END else []
    return min(begins[True] or begins[False], default=None), max(ends[True] or ends[False], default=None)


def _repeats(period: Period, on: date) -> bool:
    """A plan date of the person that is the day asked about only says what was asked: it begins nothing."""
    return period.qualifier in RANGES and period.start == period.end == on


def _status(status: list[Benefit], on: date) -> Said:
    """What the plan-wide lines say; when they disagree, only those dated to cover the day count."""
    said = {_says(b) for b in status}
    if len(said) > 1:
        said = {_says(b) for b in status if _dated_to(b, on)}
        if len(said) != 1:
            return Coverage.NOT_STATED, "conflict"
    return said.pop() if said else (Coverage.NOT_STATED, "not_mentioned")


def _says(benefit: Benefit) -> Said:
    use = codes.use(benefit.info)
    if use == "active":
        return Coverage.COVERED, "stated"
    return (Coverage.NOT_COVERED, "inactive") if use == "inactive" else (Coverage.NOT_STATED, "uncertain")


def _dated_to(benefit: Benefit, on: date) -> bool:
    begins, ends = span(benefit.periods)
    return (begins is not None or ends is not None) and (begins or on) <= on <= (ends or on)


def _on_day(said: Said, begins: date | None, ends: date | None, on: date) -> Said:
    """An active plan that ended before the day, or begins after it, is not active on that day."""
    if said[0] is not Coverage.COVERED:
        return said
    if ends is not None and ends < on:
        return Coverage.NOT_COVERED, "ended"
    return (Coverage.NOT_COVERED, "not_begun") if begins is not None and begins > on else said


SERVICE_WORDS = {
    "stated": "The plan says this is covered.",
    "in_part": "The plan says this is covered, with exceptions.",
    "excluded": "The plan says this is not covered.",
    "inactive": "The plan says coverage for this is not active.",
    "out_of_network_only": "The plan says only that this is not covered out of network.",
    "plan_not_active": "The plan is not active.",
    "plan_not_stated": "The answer does not say whether the plan is active.",
    "uncertain": "The plan is still checking.",
    "conflict": "The plan's lines contradict each other; ask the plan.",
    "cost_stated": "The plan names a cost or a limit for this, but does not say that it is covered.",
    "mentioned": "The plan mentions this, but does not say whether it is covered.",
    "not_mentioned": "The plan did not say whether this is covered.",
}


def _services(named: Iterable[str], plan_lines: list[Benefit], plan: Said) -> tuple[Service, ...]:
    """What is said of each kind of care; plans name many of them in one line, which is then read once."""
    lines_of: dict[str, list[Benefit]] = {code: [] for code in named}
    for benefit in plan_lines:
        for code in set(benefit.service_types) & lines_of.keys():
            lines_of[code].append(benefit)
    read: dict[tuple[int, ...], dict[str, Any]] = {}
    services = []
    for code, lines in lines_of.items():
        same = tuple([b.at for b in lines])
        if same not in read:
            read[same] = _said_of_service(lines, plan)
        services.append(made(Service, {**codes.service_type(code), **read[same]}))
    return tuple(services)


def _said_of_service(lines: list[Benefit], plan: Said) -> dict[str, Any]:
    coverage, reason = _service_says(lines, plan)
    return {
        "coverage": coverage,
        "reason": reason,
        "words": SERVICE_WORDS[reason],
        "authorisation": authorisation(lines),
        "money": money(lines),
        "limits": limits(lines),
        "messages": tuple(text for b in lines for text in b.messages),
        "sources": tuple(source(b) for b in lines),
    }


def _service_says(lines: list[Benefit], plan: Said) -> Said:
    if plan[0] is Coverage.NOT_COVERED:
        return Coverage.NOT_COVERED, "plan_not_active"
    said = {_says(b) for b in lines if b.info in STATUS}
    refused = [b for b in lines if codes.use(b.info) == "not_covered"]
    whole = [b for b in refused if b.network != "N" and not (b.places or b.procedure)]
    if len(said) > 1 or (said and whole):
        return Coverage.NOT_STATED, "conflict"
    if said:
        return _under_plan(said.pop(), bool(refused), plan)
    if whole:
        return Coverage.NOT_COVERED, "excluded"
    if refused:
        out = all(b.network == "N" for b in refused)
        return Coverage.NOT_STATED, "out_of_network_only" if out else "cost_stated"
    if any(codes.use(b.info) in (*MONEY, "limit") or b.quantity is not None for b in lines):
        return Coverage.NOT_STATED, "cost_stated"
    return Coverage.NOT_STATED, "mentioned" if lines else "not_mentioned"


def _under_plan(said: Said, exceptions: bool, plan: Said) -> Said:
    """A service can be active only under a plan that is not itself in doubt by contradiction or pending."""
    if said[0] is Coverage.COVERED and plan[1] in ("conflict", "uncertain"):
        return Coverage.NOT_STATED, "plan_not_stated"
    return (Coverage.COVERED, "in_part") if said[0] is Coverage.COVERED and exceptions else said
