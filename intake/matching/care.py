"""Rules about the care itself: which kind, withdrawal from which substance, with which medication.

Codes of one facility are not a joint statement: a listing with detoxification beds that somewhere names
benzodiazepines does not say that benzodiazepine withdrawal is managed in those beds. Only a fact that
somebody confirmed says so.
"""

from functools import lru_cache

from intake.inquiries.triage import Care
from intake.matching import facts
from intake.matching.need import Need, Offer
from intake.matching.reasons import Finding, against, ask, met

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
SUBSTANCE_WORDS = {
    "benzodiazepine": "benzodiazepines",
    "opioid": "opioids",
    "barbiturate": "barbiturates",
    "z_drug": "sleeping pills (z-drugs)",
    "ghb": "GHB",
    "baclofen_phenibut": "baclofen or phenibut",
    "other_sedative": "this sedative",
    "gabapentinoid": "gabapentin or pregabalin",
}


def main_care(need: Need) -> Care | None:
    """The kind of care to look for now: the first that a program, not an emergency department, gives."""
    return first_given(need.care)


@lru_cache(maxsize=256)
def first_given(care: tuple[Care, ...]) -> Care | None:
    """The first kind that a program, not an emergency department, gives."""
    return next((each for each in care if each in CARE_FACTS), None)


def care_given(kind: Care) -> str:
    """What a program says when asked whether it gives this kind of care; no code of a listing states it."""
    return f"care:{kind}"


def care(need: Need, offer: Offer) -> Finding | None:
    kind = main_care(need)
    if kind is None or kind is Care.OPIOID_MEDICATION or (kind in WITHDRAWAL and need.withdrawal):
        return None
    wanted, words, told = CARE_FACTS[kind], CARE_WORDS[kind], care_given(kind)
    if told in offer.known_no or wanted <= offer.known_no:
        return against("care_refused", hard=True, care=words)
    if told in offer.facts or (kind not in WITHDRAWAL and offer.lists_any(wanted)):
        return met("care_listed", hard=True, care=words)
    if offer.lists_any(wanted):
        place = _place(kind)
        return ask("withdrawal_both_listed", hard=True, substance="what is used", place=place, settles=told)
    if offer.silent_on(facts.SETTINGS | wanted):
        return ask("care_not_stated", hard=True, care=words, settles=told)
    second = any(offer.lists_any(CARE_FACTS[each]) for each in need.care if each in CARE_FACTS)
    return ask("second_care_only" if second else "care_not_listed", hard=True, care=words, settles=told)


def further_care(need: Need, offer: Offer) -> Finding | None:
    first = main_care(need)
    also = [each for each in need.care if each in CARE_FACTS and each is not first]
    listed = [CARE_WORDS[each] for each in also if offer.lists_any(CARE_FACTS[each])]
    return met("further_care_listed", care=", ".join(listed)).by(len(listed)) if listed else None


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
    words = {"substance": SUBSTANCE_WORDS.get(substance, substance), "place": _place(kind)}
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
    return ask(codes[offer.lists_any(CARE_FACTS[kind]), detox in offer.facts], hard=True, settles=joint, **words)


def hospital_bed(need: Need, offer: Offer) -> Finding | None:
    wanted = main_care(need) is Care.WITHDRAWAL_MEDICAL_24H and "hospital_inpatient_detox" in offer.facts
    return met("hospital_bed") if wanted else None


def withdrawal_medication(need: Need, offer: Offer) -> Finding | None:
    wanted = main_care(need) in WITHDRAWAL and "detox_with_medication" in offer.facts
    return met("withdrawal_medication") if wanted else None


def opioid_medication(need: Need, offer: Offer) -> Finding | None:
    """Programs that start or keep methadone or buprenorphine come above detoxification without them.

    Where medication is the care looked for this is a hard need, and a program that only detoxifies comes last.
    Where the danger calls for a bed first, the bed decides, and medication is one more reason.
    """
    first = main_care(need) is Care.OPIOID_MEDICATION
    told = care_given(Care.OPIOID_MEDICATION)
    if used := sorted(facts.MAINTENANCE & offer.facts):
        if "any_opioid_medication" in offer.known_no and told not in offer.facts:
            return ask("opioid_medication_contradicts", hard=first, medication=" and ".join(used), settles=told)
        if told not in offer.known_no:
            return met("opioid_medication_listed", hard=first, medication=" and ".join(used))
    if told in offer.facts:
        return met("opioid_medication_listed", hard=first, medication="methadone or buprenorphine")
    if not offer.known_no.isdisjoint({"any_opioid_medication", told}) or offer.known_no >= facts.MAINTENANCE:
        return against("opioid_medication_refused", hard=first)
    if "detox_opioid" in offer.facts:
        return ask("opioid_detox_only" if first else "opioid_bed_only", hard=first, settles=told)
    return ask("opioid_medication_not_listed", hard=first, settles=told)


def concerns_opioids(need: Need) -> bool:
    return "opioid" in need.substances or main_care(need) is Care.OPIOID_MEDICATION


def opioid_program(need: Need, offer: Offer) -> Finding | None:
    """Certified under 42 CFR part 8: it may give methadone."""
    return met("opioid_program") if "opioid_treatment_program" in offer.facts else None


def same_day_start(need: Need, offer: Offer) -> Finding | None:
    """No code of a listing states it: it is asked, and remembered once a program has told us."""
    match offer.says("same_day_start"):
        case True:
            return met("same_day_start")
        case False:
            return against("no_same_day_start")
    return ask("same_day_ask", settles="same_day_start")


def chosen_medication(need: Need, offer: Offer) -> Finding | None:
    used = sorted(need.medication & offer.facts)
    if used:
        return met("chosen_medication_listed", medication=" and ".join(used)).by(len(used))
    return ask("chosen_medication_ask", medication=" or ".join(sorted(need.medication)))


def keeps_medication(need: Need, offer: Offer) -> Finding | None:
    fact = "keeps_opioid_medication"
    return met("keeps_medication") if fact in offer.facts else ask("keeps_medication_ask", settles=fact)


def treats_the_substance(need: Need, offer: Offer) -> Finding | None:
    """A listing that says it does not treat a substance, yet lists care for it (118 do), has to be asked."""
    for substance in sorted(need.substances):
        told = f"treats:{substance}"
        if told in offer.known_no:
            return against("substance_refused", hard=True, substance=substance)
        if f"treats_{substance}_use" in offer.known_no and told not in offer.facts:
            if offer.lists_any(facts.care_for(substance)):
                return ask("substance_contradicts", hard=True, substance=substance, settles=told)
            return against("substance_refused", hard=True, substance=substance)
    return None


def other_substance_only(need: Need, offer: Offer) -> Finding | None:
    for only in ("alcohol", "opioid"):
        if need.substances and only not in need.substances and f"only_{only}_use" in offer.facts:
            if any(offer.lists_any(facts.care_for(substance)) for substance in need.substances):
                return ask("only_contradicts", hard=True, substance=only)
            return against("other_substance_only", hard=True, substance=only)
    return None


def dui_only(need: Need, offer: Offer) -> Finding | None:
    return ask("dui_only", hard=True) if "only_dui" in offer.facts else None
