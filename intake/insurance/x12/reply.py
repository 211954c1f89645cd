"""What a plan answered, as plain values: nothing interpreted, nothing lost.

Codes stay as they came; `codes.words(table, code)` turns them into English. `at` is the place of a segment in
the whole message (the ISA is 1), so that a person can be shown the line a fact came from.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeVar

from .segments import Delimiters

T = TypeVar("T")


def made(kind: type[T], draft: dict[str, Any]) -> T:
    """The frozen dataclass whose fields `draft` holds; those it leaves out keep their defaults.

    A frozen `__init__` sets field by field, which is most of the time of reading; here the dict becomes the
    object's own. So `kind` has no slots and no factories, and nobody may hold on to `draft`.
    """
    thing = object.__new__(kind)
    object.__setattr__(thing, "__dict__", draft)
    return thing


class ReplyKind(StrEnum):
    """What kind of body came back (ELIGIBILITY.md 4.10)."""

    ELIGIBILITY = "271"
    ACKNOWLEDGEMENT = "999"
    INTERCHANGE_ACKNOWLEDGEMENT = "TA1"
    NOT_X12 = "not_x12"
    INCOMPLETE = "incomplete"


@dataclass(frozen=True, slots=True)
class Problem:
    """Something odd about the message itself. `code` is stable, `words` plain English without any value."""

    code: str
    words: str
    at: int = 0


@dataclass(frozen=True)
class Period:
    """A DTP: `qualifier` says what it dates; a single day has `start == end`; unreadable dates are None."""

    qualifier: str
    start: date | None
    end: date | None
    raw: str
    at: int = 0


@dataclass(frozen=True, slots=True)
class Reference:
    """A REF: `qualifier` (6P group number, 18 plan number, F6 Medicare id...), value and description."""

    qualifier: str
    value: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class Reject:
    """An AAA. `loop` is where it stood ("2100C"); `reason` AAA03, `follow_up` AAA04, `request_valid` 01."""

    loop: str
    reason: str
    follow_up: str
    request_valid: str
    at: int
    raw: str


@dataclass(frozen=True, slots=True)
class Nature:
    """An III that is not a place of service: its qualifier (BK, GR, NI...) and code."""

    qualifier: str
    code: str


@dataclass(frozen=True, slots=True)
class Other:
    """A segment without a place of its own, as it came."""

    at: int
    raw: str


@dataclass(frozen=True, slots=True)
class Contact:
    """A PER: who to ask, and how: pairs of (TE telephone / FX fax / EM e-mail / UR web..., value)."""

    name: str
    ways: tuple[tuple[str, str], ...]

    @property
    def telephone(self) -> str:
        """The first telephone number, or ""."""
        return next((value for kind, value in self.ways if kind in ("TE", "WP", "CP")), "")


@dataclass(frozen=True)
class Party:
    """An NM1 with what follows it. `role` is NM101 (PR payer, IL subscriber, VN vendor, X3 reviewer...)."""

    role: str
    last_name: str = ""
    first_name: str = ""
    middle_name: str = ""
    suffix: str = ""
    id_qualifier: str = ""
    id: str = field(default="", repr=False)
    address: tuple[str, ...] = field(default=(), repr=False)
    contacts: tuple[Contact, ...] = ()
    references: tuple[Reference, ...] = ()
    provider_code: str = ""
    at: int = 0

    @property
    def name(self) -> str:
        """First and last name, or the organisation's name."""
        return " ".join(part for part in (self.first_name, self.last_name) if part)


@dataclass(frozen=True, slots=True)
class Delivery:
    """An HSD: how much of a service may be given. Raw elements: kind, quantity, unit, per, period."""

    elements: tuple[str, ...]


@dataclass(frozen=True)
class Benefit:
    """One EB with every segment that belongs to it.

    `info` EB01, `level` EB02 (IND, FAM...), `service_types` EB03, `insurance_type` EB04, `plan_name` EB05,
    `period` EB06, `amount` dollars EB07 (None when blank: blank is not zero), `percent` EB08 as a fraction,
    always the patient's share, `authorisation` EB11 (Y/N/U/""), `network` EB12 (Y in, N out, W both, U
    unknown, ""): the network the benefit is for, not whether our provider is in it. `places` are III codes.
    """

    at: int
    raw: str
    info: str
    level: str = ""
    service_types: tuple[str, ...] = ()
    insurance_type: str = ""
    plan_name: str = ""
    period: str = ""
    amount: Decimal | None = None
    percent: Decimal | None = None
    quantity_qualifier: str = ""
    quantity: Decimal | None = None
    authorisation: str = ""
    network: str = ""
    procedure: str = ""
    diagnosis_pointers: str = ""
    periods: tuple[Period, ...] = ()
    references: tuple[Reference, ...] = ()
    deliveries: tuple[Delivery, ...] = ()
    places: tuple[str, ...] = ()
    natures: tuple[Nature, ...] = ()
    messages: tuple[str, ...] = ()
    entities: tuple[Party, ...] = ()
    rejects: tuple[Reject, ...] = ()


@dataclass(frozen=True, slots=True)
class Trace:
    """A TRN: kind "2" is our own reference coming back, "1" the payer's."""

    kind: str
    number: str
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Member:
    """A subscriber or dependent the plan answered about; a dependent points to its `subscriber`."""

    loop: str
    party: Party | None = None
    subscriber: Member | None = field(default=None, repr=False)
    birth_date: date | None = field(default=None, repr=False)
    gender: str = ""
    relationship: str = ""
    identity_changed: bool = False
    traces: tuple[Trace, ...] = ()
    periods: tuple[Period, ...] = ()
    benefits: tuple[Benefit, ...] = ()
    rejects: tuple[Reject, ...] = ()

    @property
    def is_dependent(self) -> bool:
        """True for loop 2000D."""
        return self.loop == "2000D"


@dataclass(frozen=True, slots=True)
class Answer:
    """One 271 transaction (ST..SE). `reference` is BHT03, our trace in real time; `rejects` are those of the
    payer and provider loops (a member's own are in the member); `created` BHT04; `others` what has no place."""

    version: str
    reference: str
    created: date | None = None
    payer: Party | None = None
    provider: Party | None = None
    members: tuple[Member, ...] = ()
    rejects: tuple[Reject, ...] = ()
    messages: tuple[str, ...] = ()
    others: tuple[Other, ...] = ()


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """A TA1 or 999/997: did the receiver take our message? `errors`: segment, place and code, as given."""

    accepted: bool
    code: str
    note: str = ""
    errors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reply:
    """Everything read from one body. `answers` is empty unless `kind` is ELIGIBILITY (or INCOMPLETE)."""

    kind: ReplyKind
    answers: tuple[Answer, ...] = ()
    acknowledgements: tuple[Acknowledgement, ...] = ()
    problems: tuple[Problem, ...] = ()
    delimiters: Delimiters | None = None
    sender_id: str = ""
    receiver_id: str = ""
    control_number: str = ""
    version: str = ""
