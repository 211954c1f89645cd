"""What stays when a person's records go: counts without a person, and holds that keep records from going.

This room knows an inquiry only by its public id.
"""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from helpline.vault.fields import EncryptedTextField
from helpline.vault.ids import new_id
from helpline.vault.privacy import HEALTH, PLAIN, PrivacyClass


class Held(Exception):
    """A legal hold keeps this record: nothing of it may be erased."""


class LegalHoldQuerySet(models.QuerySet["LegalHold"]):
    def in_force(self) -> LegalHoldQuerySet:
        return self.filter(released_at=None)


class LegalHold(models.Model):
    """Somebody must be able to see this record until a court or counsel says otherwise."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    inquiry_id = models.UUIDField()
    why = EncryptedTextField()
    placed_by_id = models.UUIDField()
    placed_at = models.DateTimeField(db_default=Now())
    released_by_id = models.UUIDField(null=True)
    released_at = models.DateTimeField(null=True)

    objects = LegalHoldQuerySet.as_manager()
    privacy: ClassVar[dict[str, PrivacyClass]] = {
        **dict.fromkeys(("id", "inquiry_id", "placed_by_id", "placed_at", "released_by_id", "released_at"), PLAIN),
        "why": HEALTH,
    }

    class Meta:
        db_table = "retention_legal_hold"
        constraints = [
            models.UniqueConstraint(fields=["inquiry_id"], condition=Q(released_at=None), name="one_hold_an_inquiry"),
            models.CheckConstraint(
                condition=Q(released_at=None, released_by_id=None)
                | Q(released_at__isnull=False, released_by_id__isnull=False),
                name="a_released_hold_says_by_whom",
            ),
        ]

    def __str__(self) -> str:
        return f"hold on {self.inquiry_id}"


def is_held(inquiry_id: uuid.UUID) -> bool:
    return LegalHold.objects.in_force().filter(inquiry_id=inquiry_id).exists()


class Archived(models.Model):
    """One inquiry with everything taken out that 45 CFR 164.514(b)(2) names: no id, no date but the year, no place
    smaller than a state, no age above 89. Rows are added in no order that says when.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    year = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=2, blank=True)
    age_band = models.CharField(max_length=5, blank=True)
    channel = models.CharField(max_length=10)
    urgency = models.PositiveSmallIntegerField()
    for_someone_else = models.BooleanField()
    classes = ArrayField(models.CharField(max_length=30), default=list)
    coverage = models.CharField(max_length=15, blank=True)
    closing = models.CharField(max_length=20)

    privacy: ClassVar[dict[str, PrivacyClass]] = dict.fromkeys(
        (
            "id", "year", "state", "age_band", "channel", "urgency", "for_someone_else", "classes", "coverage",
            "closing",
        ),
        PLAIN,
    )  # fmt: skip

    class Meta:
        db_table = "retention_archived"

    def __str__(self) -> str:
        return f"archived inquiry of {self.year}"
