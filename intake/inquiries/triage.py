"""How urgent, why, what to do now, and which kind of care to look for. Not a diagnosis.

Pure: answers in, ``Triage`` out. Words, urgency, source and date of every rule are data
(``triage_rules.json``); this module holds only when a rule applies. Each condition can only be made true
by a risk, never false: so one more risk answer, substance or symptom never lowers urgency, nor does leaving out
an answer that reassures. One rule gives way: ``nothing_told``, once a substance is named. No level of care of the
ASAM Criteria is computed; ``Care`` is the kind of place to look for.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from functools import cache
from pathlib import Path
from typing import Any, Self

from intake.inquiries import plain_json
from intake.inquiries.answers import Answers, ForWhom
from intake.inquiries.triage_picture import Picture, picture_of

NOT_A_DIAGNOSIS = "This is not a diagnosis. It sorts what was told here by danger; a clinician decides."


class Urgency(IntEnum):
    DANGER_NOW = 0
    TODAY = 1
    SOON = 2
    ROUTINE = 3


class Care(StrEnum):
    """Kinds of care to look for, in the order they are offered."""

    EMERGENCY_DEPARTMENT = "emergency_department"
    WITHDRAWAL_MEDICAL_24H = "withdrawal_medical_24h"
    WITHDRAWAL_AMBULATORY = "withdrawal_ambulatory"
    OPIOID_MEDICATION = "opioid_medication"
    RESIDENTIAL = "residential"
    INTENSIVE_OUTPATIENT = "intensive_outpatient"
    OUTPATIENT = "outpatient"
    ASSESSMENT = "assessment"
    FAMILY_SUPPORT = "family_support"


@dataclass(frozen=True, slots=True)
class Reason:
    """One rule that applied. ``source`` names publisher and title; ``source_date`` is ISO or "undated"."""

    code: str = ""
    words: str = ""
    source: str = ""
    source_date: str = ""
    urgency: Urgency = Urgency.SOON


@dataclass(frozen=True, slots=True)
class Action:
    """What to do now, in words for the reader: the person, or the one who fills in for them."""

    code: str = ""
    words: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Triage:
    urgency: Urgency = Urgency.SOON
    reasons: tuple[Reason, ...] = ()
    now: tuple[Action, ...] = ()
    care: tuple[Care, ...] = ()
    rule_version: str = ""

    def to_json(self) -> dict[str, Any]:
        return plain_json.dump(self)

    @classmethod
    def from_json(cls, data: object) -> Self:
        """As ``Answers.from_json``: an unreadable urgency becomes SOON, never ROUTINE."""
        return plain_json.load(cls, data)


def assess(answers: Answers) -> Triage:
    """Every rule that applies to the answers, most urgent first, and what follows from them."""
    picture = picture_of(answers)
    codes = [code for code, applies in CONDITIONS if applies(picture)]
    if not _needs_attention(codes):
        codes.append("no_rule_raised")
    reasons = tuple(sorted(map(_reason, codes), key=lambda reason: reason.urgency))
    return Triage(
        urgency=reasons[0].urgency,
        reasons=reasons,
        now=_actions(codes, to_person=answers.for_whom is not ForWhom.SOMEONE_ELSE),
        care=_care(codes),
        rule_version=rules()["version"],
    )


@cache
def rules() -> Any:
    """The rules table: ``version``, ``sources``, ``reasons`` by code, ``actions`` by code in their order."""
    return json.loads(Path(__file__).with_name("triage_rules.json").read_text(encoding="utf-8"))


def _needs_attention(codes: Iterable[str]) -> bool:
    return any(rules()["reasons"][code]["urgency"] != "routine" for code in codes)


def _reason(code: str) -> Reason:
    rule = rules()["reasons"][code]
    source = rules()["sources"][rule["source"]]
    cited = f"{source['publisher']}: {source['title']}"
    return Reason(code, rule["words"], cited, source["date"], Urgency[rule["urgency"].upper()])


def _actions(codes: list[str], *, to_person: bool) -> tuple[Action, ...]:
    wanted = {action for code in codes for action in rules()["reasons"][code]["now"]}
    for stronger, weaker in REPLACES.items():
        wanted -= weaker if stronger in wanted else frozenset()
    return tuple(
        Action(code, row["self" if to_person else "other"], row["phone"])
        for code, row in rules()["actions"].items()
        if code in wanted
    )


def _care(codes: list[str]) -> tuple[Care, ...]:
    wanted = {Care(care) for code in codes for care in rules()["reasons"][code]["care"]}
    if Care.WITHDRAWAL_MEDICAL_24H in wanted:
        # Where lives may be at risk nobody is sent to an office visit first.
        wanted -= {Care.WITHDRAWAL_AMBULATORY, Care.OUTPATIENT}
    return tuple(care for care in Care if care in wanted)


# Somebody frightened reads few lines: who must call 911 is not also told to see a doctor today.
REPLACES = {
    "call_911": frozenset({"emergency_today", "doctor_today", "watch_for", "call_911_if"}),
    "call_911_if": frozenset({"watch_for"}),
    "emergency_today": frozenset({"doctor_today"}),
    "pregnancy_do_not_stop": frozenset({"doctor_today"}),
}

CONDITIONS: tuple[tuple[str, Callable[[Picture], bool]], ...] = (
    ("cannot_wake", lambda p: p.sign("cannot_wake")),
    ("slow_breathing", lambda p: p.sign("slow_breathing")),
    ("blue_lips", lambda p: p.sign("blue_lips")),
    ("seizure_now", lambda p: p.sign("seizure")),
    ("chest_pain", lambda p: p.sign("chest_pain")),
    ("stimulant_poisoning", lambda p: p.delirium_signs and p.uses("stimulant")),
    ("delirium_signs", lambda p: p.delirium_signs),
    ("said_danger", lambda p: p.danger_said),
    ("suicide_now", lambda p: p.suicide_now),
    ("suicide_plan", lambda p: p.suicide_plan),
    ("free_text_suicide", lambda p: p.says("suicide")),
    ("free_text_weapon_danger", lambda p: p.says("weapon") and p.means_harm),
    ("free_text_breathing", lambda p: p.says("cannot_breathe")),
    ("free_text_taken", lambda p: p.says("taken_too_much")),
    ("free_text_delirium", lambda p: p.says("delirium")),
    ("free_text_chest_pain", lambda p: p.says("chest_pain")),
    ("withdrawal_delirium", lambda p: p.delirium_signs and p.may_withdraw),
    ("withdrawal_combined", lambda p: p.quitting and p.several_depressants),
    ("withdrawal_past_seizure", lambda p: p.maybe_quitting and p.past_seizure),
    ("withdrawal_past_delirium", lambda p: p.maybe_quitting and p.past_delirium),
    ("adulterant_withdrawal", lambda p: p.withdrawal_signs and p.uses("adulterant")),
    ("withdrawal_started", lambda p: p.withdrawal_signs and p.may_withdraw),
    ("free_text_seizure", lambda p: p.says("seizure")),
    ("free_text_withdrawal", lambda p: p.says("withdrawal")),
    ("free_text_substance", lambda p: p.free_text_names_danger),
    ("withdrawal_combination_risk", lambda p: p.at_risk and p.several_depressants),
    ("withdrawal_seizure_history", lambda p: p.may_withdraw and p.past_seizure),
    ("withdrawal_delirium_history", lambda p: p.may_withdraw and p.past_delirium),
    ("withdrawal_age_65", lambda p: p.may_withdraw and p.old),
    ("seizure_history", lambda p: p.past_seizure),
    ("delirium_history", lambda p: p.past_delirium),
    ("older", lambda p: p.old),
    ("withdrawal_pregnant", lambda p: p.may_withdraw and p.pregnant),
    ("benzodiazepine_withdrawal", lambda p: p.at_risk_of("benzodiazepine")),
    ("alcohol_withdrawal", lambda p: p.at_risk_of("alcohol")),
    ("barbiturate_withdrawal", lambda p: p.at_risk_of("barbiturate")),
    ("ghb_withdrawal", lambda p: p.at_risk_of("ghb")),
    ("baclofen_phenibut_withdrawal", lambda p: p.at_risk_of("baclofen_phenibut")),
    ("other_sedative_withdrawal", lambda p: p.at_risk_of("other_sedative")),
    ("z_drug_withdrawal", lambda p: p.at_risk_of("z_drug")),
    ("gabapentinoid_withdrawal", lambda p: p.at_risk_of("gabapentinoid")),
    ("opioid_with_sedative", lambda p: p.uses("opioid") and p.uses_depressant_beside("opioid")),
    (
        "benzodiazepine_combined",
        lambda p: p.uses("benzodiazepine") and (p.uses("alcohol") or p.uses("opioid")),
    ),
    ("depressants_combined", lambda p: p.several_depressants),
    ("overdose_before", lambda p: p.past_overdose),
    ("free_text_overdose", lambda p: p.says("overdose")),
    ("tolerance_lost", lambda p: p.uses("opioid") and p.tolerance_lost),
    ("opioid_stopped", lambda p: p.uses("opioid") and p.opioid_quitting),
    ("adulterant_stopped", lambda p: p.adulterant_quitting),
    ("opioid_pregnant", lambda p: p.uses("opioid") and p.pregnant),
    ("pregnant", lambda p: p.pregnant),
    ("unknown_stopped", lambda p: p.unknown_quitting),
    ("symptoms_today", lambda p: p.delirium_signs or p.withdrawal_signs),
    ("suicide_thoughts", lambda p: p.suicide_thoughts),
    ("free_text_weapon", lambda p: p.says("weapon")),
    ("free_text_violence", lambda p: p.says("violence")),
    ("being_hurt", lambda p: p.being_hurt),
    ("danger_unsure", lambda p: p.danger_unsure),
    ("benzodiazepine", lambda p: p.uses_safely("benzodiazepine")),
    ("alcohol", lambda p: p.uses_safely("alcohol")),
    ("barbiturate", lambda p: p.uses_safely("barbiturate")),
    ("ghb", lambda p: p.uses_safely("ghb")),
    ("baclofen_phenibut", lambda p: p.uses_safely("baclofen_phenibut")),
    ("other_sedative", lambda p: p.uses_safely("other_sedative")),
    ("z_drug", lambda p: p.uses_safely("z_drug")),
    ("gabapentinoid", lambda p: p.uses_safely("gabapentinoid")),
    ("opioid", lambda p: p.uses("opioid")),
    ("adulterant", lambda p: p.uses("adulterant")),
    ("stimulant", lambda p: p.uses("stimulant")),
    ("substance_unclear", lambda p: p.uses("unknown")),
    ("free_text_told", lambda p: p.free_text),
    ("nothing_told", lambda p: not p.groups),
    ("under_18", lambda p: p.young),
    ("suicide_not_asked", lambda p: p.suicide_unanswered),
    ("for_someone_else", lambda p: p.for_someone_else),
)
