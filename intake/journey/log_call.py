"""Calls and callbacks, from the desk."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db.models.functions import Now
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from helpline.accounts.models import User
from helpline.audit.acting import Actor, acting
from intake.calls.models import Call, Callback, Disposition
from intake.disclosures.sealing import is_sealed
from intake.inquiries.answers import Answers
from intake.inquiries.events import announce
from intake.inquiries.models import Channel, ContactPoint, Inquiry, MoveRefused, Note, State
from intake.journey.open_inquiry import open_inquiry


def answer_call(answers: Answers, *, key: uuid.UUID, by: User) -> Inquiry:
    """Open the inquiry of somebody on the line: whoever answers has it from its first moment, and once a key."""
    with acting(Actor.staff(by)):
        inquiry = open_inquiry(
            answers=answers,
            idempotency_key=key,
            by=Actor.staff(by),
            channel=Channel.CALL,
            language=answers.preferences.language,
        )
        if inquiry.state == State.WAITING:
            take(inquiry, by=by)
    return inquiry


def take(inquiry: Inquiry, *, by: User) -> None:
    """Make the inquiry mine. Raises ``MoveRefused`` when a colleague was quicker, or it is closed."""
    with acting(Actor.staff(by)):
        held = Inquiry.objects.hold_open(inquiry.pk)
        if held.owner and held.owner != by:
            raise MoveRefused(_quicker(held))
        if held.owner is None:
            held.hand_to(by)
            announce("taken", inquiry.pk)


def _quicker(held: Inquiry) -> str:
    who = {"who": held.owner, "at": date_format(timezone.localtime(held.taken_at), "g:i a")}
    return _("%(who)s was quicker: since %(at)s it is theirs.") % who


def put_back(inquiry: Inquiry, *, by: User) -> None:
    """Back to the waiting queue, for whoever is free. Raises ``MoveRefused`` for a sealed one: nobody could open it."""
    with acting(Actor.staff(by)):
        if is_sealed(inquiry.pk):
            raise MoveRefused(_("A sealed record has to belong to somebody."))
        Inquiry.objects.hold(inquiry.pk).move(State.WAITING, owner=None)
        announce("put_back", inquiry.pk)


def log_call(
    inquiry: Inquiry,
    *,
    direction: str,
    disposition: str,
    note: str = "",
    contact_point: ContactPoint | None = None,
    by: User,
) -> Call:
    """Write a call down. A callback somebody was dialling is kept by it; a wrong number is not used again."""
    with acting(Actor.staff(by)):
        wrong = Call.objects.wrong_numbers(inquiry.pk)
        call = Call.objects.create(
            inquiry=inquiry,
            consultant=by,
            contact_point=contact_point,
            direction=direction,
            disposition=disposition,
            note=note,
        )
        if contact_point:
            _judge_number(contact_point, disposition, was_wrong=bytes(contact_point.address_index) in wrong)
        if direction == Call.Direction.OUT:
            dialled = inquiry.callbacks.filter(state=Callback.State.DIALLING, taken_by=by)
            dialled.update(state=Callback.State.DONE, ended_at=Now())
        announce("call", inquiry.pk)
    return call


def _judge_number(dialled: ContactPoint, disposition: str, *, was_wrong: bool) -> None:
    """A wrong number is withdrawn for calls and texts alike; reaching somebody there brings it back."""
    same = ContactPoint.objects.filter(inquiry=dialled.inquiry_id, address_index=dialled.address_index)
    if disposition == Disposition.WRONG_NUMBER:
        same.filter(withdrawn_at=None).update(withdrawn_at=Now())
    elif was_wrong:
        same.update(withdrawn_at=None)


def plan_callback(
    inquiry: Inquiry, *, due_at: datetime, contact_point: ContactPoint | None, why: str = "", by: User
) -> Callback:
    """Promise to call. Raises ``MoveRefused`` when another promise is still open, or the inquiry is closed."""
    with acting(Actor.staff(by)):
        held = Inquiry.objects.hold_open(inquiry.pk)
        if held.callbacks.open().exists():
            raise MoveRefused(_("A callback is planned already."))
        callback = Callback.objects.create(
            inquiry=held, due_at=due_at, contact_point=contact_point, why=why, planned_by=by
        )
        announce("callback", inquiry.pk)
    return callback


def dial(callback: Callback, *, by: User) -> None:
    """Take a callback for oneself, so that nobody else dials it too. Raises ``MoveRefused``."""
    with acting(Actor.staff(by)):
        planned = Callback.objects.filter(pk=callback.pk, state=Callback.State.PLANNED)
        if not planned.update(state=Callback.State.DIALLING, taken_by=by):
            raise MoveRefused(_("Somebody else is calling already, or the callback is over."))
        announce("callback", callback.inquiry_id)


def cancel_callback(callback: Callback, *, by: User) -> None:
    """Raises ``MoveRefused`` when it was made or cancelled meanwhile."""
    with acting(Actor.staff(by)):
        still_open = Callback.objects.filter(pk=callback.pk, ended_at=None)
        if not still_open.update(state=Callback.State.CANCELLED, ended_at=Now()):
            raise MoveRefused(_("The callback is over already: nothing was cancelled."))
        announce("callback", callback.inquiry_id)


def write_note(inquiry: Inquiry, text: str, *, by: User) -> Note:
    with acting(Actor.staff(by)):
        note = Note.objects.create(inquiry=inquiry, author=by, text=text)
        announce("note", inquiry.pk)
    return note
