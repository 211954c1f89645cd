"""What to say to a program on the phone: whole questions in plain words, for what its listing leaves open.

The desk reads a listing's gaps as reasons; a caller reads these aloud. A test holds the two together: every gap that
the rules of matching can find has a question here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from intake.inquiries.answers import Answers, ForWhom, Relation
from intake.inquiries.triage import Care, Triage
from intake.matching.care import main_care
from intake.matching.need import Need, PayerKind
from intake.matching.reasons import Reason
from intake.matching.rules import PAYER_FACTS

ROOM = gettext_lazy("Do you have room, and how soon?")
WITHDRAWAL = gettext_lazy("Do you look after people who are coming off %(substances)s%(when)s?")
WHEN = {
    "in the 24-hour bed": gettext_lazy(", with doctors and nurses there day and night"),
    "without an overnight stay": gettext_lazy(", in visits with a doctor"),
}
PLAN = gettext_lazy("Do you take %(plan)s?")
GROUP = gettext_lazy("Do you take %(group)s?")
MEDICATION = gettext_lazy("Do you give buprenorphine or methadone?")
OFFERS = gettext_lazy("Do you offer %(care)s?")
COST = gettext_lazy("Is there free care, or help with the cost?")
QUESTIONS: Mapping[str, Promise] = {
    **dict.fromkeys(
        ("withdrawal_both_listed", "withdrawal_setting_only", "withdrawal_substance_only", "withdrawal_not_listed"),
        WITHDRAWAL,
    ),
    **dict.fromkeys(("care_not_stated", "second_care_only", "care_not_listed"), OFFERS),
    **dict.fromkeys(
        (
            "opioid_medication_contradicts",
            "opioid_detox_only",
            "opioid_bed_only",
            "opioid_medication_not_listed",
        ),
        MEDICATION,
    ),
    **dict.fromkeys(("age_not_stated", "age_not_listed", "sex_not_stated", "sex_not_listed"), GROUP),
    **dict.fromkeys(("ask_this_plan", "payment_not_stated", "payment_not_listed"), PLAN),
    **dict.fromkeys(("public_funds_ask", "cash_no_help"), COST),
    "payment_other_state": gettext_lazy("Do you take the Medicaid of %(state)s?"),
    "substance_contradicts": gettext_lazy("Do you treat %(substance)s use?"),
    "only_contradicts": gettext_lazy("Do you also take people who use something other than %(substance)s?"),
    "dui_only": gettext_lazy("Do you take people whom no court has sent?"),
    "pregnancy_ask": gettext_lazy("Do you take somebody who is pregnant?"),
    "own_health_system_ask": gettext_lazy("What does somebody need, to be treated by %(system)s?"),
    "other_health_system_ask": gettext_lazy("Do you take people from outside %(system)s?"),
    "telehealth_far": gettext_lazy("Can treatment be by video or phone?"),
    "hours_ask": gettext_lazy("When does somebody answer who takes new people?"),
    "distance_not_known": gettext_lazy("Where are you?"),
}
LOOKING_FOR: Mapping[Care, Promise] = {
    Care.WITHDRAWAL_MEDICAL_24H: gettext_lazy("a place to come off it safely, with doctors and nurses day and night"),
    Care.WITHDRAWAL_AMBULATORY: gettext_lazy("help to come off it safely, in visits with a doctor"),
    Care.OPIOID_MEDICATION: gettext_lazy("treatment with medication, such as buprenorphine or methadone"),
    Care.RESIDENTIAL: gettext_lazy("a program where one lives for a while"),
    Care.INTENSIVE_OUTPATIENT: gettext_lazy("treatment on several days a week"),
    Care.OUTPATIENT: gettext_lazy("treatment in visits"),
    Care.ASSESSMENT: gettext_lazy("somebody trained who listens and says what would help"),
    Care.FAMILY_SUPPORT: gettext_lazy("support for families"),
}
WHOM: Mapping[Relation, Promise] = {
    Relation.PARENT: gettext_lazy("my son or daughter"),
    Relation.PARTNER: gettext_lazy("my partner"),
    Relation.CHILD: gettext_lazy("my parent"),
    Relation.SIBLING: gettext_lazy("my brother or sister"),
    Relation.FRIEND: gettext_lazy("a friend"),
}


@dataclass(frozen=True)
class Asked:
    """What questions are made of beside the reason itself."""

    plan: str  # its name as typed, or the kind of insurance; empty for somebody who has none

    @classmethod
    def of(cls, answers: Answers, need: Need) -> "Asked":
        if need.payer is PayerKind.NONE:
            return cls("")
        return cls(answers.insurance.payer_name or PAYER_FACTS.get(need.payer, ("", _("this insurance")))[1])

    def question(self, code: str) -> Promise:
        question = QUESTIONS[code]
        return COST if question is PLAN and not self.plan else question


def what_to_say(answers: Answers, triage: Triage) -> str:
    """The first sentences of the call. No name: none is needed to ask."""
    care = main_care(Need.of(answers, triage))
    words = {"care": LOOKING_FOR.get(care, LOOKING_FOR[Care.ASSESSMENT]) if care else LOOKING_FOR[Care.ASSESSMENT]}
    used = _(" and ").join(use.text for use in answers.uses if use.text)
    if answers.for_whom is ForWhom.SOMEONE_ELSE:
        whom = WHOM.get(answers.relation, _("somebody I know")) if answers.relation else _("somebody I know")
        said = _("I am looking for %(care)s, for %(whom)s.") % {**words, "whom": whom}
        return f"{said} {_('They use %(used)s.') % {'used': used}}" if used else said
    said = _("I am looking for %(care)s.") % words
    return f"{said} {_('I use %(used)s.') % {'used': used}}" if used else said


def questions(reasons: Iterable[Reason], asked: Asked) -> tuple[str, ...]:
    """One question for each gap, each once; several substances in one."""
    reasons = [one for one in reasons if one.code in QUESTIONS]
    withdrawing = [dict(one.params) for one in reasons if QUESTIONS[one.code] is WITHDRAWAL]
    substances = _(" and ").join(dict.fromkeys(one["substance"] for one in withdrawing))
    when = WHEN.get(withdrawing[0]["place"], "") if withdrawing else ""
    common = {"plan": asked.plan, "substances": substances, "when": when}
    return tuple(dict.fromkeys(str(asked.question(one.code)) % {**dict(one.params), **common} for one in reasons))
