"""What to ask a plan on the phone: exactly what its answer did not state, and nothing it did.

Each question is about one fact, so that each answer can stand beside what the plan says electronically. What is
already stated and may be checked again on the same call is `known`.
"""

from __future__ import annotations

from dataclasses import dataclass

from . import codes
from .summary import Coverage, Money, Number, Plan, Sentence, Service, Suggestion, Summary

LEVELS = ("withdrawal", "residential", "partial", "intensive", "outpatient", "medication")
"""Levels of care no service type tells apart (ELIGIBILITY.md 4.7), except outpatient care in a facility (CJ)."""
YES_OR_NO = frozenset(
    {"active", "substance_use", "authorisation", "carve_out", "out_of_network", *(f"level.{level}" for level in LEVELS)}
)
"""Questions with a yes or a no beside the words."""
WORDS = {
    "active": "Is the coverage active today, and since when?",
    "substance_use": "Is substance use treatment covered?",
    "cost": "What does the member pay for substance use treatment: copay, or a share, in network and out of network?",
    "deductible": "How much is the deductible, and how much of it is left?",
    "level.withdrawal": "Is medically managed withdrawal (detox) covered?",
    "level.residential": "Is residential treatment covered?",
    "level.partial": "Is partial hospitalization covered?",
    "level.intensive": "Is intensive outpatient treatment covered?",
    "level.outpatient": "Is outpatient treatment covered?",
    "level.medication": "Is treatment with medication covered: buprenorphine, methadone, naltrexone?",
    "authorisation": "Is prior authorization needed, and for which levels of care?",
    "authorisation_number": "Which number is called for authorization?",
    "limits": "Is there a limit of days or visits, and how many are used?",
    "carve_out": "Does another company handle behavioral health benefits, and what is its number?",
    "out_of_network": "Is out-of-network treatment covered?",
    "out_of_network_basis": "How is the payment for out-of-network treatment worked out: a share of Medicare's rates,"
    " usual and customary charges, or something else?",
}
BASIS_WORDS = ("MEDICARE", "CUSTOMARY", "UCR", "ALLOWED AMOUNT")
"""In the plan's own words on an out-of-network line, they say how such a payment is worked out."""
QUESTIONS = {key: Sentence(f"ask.{key}", words) for key, words in WORDS.items()}


def script(summary: Summary | None) -> tuple[Sentence, ...]:
    """The questions an answer leaves open; without a readable answer all of them."""
    if summary is None:
        return questions((), (), Coverage.NOT_STATED, ())
    return questions(summary.plans, summary.suggestions, summary.coverage, summary.numbers)


def questions(
    plans: tuple[Plan, ...], suggestions: tuple[Suggestion, ...], coverage: Coverage, numbers: tuple[Number, ...]
) -> tuple[Sentence, ...]:
    """As `script`. Empty when the plan is not active: then there is nothing to ask it."""
    if coverage is Coverage.NOT_COVERED:
        return ()
    known = _known(plans, suggestions, coverage, numbers)
    return tuple(question for key, question in QUESTIONS.items() if key not in known)


def _known(
    plans: tuple[Plan, ...], suggestions: tuple[Suggestion, ...], coverage: Coverage, numbers: tuple[Number, ...]
) -> set[str]:
    """The keys of what the answer states; plans that are not active on the day state nothing that matters."""
    live = [plan for plan in plans if plan.coverage is not Coverage.NOT_COVERED]
    services = [s for plan in live for s in plan.services if s.family == "substance_use"]
    stated = [s for s in services if s.coverage is not Coverage.NOT_STATED]
    approval = {s.authorisation for s in services} & {"required", "not_required"}
    facts = {
        "active": coverage is not Coverage.NOT_STATED,
        "substance_use": bool(stated),
        "cost": any(m.amount is not None or m.percent is not None for s in services for m in s.money),
        "deductible": any(_is_deductible_left(plan) for plan in live),
        "level.outpatient": any(s.code == "CJ" for s in stated),
        "authorisation": bool(approval),
        "authorisation_number": approval == {"not_required"} or any(n.role == "review" for n in numbers),
        "limits": any(x.quantity is not None or x.amount is not None for s in services for x in s.limits),
        "carve_out": any(s.kind == "carve_out" for s in suggestions),
        "out_of_network": any(_speaks_of_out(s) for s in services),
        "out_of_network_basis": any(_names_a_basis(m) for s in services for m in s.money),
    }
    known = {key for key, is_known in facts.items() if is_known}
    if stated and all(s.coverage is Coverage.NOT_COVERED for s in stated):
        # Refused as a whole, levels of care and their costs are no question; who else may cover it is
        known |= set(QUESTIONS) - {"carve_out"}
    return known


def _is_deductible_left(plan: Plan) -> bool:
    return any(m.kind == "deductible" and m.measure == "left" and m.amount is not None for m in plan.money)


def _speaks_of_out(service: Service) -> bool:
    networks = {m.network for m in service.money} | {x.network for x in service.limits}
    return service.reason == "out_of_network_only" or bool(networks & {"out", "both"})


def _names_a_basis(item: Money) -> bool:
    said = " ".join(item.messages).upper()
    return item.network == "out" and any(word in said for word in BASIS_WORDS)


@dataclass(frozen=True, slots=True)
class Stated:
    """What the electronic answer says to one question of the script: yes, no or, in `said`, `not_said`."""

    key: str
    said: str


def stated(summary: Summary) -> tuple[Stated, ...]:
    """The yes-or-no questions an answer answers itself, to be set beside what somebody said on the phone."""
    coverage = {Coverage.COVERED: "yes", Coverage.NOT_COVERED: "no"}
    services = [s for plan in summary.plans for s in plan.services if codes.family(s.code) == "substance_use"]
    approval = {s.authorisation for s in services} & {"required", "not_required"}
    outpatient = {s.coverage for s in services if s.code == "CJ"} - {Coverage.NOT_STATED}
    found = {
        "active": coverage.get(summary.coverage),
        "substance_use": coverage.get(summary.substance_use),
        "level.outpatient": coverage[outpatient.pop()] if len(outpatient) == 1 else None,
        "authorisation": "yes" if "required" in approval else "no" if approval else None,
        "carve_out": "yes" if any(s.kind == "carve_out" for s in summary.suggestions) else None,
    }
    return tuple(Stated(key, said) for key, said in found.items() if said)
