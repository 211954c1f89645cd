"""The rules of matching: each looks at a need and an offer and finds something to say, or nothing.

An unknown is never taken for a no: most of a national listing is silence. A hard need that is known not to be
met leaves the program out; one that is unknown means "ask first".

Ownership, fees and sponsors are not facts here, so no rule can weigh them. Being part of the health care of
the VA, the Department of Defense or the Indian Health Service is kept, as a condition of admission.
"""

from collections.abc import Callable
from datetime import date
from functools import partial

from intake.inquiries.triage import Care
from intake.matching import facts
from intake.matching.care import (
    CARE_FACTS,
    WITHDRAWAL,
    care,
    chosen_medication,
    dui_only,
    further_care,
    hospital_bed,
    keeps_medication,
    main_care,
    opioid_medication,
    other_substance_only,
    treats_the_substance,
    withdrawal_from,
    withdrawal_medication,
)
from intake.matching.need import Listing, Need, Offer, PayerKind
from intake.matching.reasons import Finding, against, ask, met

Rule = Callable[[Need, Offer], Finding | None]

BY_TELEHEALTH = frozenset({Care.OPIOID_MEDICATION, Care.INTENSIVE_OUTPATIENT, Care.OUTPATIENT, Care.ASSESSMENT})
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
    """A program for one sex is asked first when we do not know the person's."""
    if need.sex is None:
        only = {"accepts_women": "women", "accepts_men": "men"}
        listed = [words for fact, words in only.items() if fact in offer.facts]
        return ask("sex_not_listed", hard=True, group="this person", other=listed[0]) if len(listed) == 1 else None
    other = "men" if need.sex == "women" else "women"
    return _accepted(offer, f"accepts_{need.sex}", facts.SEXES, "sex", group=need.sex, other=other)


def _accepted(offer: Offer, fact: str, answers: frozenset[str], about: str, /, **words: str) -> Finding:
    if fact in offer.facts:
        return met(f"{about}_listed", hard=True, **words)
    if fact in offer.known_no:
        return against(f"{about}_refused", hard=True, **words)
    silent = offer.silent_on(answers)
    return ask(f"{about}_not_stated" if silent else f"{about}_not_listed", hard=True, **words)


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
            return ask("own_health_system_ask" if own else "other_health_system_ask", hard=True, system=system)
    return None


def distance(need: Need, offer: Offer) -> Finding | None:
    if offer.distance_miles is None:
        return None if need.latitude is None else ask("distance_not_known", hard=True)
    miles = str(round(offer.distance_miles))
    if offer.distance_miles <= need.miles:
        steps = max(0, NEAREST - int(offer.distance_miles // STEP_MILES))
        near = met("near", hard=True, miles=miles) if steps < NEAREST else met("very_near", hard=True)
        return near.by(steps)
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


def setting(need: Need) -> frozenset[str]:
    """The facts that say a program gives the kind of care looked for; empty when no kind is known."""
    kind = main_care(need)
    return CARE_FACTS[kind] if kind else frozenset()


def evidence(need: Need) -> frozenset[str]:
    """``setting``, and the withdrawals a program may list without saying where it manages them."""
    detox = {f"detox_{each}" for each in need.withdrawal} if main_care(need) in WITHDRAWAL else set()
    return setting(need) | detox


def favourable(need: Need) -> frozenset[str]:
    """The facts that can only help a program with this need; knowing one more never lowers its rank."""
    kind = main_care(need)
    wanted = set().union(*(CARE_FACTS[each] for each in need.care if each in CARE_FACTS))
    if kind in WITHDRAWAL:
        wanted |= {f"detox_{each}" for each in need.withdrawal} | {"detox_with_medication"}
        wanted |= {facts.withdrawal_in_bed(each) for each in need.withdrawal}
        wanted |= {facts.withdrawal_outpatient(each) for each in need.withdrawal}
    if "opioid" in need.substances:
        wanted |= facts.MAINTENANCE
    if need.age is not None:
        wanted.add(age_group(need.age)[0])
    if need.sex is not None:
        wanted.add(f"accepts_{need.sex}")
    if need.payer in PAYER_FACTS and need.payer is not PayerKind.VA:
        wanted.add(PAYER_FACTS[need.payer][0])
    if need.payer is PayerKind.NONE:
        wanted |= set(facts.HELP_WITH_COST)
    if need.plan:
        wanted.add(facts.plan_accepted(need.plan))
    wishes = {
        "group_pregnant": need.pregnant,
        "group_veterans": need.veteran,
        "co_occurring_treatment": need.co_occurring,
        "sign_language": need.deaf,
        "beds_for_children": need.children_along,
        "keeps_opioid_medication": need.on_medication,
        "telehealth": need.telehealth,
        f"group_{need.group}": need.group,
        f"language_{need.language}": need.language,
    }
    return frozenset(wanted) | need.medication | {fact for fact, wished in wishes.items() if wished}
