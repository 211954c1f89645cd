"""The rules of matching: each looks at a need and an offer and finds something to say, or nothing.

An unknown is never taken for a no: most of a national listing is silence. A hard need that is known not to be
met leaves the program out; one that is unknown means "ask first". Codes of one facility are not a joint
statement: a listing with detoxification beds that somewhere names benzodiazepines does not say that
benzodiazepine withdrawal is managed in those beds.

Ownership, fees and sponsors are not facts here, so no rule can weigh them. Being part of the health care of
the VA, the Department of Defense or the Indian Health Service is kept, as a condition of admission.
"""

from collections.abc import Callable
from datetime import date
from functools import partial

from intake.inquiries.triage import Care
from intake.matching import facts
from intake.matching.need import Listing, Need, Offer, PayerKind
from intake.matching.reasons import Finding, Kind

Rule = Callable[[Need, Offer], Finding | None]

CARE_FACTS: dict[Care, frozenset[str]] = {
    Care.WITHDRAWAL_MEDICAL_24H: facts.BEDS,
    Care.WITHDRAWAL_AMBULATORY: frozenset({"outpatient_detox"}),
    Care.OPIOID_MEDICATION: facts.MAINTENANCE,
    Care.RESIDENTIAL: frozenset({"residential", "hospital_inpatient"}),
    Care.INTENSIVE_OUTPATIENT: frozenset({"intensive_outpatient", "day_treatment"}),
    Care.OUTPATIENT: frozenset({"outpatient"}),
    Care.ASSESSMENT: frozenset({"substance_use_assessment"}),
    Care.FAMILY_SUPPORT: frozenset({"family_counseling"}),
}
CARE_WORDS: dict[Care, str] = {
    Care.WITHDRAWAL_MEDICAL_24H: "24-hour withdrawal care",
    Care.WITHDRAWAL_AMBULATORY: "outpatient withdrawal care",
    Care.OPIOID_MEDICATION: "methadone or buprenorphine",
    Care.RESIDENTIAL: "residential treatment",
    Care.INTENSIVE_OUTPATIENT: "intensive outpatient treatment",
    Care.OUTPATIENT: "outpatient treatment",
    Care.ASSESSMENT: "an assessment",
    Care.FAMILY_SUPPORT: "family counseling",
}
WITHDRAWAL = frozenset({Care.WITHDRAWAL_MEDICAL_24H, Care.WITHDRAWAL_AMBULATORY})
BY_TELEHEALTH = frozenset(
    {Care.OPIOID_MEDICATION, Care.INTENSIVE_OUTPATIENT, Care.OUTPATIENT, Care.ASSESSMENT}
)
PAYER_FACTS: dict[PayerKind, tuple[str, str]] = {
    PayerKind.PRIVATE: ("takes_private_insurance", "private insurance"),
    PayerKind.MEDICAID: ("takes_medicaid", "Medicaid"),
    PayerKind.MEDICARE: ("takes_medicare", "Medicare"),
    PayerKind.MILITARY: ("takes_military_insurance", "military insurance"),
    PayerKind.VA: ("va_health_care", "VA coverage"),
    PayerKind.INDIAN_HEALTH: ("takes_indian_health_funds", "Indian Health Service funds"),
    PayerKind.STATE_PLAN: ("takes_state_plan", "state insurance"),
    PayerKind.SELF_PAY: ("takes_cash", "self-payment"),
}
ASK_WHICH_PLAN = frozenset({PayerKind.PRIVATE, PayerKind.MILITARY, PayerKind.VA, PayerKind.INDIAN_HEALTH})
HELP_CODES = {
    "no_payment": "free_of_charge",
    "block_grant": "block_grant",
    "sliding_scale": "sliding_scale",
    "payment_assistance": "payment_assistance",
}
SYSTEMS = {
    "va_health_care": "VA health care",
    "defense_health_care": "the Department of Defense",
    "indian_health_service": "the Indian Health Service",
}
NEAREST = 20  # closeness counts in steps of STEP_MILES, from NEAREST steps down to none
STEP_MILES = 5
LATELY_DAYS = 90
THIS_YEAR_DAYS = 365


def met(code: str, *, hard: bool = False, times: int = 1, **params: str) -> Finding:
    return Finding(code, Kind.MET, hard, tuple(params.items()), times)


def ask(code: str, *, hard: bool = False, **params: str) -> Finding:
    return Finding(code, Kind.UNKNOWN, hard, tuple(params.items()))


def against(code: str, *, hard: bool = False, **params: str) -> Finding:
    return Finding(code, Kind.AGAINST, hard, tuple(params.items()))


def main_care(need: Need) -> Care | None:
    """The kind of care to look for now: the first that a program, not an emergency department, gives."""
    return next((care for care in need.care if care in CARE_FACTS), None)


def care(need: Need, offer: Offer) -> Finding | None:
    kind = main_care(need)
    if kind is None or kind is Care.OPIOID_MEDICATION or (kind in WITHDRAWAL and need.withdrawal):
        return None
    wanted, words = CARE_FACTS[kind], CARE_WORDS[kind]
    if offer.lists_any(wanted):
        return _care_is_listed(kind, words)
    if wanted <= offer.known_no:
        return against("care_refused", hard=True, care=words)
    silent = offer.silent_on(facts.SETTINGS | wanted)
    return ask("care_not_stated" if silent else "care_not_listed", hard=True, care=words)


def _care_is_listed(kind: Care, words: str) -> Finding:
    if kind in WITHDRAWAL:
        return ask("withdrawal_both_listed", hard=True, substance="what is used", place=_place(kind))
    return met("care_listed", hard=True, care=words)


def further_care(need: Need, offer: Offer) -> Finding | None:
    first = main_care(need)
    also = [each for each in need.care if each in CARE_FACTS and each is not first]
    listed = [CARE_WORDS[each] for each in also if offer.lists_any(CARE_FACTS[each])]
    return met("further_care_listed", times=len(listed), care=", ".join(listed)) if listed else None


def _place(kind: Care) -> str:
    return "in the 24-hour bed" if kind is Care.WITHDRAWAL_MEDICAL_24H else "without an overnight stay"


def withdrawal_from(substance: str, need: Need, offer: Offer) -> Finding | None:
    """Withdrawal from one substance, in the setting the need calls for. Only a confirmed fact is a yes."""
    kind = main_care(need)
    if kind not in WITHDRAWAL:
        return None
    bed = kind is Care.WITHDRAWAL_MEDICAL_24H
    joint = facts.withdrawal_in_bed(substance) if bed else facts.withdrawal_outpatient(substance)
    detox = f"detox_{substance}"
    words = {"substance": substance, "place": _place(kind)}
    if offer.says(joint):
        return met("withdrawal_confirmed", hard=True, **words)
    if joint in offer.known_no or detox in offer.known_no or CARE_FACTS[kind] <= offer.known_no:
        return against("withdrawal_refused", hard=True, **words)
    codes = {
        (True, True): "withdrawal_both_listed",
        (True, False): "withdrawal_setting_only",
        (False, True): "withdrawal_substance_only",
        (False, False): "withdrawal_not_listed",
    }
    return ask(codes[offer.lists_any(CARE_FACTS[kind]), detox in offer.facts], hard=True, **words)


def hospital_bed(need: Need, offer: Offer) -> Finding | None:
    wanted = main_care(need) is Care.WITHDRAWAL_MEDICAL_24H and "hospital_inpatient_detox" in offer.facts
    return met("hospital_bed") if wanted else None


def withdrawal_medication(need: Need, offer: Offer) -> Finding | None:
    wanted = main_care(need) in WITHDRAWAL and "detox_with_medication" in offer.facts
    return met("withdrawal_medication") if wanted else None


def opioid_medication(need: Need, offer: Offer) -> Finding | None:
    """Programs that start or keep methadone or buprenorphine come above detoxification without them."""
    first = main_care(need) is Care.OPIOID_MEDICATION
    if not first and "opioid" not in need.substances:
        return None
    if used := sorted(facts.MAINTENANCE & offer.facts):
        return met("opioid_medication_listed", hard=first, medication=" and ".join(used))
    if "any_opioid_medication" in offer.known_no or facts.MAINTENANCE <= offer.known_no:
        return against("opioid_medication_refused", hard=first)
    if "detox_opioid" in offer.facts:
        return ask("opioid_detox_only", hard=first)
    return ask("opioid_medication_not_listed", hard=first)


def chosen_medication(need: Need, offer: Offer) -> Finding | None:
    if not need.medication:
        return None
    used = sorted(need.medication & offer.facts)
    if used:
        return met("chosen_medication_listed", times=len(used), medication=" and ".join(used))
    return ask("chosen_medication_ask", medication=" or ".join(sorted(need.medication)))


def keeps_medication(need: Need, offer: Offer) -> Finding | None:
    if not need.on_medication:
        return None
    return (
        met("keeps_medication") if "keeps_opioid_medication" in offer.facts else ask("keeps_medication_ask")
    )


def treats_the_substance(need: Need, offer: Offer) -> Finding | None:
    for substance in sorted(need.substances):
        if f"treats_{substance}_use" in offer.known_no:
            return against("substance_refused", hard=True, substance=substance)
    return None


def other_substance_only(need: Need, offer: Offer) -> Finding | None:
    for only in ("alcohol", "opioid"):
        if need.substances and only not in need.substances and f"only_{only}_use" in offer.facts:
            return against("other_substance_only", hard=True, substance=only)
    return None


def dui_only(need: Need, offer: Offer) -> Finding | None:
    return ask("dui_only", hard=True) if "only_dui" in offer.facts else None


def age_group(age: int) -> tuple[str, str]:
    """The fact and the words for an age in years.

    Bands 18-25, 26-64 and 65 up are those of the 2022 service code key. Its description of the youngest
    code says "12 or younger" while its name says children/adolescents: we follow the name.
    """
    if age < 18:
        return "accepts_children_adolescents", "children and adolescents"
    if age < 26:
        return "accepts_young_adults", "young adults"
    return ("accepts_adults", "adults") if age < 65 else ("accepts_seniors", "seniors")


def age(need: Need, offer: Offer) -> Finding | None:
    if need.age is None:
        return None
    fact, group = age_group(need.age)
    return _accepted(offer, fact, facts.AGES, "age", group=group)


def sex(need: Need, offer: Offer) -> Finding | None:
    if need.sex is None:
        return None
    other = "men" if need.sex == "women" else "women"
    return _accepted(offer, f"accepts_{need.sex}", facts.SEXES, "sex", group=need.sex, other=other)


def _accepted(offer: Offer, fact: str, group: frozenset[str], about: str, **words: str) -> Finding:
    if (said := offer.says(fact)) is not None:
        return (
            met(f"{about}_listed", hard=True, **words)
            if said
            else against(f"{about}_refused", hard=True, **words)
        )
    return ask(f"{about}_not_stated" if offer.silent_on(group) else f"{about}_not_listed", hard=True, **words)


def pregnancy(need: Need, offer: Offer) -> Finding | None:
    if not need.pregnant:
        return None
    if "group_pregnant" in offer.facts or "accepts_pregnant" in offer.facts:
        return met("pregnancy_listed", hard=True)
    if "accepts_pregnant" in offer.known_no:
        return against("pregnancy_refused", hard=True)
    return ask("pregnancy_ask", hard=True)


def payment(need: Need, offer: Offer) -> Finding | None:
    """A listing knows kinds of insurance, not plans: private or military insurance is always "ask"."""
    if need.payer not in PAYER_FACTS:
        return None
    if need.plan and (told := offer.says(facts.plan_accepted(need.plan))) is not None:
        return met("plan_confirmed", hard=True) if told else against("plan_refused", hard=True)
    fact, words = PAYER_FACTS[need.payer]
    if fact in offer.facts:
        return _payer_is_listed(need, offer, words)
    if fact in offer.known_no:
        return against("payment_refused", hard=True, payer=words)
    silent = offer.silent_on(facts.PAYMENTS)
    return ask("payment_not_stated" if silent else "payment_not_listed", hard=True, payer=words)


def _payer_is_listed(need: Need, offer: Offer, words: str) -> Finding:
    if need.payer in ASK_WHICH_PLAN:
        return ask("ask_this_plan", hard=True, payer=words)
    if need.payer is PayerKind.MEDICAID and need.state and need.state != offer.state:
        return ask("payment_other_state", hard=True, state=need.state)
    return met("payment_listed", hard=True, payer=words)


def cannot_pay(need: Need, offer: Offer) -> Finding | None:
    """Cash is no match for someone who cannot pay; free care, block grants, sliding fees and help are."""
    if need.payer is not PayerKind.NONE:
        return None
    for fact in facts.HELP_WITH_COST:
        if fact in offer.facts:
            return met(HELP_CODES[fact], hard=True)
    if "public_funds" in offer.facts:
        return ask("public_funds_ask", hard=True)
    return ask("payment_not_stated" if offer.silent_on(facts.PAYMENTS) else "cash_no_help", hard=True)


def health_system(need: Need, offer: Offer) -> Finding | None:
    for fact, system in SYSTEMS.items():
        if fact in offer.facts:
            own = fact == "va_health_care" and (need.veteran or need.payer is PayerKind.VA)
            own = own or (fact == "indian_health_service" and need.payer is PayerKind.INDIAN_HEALTH)
            own = own or (fact == "defense_health_care" and need.payer is PayerKind.MILITARY)
            return ask(
                "own_health_system_ask" if own else "other_health_system_ask", hard=True, system=system
            )
    return None


def distance(need: Need, offer: Offer) -> Finding | None:
    if offer.distance_miles is None:
        return None if need.latitude is None else ask("distance_not_known", hard=True)
    miles = str(round(offer.distance_miles))
    if offer.distance_miles <= need.miles:
        return met(
            "near", hard=True, times=max(0, NEAREST - int(offer.distance_miles // STEP_MILES)), miles=miles
        )
    if need.telehealth and main_care(need) in BY_TELEHEALTH and "telehealth" in offer.facts:
        return ask("telehealth_far", hard=True, miles=miles)
    return against("too_far", hard=True, miles=miles)


def referable(need: Need, offer: Offer) -> Finding | None:
    return None if offer.listing is Listing.LISTED else against("not_referable", hard=True)


def co_occurring(need: Need, offer: Offer) -> Finding | None:
    if not need.co_occurring:
        return None
    listed = offer.lists_any(frozenset({"co_occurring_treatment", "co_occurring_group"}))
    return met("co_occurring_listed") if listed else ask("co_occurring_ask")


def language(need: Need, offer: Offer) -> Finding | None:
    if not need.language or need.language == "english":
        return None
    words = need.language.title()
    listed = f"language_{need.language}" in offer.facts
    return met("language_listed", language=words) if listed else ask("language_ask", language=words)


def sign_language(need: Need, offer: Offer) -> Finding | None:
    if not need.deaf:
        return None
    return met("sign_language_listed") if "sign_language" in offer.facts else ask("sign_language_ask")


def children_along(need: Need, offer: Offer) -> Finding | None:
    if not need.children_along:
        return None
    if "beds_for_children" in offer.facts:
        return met("children_beds")
    return met("child_care") if "child_care" in offer.facts else ask("children_ask")


def veterans(need: Need, offer: Offer) -> Finding | None:
    return met("veterans_listed") if need.veteran and "group_veterans" in offer.facts else None


def group_wish(need: Need, offer: Offer) -> Finding | None:
    words = {"women": "women", "men": "men", "lgbtq": "LGBTQ people"}.get(need.group or "")
    return met("group_listed", group=words) if words and f"group_{need.group}" in offer.facts else None


def telehealth_wish(need: Need, offer: Offer) -> Finding | None:
    return met("telehealth_listed") if need.telehealth and "telehealth" in offer.facts else None


def freshness(today: date, need: Need, offer: Offer) -> Finding | None:
    days = (today - offer.verified_on).days if offer.verified_on else None
    if days is not None and days <= LATELY_DAYS:
        return met("checked_lately", days=str(days))
    if days is not None and days <= THIS_YEAR_DAYS:
        return met("checked_this_year", days=str(days))
    return ask("as_published", year=str(offer.published or "earlier"))


def openings(need: Need, offer: Offer) -> Finding | None:
    if offer.openings is None:
        return ask("openings_not_known")
    return met("openings_known") if offer.openings > 0 else against("no_openings")


RULES: tuple[Rule, ...] = (
    referable,
    distance,
    care,
    opioid_medication,
    treats_the_substance,
    other_substance_only,
    dui_only,
    age,
    sex,
    pregnancy,
    payment,
    cannot_pay,
    health_system,
    further_care,
    hospital_bed,
    withdrawal_medication,
    chosen_medication,
    keeps_medication,
    co_occurring,
    language,
    sign_language,
    children_along,
    veterans,
    group_wish,
    telehealth_wish,
    openings,
)


def rules_for(need: Need, today: date) -> tuple[Rule, ...]:
    """Every rule that applies, the one for withdrawal once for each substance."""
    withdrawal = tuple(partial(withdrawal_from, substance) for substance in sorted(need.withdrawal))
    return withdrawal + RULES + (partial(freshness, today),)


def evidence(need: Need) -> frozenset[str]:
    """The facts that make a program likely to give the kind of care looked for; empty when none is."""
    kind = main_care(need)
    if kind is None:
        return frozenset()
    detox = {f"detox_{each}" for each in need.withdrawal} if kind in WITHDRAWAL else set()
    return CARE_FACTS[kind] | detox
