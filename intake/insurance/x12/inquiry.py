"""What we ask a plan: the question as plain values, before it becomes a 270."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum


class CannotAsk(ValueError):
    """The question cannot be sent as it stands.

    `field` names what to correct, in the words of `EligibilityInquiry`: `member_id`, `subscriber.last_name`,
    `dependent.birth_date`, `payer.edi_id`, `provider.npi`, `service_types`, `trace`, `envelope.sender_id`...
    `words` says in plain English what is wrong. Neither ever holds the value itself (it may be PHI).
    """

    def __init__(self, field: str, words: str) -> None:
        super().__init__(f"{field}: {words}")
        self.field = field
        self.words = words


@dataclass(frozen=True, slots=True)
class Payer:
    """The plan that is asked: its name and its id in the clearinghouse's own payer list (NM109)."""

    name: str
    edi_id: str
    id_qualifier: str = "PI"


@dataclass(frozen=True, slots=True)
class Provider:
    """In whose name we ask (loop 2100B). A payer answers only an enrolled NPI."""

    name: str
    npi: str


@dataclass(frozen=True, slots=True)
class Person:
    """A person as the plan knows them. `gender` (F, M or "") is best left out: it only adds mismatches."""

    last_name: str = field(default="", repr=False)
    first_name: str = field(default="", repr=False)
    middle_name: str = field(default="", repr=False)
    suffix: str = field(default="", repr=False)
    birth_date: date | None = field(default=None, repr=False)
    gender: str = field(default="", repr=False)


class SearchOption(StrEnum):
    """By which facts the plan shall find the person; only these are sent, since anything more can mismatch.

    Every plan must answer the primary option (X12 RFI 1293); whether it takes another is a fact of the plan
    (ELIGIBILITY.md 4.3), so the caller chooses. A reference such as SY (social security number) goes with any.
    """

    PRIMARY = "member_id_name_birth_date"
    WITHOUT_FIRST_NAME = "member_id_last_name_birth_date"
    WITHOUT_BIRTH_DATE = "member_id_name"
    WITHOUT_MEMBER_ID = "name_birth_date"


@dataclass(frozen=True, slots=True)
class EligibilityInquiry:
    """One question to one plan about one person.

    The person is the subscriber, or `dependent` when that is given (then the subscriber's name and birth date
    may be left empty: the member ID finds them). `service_types` are X12 service type codes, "30" (the plan)
    first; "AI": substance use; "MH": mental health. `trace` is our reference, 1 to 50 characters, and comes
    back in the answer; `trace_origin` is exactly ten characters ("1" + EIN, or "9" + nine of our own).
    `service_date` None asks about today. `relationship` is INS02 ("01" spouse, "19" child, "34" other adult)
    and is sent only when given. `service_until` makes a range of `service_date`. `references` are pairs of a
    qualifier (SY social security number, 6P group, 18 plan, NQ Medicaid id...) and a value about the patient.
    """

    payer: Payer
    provider: Provider
    member_id: str = field(repr=False)
    subscriber: Person
    trace: str
    trace_origin: str = "9HELPLINE1"
    dependent: Person | None = None
    relationship: str = ""
    service_types: tuple[str, ...] = ("30",)
    service_date: date | None = None
    service_until: date | None = None
    search: SearchOption = SearchOption.PRIMARY
    references: tuple[tuple[str, str], ...] = field(default=(), repr=False)

    @property
    def patient(self) -> Person:
        """The person the question is about."""
        return self.dependent or self.subscriber

    def one_each(self) -> tuple[EligibilityInquiry, ...]:
        """For plans that read only the first EQ: one question a service type, the trace numbered -1, -2..."""
        types = tuple(dict.fromkeys(self.service_types))
        if len(types) < 2:
            return (self,)
        return tuple(replace(self, service_types=(code,), trace=f"{self.trace}-{i}") for i, code in enumerate(types, 1))


@dataclass(frozen=True, slots=True)
class Envelope:
    """The outer wrapping, agreed with one trading partner.

    `control_number` (1 to 999,999,999) must never repeat for the same pair of ids: take it from a database
    sequence, and a new one for a retry. `created` is the moment of writing in the sender's own time zone.
    """

    sender_id: str
    receiver_id: str
    control_number: int
    created: datetime
    production: bool = False
    sender_qualifier: str = "ZZ"
    receiver_qualifier: str = "ZZ"
