"""Who looked at, changed or disclosed what. Rows are only ever added: the run-time role has no right to do more, and
a trigger refuses it to everyone else. No foreign keys, so that erasing a person never touches the record of it.

A row names changed fields and holds no value of them.
"""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models.functions import Now

from helpline.vault.privacy import PLAIN, PrivacyClass


class AuditRecord(models.Model):
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
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.actor_kind} {self.action} {self.subject_kind}"
