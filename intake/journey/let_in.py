"""Out of quarantine: somebody looked at it, and it is a person after all."""

from __future__ import annotations

from helpline.accounts.models import User
from helpline.audit.acting import Actor, acting
from intake.inquiries.events import announce
from intake.inquiries.models import Inquiry
from intake.insurance.policies import keep_policy
from intake.journey.open_inquiry import ask_as_signed


def let_in(inquiry: Inquiry, *, by: User) -> None:
    """Into the queue like any other, and their plan is asked if they had signed; a second time does nothing."""
    actor = Actor.staff(by)
    with acting(actor):
        held = Inquiry.objects.hold(inquiry.pk)
        if not held.quarantined:
            return
        held.quarantined = False
        held.save(update_fields=["quarantined"])
        policy = keep_policy(held, held.answers)
        if policy:
            # They signed when they sent the form, not when we looked at it
            ask_as_signed(held, policy, held.answers, signed_at=held.opened_at, by=actor)
        announce("let_in", held.pk)
