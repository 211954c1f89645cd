"""Passing a barrier for a reason: told to the board at once, and looked at by another person afterwards."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from helpline.accounts.models import User
from helpline.audit.acting import Actor, acting
from intake.disclosures import sealing
from intake.disclosures.models import BreakGlass, SealedRecord
from intake.inquiries.events import announce
from intake.inquiries.models import Inquiry

# What medical people may need in an emergency; a name in the ledger, never a value
EMERGENCY_FIELDS = (
    "name", "birth date", "whereabouts", "substances", "amounts and last use", "symptoms", "seizures or overdoses",
    "medication", "pregnancy", "suicidal thoughts",
)  # fmt: skip


def seal(inquiry: Inquiry, reason: str, *, by: User) -> SealedRecord:
    with acting(Actor.staff(by)):
        sealed = sealing.seal(inquiry.pk, reason, by=by)
        announce("sealed", inquiry.pk)
    return sealed


def unseal(sealed: SealedRecord, *, by: User) -> None:
    with acting(Actor.staff(by)):
        sealing.unseal(sealed, by=by)
        announce("sealed", sealed.inquiry_id)


def break_open(inquiry_id: UUID, reason: str, *, by: User) -> BreakGlass:
    with acting(Actor.staff(by)):
        glass = sealing.break_open(inquiry_id, reason, by=by)
        announce("break_glass", inquiry_id)
    return glass


def tell_in_emergency(
    inquiry: Inquiry, *, name: str, affiliation: str, nature: str, reason: str, fields: Iterable[str], by: User
) -> BreakGlass:
    """Tell medical personnel what they need to meet an emergency, and document it as 2.51(c) asks."""
    with acting(Actor.staff(by)):
        glass = sealing.tell_in_emergency(
            inquiry.pk, name=name, affiliation=affiliation, nature=nature, reason=reason, fields=fields, by=by
        )
        announce("break_glass", inquiry.pk)
    return glass


def review(glass: BreakGlass, *, outcome: str, words: str, by: User) -> bool:
    """Raises ``SamePerson``; returns whether nobody had reviewed it before."""
    with acting(Actor.staff(by)):
        done = sealing.review(glass, outcome=outcome, words=words, by=by)
        announce("break_glass", glass.inquiry_id)
    return done
