"""Every version of every text that people were shown, signed or were told. Rows are never changed, only signed off."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from helpline.vault.ids import new_id
from helpline.vault.privacy import PLAIN, PrivacyClass


class TextKind(models.TextChoices):
    CONSENT_CHECK_INSURANCE = "consent_check_insurance", "Consent: ask my insurance plan"
    CONSENT_REFER = "consent_refer", "Consent: tell treatment programs"
    NOTICE_LONG = "notice_long", "Notice with a disclosure, long"
    NOTICE_SHORT = "notice_short", "Notice with a disclosure, short"
    PATIENT_NOTICE = "patient_notice", "Notice of privacy practices"
    OFFICIAL_SCRIPT = "official_script", "Somebody official asks: what to say"
    RESTRICTION_ANSWER = "restriction_answer", "Answer to a request for restrictions"
    ABUSE_SCRIPT = "abuse_script", "Suspected child abuse or neglect: what to do"
    MINORS = "minors", "Minors who may consent alone, by state"


class AlreadySigned(Exception):
    """Somebody signed this version off already."""


class LegalText(models.Model):
    """One version of one text. A trigger refuses any change but the sign-off, and that once."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=30, choices=TextKind.choices)
    language = models.CharField(max_length=2, default="en")
    version = models.CharField(max_length=20)
    text = models.TextField()
    sha256 = models.CharField(max_length=64)
    verbatim = models.BooleanField()
    source = models.TextField()
    source_date = models.DateField()
    read_where = models.TextField()
    loaded_at = models.DateTimeField(db_default=Now())
    signed_off_by = models.CharField(max_length=80, blank=True, default="")
    signed_off_role = models.CharField(max_length=80, blank=True, default="")
    signed_off_at = models.DateTimeField(null=True)

    privacy: ClassVar[dict[str, PrivacyClass]] = dict.fromkeys(
        (
            "id", "kind", "language", "version", "text", "sha256", "verbatim", "source", "source_date", "read_where",
            "loaded_at", "signed_off_by", "signed_off_role", "signed_off_at",
        ),
        PLAIN,
    )  # fmt: skip

    class Meta:
        db_table = "disclosures_legal_text"
        ordering = ("kind", "-id")
        constraints = [
            models.UniqueConstraint(fields=["kind", "language", "version"], name="a_text_has_one_version_each"),
            models.UniqueConstraint(fields=["kind", "language", "sha256"], name="a_version_is_another_text"),
            models.CheckConstraint(
                condition=Q(signed_off_at=None, signed_off_by="", signed_off_role="")
                | Q(signed_off_at__isnull=False) & ~Q(signed_off_by="") & ~Q(signed_off_role=""),
                name="a_sign_off_has_name_role_and_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.version}"

    def sign_off(self, *, name: str, role: str) -> None:
        """Raises ``ValueError`` for an empty name or role, ``AlreadySigned``."""
        if not name.strip() or not role.strip():
            raise ValueError("A sign-off names a person and what gives them the right to it.")
        open_row = LegalText.objects.filter(pk=self.pk, signed_off_at=None)
        if not open_row.update(signed_off_by=name.strip()[:80], signed_off_role=role.strip()[:80], signed_off_at=Now()):
            raise AlreadySigned
        self.refresh_from_db()
