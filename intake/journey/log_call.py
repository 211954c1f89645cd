"""Calls and callbacks, from the desk."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError
from django.db.models.functions import Now

from helpline.accounts.models import User
from helpline.audit.acting import Actor, acting
from intake.calls.models import Call, Callback
from intake.disclosures.sealing import is_sealed
from intake.inquiries.events import announce
from intake.inquiries.models import ContactPoint, Inquiry, MoveRefused, Note, State


def take(inquiry: Inquiry, *, by: User) -> None:
    """Make the inquiry mine. Raises ``MoveRefused`` when another consultant was quicker."""
    with acting(Actor.staff(by)):
        inquiry.move(State.IN_PROGRESS, owner=by, taken_at=Now(), closed_at=None, closing="")
        announce("taken", inquiry.pk)


def put_back(inquiry: Inquiry, *, by: User) -> None:
    """Back to the waiting queue, for whoever is free. Raises ``MoveRefused`` for a sealed one: nobody could open it."""
    with acting(Actor.staff(by)):
        if is_sealed(inquiry.pk):
            raise MoveRefused("a sealed record has to belong to somebody")
        inquiry.move(State.WAITING, owner=None)
        announce("put_back", inquiry.pk)


def log_call(inquiry: Inquiry, *, direction: str, disposition: str, note: str = "", by: User) -> Call:
    """Write a call down. A callback somebody was dialling is kept by it."""
    with acting(Actor.staff(by)):
        call = Call.objects.create(
            inquiry=inquiry, consultant=by, direction=direction, disposition=disposition, note=note
        )
        if direction == Call.Direction.OUT:
            dialled = inquiry.callbacks.filter(state=Callback.State.DIALLING, taken_by=by)
            dialled.update(state=Callback.State.DONE, ended_at=Now())
        announce("call", inquiry.pk)
    return call


def plan_callback(
    inquiry: Inquiry, *, due_at: datetime, contact_point: ContactPoint | None, why: str = "", by: User
) -> Callback:
    """Promise to call. Raises ``MoveRefused`` when another promise is still open."""
    try:
        with acting(Actor.staff(by)):
            callback = Callback.objects.create(
                inquiry=inquiry, due_at=due_at, contact_point=contact_point, why=why, planned_by=by
            )
            announce("callback", inquiry.pk)
    except IntegrityError:
        raise MoveRefused("a callback is planned already") from None
    return callback


def dial(callback: Callback, *, by: User) -> None:
    """Take a callback for oneself, so that nobody else dials it too. Raises ``MoveRefused``."""
    with acting(Actor.staff(by)):
        planned = Callback.objects.filter(pk=callback.pk, state=Callback.State.PLANNED)
        if not planned.update(state=Callback.State.DIALLING, taken_by=by):
            raise MoveRefused("somebody else is calling already")
        announce("callback", callback.inquiry_id)


def cancel_callback(callback: Callback, *, by: User) -> None:
    with acting(Actor.staff(by)):
        still_open = Callback.objects.filter(pk=callback.pk, ended_at=None)
        still_open.update(state=Callback.State.CANCELLED, ended_at=Now())
        announce("callback", callback.inquiry_id)


def write_note(inquiry: Inquiry, text: str, *, by: User) -> Note:
    with acting(Actor.staff(by)):
        note = Note.objects.create(inquiry=inquiry, author=by, text=text)
        announce("note", inquiry.pk)
    return note
