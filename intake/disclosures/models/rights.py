"""What a person may ask of us about their records: to limit (2.26), to account (2.25), to list (2.24); and breaches."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy

from helpline.vault.fields import EncryptedTextField
from helpline.vault.ids import new_id
from helpline.vault.privacy import HEALTH, PLAIN, PrivacyClass
from intake.disclosures.models.consents import Purpose

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as StrPromise


class RestrictionQuerySet(models.QuerySet["Restriction"]):
    def in_force(self) -> RestrictionQuerySet:
        """What binds us: agreed to, or not decided yet, since until then we do as they ask."""
        return self.filter(state__in=[Restriction.State.ASKED, Restriction.State.AGREED])

    def to_answer(self) -> RestrictionQuerySet:
        """Not decided, or decided and the person does not know it yet; oldest first."""
        return self.filter(told_at=None).exclude(state=Restriction.State.ENDED).order_by("asked_at")


class Restriction(models.Model):
    """A request to limit what we disclose. One about a service paid in full, towards a plan, must be agreed to."""

    class State(models.TextChoices):
        ASKED = "asked", "Asked; kept until decided"
        AGREED = "agreed", "Agreed"
        REFUSED = "refused", "Not agreed"
        ENDED = "ended", "Ended"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    inquiry_id = models.UUIDField()
    purpose = models.CharField(max_length=20, choices=Purpose.choices)
    paid_in_full = models.BooleanField(default=False)
    what = EncryptedTextField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.ASKED)
    asked_at = models.DateTimeField(db_default=Now())
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=57, blank=True, default="")
    told_at = models.DateTimeField(null=True)

    objects = RestrictionQuerySet.as_manager()
    privacy: ClassVar[dict[str, PrivacyClass]] = {
        **dict.fromkeys(
            (
                "id", "inquiry_id", "purpose", "paid_in_full", "state", "asked_at", "decided_at", "decided_by",
                "told_at",
            ),
            PLAIN,
        ),
        "what": HEALTH,
    }  # fmt: skip

    class Meta:
        db_table = "disclosures_restriction"
        indexes = [models.Index(fields=["inquiry_id", "purpose"], name="restrictions_of_an_inquiry")]
        constraints = [
            models.CheckConstraint(
                condition=Q(paid_in_full=False) | Q(purpose=Purpose.CHECK_INSURANCE) & ~Q(state="refused"),
                name="what_was_paid_in_full_is_never_refused",
            ),
            models.CheckConstraint(
                condition=Q(state="asked", decided_at=None)
                | ~Q(state="asked") & Q(decided_at__isnull=False) & ~Q(decided_by=""),
                name="somebody_decided_a_restriction",
            ),
        ]

    def __str__(self) -> str:
        return f"restriction {self.purpose} {self.state}"


class AccountingRequest(models.Model):
    """Somebody asked what we disclosed about them. Due in 60 days (164.528(c)(1)); a list of 2.24 in 30."""

    class Kind(models.TextChoices):
        ACCOUNTING = "accounting", "Accounting of disclosures (2.25)"
        LIST = "list", "List of an intermediary (2.24)"

    DAYS: ClassVar[dict[str, int]] = {Kind.ACCOUNTING: 60, Kind.LIST: 30}

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    inquiry_id = models.UUIDField()
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.ACCOUNTING)
    asked_on = models.DateField()
    answered_at = models.DateTimeField(null=True)
    answered_by = models.CharField(max_length=57, blank=True, default="")

    privacy: ClassVar[dict[str, PrivacyClass]] = dict.fromkeys(
        ("id", "inquiry_id", "kind", "asked_on", "answered_at", "answered_by"), PLAIN
    )

    class Meta:
        db_table = "disclosures_accounting_request"
        constraints = [
            models.UniqueConstraint(
                fields=["inquiry_id", "kind"], condition=Q(answered_at=None), name="one_open_accounting_an_inquiry"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} asked {self.asked_on}"

    @property
    def due_on(self) -> date:
        return self.asked_on + timedelta(days=self.DAYS[self.kind])


class Breach(models.Model):
    """Records got where they may not be, or may have (2.16(b), 45 CFR 164.400 to 164.414)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    discovered_on = models.DateField()
    happened_on = models.DateField(null=True)
    what = EncryptedTextField()
    whom = EncryptedTextField()
    people = models.PositiveIntegerField(null=True)
    most_in_a_state = models.PositiveIntegerField(null=True)
    # The four factors of 164.402(2)
    nature = EncryptedTextField(blank=True, default="")
    receiver = EncryptedTextField(blank=True, default="")
    acquired = EncryptedTextField(blank=True, default="")
    mitigated = EncryptedTextField(blank=True, default="")
    low_probability = models.BooleanField(null=True)
    assessed_by = models.CharField(max_length=57, blank=True, default="")
    assessed_at = models.DateTimeField(null=True)
    people_told_on = models.DateField(null=True)
    secretary_told_on = models.DateField(null=True)
    media_told_on = models.DateField(null=True)
    recorded_by = models.CharField(max_length=57)
    recorded_at = models.DateTimeField(db_default=Now())

    MANY: ClassVar[int] = 500
    DAYS: ClassVar[timedelta] = timedelta(days=60)
    privacy: ClassVar[dict[str, PrivacyClass]] = {
        **dict.fromkeys(
            (
                "id", "discovered_on", "happened_on", "people", "low_probability", "assessed_by", "assessed_at",
                "people_told_on", "secretary_told_on", "media_told_on", "most_in_a_state", "recorded_by", "recorded_at",
            ),
            PLAIN,
        ),
        **dict.fromkeys(("what", "whom", "nature", "receiver", "acquired", "mitigated"), HEALTH),
    }  # fmt: skip

    class Meta:
        db_table = "disclosures_breach"
        constraints = [
            models.CheckConstraint(
                condition=Q(low_probability=None, assessed_at=None)
                | Q(low_probability__isnull=False, assessed_at__isnull=False) & ~Q(assessed_by=""),
                name="somebody_assessed_a_breach",
            ),
            models.CheckConstraint(
                condition=Q(happened_on=None) | Q(happened_on__lte=models.F("discovered_on")),
                name="a_breach_is_discovered_afterwards",
            ),
        ]

    def __str__(self) -> str:
        return f"breach discovered {self.discovered_on}"

    @property
    def people_due_on(self) -> date:
        """Without unreasonable delay, at the latest on this day (164.404(b))."""
        return self.discovered_on + self.DAYS

    @property
    def secretary_due_on(self) -> date:
        """Together with the people from 500 on; below, within 60 days of the year's end (164.408(b), (c))."""
        if self.people is None or self.people >= self.MANY:
            return min(self.people_told_on or self.people_due_on, self.people_due_on)
        return date(self.discovered_on.year, 12, 31) + self.DAYS

    @property
    def media_due_on(self) -> date | None:
        """Newspapers and broadcasters of a state more than 500 of whose residents it concerns (164.406); else None.

        A number that nobody knows counts as more.
        """
        most = self.people if self.most_in_a_state is None else self.most_in_a_state
        return None if most is not None and most <= self.MANY else self.people_due_on

    @property
    def to_tell(self) -> list[tuple[date, StrPromise]]:
        """Who is not told yet, each with the day, the nearest first. Nobody, when it was assessed as no breach."""
        steps = [
            (self.people_due_on, self.people_told_on, gettext_lazy("people are to be told by")),
            (self.secretary_due_on, self.secretary_told_on, gettext_lazy("the Secretary is to be told by")),
            (self.media_due_on, self.media_told_on, gettext_lazy("newspapers and broadcasters are to be told by")),
        ]
        waiting = [(due, words) for due, told, words in steps if due and not told and not self.low_probability]
        return sorted(waiting, key=lambda step: step[0])

    @property
    def is_settled(self) -> bool:
        """Assessed as no breach, or everybody told."""
        return not self.to_tell

    @property
    def settled_on(self) -> date | None:
        """The last day on which something was done about it; None while something is open."""
        days = [self.people_told_on, self.secretary_told_on, self.media_told_on]
        done = [day for day in (*days, self.assessed_at and self.assessed_at.date()) if day]
        return max(done) if self.is_settled and done else None

    @property
    def due_on(self) -> date:
        """The next day that matters."""
        return self.to_tell[0][0] if self.to_tell else self.people_due_on
