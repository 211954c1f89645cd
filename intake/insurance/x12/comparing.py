"""Two answers about one person side by side: what changed since the earlier one, line by line.

A line is known by its plan, what it is about, and for money and limits by level, network, measure and period, never
by its place in the message: plans send their lines in another order each time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from .summary import Coverage, Limit, Money, Plan, Suggestion, Summary

CHANGED, NEW, GONE, SAME = "changed", "new", "gone", "same"
Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of one answer: the plan it is of, its kind (name, status, begins, ends, service, authorisation, money,
    limit, suggestion), what it is about in parts for whoever says it, and the plain `value` two answers are compared
    by."""

    plan: str
    kind: str
    about: Key
    value: str
    item: Plan | Money | Limit | Suggestion | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """`how`: changed, new (only later), gone (only earlier), same."""

    how: str
    before: Fact | None
    after: Fact | None

    @property
    def fact(self) -> Fact:
        found = self.after or self.before
        assert found is not None  # noqa: S101  # a line is made of at least one
        return found


def compare(before: Summary, after: Summary) -> tuple[Line, ...]:
    """Every line of either, in the order of the later one, then what is gone. Several lines of one key stay several.

    A plan that only goes by another name is one plan, by its later name, and its first line says so.
    """
    names = renamed(before, after)
    found = [Line(CHANGED, Fact(new, "name", (), old), Fact(new, "name", (), new)) for old, new in names.items()]
    earlier, later = _by_key(before, names), _by_key(after, {})
    for key, fact in later.items():
        old = earlier.pop(key, None)
        how = NEW if old is None else SAME if old.value == fact.value else CHANGED
        found.append(Line(how, old, fact))
    return (*found, *(Line(GONE, old, None) for old in earlier.values()))


def renamed(before: Summary, after: Summary) -> dict[str, str]:
    """What the later answer calls an active plan of another name before: one of the same kind, and of the same group
    and beginning as far as both answers say these. Where more than one could be meant, none is taken for another.
    """
    kept = {_name(plan) for plan in before.plans} & {_name(plan) for plan in after.plans}
    gone, come = ([plan for plan in _active(said) if _name(plan) not in kept] for said in (before, after))
    if len(gone) != 1 or len(come) != 1 or not _may_be_one(gone[0], come[0]):
        return {}
    return {_name(gone[0]): _name(come[0])}


def _active(summary: Summary) -> list[Plan]:
    return [plan for plan in summary.plans if plan.coverage is Coverage.COVERED]


def _may_be_one(old: Plan, new: Plan) -> bool:
    said = ((old.group, new.group), (old.begins, new.begins))
    return old.insurance_type == new.insurance_type and all(a == b for a, b in said if a and b)


def ended(before: Summary, after: Summary) -> tuple[Line, ...]:
    """The plans that were active and are no more, or of which the later answer says nothing."""
    changed = (line for line in compare(before, after) if line.how != SAME and line.fact.kind == "status")
    return tuple(line for line in changed if line.before and line.before.value == Coverage.COVERED)


def matters(before: Summary, after: Summary) -> bool:
    """Whether somebody has to hear of it: substance use care is covered otherwise, or a plan is no longer active.

    A deductible that was used is no news.
    """
    return before.substance_use is not after.substance_use or bool(ended(before, after))


def _by_key(summary: Summary, names: Mapping[str, str]) -> dict[Key, Fact]:
    found: dict[Key, Fact] = {}
    for fact in _facts(summary, names):
        key = (fact.plan, fact.kind, *fact.about)
        number = 1
        while (*key, str(number)) in found:
            number += 1
        found[*key, str(number)] = fact
    return found


def _facts(summary: Summary, names: Mapping[str, str]) -> Iterator[Fact]:
    for plan in summary.plans:
        yield from _of_plan(plan, names.get(_name(plan), _name(plan)))
    for suggestion in summary.suggestions:
        told = f"{suggestion.name} {suggestion.telephone}".strip()
        yield Fact("", "suggestion", (suggestion.kind,), told, suggestion)


def _name(plan: Plan) -> str:
    return plan.name or plan.insurance_type_words


def _of_plan(plan: Plan, name: str) -> Iterator[Fact]:
    yield Fact(name, "status", (), plan.coverage.value, plan)
    for kind, day in (("begins", plan.begins), ("ends", plan.ends)):
        if day is not None:
            yield Fact(name, kind, (), day.isoformat())
    for item in plan.money:
        yield _money(name, "30", item)
    for service in plan.services:
        yield Fact(name, "service", (service.code,), service.coverage.value)
        if service.authorisation != "not_stated":
            yield Fact(name, "authorisation", (service.code,), service.authorisation)
        for item in service.money:
            yield _money(name, service.code, item)
        for limit in service.limits:
            about = (service.code, limit.unit, limit.measure, limit.period, limit.network)
            value = f"{_plain(limit.quantity)} {_plain(limit.amount)}".strip()
            yield Fact(name, "limit", about, value, limit)


def _money(plan: str, code: str, item: Money) -> Fact:
    about = (code, item.kind, item.measure, item.level, item.network, item.period)
    return Fact(plan, "money", about, f"{_plain(item.amount)} {_plain(item.percent)}".strip(), item)


def _plain(number: object) -> str:
    """A decimal without the zeros two systems write differently."""
    text = "" if number is None else f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
