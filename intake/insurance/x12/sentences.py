"""The plain sentences of a summary: what to say first, what next, and what to ask the plan on the phone."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from .benefits import NETWORK_WORDS, dollars
from .summary import (
    Coverage,
    Money,
    NextStep,
    Plan,
    RejectFact,
    Sentence,
    StepKind,
    Suggestion,
)

_ONE = Decimal(1)
NEAR = ("in", "both", "not_stated")
ACTIVE = {
    Coverage.COVERED: "The plan is active and says substance use treatment is covered.",
    Coverage.NOT_COVERED: "The plan is active, but says substance use treatment is not covered.",
    Coverage.NOT_STATED: "General coverage only: the plan is active, but did not say whether substance use"
    " treatment is covered.",
}


def headline(
    coverage: Coverage,
    substance_use: Coverage,
    plans: tuple[Plan, ...],
    suggestions: tuple[Suggestion, ...],
    step: NextStep,
    on: date,
) -> Sentence:
    """The one sentence to read first."""
    if coverage is Coverage.NOT_STATED and step.kind is not StepKind.NONE:
        return Sentence(f"step.{step.kind}", step.words, {"code": step.code})
    if coverage is Coverage.NOT_STATED:
        return Sentence("not_stated", "The answer does not say clearly whether the coverage is active. Ask the plan.")
    if coverage is Coverage.NOT_COVERED:
        words = f"The plan says this coverage is not active on {on:%B %-d, %Y}."
        return Sentence("not_covered", words, {"on": on.isoformat()})
    carved = next((s for s in suggestions if s.kind == "carve_out"), None)
    if carved is not None and substance_use is Coverage.NOT_STATED:
        who = carved.name or "another company"
        return Sentence("covered.carve_out", f"The plan is active. For behavioral health, ask {who}.", {"name": who})
    return _active(substance_use, plans)


def _active(substance_use: Coverage, plans: tuple[Plan, ...]) -> Sentence:
    left = deductible_left(plans)
    words, params = ACTIVE[substance_use], {}
    if left is not None and left.amount is not None:
        params = {"amount": str(left.amount), "network": left.network, "level": left.level}
        network = NETWORK_WORDS.get(left.network, "")
        amount = f"{'' if left.amount == 0 else 'about '}{dollars(left.amount.quantize(_ONE))}"
        subject = f"the {network} deductible" if network else "the deductible"
        words += f" There is {amount} of {subject} left to pay before the plan starts to pay its share."
    return Sentence(f"covered.{substance_use}", words, params)


def deductible_left(plans: tuple[Plan, ...]) -> Money | None:
    """The individual deductible still to pay, when exactly one active plan states it for the network."""
    active = [plan for plan in plans if plan.coverage is Coverage.COVERED]
    if len(active) != 1:
        return None
    left = [m for m in active[0].money if m.kind == "deductible" and m.measure == "left" and m.amount is not None]
    own = [m for m in left if m.level in ("IND", "") and m.network in ("in", "both", "not_stated")]
    return own[0] if len({m.amount for m in own}) == 1 else None


def lines(
    plans: tuple[Plan, ...],
    suggestions: tuple[Suggestion, ...],
    rejects: tuple[RejectFact, ...],
    substance_use: Coverage,
) -> tuple[Sentence, ...]:
    """The next sentences, plan by plan, then other companies to ask, then what was refused."""
    found = [_plan_line(plan) for plan in plans]
    for plan in plans:
        found += [_service_line(plan, i) for i, s in enumerate(plan.services) if s.family == "substance_use"]
    found += [Sentence(f"suggestion.{s.kind}", _with_phone(s), {"name": s.name}) for s in suggestions]
    found += [Sentence("reject", f"The plan refused: {r.words}.", {"code": r.code}) for r in rejects]
    return tuple(found)


def _plan_line(plan: Plan) -> Sentence:
    name = plan.name or plan.insurance_type_words or "Plan"
    return Sentence(f"plan.{plan.coverage}", f"{name}: {plan.words}", {"name": name, "reason": plan.reason})


def _service_line(plan: Plan, index: int) -> Sentence:
    service = plan.services[index]
    words = f"{service.name}: {service.words}"
    if service.authorisation == "required":
        words += " The plan must approve it beforehand."
    return Sentence(f"service.{service.coverage}", words, {"code": service.code, "reason": service.reason})


def _with_phone(suggestion: Suggestion) -> str:
    return f"{suggestion.words} Telephone {suggestion.telephone}." if suggestion.telephone else suggestion.words
