"""What an answer means, ready for a screen: three values, plain words, and the line each fact came from.

`Summary.headline` is the one sentence to show first; `lines` the next few; `plans` hold the detail;
`next_step` says what the house should do; `to_ask` is a call script made of what the plan did not say. Each
`Sentence` has a stable `key` and `params` for translation besides its English `words`. Money is `Decimal`
dollars, `percent` a fraction and always the patient's share; None means the plan left it blank, which is not
zero.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from .plain import from_plain, to_plain, to_text

FORMAT = 1


class Coverage(StrEnum):
    """The only three answers there are; `not_stated` is never shown as `not_covered`."""

    COVERED = "covered"
    NOT_COVERED = "not_covered"
    NOT_STATED = "not_stated"


class StepKind(StrEnum):
    """What to do with an attempt. `none`: the plan answered."""

    NONE = "none"
    TRY_AGAIN = "try_again"
    ASK_CALLER = "ask_caller"
    CONFIGURATION = "configuration"
    ASK_A_PERSON = "ask_a_person"


@dataclass(frozen=True, slots=True)
class Sentence:
    """`words` in English; `key` and `params` to say the same in another language."""

    key: str
    words: str
    params: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Source:
    """The line of the answer a fact came from: its number (the ISA is 1) and its text."""

    at: int
    segment: str


@dataclass(frozen=True)
class Money:
    """One amount or share.

    `kind`: deductible, out_of_pocket, copay, coinsurance, spend_down. `measure`: total, used, left, share.
    `network`: in, out, both, unknown, not_stated (of the benefit; not whether a given program is in the
    network). `authorisation`: required, not_required, unknown, not_stated. `flag`: "", `blank` (the plan
    gave no figure), `percent_over_one` (a share above 100 %, probably 20 meant as 20 %: show as received),
    `derived` (we subtracted what was used from the total).
    """

    kind: str
    measure: str
    service_types: tuple[str, ...]
    level: str
    network: str
    period: str
    amount: Decimal | None
    percent: Decimal | None
    flag: str
    authorisation: str
    messages: tuple[str, ...]
    words: str
    source: Source


@dataclass(frozen=True)
class Limit:
    """How much of a service: `quantity` of `unit` (days, visits) or `amount` of money in `period`; `measure` total,
    used, left."""

    service_types: tuple[str, ...]
    quantity: Decimal | None
    unit: str
    measure: str
    period: str
    network: str
    authorisation: str
    places: tuple[str, ...]
    messages: tuple[str, ...]
    words: str
    source: Source
    amount: Decimal | None = None


@dataclass(frozen=True)
class Service:
    """One service type under one plan. `reason` is a stable key for why `coverage` is what it is:
    stated, excluded, plan_not_active, plan_not_stated, uncertain, conflict, in_part, out_of_network_only,
    cost_stated (a cost or limit is given but coverage itself is not stated), mentioned (only in a note),
    not_mentioned."""

    code: str
    name: str
    family: str
    coverage: Coverage
    reason: str
    words: str
    authorisation: str
    money: tuple[Money, ...]
    limits: tuple[Limit, ...]
    messages: tuple[str, ...]
    sources: tuple[Source, ...]


@dataclass(frozen=True)
class Plan:
    """One plan of the answer; plans are never merged. `money` is plan-wide (service type 30 or none).
    `lines` are the places of all its EB. `reason`: stated, inactive, ended, not_begun, uncertain, conflict,
    not_mentioned."""

    name: str
    insurance_type: str
    insurance_type_words: str
    group: str
    coverage: Coverage
    reason: str
    words: str
    begins: date | None
    ends: date | None
    services: tuple[Service, ...]
    money: tuple[Money, ...]
    messages: tuple[str, ...]
    sources: tuple[Source, ...]
    lines: tuple[int, ...] = ()

    def service(self, code: str) -> Service | None:
        """The service with this code, or None."""
        return next((s for s in self.services if s.code == code), None)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Somebody else to ask. `kind`: carve_out (benefits run by another company), managed_care, other_payer,
    other_source, medicare_advantage. `payer_id` and `telephone` only when the answer gives them."""

    kind: str
    name: str
    payer_id: str
    telephone: str
    service_types: tuple[str, ...]
    words: str
    source: Source


@dataclass(frozen=True, slots=True)
class RejectFact:
    """One reject (AAA) with what to do about it; `who` is subscriber, dependent, provider or payer."""

    loop: str
    code: str
    words: str
    kind: StepKind
    fields: tuple[str, ...]
    who: str
    follow_up: str
    source: Source


@dataclass(frozen=True, slots=True)
class NextStep:
    """What to do now. `fields` are what to correct, named as in `CannotAsk` without the person (`member_id`,
    `first_name`, `birth_date`...) for `who`; for `try_again`, `service_date` means: ask about today instead.
    `code` is the AAA03 that decided, or a key such as `not_our_answer`."""

    kind: StepKind
    code: str = ""
    fields: tuple[str, ...] = ()
    who: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """A text of the plan. `kind`: disclaimer, cannot_process, note, message."""

    kind: str
    words: str
    source: Source


@dataclass(frozen=True, slots=True)
class Number:
    """A telephone number in the answer. `role`: payer, review (who approves care), vendor, managed_care, other."""

    name: str
    role: str
    telephone: str
    service_types: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Identity:
    """What the plan says differently about the person; empty strings and None where it says the same."""

    changed: tuple[str, ...] = ()
    member_id: str = field(default="", repr=False)
    birth_date: date | None = field(default=None, repr=False)
    last_name: str = field(default="", repr=False)
    first_name: str = field(default="", repr=False)


OF_THE_MESSAGE = "message."
"""How the keys of those warnings begin that are about the message as it came, not about the plan."""


@dataclass(frozen=True, slots=True)
class Summary:
    """The meaning of one reply to one question. The module's docstring says how to build a screen of it."""

    coverage: Coverage
    substance_use: Coverage
    mental_health: Coverage
    headline: Sentence
    next_step: NextStep
    reply_kind: str
    on: date
    lines: tuple[Sentence, ...] = ()
    plans: tuple[Plan, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()
    rejects: tuple[RejectFact, ...] = ()
    notes: tuple[Note, ...] = ()
    asked: tuple[str, ...] = ()
    answered: tuple[str, ...] = ()
    unanswered: tuple[str, ...] = ()
    to_ask: tuple[Sentence, ...] = ()
    warnings: tuple[Sentence, ...] = ()
    identity: Identity = field(default_factory=Identity)
    payer_name: str = ""
    payer_telephone: str = ""
    numbers: tuple[Number, ...] = ()
    trace: str = ""
    trace_matches: bool | None = None

    def to_json(self) -> dict[str, Any]:
        """A plain dict of strings, lists and dicts; amounts as text, dates as YYYY-MM-DD."""
        return {"format": FORMAT, **to_plain(self)}

    def to_text(self) -> str:
        """The same as JSON text."""
        return to_text(self, format=FORMAT)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Summary:
        """The inverse of `to_json`; unknown keys are left out, missing optional ones take defaults."""
        return from_plain(cls, data)
