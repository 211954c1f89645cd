"""The end of an inquiry, said in one of a few words; and opening it again."""

from __future__ import annotations

from django.db.models.functions import Now

from helpline.accounts.models import User
from helpline.audit.acting import Actor, acting
from intake.calls.models import Callback
from intake.inquiries.events import announce
from intake.inquiries.models import Inquiry, MoveRefused, State
from intake.matching.models import open_referrals


def close(inquiry: Inquiry, *, closing: str, by: User) -> None:
    """Raises ``MoveRefused`` while a referral or a callback is still open: nobody falls through."""
    with acting(Actor.staff(by)):
        if open_referrals(inquiry.pk).exists():
            raise MoveRefused("a referral is still open: say first what became of it")
        if inquiry.callbacks.filter(state__in=[Callback.State.PLANNED, Callback.State.DIALLING]).exists():
            raise MoveRefused("a callback is still planned: make it or cancel it first")
        inquiry.move(State.CLOSED, closed_at=Now(), closing=closing)
        announce("closed", inquiry.pk)


def reopen(inquiry: Inquiry, *, by: User) -> None:
    with acting(Actor.staff(by)):
        inquiry.move(State.IN_PROGRESS, owner=by, closed_at=None, closing="")
        announce("reopened", inquiry.pk)
