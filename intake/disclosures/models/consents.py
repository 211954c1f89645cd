"""A person's consent to disclose, with the elements of 42 CFR 2.31 as columns, and the ledger of what left.

Source: 42 CFR 2.31(a), 2.32, 2.25 as amended by 89 FR 12472 (16 Feb 2024); where each was read stands in ``texts/``.
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
from helpline.vault.privacy import HEALTH, PERSONAL, PLAIN, PrivacyClass


class Purpose(models.TextChoices):
    CHECK_INSURANCE = "check_insurance", "Ask an insurer what it covers"
    REFER = "refer", "Tell treatment programs, so that they can offer a place"


class SignedHow(models.TextChoices):
    FORM = "form", "Typed their name in the web form"
    LINK = "link", "Typed their name on a one-time link"
    SPOKEN = "spoken", "Said yes on the phone (unlocks nothing)"


class ConsentQuerySet(models.QuerySet["Consent"]):
    def in_force(self) -> ConsentQuerySet:
        """Signed in writing by the person themselves, not revoked, not expired: on the database's clock."""
        return self.filter(Q(expires_at__gt=Now()), revoked_at=None, signer_is_the_person=True).exclude(
            signed_how=SignedHow.SPOKEN
        )

    def allowing(self, purpose: str, *, inquiry_id: uuid.UUID) -> ConsentQuerySet:
        return self.in_force().filter(inquiry_id=inquiry_id, purpose=purpose).order_by("-version")


class Consent(models.Model):
    """One version of one person's consent for one purpose. Each column names its element of 2.31(a)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    inquiry_id = models.UUIDField()
    version = models.PositiveSmallIntegerField(default=1)
    patient_name = EncryptedTextField()  # (a)(1)
    discloser = models.CharField(max_length=120)  # (a)(2)
    information = models.TextField()  # (a)(3)
    recipients = EncryptedTextField()  # (a)(4)
    purpose = models.CharField(max_length=20, choices=Purpose.choices)  # (a)(5)
    revocation_text = models.TextField()  # (a)(6)
    expires_at = models.DateTimeField()  # (a)(7)
    signature = EncryptedTextField()  # (a)(8)
    signed_how = models.CharField(max_length=10, choices=SignedHow.choices)
    signer_is_the_person = models.BooleanField()
    signed_at = models.DateTimeField(db_default=Now())  # (a)(9)
    wording_version = models.CharField(max_length=20)
    wording_sha256 = models.CharField(max_length=64)
    revoked_at = models.DateTimeField(null=True)

    objects = ConsentQuerySet.as_manager()
    privacy: ClassVar[dict[str, PrivacyClass]] = {
        **dict.fromkeys(
            (
                "id", "inquiry_id", "version", "discloser", "information", "purpose", "revocation_text", "expires_at",
                "signed_how", "signer_is_the_person", "signed_at", "wording_version", "wording_sha256", "revoked_at",
            ),
            PLAIN,
        ),
        "patient_name": PERSONAL,
        "recipients": HEALTH,
        "signature": PERSONAL,
    }  # fmt: skip

    class Meta:
        db_table = "disclosures_consent"
        constraints = [
            models.UniqueConstraint(fields=["inquiry_id", "purpose", "version"], name="consent_versions_are_numbered"),
            models.CheckConstraint(
                condition=Q(expires_at__gt=models.F("signed_at")), name="consent_ends_after_it_began"
            ),
            models.CheckConstraint(
                condition=~Q(discloser="") & ~Q(information="") & ~Q(revocation_text=""),
                name="consent_is_complete",
            ),
        ]

    def __str__(self) -> str:
        return f"consent {self.purpose} v{self.version}"


class Disclosure(models.Model):
    """The ledger: what left, to whom, on which consent, with which notice. Append-only (42 CFR 2.25, 2.32)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    at = models.DateTimeField(db_default=Now())
    inquiry_id = models.UUIDField()
    consent_id = models.UUIDField()
    purpose = models.CharField(max_length=20, choices=Purpose.choices)
    recipient = EncryptedTextField()
    fields = ArrayField(models.CharField(max_length=40))
    notice_version = models.CharField(max_length=20)
    made_by = models.CharField(max_length=57)
    about_id = models.UUIDField()

    privacy: ClassVar[dict[str, PrivacyClass]] = {
        **dict.fromkeys(
            (
                "id",
                "at",
                "inquiry_id",
                "consent_id",
                "purpose",
                "fields",
                "notice_version",
                "made_by",
                "about_id",
            ),
            PLAIN,
        ),
        "recipient": HEALTH,
    }

    class Meta:
        db_table = "disclosures_ledger"
        indexes = [models.Index(fields=["inquiry_id", "at"], name="ledger_of_an_inquiry")]
        constraints = [models.UniqueConstraint(fields=["about_id", "purpose"], name="one_ledger_row_an_act")]

    def __str__(self) -> str:
        return f"disclosure {self.purpose} {self.at:%Y-%m-%d}"
