"""What a person needs and what a program offers, as plain frozen values. No ORM, no clock."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from enum import StrEnum
from typing import Any, Self

from intake.inquiries.answers import Answers, GenderWish, Insurance, InsuranceKind, Route, Said, ServiceCover, Use
from intake.inquiries.spelling import words
from intake.inquiries.substance_words import LETHAL_WITHDRAWAL, meanings
from intake.inquiries.triage import Care, Triage, Urgency
from intake.inquiries.triage_picture import picture_of

Json = dict[str, Any]


class PayerKind(StrEnum):
    """Who would pay. NONE is someone who cannot pay; SELF_PAY is someone who can and wants to."""

    UNKNOWN = "unknown"
    PRIVATE = "private"
    MEDICAID = "medicaid"
    MEDICARE = "medicare"
    MILITARY = "military"  # TRICARE, CHAMPVA or the VA: not said which
    TRICARE = "tricare"
    CHAMPVA = "champva"
    VA = "va"
    INDIAN_HEALTH = "indian_health"
    STATE_PLAN = "state_plan"
    SELF_PAY = "self_pay"
    NONE = "none"


PAYERS: Mapping[InsuranceKind, PayerKind] = {
    InsuranceKind.PRIVATE: PayerKind.PRIVATE,
    InsuranceKind.MEDICAID: PayerKind.MEDICAID,
    InsuranceKind.MEDICARE: PayerKind.MEDICARE,
    InsuranceKind.TRICARE_VA: PayerKind.MILITARY,
    InsuranceKind.NONE: PayerKind.NONE,
}
SERVICES: Mapping[ServiceCover, PayerKind] = {
    ServiceCover.CHAMPVA: PayerKind.CHAMPVA,
    ServiceCover.VA: PayerKind.VA,
    ServiceCover.INDIAN_HEALTH: PayerKind.INDIAN_HEALTH,
}


class TricareStatus(StrEnum):
    ACTIVE_DUTY = "active-duty"
    RETIREE = "retiree"
    FAMILY = "family"


STATUSES: Mapping[ServiceCover, TricareStatus] = {
    ServiceCover.TRICARE_ACTIVE: TricareStatus.ACTIVE_DUTY,
    ServiceCover.TRICARE_RETIREE: TricareStatus.RETIREE,
    ServiceCover.TRICARE_FAMILY: TricareStatus.FAMILY,
}
SEXES: Mapping[str, str] = {
    **dict.fromkeys(("female", "woman", "women", "f", "girl", "lady", "she"), "women"),
    **dict.fromkeys(("mujer", "femenino", "femenina", "ella", "chica"), "women"),
    **dict.fromkeys(("male", "man", "men", "m", "boy", "guy", "he", "hombre", "masculino", "varon"), "men"),
}
# Where one of these stands nobody is left out by a guess: each program is asked. Prefixes cover "transgender".
NOT_GUESSED: tuple[str, ...] = (
    *("trans", "non", "enby", "nb", "queer", "gender", "fluid", "agender", "inter", "mtf", "ftm", "two", "bi"),
    *("not", "no", "neither", "afab", "amab", "travesti", "they"),
)
SEX_OF_WISH = {GenderWish.WOMEN: "women", GenderWish.MEN: "men"}
GROUPS = {GenderWish.WOMEN: "women", GenderWish.MEN: "men", GenderWish.LGBTQ: "lgbtq"}
LANGUAGES: Mapping[str, str | None] = {
    **dict.fromkeys(("", "en", "english", "inglés", "ingles"), None),
    **dict.fromkeys(("es", "spanish", "español", "espanol"), "spanish"),
}
OPIOID_MEDICATIONS = frozenset({"methadone", "buprenorphine"})


class Listing(StrEnum):
    LISTED = "listed"
    DO_NOT_REFER = "do_not_refer"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Need:
    """What to look for. ``None`` and empty mean "not known" or "no wish", and bring no reason at all.

    ``care``: kinds of care in order of fit; the first a program can give is the hard one.
    ``substances``, ``withdrawal``: substance kinds (``alcohol``, ``benzodiazepine``, ``opioid``...) that are
    used, and whose withdrawal has to be managed. ``miles``: how far the person can travel, in miles.
    ``state``: the person's state, two letters. ``plan``: public id of the payer, when known.
    ``most_in``, ``most_out``: the most their share of the first kind of care can be in and out of the plan's network,
    in whole dollars, by the plan's verified answer; ``None`` where it stated no end, or nothing.
    """

    care: tuple[Care, ...] = ()
    substances: frozenset[str] = field(default=frozenset(), repr=False)
    withdrawal: frozenset[str] = field(default=frozenset(), repr=False)
    danger: bool = False
    age: int | None = field(default=None, repr=False)
    sex: str | None = field(default=None, repr=False)  # "women" or "men", whom a program must take; unknown: asked
    pregnant: bool | None = field(default=None, repr=False)
    group: str | None = None  # wish for a program for "women", "men" or "lgbtq"
    children_along: bool | None = None
    veteran: bool | None = None
    payer: PayerKind = PayerKind.UNKNOWN
    tricare_status: TricareStatus | None = None
    plan: str | None = None
    language: str | None = None  # English name in lower case ("spanish"); English is no wish
    deaf: bool | None = None
    co_occurring: bool | None = field(default=None, repr=False)
    medication: frozenset[str] = frozenset()  # wished: "methadone", "buprenorphine", "naltrexone"
    on_medication: bool | None = field(default=None, repr=False)
    telehealth: bool | None = None
    injects: bool | None = field(default=None, repr=False)
    at_night: bool | None = None  # whether it is night or a weekend where they are, so that a bed may have to wait
    open_now: bool | None = None  # only programs whose intake answers now
    smokes: bool | None = field(default=None, repr=False)
    most_in: int | None = field(default=None, repr=False)
    most_out: int | None = field(default=None, repr=False)
    state: str | None = None
    latitude: float | None = field(default=None, repr=False)
    longitude: float | None = field(default=None, repr=False)
    miles: int = 50

    @classmethod
    def of(
        cls,
        answers: Answers,
        triage: Triage,
        *,
        state: str | None = None,
        latitude: float | None = None,
        longitude: float | None = None,
        miles: int = 50,
        plan: str | None = None,
    ) -> Self:
        """What a person told and triage made of it, as a need; the place is that of their ZIP, in degrees."""
        wish, person = answers.preferences, answers.person
        used = picture_of(answers).groups
        language = wish.language.strip().lower()
        return cls(
            care=triage.care,
            substances=frozenset(used),
            withdrawal=frozenset(used & (LETHAL_WITHDRAWAL | {"opioid"})),
            danger=triage.urgency is Urgency.DANGER_NOW,
            age=answers.age,
            sex=_sex(person.gender, wish.gender),
            pregnant=True if person.pregnant is Said.NOT_SURE else _yes_or_no(person.pregnant),
            group=GROUPS.get(wish.gender) if wish.gender else None,
            children_along=_yes_or_no(wish.children_along),
            veteran=_yes_or_no(wish.veteran),
            payer=_payer(answers.insurance),
            tricare_status=STATUSES.get(answers.insurance.service) if answers.insurance.service else None,
            plan=plan,
            language=LANGUAGES.get(language, language),
            deaf=_yes_or_no(wish.deaf_asl),
            medication=_medication(wish.medication, opioid="opioid" in used),
            telehealth=_yes_or_no(wish.telehealth),
            smokes=True if any(map(_of_nicotine, answers.uses)) else None,
            injects=True if any(use.how_taken is Route.INJECTED for use in answers.uses) else None,
            state=state,
            latitude=latitude,
            longitude=longitude,
            miles=miles,
        )

    def to_json(self) -> Json:
        """Plain values; sets as sorted lists."""
        return _plain(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The need that ``to_json`` wrote. ValueError or TypeError when it was not."""
        known = dict(data)
        known["care"] = tuple(Care(each) for each in known.get("care", ()))
        known["payer"] = PayerKind(known.get("payer", PayerKind.UNKNOWN))
        if status := known.get("tricare_status"):
            known["tricare_status"] = TricareStatus(status)
        for name in ("substances", "withdrawal", "medication"):
            known[name] = frozenset(known.get(name, ()))
        return cls(**known)


@dataclass(frozen=True, slots=True)
class Offer:
    """One program as it is known today.

    ``facts`` are known to be so, ``known_no`` known not to be so; every other fact is unknown.
    ``published``: year of the edition; ``verified_on``: when a person last confirmed the listing.
    ``openings``: places free now, already decayed to ``None`` when too old to believe.
    ``told``: which of the facts the program told us itself, and how many days ago; they stand over its listing.
    ``took``, ``sent``: how many of those we sent there lately it took, of how many whose end we know.
    ``confidential``: the place is hidden; address parts are empty and only the phone may be used.
    """

    public_id: str
    name: str = ""
    program_name: str = ""
    street: str = ""
    city: str = ""
    state: str = ""
    zip: str = ""
    phone: str = ""
    intake_phone: str = ""
    distance_miles: float | None = None
    latitude: float | None = None
    longitude: float | None = None
    facts: frozenset[str] = frozenset()
    known_no: frozenset[str] = frozenset()
    published: int | None = None
    verified_on: date | None = None
    listing: Listing = Listing.LISTED
    confidential: bool = False
    openings: int | None = None
    told: tuple[tuple[str, int], ...] = ()
    took: int = 0
    sent: int = 0

    def says(self, fact: str) -> bool | None:
        """True or False when known, ``None`` when it has to be asked."""
        if fact in self.facts:
            return True
        return False if fact in self.known_no else None

    def lists_any(self, facts: frozenset[str]) -> bool:
        return not facts.isdisjoint(self.facts)

    def silent_on(self, group: frozenset[str]) -> bool:
        """Whether the listing says nothing at all about a group of facts (all ages, all ways to pay)."""
        return group.isdisjoint(self.facts) and group.isdisjoint(self.known_no)

    def to_json(self) -> Json:
        """Plain values; sets as sorted lists, dates as ISO text."""
        return _plain(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The offer that ``to_json`` wrote. ValueError or TypeError when it was not."""
        known = dict(data)
        known["facts"] = frozenset(known.get("facts", ()))
        known["known_no"] = frozenset(known.get("known_no", ()))
        known["listing"] = Listing(known.get("listing", Listing.LISTED))
        known["told"] = tuple((fact, days) for fact, days in known.get("told", ()))
        if isinstance(verified := known.get("verified_on"), str):
            known["verified_on"] = date.fromisoformat(verified)
        return cls(**known)


def _sex(gender: str, wish: GenderWish | None) -> str | None:
    """Whom a program must take, from the wish or from what was typed ("I am a woman"); ``None`` to be asked."""
    typed = words(gender)
    wished = SEX_OF_WISH.get(wish) if wish else None
    told = {SEXES[word] for word in typed if word in SEXES}
    if wished:
        return wished if told <= {wished} or any(word.startswith(NOT_GUESSED) for word in typed) else None
    return told.pop() if len(told) == 1 and not any(word.startswith(NOT_GUESSED) for word in typed) else None


def _yes_or_no(said: Said | None) -> bool | None:
    return {Said.YES: True, Said.NO: False}.get(said) if said else None


def _of_nicotine(use: Use) -> bool:
    return "nicotine" in {use.klass, *(meaning.klass for meaning in meanings(use.text))}


def _payer(told: Insurance) -> PayerKind:
    """By service or tribe only where no other cover was said: Medicaid beside a clinic of the tribe is Medicaid."""
    if told.service and told.kind in (None, InsuranceKind.TRICARE_VA, InsuranceKind.OTHER):
        return SERVICES.get(told.service, PayerKind.TRICARE)
    return PAYERS.get(told.kind, PayerKind.UNKNOWN) if told.kind else PayerKind.UNKNOWN


def _medication(wished: Said | None, *, opioid: bool) -> frozenset[str]:
    return OPIOID_MEDICATIONS if wished is Said.YES and opioid else frozenset()


def _plain(value: Need | Offer) -> Json:
    return {each.name: _plain_value(getattr(value, each.name)) for each in fields(value)}


def _plain_value(value: Any) -> Any:
    match value:
        case frozenset():
            return sorted(value)
        case tuple():
            return [_plain_value(each) for each in value]
        case StrEnum():
            return value.value
        case date():
            return value.isoformat()
        case _:
            return value
