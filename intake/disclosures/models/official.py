"""Police, courts and lawyers who ask about somebody. Whether we know that person is said by none of these rows."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from helpline.vault.fields import EncryptedTextField
from helpline.vault.ids import new_id
from helpline.vault.privacy import HEALTH, PERSONAL, PLAIN, PrivacyClass


class OfficialRequest(models.Model):
    class Kind(models.TextChoices):
        POLICE = "police", "Police or another agency"
        SUBPOENA = "subpoena", "Subpoena"
        COURT_ORDER = "court_order", "Court order or warrant"
        LAWYER = "lawyer", "Lawyer"
        SUPERVISION = "supervision", "Probation, parole or child welfare"
        OTHER = "other", "Somebody else: employer, press, relative"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=15, choices=Kind.choices)
    who = EncryptedTextField()
    reach = EncryptedTextField(blank=True, default="")
    asked = EncryptedTextField()
    answer_by = models.DateField(null=True)
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    taken_at = models.DateTimeField(db_default=Now())
    answer = EncryptedTextField(null=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)

    privacy: ClassVar[dict[str, PrivacyClass]] = {
        **dict.fromkeys(("id", "kind", "answer_by", "taken_by", "taken_at", "answered_by", "answered_at"), PLAIN),
        "who": PERSONAL,
        "reach": PERSONAL,
        "asked": HEALTH,
        "answer": HEALTH,
    }

    class Meta:
        db_table = "disclosures_official_request"
        constraints = [
            models.CheckConstraint(
                condition=Q(answered_at=None, answered_by=None, answer__isnull=True)
                | Q(answered_at__isnull=False, answered_by__isnull=False, answer__isnull=False),
                name="somebody_answered_an_official",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.taken_at:%Y-%m-%d}"


class CourtOrder(models.Model):
    """What a court authorized and a subpoena compels us to disclose. The ledger's row about it carries this id.

    Source: 42 CFR 2.61, read on 2026-11-24 in the edition of 1 October 2006 (GPO Access); 2.62 in that of 2 Feb 2026
    (customsmobile.com). The order alone compels nothing, the subpoena alone allows nothing.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    inquiry_id = models.UUIDField()
    request = models.ForeignKey(OfficialRequest, on_delete=models.PROTECT, related_name="orders")
    court = EncryptedTextField()
    number = EncryptedTextField()
    ordered_on = models.DateField()
    subpoena = EncryptedTextField()
    subpoena_on = models.DateField()
    scope = EncryptedTextField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(db_default=Now())

    privacy: ClassVar[dict[str, PrivacyClass]] = {
        **dict.fromkeys(
            ("id", "inquiry_id", "request", "ordered_on", "subpoena_on", "recorded_by", "recorded_at"), PLAIN
        ),
        **dict.fromkeys(("court", "number", "subpoena", "scope"), HEALTH),
    }

    class Meta:
        db_table = "disclosures_court_order"
        constraints = [
            # Pressed twice, or sent again: one disclosure
            models.UniqueConstraint(fields=["request", "inquiry_id"], name="one_order_a_request_and_record")
        ]

    def __str__(self) -> str:
        return f"court order of {self.ordered_on}"
