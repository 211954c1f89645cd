"""Calls and what came of them; callbacks that can neither vanish nor be dialled twice."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from helpline.vault.fields import EncryptedTextField
from helpline.vault.ids import new_id
from helpline.vault.privacy import HEALTH, PLAIN, PrivacyClass
from intake.inquiries.models import ContactPoint, Inquiry


class Disposition(models.TextChoices):
    TALKED = "talked", "Talked with them"
    LEFT_VOICEMAIL = "voicemail", "Left a voicemail"
    NO_ANSWER = "no_answer", "No answer"
    SOMEONE_ELSE = "someone_else", "Someone else answered: said nothing about why we call"
    WRONG_NUMBER = "wrong_number", "Wrong number"
    DROPPED = "dropped", "The call dropped"
    WARM_HANDOFF = "handoff", "Stayed on the line until 911, 988 or a program took over"


class CallQuerySet(models.QuerySet["Call"]):
    def wrong_numbers(self, inquiry_id: uuid.UUID) -> set[bytes]:
        """Blind indexes of the numbers of an inquiry that, when last called, were somebody else's."""
        address = "contact_point__address_index"
        last = (
            self.filter(inquiry_id=inquiry_id, contact_point__isnull=False)
            .order_by(address, "-at", "-id")
            .distinct(address)
            .values_list(address, "disposition")
        )
        return {bytes(index) for index, disposition in last if disposition == Disposition.WRONG_NUMBER}


class Call(models.Model):
    """A call and what came of it. ``contact_point`` is the number we dialled; a call that came in has none."""

    class Direction(models.TextChoices):
        IN = "in", "They called us"
        OUT = "out", "We called them"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    inquiry = models.ForeignKey(Inquiry, on_delete=models.CASCADE, related_name="calls")
    consultant = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    contact_point = models.ForeignKey(ContactPoint, on_delete=models.PROTECT, null=True, related_name="+")
    direction = models.CharField(max_length=3, choices=Direction.choices)
    disposition = models.CharField(max_length=15, choices=Disposition.choices)
    at = models.DateTimeField(db_default=Now())
    note = EncryptedTextField(blank=True, default="")

    objects = CallQuerySet.as_manager()
    privacy: ClassVar[dict[str, PrivacyClass]] = {
        **dict.fromkeys(("id", "inquiry", "consultant", "contact_point", "direction", "disposition", "at"), PLAIN),
        "note": HEALTH,
    }

    class Meta:
        db_table = "calls_call"
        ordering = ("-at",)

    def __str__(self) -> str:
        return f"call {self.direction} {self.disposition}"


class CallbackQuerySet(models.QuerySet["Callback"]):
    def due(self) -> CallbackQuerySet:
        return self.filter(state=Callback.State.PLANNED, due_at__lte=Now()).order_by("due_at")

    def planned(self) -> CallbackQuerySet:
        return self.filter(state=Callback.State.PLANNED).order_by("due_at")

    def open(self) -> CallbackQuerySet:
        """Promised and not kept yet: planned, or being dialled."""
        return self.filter(ended_at=None).order_by("due_at")


class Callback(models.Model):
    """A promise to call. One open promise an inquiry; whoever takes it takes it alone."""

    class State(models.TextChoices):
        PLANNED = "planned", "Planned"
        DIALLING = "dialling", "Somebody is calling now"
        DONE = "done", "Done"
        CANCELLED = "cancelled", "Cancelled"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    inquiry = models.ForeignKey(Inquiry, on_delete=models.CASCADE, related_name="callbacks")
    contact_point = models.ForeignKey(ContactPoint, on_delete=models.PROTECT, null=True)
    due_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.PLANNED)
    planned_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    why = EncryptedTextField(blank=True, default="")
    made_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True)

    objects = CallbackQuerySet.as_manager()
    privacy: ClassVar[dict[str, PrivacyClass]] = {
        **dict.fromkeys(
            (
                "id", "inquiry", "contact_point", "due_at", "state", "planned_by", "taken_by", "made_at", "ended_at",
            ),
            PLAIN,
        ),
        "why": HEALTH,
    }  # fmt: skip

    class Meta:
        db_table = "calls_callback"
        constraints = [
            models.UniqueConstraint(
                fields=["inquiry"],
                condition=Q(state__in=["planned", "dialling"]),
                name="one_open_callback_an_inquiry",
            ),
            models.CheckConstraint(
                condition=Q(state="dialling", taken_by__isnull=False) | ~Q(state="dialling"),
                name="a_callback_is_dialled_by_somebody",
            ),
            # What no clock of ours can read would take the whole board down
            models.CheckConstraint(
                condition=Q(due_at__lt=datetime(2200, 1, 1, tzinfo=UTC)), name="a_callback_is_due_in_our_time"
            ),
        ]

    def __str__(self) -> str:
        return f"callback {self.state} {self.due_at:%Y-%m-%d %H:%M}"
