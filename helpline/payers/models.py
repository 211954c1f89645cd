"""Insurers, the names callers use for them, and the road by which each is asked."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from helpline.vault.fields import EncryptedTextField
from helpline.vault.ids import new_id
from helpline.vault.privacy import PLAIN, PrivacyClass


class PayerKind(models.TextChoices):
    PRIVATE = "private", "Private insurance"
    MEDICAID = "medicaid", "Medicaid"
    MEDICARE = "medicare", "Medicare"
    TRICARE = "tricare", "TRICARE or VA"
    OTHER = "other", "Other"


class PayerQuerySet(models.QuerySet["Payer"]):
    def named(self, said: str) -> Payer | None:
        """The one payer with exactly this name or alias, in any case; None when there is none or several."""
        spoken = " ".join(said.split())
        called = models.Q(name__iexact=spoken) | models.Q(aliases__name__iexact=spoken)
        found = self.filter(called).distinct()[:2]
        return found[0] if len(found) == 1 else None


class Payer(models.Model):
    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=20, choices=PayerKind.choices)
    state = models.CharField(max_length=2, blank=True)
    warning = models.CharField(max_length=200, blank=True)
    source = models.CharField(max_length=200)

    objects = PayerQuerySet.as_manager()
    privacy: ClassVar[dict[str, PrivacyClass]] = dict.fromkeys(
        ("id", "name", "kind", "state", "warning", "source"), PLAIN
    )

    class Meta:
        db_table = "payers_payer"
        ordering = ("name",)
        indexes = [GinIndex(fields=["name"], name="payer_name_trigrams", opclasses=["gin_trgm_ops"])]

    def __str__(self) -> str:
        return self.name


class PayerAlias(models.Model):
    payer = models.ForeignKey(Payer, on_delete=models.CASCADE, related_name="aliases")
    name = models.CharField(max_length=120)

    privacy: ClassVar[dict[str, PrivacyClass]] = dict.fromkeys(("id", "payer", "name"), PLAIN)

    class Meta:
        db_table = "payers_alias"
        constraints = [models.UniqueConstraint(fields=["payer", "name"], name="alias_once_a_payer")]
        indexes = [GinIndex(fields=["name"], name="payer_alias_trigrams", opclasses=["gin_trgm_ops"])]

    def __str__(self) -> str:
        return self.name


class RoadKind(models.TextChoices):
    """Which protocol a payer's road speaks: the keys of ``intake.insurance.clearinghouses.roads.BY_KIND``."""

    CORE_MIME = "core_mime", "CAQH CORE, HTTP MIME"
    CORE_SOAP = "core_soap", "CAQH CORE, SOAP"
    JSON_API = "json_api", "JSON with the raw 270 and 271"


class PayerRoad(models.Model):
    """How one payer is asked electronically. A payer without a road is asked by phone."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    payer = models.OneToOneField(Payer, on_delete=models.CASCADE, related_name="road")
    kind = models.CharField(max_length=10, choices=RoadKind.choices, default=RoadKind.CORE_MIME, db_default="core_mime")
    url = models.URLField()
    edi_payer_id = models.CharField(max_length=80)
    sender_id = models.CharField(max_length=15)
    receiver_id = models.CharField(max_length=15)
    user_name = models.CharField(max_length=80, blank=True)
    password = EncryptedTextField(blank=True, null=True)
    service_types = ArrayField(models.CharField(max_length=2), default=list)
    free_to_repeat = models.BooleanField(default=False)
    production = models.BooleanField(default=False)
    enabled = models.BooleanField(default=True)

    privacy: ClassVar[dict[str, PrivacyClass]] = dict.fromkeys(
        (
            "id", "payer", "kind", "url", "edi_payer_id", "sender_id", "receiver_id", "user_name", "password",
            "service_types", "free_to_repeat", "production", "enabled",
        ),
        PLAIN,
    )  # fmt: skip

    class Meta:
        db_table = "payers_road"
        constraints = [models.CheckConstraint(condition=models.Q(kind__in=RoadKind.values), name="road_kind_is_known")]

    def __str__(self) -> str:
        return f"road to {self.payer_id}"
