"""Asking a plan and reading its answer: X12 270/271 (005010X279A1), without Django, clock or network.

`write_270(inquiry, envelope) -> bytes` (raises `CannotAsk`), `read_reply(body) -> Reply` (never raises).
"""

from .inquiry import CannotAsk, EligibilityInquiry, Envelope, Payer, Person, Provider
from .reading import read_reply
from .reply import Reply, ReplyKind
from .writing import npi_is_valid, write_270

__all__ = [
    "CannotAsk",
    "EligibilityInquiry",
    "Envelope",
    "Payer",
    "Person",
    "Provider",
    "Reply",
    "ReplyKind",
    "npi_is_valid",
    "read_reply",
    "write_270",
]
