"""What a rule finds, what it weighs, and the words for it.

Weights and words are data. A version of the weights is never edited after release: a new one is added, so
that a stored match can be replayed with the weights it was made with. No weight speaks of ownership, fees
or sponsors, and rules cannot see them.
"""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, NamedTuple


class Kind(StrEnum):
    MET = "met"
    UNKNOWN = "unknown"
    AGAINST = "against"


class Finding(NamedTuple):
    """What one rule says about one program, before it is weighed.

    ``hard``: when UNKNOWN the program goes to "ask first", when AGAINST it is left out.
    ``times``: how many units of the code's weight (steps of nearness, number of further kinds of care).
    ``settles``: the fact that the program's answer to this question would make known; empty where none would.
    """

    code: str
    kind: Kind
    hard: bool = False
    params: tuple[tuple[str, str], ...] = ()
    times: int = 1
    settles: str = ""

    def by(self, times: int) -> "Finding":
        return self._replace(times=times)


def met(code: str, *, hard: bool = False, **params: str) -> Finding:
    return Finding(code, Kind.MET, hard, tuple(params.items()))


def ask(code: str, *, hard: bool = False, settles: str = "", **params: str) -> Finding:
    return Finding(code, Kind.UNKNOWN, hard, tuple(params.items()), settles=settles)


def against(code: str, *, hard: bool = False, **params: str) -> Finding:
    return Finding(code, Kind.AGAINST, hard, tuple(params.items()))


class Reason(NamedTuple):
    """A finding with its weight; a score is the sum of these and nothing else."""

    code: str
    kind: Kind
    hard: bool
    weight: int
    words: str
    params: tuple[tuple[str, str], ...] = ()
    settles: str = ""

    def to_json(self) -> dict[str, Any]:
        """Plain values, the parameters as an object."""
        return {
            "code": self.code,
            "kind": self.kind.value,
            "hard": self.hard,
            "weight": self.weight,
            "words": self.words,
            "params": dict(self.params),
            "settles": self.settles,
        }


def weigh(finding: Finding, version: str) -> Reason | None:
    """The finding with its weight in that version of the table. KeyError when the version is not known.

    None for a finding that the version does not name.
    """
    if finding.code not in WEIGHTS[version]:
        return None
    return Reason(
        code=finding.code,
        kind=finding.kind,
        hard=finding.hard,
        weight=WEIGHTS[version][finding.code] * finding.times,
        words=WORDS[finding.code].format(**dict(finding.params)),
        params=finding.params,
        settles=finding.settles,
    )


def weighing(version: str) -> Callable[[Finding], Reason | None]:
    """``weigh`` for one match, in which the same is found of many programs: each reason is made once."""
    made: dict[Finding, Reason | None] = {}

    def weighed(finding: Finding) -> Reason | None:
        if finding not in made:
            made[finding] = weigh(finding, version)
        return made[finding]

    return weighed


WEIGHTS_VERSION = "2026-11-28b"

_FIRST: Mapping[str, int] = {
    "care_listed": 40,
    "care_not_stated": -10,
    "second_care_only": -10,
    "care_not_listed": -40,
    "care_refused": 0,
    "further_care_listed": 4,
    "withdrawal_confirmed": 60,
    "withdrawal_both_listed": 25,
    "withdrawal_setting_only": 8,
    "withdrawal_substance_only": -10,
    "withdrawal_not_listed": -40,
    "withdrawal_refused": 0,
    "hospital_bed": 8,
    "withdrawal_medication": 4,
    "opioid_medication_listed": 40,
    "opioid_medication_contradicts": 10,
    "opioid_detox_only": -20,
    "opioid_medication_not_listed": -20,
    "opioid_medication_refused": -30,
    "chosen_medication_listed": 10,
    "chosen_medication_ask": -3,
    "keeps_medication": 6,
    "keeps_medication_ask": -2,
    "substance_contradicts": -10,
    "substance_refused": 0,
    "only_contradicts": -10,
    "other_substance_only": 0,
    "dui_only": -20,
    "age_listed": 10,
    "age_not_stated": -4,
    "age_not_listed": -12,
    "age_refused": 0,
    "sex_listed": 6,
    "sex_not_stated": -2,
    "sex_not_listed": -15,
    "sex_refused": 0,
    "pregnancy_listed": 15,
    "pregnancy_ask": -6,
    "pregnancy_refused": 0,
    "plan_confirmed": 25,
    "plan_refused": 0,
    "ask_this_plan": 8,
    "payment_listed": 15,
    "payment_other_state": 4,
    "payment_not_stated": -5,
    "payment_not_listed": -15,
    "payment_refused": 0,
    "free_of_charge": 18,
    "block_grant": 14,
    "sliding_scale": 12,
    "payment_assistance": 12,
    "public_funds_ask": 4,
    "cash_no_help": -15,
    "own_health_system_ask": 5,
    "other_health_system_ask": -25,
    "very_near": 1,
    "near": 1,
    "too_far": 0,
    "telehealth_far": 0,
    "distance_not_known": -3,
    "not_referable": 0,
    "co_occurring_listed": 6,
    "co_occurring_ask": -1,
    "language_listed": 10,
    "language_ask": -4,
    "sign_language_listed": 10,
    "sign_language_ask": -4,
    "children_beds": 10,
    "child_care": 6,
    "children_ask": -4,
    "veterans_listed": 4,
    "group_listed": 5,
    "telehealth_listed": 5,
    "checked_lately": 6,
    "checked_this_year": 2,
    "as_published": -2,
    "openings_known": 15,
    "no_openings": -15,
    "openings_not_known": 0,
}
_SECOND: Mapping[str, int] = {
    **_FIRST,
    "opioid_bed_only": -20,
    # More than all other reasons can bring: medication comes before detoxification without it, however near
    "opioid_detox_only": -400,
    "opioid_program": 4,
    "same_day_start": 12,
    "no_same_day_start": -4,
    "same_day_ask": 0,
    "priority_group": 6,
    "help_confirmed": 16,
    "help_refused": 0,
    "told_us": 0,
    "night_admission": 6,
    "no_night_admission": -6,
    "night_admission_ask": 0,
}
_THIRD: Mapping[str, int] = {
    **_SECOND,
    "open_now": 8,
    "closed_now": -8,
    "hours_ask": 0,
    "smoking_permitted": 3,
    "smoking_not_permitted": -3,
    "smoking_ask": 0,
    "in_network": 10,
    "out_of_network": -10,
    "network_ask": 0,
    "took_most": 2,
    "took_few": -2,
}
WEIGHTS: Mapping[str, Mapping[str, int]] = {
    "2026-11-23": {**_FIRST, "opioid_bed_only": -20},
    "2026-11-24": _SECOND,
    "2026-11-28": _THIRD,
    # What the plan itself answered of its share says more than the network's name
    "2026-11-28b": {
        **_THIRD,
        "in_network_at_most": 13,
        "out_of_network_at_most": -8,
        "out_of_network_no_end": -14,
    },
}
"""Versions of the weights. A rule that a version does not name did not exist then, and finds nothing in a replay."""


WORDS: Mapping[str, str] = {
    "care_listed": "Lists {care}.",
    "care_not_stated": "The listing does not say what kinds of care it gives. Ask about {care}.",
    "second_care_only": "Does not list {care}. Ask.",
    "care_not_listed": "Lists other kinds of care, not {care}. Ask.",
    "care_refused": "Does not offer {care}.",
    "further_care_listed": "Also lists {care}.",
    "withdrawal_confirmed": "Confirmed: withdrawal from {substance} is medically managed {place}.",
    "withdrawal_both_listed": "Ask: is withdrawal from {substance} medically managed {place}? "
    "The listing names both, but not together.",
    "withdrawal_setting_only": "Manages withdrawal {place}, but does not list {substance}. Ask.",
    "withdrawal_substance_only": "Lists withdrawal from {substance}, but not {place}. Ask.",
    "withdrawal_not_listed": "Does not list withdrawal from {substance}, nor care for it {place}. Ask.",
    "withdrawal_refused": "Does not manage withdrawal from {substance} {place}.",
    "hospital_bed": "Withdrawal care in a hospital.",
    "withdrawal_medication": "Routinely uses medication during withdrawal.",
    "opioid_medication_listed": "Uses {medication}.",
    "opioid_medication_contradicts": "Lists {medication}, yet says it uses no such medication. Ask.",
    "opioid_detox_only": "Lists opioid detoxification but no methadone or buprenorphine, so it is placed lower. Ask.",
    "opioid_bed_only": "Lists opioid detoxification but no methadone or buprenorphine afterwards. Ask.",
    "opioid_program": "A certified opioid treatment program.",
    "same_day_start": "Starts medication on the same day.",
    "no_same_day_start": "Does not start medication on the same day.",
    "same_day_ask": "Ask whether medication can start today.",
    "opioid_medication_not_listed": "Lists no methadone or buprenorphine. Ask.",
    "opioid_medication_refused": "Says it uses no medication for opioid use.",
    "chosen_medication_listed": "Uses {medication}, as wished.",
    "chosen_medication_ask": "Ask whether it uses {medication}.",
    "keeps_medication": "Takes people whose medication is prescribed elsewhere.",
    "keeps_medication_ask": "Ask whether the person can stay on their medication.",
    "substance_contradicts": "Says it does not treat {substance} use, yet lists care for it. Ask.",
    "only_contradicts": "Says it takes only people with {substance} use, yet lists other care. Ask.",
    "substance_refused": "Says it does not treat {substance} use.",
    "other_substance_only": "Takes only people with {substance} use.",
    "dui_only": "Serves only people sent after drink or drug driving. Ask.",
    "age_listed": "Takes {group}.",
    "age_not_stated": "Does not say which ages it takes. Ask.",
    "age_not_listed": "Lists other ages, not {group}. Ask.",
    "age_refused": "Does not take {group}.",
    "sex_listed": "Takes {group}.",
    "sex_not_stated": "Does not say whether it takes {group}. Ask.",
    "sex_not_listed": "Lists only {other}. Ask whether it takes {group}.",
    "sex_refused": "Does not take {group}.",
    "pregnancy_listed": "Has a program for people who are pregnant or have just given birth.",
    "pregnancy_ask": "Ask whether it takes someone who is pregnant.",
    "pregnancy_refused": "Does not take someone who is pregnant.",
    "plan_confirmed": "The program told us it takes this plan.",
    "plan_refused": "The program told us it does not take this plan.",
    "ask_this_plan": "Takes {payer}. Ask about this plan.",
    "payment_listed": "Takes {payer}.",
    "payment_other_state": "Takes Medicaid. Ask whether it takes the Medicaid of {state}.",
    "payment_not_stated": "Does not say how it can be paid for. Ask.",
    "payment_not_listed": "Lists other ways to pay, not {payer}. Ask.",
    "payment_refused": "Does not take {payer}.",
    "free_of_charge": "Takes no payment.",
    "block_grant": "Gets federal block-grant money. Ask what it covers.",
    "sliding_scale": "Fees depend on income. Ask what it would be.",
    "payment_assistance": "Helps with payment. Ask how.",
    "public_funds_ask": "Gets public money. Ask whether care can be free.",
    "help_confirmed": "Told us that there is free care or help with the cost. Ask how.",
    "help_refused": "Told us that there is no free care and no help with the cost.",
    "priority_group": "Gets block-grant money: {group}.",
    "told_us": "Answers of its own: {count}, the last {days} days ago.",
    "night_admission": "Admits at night and on weekends, as it told us.",
    "no_night_admission": "Does not admit at night and on weekends, as it told us.",
    "night_admission_ask": "Ask whether it admits at night and on weekends.",
    "open_now": "Intake answers now, by the hours it told us.",
    "closed_now": "Intake is closed now, by the hours it told us.",
    "hours_ask": "Ask when intake answers.",
    "smoking_permitted": "Smoking is allowed, perhaps only in a marked place.",
    "smoking_not_permitted": "Smoking is not allowed.",
    "smoking_ask": "Ask whether smoking is allowed.",
    "in_network": "In the plan's network, as it told us.",
    "out_of_network": "Not in the plan's network, as it told us: the plan may pay less, or nothing.",
    "in_network_at_most": "In the plan's network, as it told us: by the plan's answer their share is at most {most}.",
    "out_of_network_at_most": "Not in the plan's network, as it told us: by the plan's answer their share there is at "
    "most {most}.",
    "out_of_network_no_end": "Not in the plan's network, as it told us: the plan states no end to their share there.",
    "network_ask": "Ask whether it is in the plan's network.",
    "took_most": "Took {took} of the last {sent} people we sent there.",
    "took_few": "Took {took} of the last {sent} people we sent there.",
    "cash_no_help": "Lists ways to pay that do not help someone who cannot pay. Ask about free care.",
    "own_health_system_ask": "Part of {system}. Ask about eligibility.",
    "other_health_system_ask": "Part of {system}, which has its own rules on who may come. Ask.",
    "very_near": "Less than 5 miles away.",
    "near": "About {miles} miles away.",
    "too_far": "About {miles} miles away, further than wished.",
    "telehealth_far": "About {miles} miles away, with telehealth. Ask whether it can treat by telehealth.",
    "distance_not_known": "We do not know how far it is.",
    "not_referable": "Not open to referrals.",
    "co_occurring_listed": "Treats mental health and substance use together.",
    "co_occurring_ask": "Ask about mental health care.",
    "language_listed": "Has care in {language}.",
    "language_ask": "Ask about care in {language}.",
    "sign_language_listed": "Has sign language.",
    "sign_language_ask": "Ask about sign language.",
    "children_beds": "Has beds for clients' children.",
    "child_care": "Has child care.",
    "children_ask": "Ask whether children can come along.",
    "veterans_listed": "Has a program for veterans.",
    "group_listed": "Has a program for {group}.",
    "telehealth_listed": "Has telehealth.",
    "checked_lately": "Checked {days} days ago.",
    "checked_this_year": "Checked {days} days ago. Call to confirm.",
    "as_published": "As published {year}. Call to confirm.",
    "openings_known": "Has openings.",
    "no_openings": "No openings now.",
    "openings_not_known": "Openings unknown. Call.",
}
