"""Insurers, the names callers use for them, and the road by which each is asked."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models.functions import Now
from django.utils.text import slugify

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


class CarveOut(models.Model):
    """Who manages substance use benefits in place of the payer, where somebody read so; the desk says whom to ask."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    payer = models.ForeignKey(Payer, on_delete=models.CASCADE, related_name="carve_outs")
    who = models.CharField(max_length=120)
    phone = models.CharField(max_length=30, blank=True)
    words = models.CharField(max_length=250)
    source = models.CharField(max_length=200)

    privacy: ClassVar[dict[str, PrivacyClass]] = dict.fromkeys(
        ("id", "payer", "who", "phone", "words", "source"), PLAIN
    )

    class Meta:
        db_table = "payers_carve_out"
        ordering = ("payer__name", "who")
        constraints = [models.UniqueConstraint(fields=["payer", "who"], name="carve_out_once_a_payer")]

    def __str__(self) -> str:
        return self.who


class EdiId(models.Model):
    """By which id a clearinghouse knows a payer, as the operator typed or imported it. ``clearinghouse`` is its own id,
    the ``receiver_id`` of the roads that go there.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    payer = models.ForeignKey(Payer, on_delete=models.CASCADE, related_name="edi_ids")
    clearinghouse = models.CharField(max_length=15)
    edi_payer_id = models.CharField(max_length=80)

    privacy: ClassVar[dict[str, PrivacyClass]] = dict.fromkeys(("id", "payer", "clearinghouse", "edi_payer_id"), PLAIN)

    class Meta:
        db_table = "payers_edi_id"
        ordering = ("payer__name", "clearinghouse")
        constraints = [
            models.UniqueConstraint(fields=["payer", "clearinghouse"], name="one_edi_id_a_clearinghouse"),
            models.CheckConstraint(condition=~models.Q(edi_payer_id=""), name="edi_id_is_said"),
        ]

    def __str__(self) -> str:
        return f"{self.edi_payer_id} at {self.clearinghouse}"


class EdiChange(models.Model):
    """One typing or import of ids, with what was before, so that it can be taken back.

    ``changes`` are lists of payer id, clearinghouse, id before and id after; "" is none.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    at = models.DateTimeField(db_default=Now())
    actor_kind = models.CharField(max_length=20)
    actor_id = models.CharField(max_length=36, blank=True)
    name = models.CharField(max_length=120)
    changes: Any = models.JSONField()
    undone_at = models.DateTimeField(null=True)

    privacy: ClassVar[dict[str, PrivacyClass]] = dict.fromkeys(
        ("id", "at", "actor_kind", "actor_id", "name", "changes", "undone_at"), PLAIN
    )

    class Meta:
        db_table = "payers_edi_change"
        ordering = ("-at", "-id")

    def __str__(self) -> str:
        return self.name


class RoadKind(models.TextChoices):
    """Which protocol a payer's road speaks: the keys of ``intake.insurance.clearinghouses.roads.BY_KIND``."""

    CORE_MIME = "core_mime", "CAQH CORE, HTTP MIME"
    CORE_SOAP = "core_soap", "CAQH CORE, SOAP"
    JSON_API = "json_api", "JSON with the raw 270 and 271"
    FILE_DROP = "file_drop", "Files in a folder"
    MIME_BATCH = "mime_batch", "CAQH CORE, HTTP MIME, in batch"
    SOAP_BATCH = "soap_batch", "CAQH CORE, SOAP, in batch"


# Their answers come hours later, by way of a folder
ANSWERED_LATER = (RoadKind.FILE_DROP, RoadKind.MIME_BATCH, RoadKind.SOAP_BATCH)


class PayerRoad(models.Model):
    """How one payer is asked electronically. A payer without a road is asked by phone.

    ``certificate`` is ours in PEM, shown where the other side asks for one; ``authorities`` in PEM are the only ones
    its own is verified by, when it is not of the public ones. Without a provider the house's own is named.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    payer = models.OneToOneField(Payer, on_delete=models.CASCADE, related_name="road")
    kind = models.CharField(max_length=10, choices=RoadKind.choices, default=RoadKind.CORE_MIME, db_default="core_mime")
    url = models.URLField(blank=True)
    edi_payer_id = models.CharField(max_length=80)
    sender_id = models.CharField(max_length=15)
    receiver_id = models.CharField(max_length=15)
    user_name = models.CharField(max_length=80, blank=True)
    password = EncryptedTextField(blank=True, null=True)
    certificate = models.TextField(blank=True, db_default="", default="")
    private_key = EncryptedTextField(blank=True, null=True)
    authorities = models.TextField(blank=True, db_default="", default="")
    provider_name = models.CharField(max_length=60, blank=True, db_default="", default="")
    provider_npi = models.CharField(max_length=10, blank=True, db_default="", default="")
    cost_per_check = models.DecimalField(max_digits=7, decimal_places=4, null=True, blank=True)
    service_types = ArrayField(models.CharField(max_length=2), default=list)
    free_to_repeat = models.BooleanField(default=False)
    production = models.BooleanField(default=False)
    enabled = models.BooleanField(default=True)

    privacy: ClassVar[dict[str, PrivacyClass]] = dict.fromkeys(
        (
            "id", "payer", "kind", "url", "edi_payer_id", "sender_id", "receiver_id", "user_name", "password",
            "certificate", "private_key", "authorities", "provider_name", "provider_npi", "cost_per_check",
            "service_types", "free_to_repeat", "production", "enabled",
        ),
        PLAIN,
    )  # fmt: skip

    class Meta:
        db_table = "payers_road"
        constraints = [
            models.CheckConstraint(condition=models.Q(kind__in=RoadKind.values), name="road_kind_is_known"),
            models.CheckConstraint(
                condition=models.Q(kind=RoadKind.FILE_DROP) | ~models.Q(url=""), name="road_has_an_address"
            ),
            models.CheckConstraint(
                condition=models.Q(certificate="", private_key__isnull=True)
                | ~models.Q(certificate="") & models.Q(private_key__isnull=False),
                name="road_certificate_has_its_key",
            ),
            models.CheckConstraint(
                condition=models.Q(provider_name="", provider_npi="")
                | ~models.Q(provider_name="") & models.Q(provider_npi__regex=r"^[0-9]{10}$"),
                name="road_provider_is_whole",
            ),
            models.CheckConstraint(
                condition=models.Q(cost_per_check=None) | models.Q(cost_per_check__gte=0),
                name="road_cost_is_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return f"road to {self.payer_id}"

    @property
    def folder(self) -> str:
        """Where the files of its clearinghouse lie, never outside the place for all of them; "" without one."""
        name = slugify(self.receiver_id)
        by_file = self.kind in ANSWERED_LATER and settings.CLEARINGHOUSE_FILES and name
        return str(Path(settings.CLEARINGHOUSE_FILES) / name) if by_file else ""
