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
    care_given,
    chosen_medication,
    concerns_opioids,
    dui_only,
    further_care,
    hospital_bed,
    keeps_medication,
    main_care,
    opioid_medication,
    opioid_program,
    other_substance_only,
    same_day_start,
    treats_the_substance,
    withdrawal_from,
    withdrawal_medication,
)
from intake.matching.need import Listing, Need, Offer, PayerKind
from intake.matching.reasons import Finding, against, ask, met

Rule = Callable[[Need, Offer], Finding | None]
When = Callable[[Need], object]

BY_TELEHEALTH = frozenset({Care.OPIOID_MEDICATION, Care.INTENSIVE_OUTPATIENT, Care.OUTPATIENT, Care.ASSESSMENT})
PAYER_FACTS: dict[PayerKind, tuple[str, str]] = {
    PayerKind.PRIVATE: ("takes_private_insurance", "private insurance"),
    PayerKind.MEDICAID: ("takes_medicaid", "Medicaid"),
    PayerKind.MEDICARE: ("takes_medicare", "Medicare"),
    PayerKind.MILITARY: ("takes_military_insurance", "military insurance"),
    PayerKind.TRICARE: ("takes_military_insurance", "TRICARE"),
    PayerKind.CHAMPVA: ("takes_military_insurance", "CHAMPVA"),
    PayerKind.VA: ("va_health_care", "VA coverage"),
    PayerKind.INDIAN_HEALTH: ("takes_indian_health_funds", "Indian Health Service funds"),
    PayerKind.STATE_PLAN: ("takes_state_plan", "state insurance"),
    PayerKind.SELF_PAY: ("takes_cash", "self-payment"),
}
# "Takes military insurance" (MI of 2022) names no plan, and never means the VA
OF_THE_MILITARY = frozenset({PayerKind.MILITARY, PayerKind.TRICARE, PayerKind.CHAMPVA})
ASK_WHICH_PLAN = OF_THE_MILITARY | {PayerKind.PRIVATE, PayerKind.VA, PayerKind.INDIAN_HEALTH}
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
PREGNANT_FIRST = "people who are pregnant come before others (42 U.S.C. 300x-27)"
INJECTING_SOON = "people who inject are to be admitted within 14 days (45 CFR 96.126)"
FEWEST_SENT = 3  # of whom we know the end, before that says anything of a program: our own choice
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
    return ask(f"{about}_not_stated" if silent else f"{about}_not_listed", hard=True, settles=fact, **words)


def pregnancy(need: Need, offer: Offer) -> Finding | None:
    if "accepts_pregnant" in offer.known_no:
        return against("pregnancy_refused", hard=True)
    if "group_pregnant" in offer.facts or "accepts_pregnant" in offer.facts:
        return met("pregnancy_listed", hard=True)
    return ask("pregnancy_ask", hard=True, settles="accepts_pregnant")


def payment(need: Need, offer: Offer) -> Finding | None:
    """A listing knows kinds of insurance, not plans: private or military insurance is always "ask".

    What a program told us of this very plan, or of the Medicaid of this very state, comes first.
    """
    told = plan_told(need)
    if told and (answer := offer.says(told)) is not None:
        return met("plan_confirmed", hard=True) if answer else against("plan_refused", hard=True)
    fact, words = PAYER_FACTS[need.payer]
    if fact in offer.facts:
        return _payer_is_listed(need, offer, words)
    settles = told or ("" if need.payer in ASK_WHICH_PLAN else fact)
    if fact in offer.known_no:
        return against("payment_refused", hard=True, payer=words)
    silent = offer.silent_on(facts.PAYMENTS)
    return ask("payment_not_stated" if silent else "payment_not_listed", hard=True, payer=words, settles=settles)


def plan_told(need: Need) -> str:
    """The fact that a program's answer about this plan makes known; empty while no plan is known."""
    if need.plan:
        return facts.plan_accepted(need.plan)
    if need.payer is PayerKind.MEDICAID and need.state:
        return facts.medicaid_accepted(need.state)
    return f"takes:{need.payer}" if need.payer in OF_THE_MILITARY | {PayerKind.VA} else ""


def _payer_is_listed(need: Need, offer: Offer, words: str) -> Finding:
    if need.payer in OF_THE_MILITARY:
        # It says so of military insurance, and of no plan
        words = PAYER_FACTS[PayerKind.MILITARY][1]
    if need.payer in ASK_WHICH_PLAN:
        return ask("ask_this_plan", hard=True, payer=words, settles=plan_told(need))
    if need.payer is PayerKind.MEDICAID and need.state and need.state != offer.state:
        return ask("payment_other_state", hard=True, state=need.state, settles=plan_told(need))
    return met("payment_listed", hard=True, payer=words)


def cannot_pay(need: Need, offer: Offer) -> Finding | None:
    """Cash is no match for someone who cannot pay; free care, block grants, sliding fees and help are."""
    if facts.HELP_TOLD in offer.known_no:
        return against("help_refused", hard=True)
    for fact in facts.HELP_WITH_COST:
        if fact in offer.facts:
            return met(HELP_CODES[fact], hard=True)
    if facts.HELP_TOLD in offer.facts:
        return met("help_confirmed", hard=True)
    if "public_funds" in offer.facts:
        return ask("public_funds_ask", hard=True, settles=facts.HELP_TOLD)
    code = "payment_not_stated" if offer.silent_on(facts.PAYMENTS) else "cash_no_help"
    return ask(code, hard=True, settles=facts.HELP_TOLD)


def priority(need: Need, offer: Offer) -> Finding | None:
    """Who comes first, or soon, where a program takes block-grant money: 42 U.S.C. 300x-27, 45 CFR 96.126(b)."""
    if "block_grant" not in offer.facts:
        return None
    return met("priority_group", group=PREGNANT_FIRST if need.pregnant else INJECTING_SOON)


def health_system(need: Need, offer: Offer) -> Finding | None:
    for fact, system in SYSTEMS.items():
        if fact in offer.facts:
            own = fact == "va_health_care" and (need.veteran or need.payer is PayerKind.VA)
            own = own or (fact == "indian_health_service" and need.payer is PayerKind.INDIAN_HEALTH)
            own = own or (fact == "defense_health_care" and need.payer in (PayerKind.MILITARY, PayerKind.TRICARE))
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
    if by_telehealth(need) and "telehealth" in offer.facts:
        return ask("telehealth_far", hard=True, miles=miles)
    return against("too_far", hard=True, miles=miles)


def by_telehealth(need: Need) -> bool:
    """Whether this care can be given from afar, and they have not said that they would rather not."""
    return main_care(need) in BY_TELEHEALTH and need.telehealth is not False


def referable(need: Need, offer: Offer) -> Finding | None:
    return None if offer.listing is Listing.LISTED else against("not_referable", hard=True)


def co_occurring(need: Need, offer: Offer) -> Finding | None:
    listed = offer.lists_any(facts.CO_OCCURRING)
    return met("co_occurring_listed") if listed else ask("co_occurring_ask", settles="co_occurring_treatment")


def language(need: Need, offer: Offer) -> Finding | None:
    words, fact = (need.language or "").title(), f"language_{need.language}"
    listed = fact in offer.facts
    return met("language_listed", language=words) if listed else ask("language_ask", language=words, settles=fact)


def sign_language(need: Need, offer: Offer) -> Finding | None:
    fact = "sign_language"
    return met("sign_language_listed") if fact in offer.facts else ask("sign_language_ask", settles=fact)


def children_along(need: Need, offer: Offer) -> Finding | None:
    if "beds_for_children" in offer.facts:
        return met("children_beds")
    return met("child_care") if "child_care" in offer.facts else ask("children_ask", settles="child_care")


def veterans(need: Need, offer: Offer) -> Finding | None:
    return met("veterans_listed") if "group_veterans" in offer.facts else None


def group_wish(need: Need, offer: Offer) -> Finding | None:
    words = {"women": "women", "men": "men", "lgbtq": "LGBTQ people"}.get(need.group or "")
    return met("group_listed", group=words) if words and f"group_{need.group}" in offer.facts else None


def telehealth_wish(need: Need, offer: Offer) -> Finding | None:
    return met("telehealth_listed") if "telehealth" in offer.facts else None


def told_us(need: Need, offer: Offer) -> Finding | None:
    """That some of this is not from a listing but from the program itself, and how long ago."""
    if not offer.told:
        return None
    return met("told_us", count=str(len(offer.told)), days=str(min(days for _, days in offer.told)))


def at_night(need: Need, offer: Offer) -> Finding | None:
    """Whether it admits at night and on weekends: no code of a listing says so."""
    fact = "admits_nights_and_weekends"
    match offer.says(fact):
        case True:
            return met("night_admission")
        case False:
            return against("no_night_admission")
    return ask("night_admission_ask", settles=fact)


def open_now(need: Need, offer: Offer) -> Finding | None:
    """Whether its intake answers now, by the hours it told us; hard only where they look for nothing else."""
    hard = bool(need.open_now)
    match offer.says(facts.OPEN_NOW):
        case True:
            return met("open_now", hard=hard)
        case False:
            return against("closed_now", hard=hard)
    return ask("hours_ask", hard=hard)


def smoking(need: Need, offer: Offer) -> Finding | None:
    match offer.says("smoking_permitted"):
        case True:
            return met("smoking_permitted")
        case False:
            return against("smoking_not_permitted")
    return ask("smoking_ask", settles="smoking_permitted")


def network(need: Need, offer: Offer) -> Finding | None:
    """What decides the caller's share most: a plan pays less, or nothing, outside its network."""
    fact = facts.in_network(need.plan or "")
    match offer.says(fact):
        case True if need.most_in is not None:
            return met("in_network_at_most", most=f"${need.most_in:,}")
        case True:
            return met("in_network")
        case False if need.most_out is not None:
            return against("out_of_network_at_most", most=f"${need.most_out:,}")
        case False:
            return against("out_of_network_no_end" if need.most_in is not None else "out_of_network")
    return ask("network_ask", settles=fact)


def outcomes(need: Need, offer: Offer) -> Finding | None:
    """What became of those we sent there, as a share in quarters; too few say nothing."""
    if offer.sent < FEWEST_SENT:
        return None
    took, sent = str(offer.took), str(offer.sent)
    quarters = round(4 * (2 * offer.took - offer.sent) / offer.sent)
    found = met("took_most", took=took, sent=sent) if quarters >= 0 else against("took_few", took=took, sent=sent)
    return found.by(abs(quarters))


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


def _always(need: Need) -> bool:
    return True


RULES: tuple[tuple[Rule, When], ...] = (
    (referable, _always),
    (distance, _always),
    (care, _always),
    (opioid_medication, concerns_opioids),
    (treats_the_substance, lambda need: need.substances),
    (other_substance_only, lambda need: need.substances),
    (dui_only, _always),
    (age, lambda need: need.age is not None),
    (sex, _always),
    (pregnancy, lambda need: need.pregnant),
    (payment, lambda need: need.payer in PAYER_FACTS),
    (cannot_pay, lambda need: need.payer is PayerKind.NONE),
    (health_system, _always),
    (priority, lambda need: need.pregnant or need.injects),
    (further_care, lambda need: len(need.care) > 1),
    (hospital_bed, lambda need: main_care(need) is Care.WITHDRAWAL_MEDICAL_24H),
    (withdrawal_medication, lambda need: main_care(need) in WITHDRAWAL),
    (opioid_program, concerns_opioids),
    (same_day_start, lambda need: main_care(need) is Care.OPIOID_MEDICATION),
    (chosen_medication, lambda need: need.medication),
    (keeps_medication, lambda need: need.on_medication),
    (co_occurring, lambda need: need.co_occurring),
    (language, lambda need: need.language not in (None, "", "english")),
    (sign_language, lambda need: need.deaf),
    (children_along, lambda need: need.children_along),
    (veterans, lambda need: need.veteran),
    (group_wish, lambda need: need.group),
    (telehealth_wish, lambda need: need.telehealth),
    (openings, _always),
    (at_night, lambda need: need.at_night),
    (told_us, _always),
    (open_now, _always),
    (smoking, lambda need: need.smokes),
    (network, lambda need: need.plan),
    (outcomes, _always),
)
"""Each rule with the needs it concerns."""
DECIDING = frozenset(
    {
        *(referable, distance, care, opioid_medication, treats_the_substance, other_substance_only, dui_only, age),
        *(sex, pregnancy, payment, cannot_pay, health_system),
    }
)
"""Those of them that find hard needs in what a listing says or a program told us; withdrawal decides, too."""


def rules_for(need: Need, today: date, *, deciding_only: bool = False) -> tuple[Rule, ...]:
    """Every rule that applies, the one for withdrawal once for each substance."""
    withdrawal: tuple[Rule, ...] = ()
    if main_care(need) in WITHDRAWAL:
        withdrawal = tuple(partial(withdrawal_from, substance) for substance in sorted(need.withdrawal))
    if deciding_only:
        return (*withdrawal, *(rule for rule, when in RULES if rule in DECIDING and when(need)))
    return (*withdrawal, *(rule for rule, when in RULES if when(need)), partial(freshness, today))


def setting(need: Need) -> frozenset[str]:
    """The facts that say a program gives the kind of care looked for; empty when no kind is known."""
    kind = main_care(need)
    return CARE_FACTS[kind] if kind else frozenset()


def evidence(need: Need) -> frozenset[str]:
    """``setting``, and the withdrawals a program may list without saying where it manages them."""
    detox = {f"detox_{each}" for each in need.withdrawal} if main_care(need) in WITHDRAWAL else set()
    return setting(need) | detox


def settled_by(need: Need) -> frozenset[str]:
    """What a program can tell us that says yes to the care looked for, whatever its listing says."""
    kind = main_care(need)
    if kind not in WITHDRAWAL or not need.withdrawal:
        return frozenset({care_given(kind)}) if kind else frozenset()
    bed = kind is Care.WITHDRAWAL_MEDICAL_24H
    return frozenset(map(facts.withdrawal_in_bed if bed else facts.withdrawal_outpatient, need.withdrawal))


def deciding(need: Need) -> frozenset[str]:
    """What a listing can say that leaves a program out of this match, or that would bring it in by another payment."""
    wanted = setting(need) | {"only_alcohol_use", "only_opioid_use"}
    for substance in need.substances:
        wanted |= {f"treats_{substance}_use"} | facts.care_for(substance)
    if concerns_opioids(need):
        wanted |= facts.MAINTENANCE | {"any_opioid_medication"}
    if need.payer in PAYER_FACTS:
        wanted |= {PAYER_FACTS[need.payer][0], "takes_private_insurance", "takes_cash"}
    if need.payer is PayerKind.NONE:
        wanted |= {*facts.HELP_WITH_COST, "public_funds", "takes_private_insurance", "takes_cash"}
    return frozenset(wanted)


def decided_by_telling(need: Need) -> frozenset[str]:
    """What a program can tell us that leaves it out of this match or brings it in."""
    told = settled_by(need) | {f"treats:{substance}" for substance in need.substances}
    told |= {facts.HELP_TOLD, "accepts_pregnant", f"accepts_{need.sex}", plan_told(need)}
    if need.payer in PAYER_FACTS:
        told |= {PAYER_FACTS[need.payer][0]}
    return frozenset(told | {age_group(need.age)[0]} if need.age is not None else told)


def favourable(need: Need) -> frozenset[str]:
    """The facts that can only help a program with this need; knowing one more never lowers its rank."""
    kind = main_care(need)
    wanted = set().union(*(CARE_FACTS[each] for each in need.care if each in CARE_FACTS))
    wanted |= {care_given(kind)} if kind and not (kind in WITHDRAWAL and need.withdrawal) else set()
    wanted |= {f"treats:{substance}" for substance in need.substances}
    if kind in WITHDRAWAL:
        wanted |= {f"detox_{each}" for each in need.withdrawal} | {"detox_with_medication"}
        wanted |= {facts.withdrawal_in_bed(each) for each in need.withdrawal}
        wanted |= {facts.withdrawal_outpatient(each) for each in need.withdrawal}
    if "opioid" in need.substances:
        wanted |= facts.MAINTENANCE | {"opioid_treatment_program"}
    if kind is Care.OPIOID_MEDICATION:
        wanted.add("same_day_start")
    if need.age is not None:
        wanted.add(age_group(need.age)[0])
    if need.sex is not None:
        wanted.add(f"accepts_{need.sex}")
    if need.payer in PAYER_FACTS and need.payer is not PayerKind.VA:
        wanted.add(PAYER_FACTS[need.payer][0])
    if need.payer in PAYER_FACTS and (told := plan_told(need)):
        wanted.add(told)
    if need.payer is PayerKind.NONE:
        wanted |= {*facts.HELP_WITH_COST, facts.HELP_TOLD}
    # To the insured it also says that the listing names how one pays there, and not by their insurance
    priority_counts = need.payer not in PAYER_FACTS
    wishes = {
        "group_pregnant": need.pregnant,
        "accepts_pregnant": need.pregnant,
        "block_grant": priority_counts and (need.pregnant or need.injects),
        "group_veterans": need.veteran,
        "co_occurring_treatment": need.co_occurring,
        "sign_language": need.deaf,
        "beds_for_children": need.children_along,
        "keeps_opioid_medication": need.on_medication,
        "telehealth": need.telehealth,
        "admits_nights_and_weekends": need.at_night,
        facts.OPEN_NOW: True,
        "smoking_permitted": need.smokes,
        facts.in_network(need.plan or ""): need.plan,
        f"group_{need.group}": need.group,
        f"language_{need.language}": need.language,
    }
    return frozenset(wanted) | need.medication | {fact for fact, wished in wishes.items() if wished}
