"""Who looked at, changed or disclosed what. Rows are only ever added: the run-time role has no right to do more, and
a trigger refuses it to everyone else. No foreign keys, so that erasing a person never touches the record of it.

A row names changed fields and holds no value of them. What a sealed field held before is an ``OldValue``, which a new
key may seal anew and retention may take away; the chain of ``Seal`` rows over the record knows nothing of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex, GinIndex
from django.db import models
from django.db.models.functions import Now

from helpline.vault.fields import EncryptedTextField
from helpline.vault.privacy import HEALTH, PLAIN, PrivacyClass

# The sealer looks several times a second: a record without a seal after this is worth a question
UNSEALED_AT_MOST = timedelta(minutes=1)


class AuditRecord(models.Model):
    """A column ``xid``, the transaction that wrote the row, is the database's own: see migration 0004.

    A new column needs three more things: the right to insert it, a place in ``chain.COLUMNS``, and null for the rows
    that are sealed already.
    """

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(db_default=Now())
    actor_kind = models.CharField(max_length=20)
    actor_id = models.CharField(max_length=36, blank=True)
    action = models.CharField(max_length=20)
    subject_kind = models.CharField(max_length=60)
    subject_id = models.CharField(max_length=36, blank=True)
    inquiry_id = models.UUIDField(null=True)
    fields = ArrayField(models.CharField(max_length=60), default=list)
    reason = models.CharField(max_length=60, blank=True)

    privacy: ClassVar[dict[str, PrivacyClass]] = dict.fromkeys(
        (
            "id",
            "at",
            "actor_kind",
            "actor_id",
            "action",
            "subject_kind",
            "subject_id",
            "inquiry_id",
            "fields",
            "reason",
        ),
        PLAIN,
    )

    class Meta:
        db_table = "audit_record"
        indexes = [
            BrinIndex(fields=["at"], name="audit_record_at"),
            models.Index(fields=["inquiry_id", "id"], name="audit_record_inquiry"),
            models.Index(fields=["subject_id", "id"], name="audit_record_subject"),
            models.Index(fields=["actor_id", "id"], name="audit_record_staff", condition=models.Q(actor_kind="staff")),
            GinIndex(fields=["fields"], name="audit_record_listed", condition=models.Q(action="listed")),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.actor_kind} {self.action} {self.subject_kind}"


@dataclass(frozen=True)
class Reach:
    """How far the chain reaches: up to a record of ``at``; whether later ones have waited longer than they should."""

    at: datetime | None
    stopped: bool


class SealQuerySet(models.QuerySet["Seal"]):
    def reach(self, now: datetime) -> Reach:
        """Two looks into an index each; ``verify_audit`` is what reads everything."""
        last = self.order_by("-record_id").values_list("record_id", flat=True).first() or 0
        times = AuditRecord.objects.order_by("id").values_list("at", flat=True)
        waiting = times.filter(id__gt=last).first()
        return Reach(times.filter(id=last).first(), waiting is not None and waiting < now - UNSEALED_AT_MOST)


class Seal(models.Model):
    """One link of the chain: written by the sealer's role alone (``sealing.py``), numbered in the order of sealing."""

    position = models.BigIntegerField(primary_key=True)
    record_id = models.BigIntegerField(unique=True)
    hash = models.BinaryField(max_length=32)

    objects = SealQuerySet.as_manager()
    privacy: ClassVar[dict[str, PrivacyClass]] = dict.fromkeys(("position", "record_id", "hash"), PLAIN)

    class Meta:
        db_table = "audit_seal"
        constraints = [models.CheckConstraint(condition=models.Q(position__gt=0), name="audit_seal_from_one")]

    def __str__(self) -> str:
        return f"seal {self.position} of record {self.record_id}"


class OldValueField(EncryptedTextField):
    """Opens at the place the value was sealed for: the row and column it stood in."""

    def place(self, instance: Any) -> str:
        return f"{instance.table_name}.{instance.column_name}:{instance.row_id}"

    def place_in_sql(self) -> str:
        return "table_name || '.' || column_name || ':' || row_id"


class OldValue(models.Model):
    """What a sealed column held before the change or removal that ``record_id`` tells of. Written by the trigger only.

    The value of a JSON column opens as JSON text. The run-time role may seal ``value`` anew and delete rows.
    """

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(db_default=Now())
    record_id = models.BigIntegerField()
    inquiry_id = models.UUIDField(null=True)
    table_name = models.CharField(max_length=60)
    row_id = models.CharField(max_length=36)
    column_name = models.CharField(max_length=60)
    value = OldValueField()

    privacy: ClassVar[dict[str, PrivacyClass]] = {
        **dict.fromkeys(("id", "at", "record_id", "inquiry_id", "table_name", "row_id", "column_name"), PLAIN),
        "value": HEALTH,
    }

    class Meta:
        db_table = "audit_old_value"
        indexes = [
            models.Index(fields=["table_name", "row_id"], name="audit_old_value_row"),
            models.Index(
                fields=["inquiry_id"],
                name="audit_old_value_inquiry",
                condition=models.Q(inquiry_id__isnull=False),
            ),
            models.Index(fields=["record_id"], name="audit_old_value_record"),
        ]

    def __str__(self) -> str:
        return f"{self.table_name}.{self.column_name} before record {self.record_id}"
