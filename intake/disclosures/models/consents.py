"""A person's consent to disclose, with the elements of 42 CFR 2.31 as columns, and the ledger of what left.

Source: 42 CFR 2.31(a), 2.32, 2.25 as amended by 89 FR 12472 (16 Feb 2024); where each was read stands in ``texts/``.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from django.db.models import Q
from django.db.models.functions import Now

from helpline.vault.fields import EncryptedTextField, sealed_field
from helpline.vault.ids import new_id
from helpline.vault.privacy import HEALTH, PERSONAL, PLAIN, PrivacyClass


class Purpose(models.TextChoices):
    CHECK_INSURANCE = "check_insurance", "Ask an insurer what it covers"
    REFER = "refer", "Tell treatment programs, so that they can offer a place"


class SignedHow(models.TextChoices):
    FORM = "form", "Typed their name in the web form"
    LINK = "link", "Typed their name on a one-time link"
    CODE = "code", "Typed their name after a code given on the phone"
    SPOKEN = "spoken", "Said yes on the phone (unlocks nothing)"


class Basis(models.TextChoices):
    """What a disclosure rests on in law."""

    CONSENT = "consent", "The person's written consent (2.31)"
    MEDICAL_EMERGENCY = "medical_emergency", "Medical emergency (2.51)"
    CHILD_ABUSE_REPORT = "child_abuse_report", "Report of suspected child abuse or neglect (2.12(c)(6))"
    COURT_ORDER = "court_order", "Court order with a subpoena (2.61 to 2.67)"


class Carried(models.TextChoices):
    """How the notice of 2.32(a) and the scope of the consent (2.32(b)) went with a disclosure."""

    WITH_IT = "with_it", "Written on the packet"
    READ_OUT = "read_out", "Read out on the phone"
    BY_AGREEMENT = "by_agreement", "By the trading agreement: a 270 has no place for it"
    NOTHING = "", "Nothing: Part 2 does not bind this line, or it is no consented disclosure"


class ConsentQuerySet(models.QuerySet["Consent"]):
    def signed(self) -> ConsentQuerySet:
        """In writing by the person themselves, not revoked, not expired: on the database's clock."""
        return self.filter(expires_at__gt=Now(), revoked_at=None, signer_is_the_person=True).exclude(
            signed_how=SignedHow.SPOKEN
        )

    def in_force(self) -> ConsentQuerySet:
        """Signed and not held. Whether one may be relied on is asked of ``consenting.sound``, which reads it, too."""
        return self.signed().filter(Q(held_because="") | Q(released_at__isnull=False))

    def held(self) -> ConsentQuerySet:
        """Those the privacy officer has to decide on, oldest first."""
        return self.signed().exclude(held_because="").filter(released_at=None).order_by("signed_at")

    def allowing(self, purpose: str, inquiry_ids: Iterable[uuid.UUID]) -> ConsentQuerySet:
        """The newest first of each inquiry; in one order for all who lock them."""
        return self.in_force().filter(inquiry_id__in=inquiry_ids, purpose=purpose).order_by("inquiry_id", "-version")

    def repeating(self) -> ConsentQuerySet:
        """Those that let us ask the plan again, until they end."""
        return self.in_force().filter(purpose=Purpose.CHECK_INSURANCE, repeats=True)


# The elements of 2.31(a) that are words; the others are columns that cannot be empty
ELEMENTS = (
    "patient_name", "discloser", "information", "recipients", "purpose_text", "revocation_text", "redisclosure_text",
    "refusal_text", "signature",
)  # fmt: skip


class Consent(models.Model):
    """One version of one person's consent for one purpose. Each column names its element of 2.31(a)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    inquiry_id = models.UUIDField()
    version = models.PositiveSmallIntegerField(default=1)
    patient_name = EncryptedTextField()  # (a)(1)
    discloser = models.CharField(max_length=120)  # (a)(2)
    information = models.TextField()  # (a)(3)
    recipients = EncryptedTextField()  # (a)(4)(i)
    redisclosure_text = models.TextField(default="")  # (a)(4)(iii), (a)(10)(i)
    purpose = models.CharField(max_length=20, choices=Purpose.choices)
    purpose_text = models.TextField(default="")  # (a)(5)
    revocation_text = models.TextField()  # (a)(6)
    expires_at = models.DateTimeField()  # (a)(7)
    signature = EncryptedTextField()  # (a)(8)
    signed_how = models.CharField(max_length=10, choices=SignedHow.choices)
    signer_is_the_person = models.BooleanField()
    signed_at = models.DateTimeField(db_default=Now())  # (a)(9)
    refusal_text = models.TextField(default="")  # (a)(10)(ii)
    repeats = models.BooleanField(default=False)
    wording_version = models.CharField(max_length=20)
    wording_sha256 = models.CharField(max_length=64)
    revoked_at = models.DateTimeField(null=True)
    held_because = models.CharField(max_length=20, blank=True, default="")
    released_by = models.CharField(max_length=57, blank=True, default="")
    released_at = models.DateTimeField(null=True)

    objects = ConsentQuerySet.as_manager()
    privacy: ClassVar[dict[str, PrivacyClass]] = {
        **dict.fromkeys(
            (
                "id", "inquiry_id", "version", "discloser", "information", "purpose", "revocation_text", "expires_at",
                "signed_how", "signer_is_the_person", "signed_at", "wording_version", "wording_sha256", "revoked_at",
                "redisclosure_text", "purpose_text", "refusal_text", "held_because", "released_by", "released_at",
                "repeats",
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
            models.CheckConstraint(
                condition=~Q(purpose_text="") & ~Q(redisclosure_text="") & ~Q(refusal_text=""),
                name="consent_says_all_of_2_31",
            ),
            models.CheckConstraint(
                condition=Q(released_at=None, released_by="")
                | Q(released_at__isnull=False) & ~Q(released_by="") & ~Q(held_because=""),
                name="somebody_released_a_held_consent",
            ),
            models.CheckConstraint(
                condition=Q(repeats=False) | Q(purpose=Purpose.CHECK_INSURANCE), name="only_a_plan_is_asked_again"
            ),
        ]

    def __str__(self) -> str:
        return f"consent {self.purpose} v{self.version}"

    @property
    def is_held(self) -> bool:
        return bool(self.held_because) and self.released_at is None

    def deficiencies(self) -> list[str]:
        """Elements of 2.31(a) that this consent lacks: on one that lacks any nothing may rest (2.31(c)(2))."""
        return [name for name in ELEMENTS if not str(getattr(self, name)).strip()]

    @property
    def scope(self) -> str:
        """The clear explanation of its scope that goes with a disclosure (2.32(b))."""
        until = f"signed {self.signed_at:%B %d, %Y}, until {self.expires_at:%B %d, %Y}"
        return f"{self.information} To: {self.recipients}. {self.purpose_text} ({until})"


ADD_TO_LEDGER = """
WITH new AS (
    SELECT * FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[], %s::uuid[], %s::text[])
        AS each (id, inquiry_id, consent_id, about_id, recipient)
)
INSERT INTO disclosures_ledger
    (basis, purpose, fields, notice_version, carried, made_by, id, inquiry_id, consent_id, about_id, recipient)
SELECT %s, %s, %s::text[], %s, %s, %s, new.* FROM new
"""


class DisclosureQuerySet(models.QuerySet["Disclosure"]):
    def add(self, rows: Sequence[Disclosure]) -> None:
        """New rows that differ in inquiry, consent, act and recipient only: in one plain statement."""
        if not rows:
            return
        one, recipient = rows[0], sealed_field(self.model, "recipient")
        with connection.cursor() as cursor:
            cursor.execute(
                ADD_TO_LEDGER,
                [
                    [row.pk for row in rows],
                    [row.inquiry_id for row in rows],
                    [row.consent_id for row in rows],
                    [row.about_id for row in rows],
                    [recipient.seal(row.recipient, row.pk) for row in rows],
                    *(one.basis, one.purpose, one.fields, one.notice_version, one.carried, one.made_by),
                ],
            )


class Disclosure(models.Model):
    """The ledger: what left, to whom, on what it rests, with which notice. Append-only (42 CFR 2.25, 2.32)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    at = models.DateTimeField(db_default=Now())
    inquiry_id = models.UUIDField()
    basis = models.CharField(max_length=20, choices=Basis.choices, default=Basis.CONSENT)
    consent_id = models.UUIDField(null=True)
    purpose = models.CharField(max_length=20, choices=Purpose.choices, blank=True)
    recipient = EncryptedTextField()
    fields = ArrayField(models.CharField(max_length=40))
    reason = EncryptedTextField(null=True)
    notice_version = models.CharField(max_length=20, blank=True)
    carried = models.CharField(max_length=15, choices=Carried.choices, blank=True, default="")
    made_by = models.CharField(max_length=57)
    about_id = models.UUIDField()

    objects = DisclosureQuerySet.as_manager()
    privacy: ClassVar[dict[str, PrivacyClass]] = {
        **dict.fromkeys(
            (
                "id",
                "at",
                "inquiry_id",
                "basis",
                "consent_id",
                "purpose",
                "fields",
                "notice_version",
                "carried",
                "made_by",
                "about_id",
            ),
            PLAIN,
        ),
        "recipient": HEALTH,
        "reason": HEALTH,
    }

    class Meta:
        db_table = "disclosures_ledger"
        indexes = [models.Index(fields=["inquiry_id", "at"], name="ledger_of_an_inquiry")]
        constraints = [
            models.UniqueConstraint(fields=["about_id", "purpose"], name="one_ledger_row_an_act"),
            models.CheckConstraint(
                condition=Q(basis=Basis.CONSENT, consent_id__isnull=False) & ~Q(purpose="")
                | ~Q(basis=Basis.CONSENT) & Q(consent_id=None, purpose=""),
                name="a_consent_where_the_basis_is_one",
            ),
            models.CheckConstraint(condition=Q(basis__in=Basis.values), name="the_basis_is_known"),
        ]

    def __str__(self) -> str:
        return f"disclosure {self.basis} {self.at:%Y-%m-%d}"
