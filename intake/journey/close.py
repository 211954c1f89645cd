"""The end of an inquiry, said in one of a few words; and opening it again."""

from __future__ import annotations

from django.db.models.functions import Now
from django.utils.translation import gettext as _

from helpline.accounts.models import User
from helpline.audit.acting import Actor, acting
from intake.inquiries.events import announce
from intake.inquiries.models import Inquiry, MoveRefused, State
from intake.matching.models import open_referrals


def close(inquiry: Inquiry, *, closing: str, by: User) -> None:
    """Raises ``MoveRefused`` while a referral or a callback is still open: nobody falls through."""
    with acting(Actor.staff(by)):
        held = Inquiry.objects.hold_open(inquiry.pk)
        if open_referrals(held.pk).exists():
            raise MoveRefused(_("A referral is still open: say first what became of it."))
        if held.callbacks.open().exists():
            raise MoveRefused(_("A callback is still planned: make it or cancel it first."))
        held.move(State.CLOSED, closed_at=Now(), closing=closing)
        announce("closed", inquiry.pk)


def reopen(inquiry: Inquiry, *, by: User) -> None:
    """Open again, and theirs who opens it. Raises ``MoveRefused`` when it is open."""
    with acting(Actor.staff(by)):
        held = Inquiry.objects.hold(inquiry.pk)
        if held.state != State.CLOSED:
            raise MoveRefused(_("It is open already."))
        held.move(State.IN_PROGRESS, owner=by, taken_at=Now(), closed_at=None, closing="")
        announce("reopened", inquiry.pk)
