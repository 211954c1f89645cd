"""From what is told back to the line of the answer it came from: one entry a segment, with every fact of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from .summary import Limit, Money, Plan, Source, Summary


@dataclass(frozen=True, slots=True)
class Traced:
    """A segment by its number (the ISA is 1), its text, and the facts we read out of it, in order."""

    at: int
    segment: str
    facts: tuple[str, ...]


def trace(summary: Summary) -> tuple[Traced, ...]:
    """Every segment a fact of the summary rests on, in the order of the answer."""
    found: dict[int, tuple[str, dict[str, None]]] = {}
    for source, fact in _facts(summary):
        found.setdefault(source.at, (source.segment, {}))[1][fact] = None
    return tuple(Traced(at, segment, tuple(facts)) for at, (segment, facts) in sorted(found.items()))


def _facts(summary: Summary) -> Iterator[tuple[Source, str]]:
    for reject in summary.rejects:
        yield reject.source, f"{reject.words} ({reject.code}, {reject.loop})"
    for plan in summary.plans:
        yield from _of_plan(plan)
    for suggestion in summary.suggestions:
        yield suggestion.source, suggestion.words
    for note in summary.notes:
        yield note.source, note.words


def _of_plan(plan: Plan) -> Iterator[tuple[Source, str]]:
    for source in plan.sources:
        yield source, f"{plan.name or plan.insurance_type_words}: {plan.words}".removeprefix(": ")
    items: list[Money | Limit] = [*plan.money]
    for service in plan.services:
        items += (*service.money, *service.limits)
    for item in items:
        yield item.source, item.words
    for service in plan.services:
        for source in service.sources:
            yield source, f"{service.name}: {service.words}"
