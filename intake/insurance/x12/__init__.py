"""Asking a plan and reading its answer: X12 270/271 (005010X279A1), without Django, clock or network.

`write_270(inquiry, envelope) -> bytes` (raises `CannotAsk`), `read_reply(body) -> Reply` (never raises),
`read_batch(chunks) -> Iterator[Reply]` (never raises, memory flat), `telling.tell(reply)` (a plain object, without
the question),
`summarise(reply, asked=, on=) -> Summary` (never raises; `Summary.to_json()` / `from_json()`).
"""

from .batches import read_batch
from .inquiry import CannotAsk, EligibilityInquiry, Envelope, Payer, Person, Provider, SearchOption
from .reading import read_reply
from .reply import Reply, ReplyKind
from .summarising import summarise
from .summary import Coverage, NextStep, StepKind, Summary
from .writing import npi_is_valid, write_270

__all__ = [
    "CannotAsk",
    "Coverage",
    "EligibilityInquiry",
    "Envelope",
    "NextStep",
    "Payer",
    "Person",
    "Provider",
    "Reply",
    "ReplyKind",
    "SearchOption",
    "StepKind",
    "Summary",
    "npi_is_valid",
    "read_batch",
    "read_reply",
    "summarise",
    "write_270",
]
