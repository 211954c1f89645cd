"""A short code that a person types on their own phone during a call, and the tries at such codes."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Value
from django.db.models.functions import Now

from helpline.vault.ids import new_id
from helpline.vault.privacy import PLAIN, PrivacyClass


class ConsentCode(models.Model):
    """Opens the consent page once, within minutes. Only keyed indexes of the code and of its first half are kept."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    inquiry_id = models.UUIDField()
    code_index = models.BinaryField(max_length=12, unique=True)
    half_index = models.BinaryField(max_length=12, db_default=Value(b""))
    tries = models.PositiveSmallIntegerField(db_default=0)
    made_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    privacy: ClassVar[dict[str, PrivacyClass]] = dict.fromkeys(
        ("id", "inquiry_id", "code_index", "half_index", "tries", "made_at", "expires_at", "used_at"), PLAIN
    )

    class Meta:
        db_table = "disclosures_consent_code"
        indexes = [
            models.Index(fields=["inquiry_id", "made_at"], name="codes_of_an_inquiry"),
            models.Index(fields=["half_index"], name="codes_by_their_first_half"),
        ]

    def __str__(self) -> str:
        return f"code of {self.inquiry_id}"


class CodeTry(models.Model):
    """Somebody at an address tried a code. Forgotten after a day; the address is kept as a keyed index only."""

    id = models.BigAutoField(primary_key=True)
    address_index = models.BinaryField(max_length=12)
    at = models.DateTimeField(db_default=Now())

    privacy: ClassVar[dict[str, PrivacyClass]] = dict.fromkeys(("id", "address_index", "at"), PLAIN)

    class Meta:
        db_table = "disclosures_code_try"
        indexes = [models.Index(fields=["address_index", "at"], name="tries_from_an_address")]

    def __str__(self) -> str:
        return f"try {self.at:%Y-%m-%d %H:%M}"
