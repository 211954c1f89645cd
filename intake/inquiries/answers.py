"""What a caller told us, as plain frozen values.

The intake form, the desk and triage share these shapes. Nobody has to answer anything: what was not
answered is ``None`` or an empty tuple, never a guess, and "not sure" is kept apart from silence.
No ORM, no request, no clock: the day the answers were given travels inside them (``asked_on``).
"""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, Self

from intake.inquiries import plain_json

Json = dict[str, Any]


class Said(StrEnum):
    """An answer to a yes/no question; ``None`` in a field means it was not answered."""

    YES = "yes"
    NO = "no"
    NOT_SURE = "not_sure"


class ForWhom(StrEnum):
    SELF = "self"
    SOMEONE_ELSE = "someone_else"


class Relation(StrEnum):
    """Who the caller is to the person who needs help ("I am their ...")."""

    PARENT = "parent"
    PARTNER = "partner"
    CHILD = "child"
    SIBLING = "sibling"
    OTHER_FAMILY = "other_family"
    FRIEND = "friend"
    PROFESSIONAL = "professional"
    OTHER = "other"


class Frequency(StrEnum):
    SEVERAL_TIMES_A_DAY = "several_times_a_day"
    DAILY = "daily"
    MOST_DAYS = "most_days"
    WEEKLY = "weekly"
    LESS = "less"
    NOT_SURE = "not_sure"


class Route(StrEnum):
    SWALLOWED = "swallowed"
    SMOKED = "smoked"
    SNORTED = "snorted"
    INJECTED = "injected"
    OTHER = "other"
    NOT_SURE = "not_sure"


class LastUse(StrEnum):
    TODAY = "today"
    YESTERDAY = "yesterday"
    DAYS_2_3 = "days_2_3"
    DAYS_4_7 = "days_4_7"
    WEEKS_1_4 = "weeks_1_4"
    LONGER = "longer"
    NOT_SURE = "not_sure"


class HowLong(StrEnum):
    DAYS = "days"
    WEEKS = "weeks"
    MONTHS = "months"
    YEARS = "years"
    NOT_SURE = "not_sure"


class Symptom(StrEnum):
    """What is happening to the person now. An empty tuple is "not answered"; NONE is "none of these"."""

    CANNOT_WAKE = "cannot_wake"
    SLOW_BREATHING = "slow_breathing"
    BLUE_LIPS = "blue_lips"
    SEIZURE = "seizure"
    CHEST_PAIN = "chest_pain"
    SEEING_THINGS = "seeing_things"
    CONFUSION = "confusion"
    FEVER = "fever"
    SHAKING = "shaking"
    SWEATING = "sweating"
    VOMITING = "vomiting"
    NONE = "none"


class ContactMethod(StrEnum):
    CALL = "call"
    TEXT = "text"
    EMAIL = "email"
    NONE = "none"


class PartOfDay(StrEnum):
    """Hours in the person's own time zone: morning 8-12, afternoon 12-17, evening 17-21, night 21-8."""

    MORNING = "morning"
    AFTERNOON = "afternoon"
    EVENING = "evening"
    NIGHT = "night"
    ANY = "any"


class InsuranceKind(StrEnum):
    PRIVATE = "private"
    MEDICAID = "medicaid"
    MEDICARE = "medicare"
    TRICARE_VA = "tricare_va"
    OTHER = "other"
    NONE = "none"
    NOT_SURE = "not_sure"


class ServiceCover(StrEnum):
    """Which cover by military service or tribe it is; of TRICARE, by whose service, where it was said."""

    TRICARE = "tricare"
    TRICARE_ACTIVE = "tricare_active"
    TRICARE_RETIREE = "tricare_retiree"
    TRICARE_FAMILY = "tricare_family"
    CHAMPVA = "champva"
    VA = "va"
    INDIAN_HEALTH = "indian_health"


class SubscriberRelation(StrEnum):
    """Who holds the policy, seen from the person ("the policy is in the name of my ...")."""

    SELF = "self"
    SPOUSE = "spouse"
    PARENT = "parent"
    OTHER = "other"


class CheckWish(StrEnum):
    """How the person wants their plan to be asked; only ELECTRONIC can rest on a consent given here."""

    ELECTRONIC = "electronic"
    BY_PHONE = "by_phone"
    NO_CHECK = "no_check"


class GenderWish(StrEnum):
    WOMEN = "women"
    MEN = "men"
    LGBTQ = "lgbtq"
    NO_WISH = "no_wish"


@dataclass(frozen=True, slots=True)
class Use:
    """One substance. ``text`` is what was typed; ``canonical`` and ``klass`` are names of the guides'
    substance list and stay ``None`` while nobody has picked a meaning.
    """

    text: str = field(default="", repr=False)
    canonical: str | None = field(default=None, repr=False)
    klass: str | None = field(default=None, repr=False)
    how_often: Frequency | None = field(default=None, repr=False)
    amount: str = field(default="", repr=False)
    how_taken: Route | None = field(default=None, repr=False)
    prescribed: Said | None = field(default=None, repr=False)
    last_use: LastUse | None = field(default=None, repr=False)
    stopped: Said | None = field(default=None, repr=False)  # stopped or cut down lately
    how_long: HowLong | None = field(default=None, repr=False)
    used_with: str = field(default="", repr=False)  # what else at the same time, as typed


@dataclass(frozen=True, slots=True)
class Person:
    """The person who needs help; may be the caller."""

    first_name: str = field(default="", repr=False)
    last_name: str = field(default="", repr=False)
    age: int | None = field(default=None, repr=False)
    birth_date: date | None = field(default=None, repr=False)
    gender: str = field(default="", repr=False)
    pregnant: Said | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class History:
    overdose: Said | None = field(default=None, repr=False)
    seizure: Said | None = field(default=None, repr=False)
    delirium: Said | None = field(default=None, repr=False)
    break_in_use: Said | None = field(default=None, repr=False)  # jail, hospital, treatment: tolerance is lost
    naloxone_at_hand: Said | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class SuicideScreen:
    """The five ASQ questions (NIMH) in their order when the person answers for themselves; when somebody
    else answers, plain questions fill ``thoughts``, ``right_now``, ``plan_or_means``, ``tried_recently``.
    """

    wished_dead: Said | None = field(default=None, repr=False)
    better_off_dead: Said | None = field(default=None, repr=False)
    thoughts: Said | None = field(default=None, repr=False)
    ever_tried: Said | None = field(default=None, repr=False)
    right_now: Said | None = field(default=None, repr=False)
    plan_or_means: Said | None = field(default=None, repr=False)
    tried_recently: Said | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Contact:
    """How to reach the caller safely. No method chosen is "not answered"; NONE is "do not contact me"."""

    methods: tuple[ContactMethod, ...] = ()
    phone: str = field(default="", repr=False)
    email: str = field(default="", repr=False)
    shared_phone: Said | None = None
    voicemail_ok: Said | None = None
    say_who_we_are: Said | None = None
    hours: tuple[PartOfDay, ...] = ()


@dataclass(frozen=True, slots=True)
class Insurance:
    kind: InsuranceKind | None = None
    service: ServiceCover | None = None
    payer_name: str = field(default="", repr=False)
    member_id: str = field(default="", repr=False)
    subscriber_relation: SubscriberRelation | None = None
    subscriber_first_name: str = field(default="", repr=False)
    subscriber_last_name: str = field(default="", repr=False)
    subscriber_birth_date: date | None = field(default=None, repr=False)
    holder_may_not_know: Said | None = None  # someone else holds the policy and may not know of this
    check: CheckWish | None = None
    signed_name: str = field(default="", repr=False)  # typed by the person as their signature


@dataclass(frozen=True, slots=True)
class Preferences:
    language: str = ""  # "en", "es", or the name of another language as typed
    gender: GenderWish | None = None
    veteran: Said | None = None
    children_along: Said | None = None
    telehealth: Said | None = None
    medication: Said | None = None
    deaf_asl: Said | None = None


@dataclass(frozen=True, slots=True)
class Answers:
    """Everything the intake form or a consultant asks."""

    asked_on: date | None = None
    for_whom: ForWhom | None = None
    relation: Relation | None = None
    caller_name: str = field(default="", repr=False)
    danger_now: Said | None = field(default=None, repr=False)
    symptoms: tuple[Symptom, ...] = field(default=(), repr=False)
    person: Person = field(default=Person(), repr=False)
    uses: tuple[Use, ...] = field(default=(), repr=False)
    history: History = field(default=History(), repr=False)
    suicide: SuicideScreen = field(default=SuicideScreen(), repr=False)
    being_hurt: Said | None = field(default=None, repr=False)
    alone_now: Said | None = field(default=None, repr=False)
    zip: str = field(default="", repr=False)
    contact: Contact = Contact()
    insurance: Insurance = Insurance()
    preferences: Preferences = Preferences()
    anything_else: str = field(default="", repr=False)

    @property
    def age(self) -> int | None:
        """Age in years: as said, or on ``asked_on`` from the birth date; ``None`` when neither is known."""
        born, on = self.person.birth_date, self.asked_on
        if self.person.age is not None or born is None or on is None or born > on:
            return self.person.age
        return on.year - born.year - ((on.month, on.day) < (born.month, born.day))

    @property
    def may_verify(self) -> bool:
        """Whether the person themselves agreed, and signed, that their plan may be asked electronically.

        Somebody else's wish is never the person's consent.
        """
        asked = self.insurance.check is CheckWish.ELECTRONIC and bool(self.insurance.signed_name.strip())
        return self.for_whom is ForWhom.SELF and asked

    def to_json(self) -> Json:
        """Only what was answered: text, numbers, ISO dates and lists; nothing for silence."""
        return plain_json.dump(self)

    @classmethod
    def from_json(cls, data: object) -> Self:
        """Read ``to_json`` or anything else: unknown keys are dropped, unreadable values become unknown.

        Raises nothing: a draft written by an older or newer version still opens.
        """
        return plain_json.load(cls, data)
