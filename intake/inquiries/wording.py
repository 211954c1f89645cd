"""Plain words for every answer that is picked from a list, for forms, check pages and the desk."""

from collections.abc import Mapping
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from intake.inquiries.answers import (
    CheckWish,
    ContactMethod,
    ForWhom,
    Frequency,
    GenderWish,
    HowLong,
    InsuranceKind,
    LastUse,
    PartOfDay,
    Relation,
    Route,
    Said,
    ServiceCover,
    SubscriberRelation,
    Symptom,
)
from intake.inquiries.triage import Care, Urgency

# By enum first: members of two enums with the same value are equal and would share one entry.
WORDS: Mapping[type[StrEnum], Mapping[StrEnum, Promise]] = {
    Said: {
        Said.YES: _("Yes"),
        Said.NO: _("No"),
        Said.NOT_SURE: _("Not sure"),
    },
    ForWhom: {
        ForWhom.SELF: _("Me"),
        ForWhom.SOMEONE_ELSE: _("Someone else"),
    },
    Relation: {
        Relation.PARENT: _("Their parent"),
        Relation.PARTNER: _("Their husband, wife or partner"),
        Relation.CHILD: _("Their child"),
        Relation.SIBLING: _("Their brother or sister"),
        Relation.OTHER_FAMILY: _("Other family"),
        Relation.FRIEND: _("A friend"),
        Relation.PROFESSIONAL: _("A professional who helps them"),
        Relation.OTHER: _("Somebody else"),
    },
    Frequency: {
        Frequency.SEVERAL_TIMES_A_DAY: _("Several times a day"),
        Frequency.DAILY: _("Every day"),
        Frequency.MOST_DAYS: _("Most days"),
        Frequency.WEEKLY: _("About once a week"),
        Frequency.LESS: _("Less often"),
        Frequency.NOT_SURE: _("Not sure"),
    },
    Route: {
        Route.SWALLOWED: _("Swallowed or drunk"),
        Route.SMOKED: _("Smoked or vaped"),
        Route.SNORTED: _("Snorted"),
        Route.INJECTED: _("Injected"),
        Route.OTHER: _("Another way"),
        Route.NOT_SURE: _("Not sure"),
    },
    LastUse: {
        LastUse.TODAY: _("Today"),
        LastUse.YESTERDAY: _("Yesterday"),
        LastUse.DAYS_2_3: _("2 or 3 days ago"),
        LastUse.DAYS_4_7: _("4 to 7 days ago"),
        LastUse.WEEKS_1_4: _("1 to 4 weeks ago"),
        LastUse.LONGER: _("Longer ago"),
        LastUse.NOT_SURE: _("Not sure"),
    },
    HowLong: {
        HowLong.DAYS: _("Days"),
        HowLong.WEEKS: _("Weeks"),
        HowLong.MONTHS: _("Months"),
        HowLong.YEARS: _("Years"),
        HowLong.NOT_SURE: _("Not sure"),
    },
    Symptom: {
        Symptom.CANNOT_WAKE: _("Cannot be woken up"),
        Symptom.SLOW_BREATHING: _("Breathing very slowly, or gurgling or snoring oddly"),
        Symptom.BLUE_LIPS: _("Blue or gray lips or fingertips"),
        Symptom.SEIZURE: _("A seizure (fit)"),
        Symptom.CHEST_PAIN: _("Chest pain"),
        Symptom.SEEING_THINGS: _("Seeing or hearing things that are not there"),
        Symptom.CONFUSION: _("Confused, does not know where they are"),
        Symptom.FEVER: _("Fever"),
        Symptom.SHAKING: _("Shaking"),
        Symptom.SWEATING: _("Sweating a lot"),
        Symptom.VOMITING: _("Vomiting"),
        Symptom.NONE: _("None of these"),
    },
    ContactMethod: {
        ContactMethod.CALL: _("Phone call"),
        ContactMethod.TEXT: _("Text message"),
        ContactMethod.EMAIL: _("E-mail"),
        ContactMethod.NONE: _("Do not contact me"),
    },
    PartOfDay: {
        PartOfDay.MORNING: _("Morning, 8 to 12"),
        PartOfDay.AFTERNOON: _("Afternoon, 12 to 5"),
        PartOfDay.EVENING: _("Evening, 5 to 9"),
        PartOfDay.NIGHT: _("Night, 9 to 8"),
        PartOfDay.ANY: _("Any time"),
    },
    InsuranceKind: {
        InsuranceKind.PRIVATE: _("Through a job, school or bought (private)"),
        InsuranceKind.MEDICAID: _("Medicaid"),
        InsuranceKind.MEDICARE: _("Medicare"),
        InsuranceKind.TRICARE_VA: _("TRICARE or Veterans Affairs"),
        InsuranceKind.OTHER: _("Another kind"),
        InsuranceKind.NONE: _("No insurance"),
        InsuranceKind.NOT_SURE: _("Not sure"),
    },
    ServiceCover: {
        ServiceCover.TRICARE: _("TRICARE, not said whose"),
        ServiceCover.TRICARE_ACTIVE: _("TRICARE, on active duty"),
        ServiceCover.TRICARE_RETIREE: _("TRICARE, retired"),
        ServiceCover.TRICARE_FAMILY: _("TRICARE, family"),
        ServiceCover.CHAMPVA: _("CHAMPVA"),
        ServiceCover.VA: _("The VA, or its community care"),
        ServiceCover.INDIAN_HEALTH: _("Indian Health Service, tribal or urban"),
    },
    SubscriberRelation: {
        SubscriberRelation.SELF: _("The person who needs help"),
        SubscriberRelation.SPOUSE: _("Their husband, wife or partner"),
        SubscriberRelation.PARENT: _("Their parent"),
        SubscriberRelation.OTHER: _("Somebody else"),
    },
    CheckWish: {
        CheckWish.ELECTRONIC: _("Yes, ask my plan now"),
        CheckWish.BY_PHONE: _("No, talk with me on the phone first"),
        CheckWish.NO_CHECK: _("No, do not ask my plan"),
    },
    GenderWish: {
        GenderWish.WOMEN: _("A program for women"),
        GenderWish.MEN: _("A program for men"),
        GenderWish.LGBTQ: _("A program for LGBTQ people"),
        GenderWish.NO_WISH: _("No preference"),
    },
    Care: {
        Care.EMERGENCY_DEPARTMENT: _("An emergency department"),
        Care.WITHDRAWAL_MEDICAL_24H: _("Withdrawal care with doctors and nurses, day and night"),
        Care.WITHDRAWAL_AMBULATORY: _("Withdrawal care in visits, with a doctor"),
        Care.OPIOID_MEDICATION: _("Medication for opioid use (buprenorphine, methadone, naltrexone)"),
        Care.RESIDENTIAL: _("A program where you live for a while"),
        Care.INTENSIVE_OUTPATIENT: _("Intensive outpatient care, several days a week"),
        Care.OUTPATIENT: _("Outpatient care, in visits"),
        Care.ASSESSMENT: _("An assessment: somebody trained listens and plans with you"),
        Care.FAMILY_SUPPORT: _("Support for families"),
    },
}
# Said to the person who needs help: only what reads differently. "I cannot stay awake" is kept as "cannot be woken":
# nobody past waking fills in a form, and a rule of triage leans to danger
WORDS_TO_PERSON: Mapping[type[StrEnum], Mapping[StrEnum, Promise]] = {
    Symptom: {
        Symptom.CANNOT_WAKE: _("I cannot stay awake"),
        Symptom.CONFUSION: _("Confused, not sure where I am"),
    },
    SubscriberRelation: {
        SubscriberRelation.SELF: _("Mine"),
        SubscriberRelation.SPOUSE: _("My husband, wife or partner"),
        SubscriberRelation.PARENT: _("My parent"),
    },
}
URGENCY_WORDS: Mapping[Urgency, Promise] = {
    Urgency.DANGER_NOW: _("Danger now"),
    Urgency.TODAY: _("Today"),
    Urgency.SOON: _("Soon"),
    Urgency.ROUTINE: _("Routine"),
}


def choices(kind: type[StrEnum], *, to_person: bool = False) -> list[tuple[str, Promise]]:
    """A list for a form field, in the order the answers are defined; ``to_person`` speaks to who needs help."""
    words = {**WORDS[kind], **(WORDS_TO_PERSON.get(kind, {}) if to_person else {})}
    return [(member.value, words[member]) for member in kind]


def in_words(value: object) -> str:
    """Any answer as words: picked values by their label, several joined by semicolons, silence as ''."""
    if value is None:
        return ""
    if isinstance(value, tuple | list):
        return "; ".join(map(in_words, value))
    return str(WORDS[type(value)][value]) if isinstance(value, StrEnum) else str(value)
