"""Stored matches, and referrals: a person's way from one inquiry to one program."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from helpline.programs.models import Program
from helpline.vault.fields import EncryptedJSONField, EncryptedTextField
from helpline.vault.ids import new_id
from helpline.vault.privacy import HEALTH, PLAIN, PrivacyClass
from intake.inquiries.models import Inquiry, MoveRefused


class Suggestion(models.Model):
    """What the engine was asked and answered at one moment, so that it can be replayed."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    inquiry = models.ForeignKey(Inquiry, on_delete=models.CASCADE, related_name="suggestions")
    at = models.DateTimeField(db_default=Now())
    rule_version = models.CharField(max_length=30)
    need_json = EncryptedJSONField()
    matches_json = EncryptedJSONField()

    privacy: ClassVar[dict[str, PrivacyClass]] = {
        **dict.fromkeys(("id", "inquiry", "at", "rule_version"), PLAIN),
        "need_json": HEALTH,
        "matches_json": HEALTH,
    }

    class Meta:
        db_table = "matching_suggestion"
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"suggestion {self.pk}"


class ReferralState(models.TextChoices):
    SENT = "sent", "Packet given to the program"
    CALLED_TOGETHER = "together", "Three-way call: they spoke for themselves, we disclosed nothing"
    ACCEPTED = "accepted", "Accepted, place or appointment agreed"
    ADMITTED = "admitted", "Admitted"
    DECLINED = "declined", "Declined by the program"
    WITHDRAWN = "withdrawn", "Withdrawn by the person"


R = ReferralState
REFERRAL_MOVES: dict[str, set[str]] = {
    R.SENT: {R.ACCEPTED, R.ADMITTED, R.DECLINED, R.WITHDRAWN},
    R.CALLED_TOGETHER: {R.ACCEPTED, R.ADMITTED, R.DECLINED, R.WITHDRAWN},
    R.ACCEPTED: {R.ADMITTED, R.DECLINED, R.WITHDRAWN},
    R.ADMITTED: set(),
    R.DECLINED: set(),
    R.WITHDRAWN: set(),
}
OPEN_REFERRAL = (R.SENT, R.CALLED_TOGETHER, R.ACCEPTED)


class Referral(models.Model):
    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    inquiry = models.ForeignKey(Inquiry, on_delete=models.CASCADE, related_name="referrals")
    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=R.choices)
    consent_id = models.UUIDField(null=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(db_default=Now())
    changed_at = models.DateTimeField(db_default=Now())
    note = EncryptedTextField(blank=True, default="")

    privacy: ClassVar[dict[str, PrivacyClass]] = {
        **dict.fromkeys(("id", "inquiry", "program", "state", "consent_id", "made_by", "made_at", "changed_at"), PLAIN),
        "note": HEALTH,
    }

    class Meta:
        db_table = "matching_referral"
        ordering = ("-made_at",)
        constraints = [
            models.CheckConstraint(
                condition=Q(state=R.CALLED_TOGETHER) | Q(consent_id__isnull=False) | ~Q(state=R.SENT),
                name="a_packet_rests_on_a_consent",
            ),
            models.UniqueConstraint(
                fields=["inquiry", "program"],
                condition=Q(state__in=["sent", "together", "accepted"]),
                name="one_open_referral_a_program",
            ),
        ]

    def __str__(self) -> str:
        return f"referral {self.state}"

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_REFERRAL

    @property
    def may_become(self) -> list[ReferralState]:
        return [state for state in ReferralState if state in REFERRAL_MOVES[self.state]]

    def move(self, to: str) -> None:
        """Raises ``MoveRefused`` when the table of moves does not allow it or another was quicker."""
        if to not in REFERRAL_MOVES[self.state]:
            raise MoveRefused(f"{self.state} to {to}")
        if not Referral.objects.filter(pk=self.pk, state=self.state).update(state=to, changed_at=Now()):
            raise MoveRefused("somebody else changed it first")
        self.state = to


def open_referrals(inquiry_id: uuid.UUID) -> models.QuerySet[Referral, Any]:
    return Referral.objects.filter(inquiry_id=inquiry_id, state__in=OPEN_REFERRAL).select_related("program")
