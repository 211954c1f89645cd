"""Sealed records, and breaking the glass: opening one, or telling medical people in an emergency (2.51)."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from helpline.vault.fields import EncryptedTextField
from helpline.vault.ids import new_id
from helpline.vault.privacy import HEALTH, PLAIN, PrivacyClass


class SealedRecordQuerySet(models.QuerySet["SealedRecord"]):
    def standing(self) -> SealedRecordQuerySet:
        return self.filter(unsealed_at=None)


class SealedRecord(models.Model):
    """An inquiry about staff, a relative or a public person. Opened by its owner and the readers named here."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    inquiry_id = models.UUIDField()
    reason = EncryptedTextField()
    readers = ArrayField(models.UUIDField(), default=list)
    sealed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    sealed_at = models.DateTimeField(db_default=Now())
    unsealed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    unsealed_at = models.DateTimeField(null=True)

    objects = SealedRecordQuerySet.as_manager()
    privacy: ClassVar[dict[str, PrivacyClass]] = {
        **dict.fromkeys(("id", "inquiry_id", "readers", "sealed_by", "sealed_at", "unsealed_by", "unsealed_at"), PLAIN),
        "reason": HEALTH,
    }

    class Meta:
        db_table = "disclosures_sealed_record"
        constraints = [
            models.UniqueConstraint(fields=["inquiry_id"], condition=Q(unsealed_at=None), name="sealed_once_at_a_time"),
            models.CheckConstraint(
                condition=Q(unsealed_at=None, unsealed_by=None)
                | Q(unsealed_at__isnull=False, unsealed_by__isnull=False),
                name="somebody_unsealed_it",
            ),
        ]

    def __str__(self) -> str:
        return f"sealed {self.inquiry_id}"


class BreakGlassQuerySet(models.QuerySet["BreakGlass"]):
    def open_for(self, user_id: uuid.UUID) -> BreakGlassQuerySet:
        """What lets this user into a sealed record now, on the database's clock."""
        return self.filter(by_id=user_id, kind=BreakGlass.Kind.SEALED_RECORD, until__gt=Now())

    def to_review(self) -> BreakGlassQuerySet:
        return self.filter(reviewed_at=None).select_related("by").order_by("at")


class BreakGlass(models.Model):
    """Somebody passed a barrier for a reason; another person looks at it afterwards."""

    class Kind(models.TextChoices):
        SEALED_RECORD = "sealed_record", "Opened a sealed record"
        MEDICAL_EMERGENCY = "medical_emergency", "Told medical personnel in an emergency (2.51)"

    class Outcome(models.TextChoices):
        RIGHT = "right", "It was right"
        NOT_NEEDED = "not_needed", "It was not needed; talked over with them"
        WRONG = "wrong", "It was wrong; looked into as a possible breach"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    inquiry_id = models.UUIDField()
    kind = models.CharField(max_length=20, choices=Kind.choices)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now())
    until = models.DateTimeField(null=True)
    reason = EncryptedTextField()
    # What 2.51(c) asks to be documented
    told_name = EncryptedTextField(null=True)
    told_affiliation = EncryptedTextField(null=True)
    nature = EncryptedTextField(null=True)
    reviewed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    reviewed_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=12, choices=Outcome.choices, blank=True, default="")
    review = EncryptedTextField(null=True)

    objects = BreakGlassQuerySet.as_manager()
    privacy: ClassVar[dict[str, PrivacyClass]] = {
        **dict.fromkeys(
            ("id", "inquiry_id", "kind", "by", "at", "until", "reviewed_by", "reviewed_at", "outcome"), PLAIN
        ),
        **dict.fromkeys(("reason", "told_name", "told_affiliation", "nature", "review"), HEALTH),
    }

    class Meta:
        db_table = "disclosures_break_glass"
        indexes = [models.Index(fields=["by", "until"], name="break_glass_open")]
        constraints = [
            models.CheckConstraint(
                condition=Q(reviewed_at=None, reviewed_by=None, outcome="")
                | Q(reviewed_at__isnull=False, reviewed_by__isnull=False)
                & ~Q(outcome="")
                & ~Q(reviewed_by=models.F("by")),
                name="another_person_reviews_it",
            ),
            models.CheckConstraint(
                condition=Q(kind="sealed_record", until__isnull=False)
                | Q(
                    kind="medical_emergency",
                    until=None,
                    told_name__isnull=False,
                    told_affiliation__isnull=False,
                    nature__isnull=False,
                ),
                name="it_says_how_long_or_to_whom",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%Y-%m-%d %H:%M}"
