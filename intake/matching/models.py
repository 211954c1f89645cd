"""Stored matches, and referrals: a person's way from one inquiry to one program."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _

from helpline.programs.models import Opening, PacketWay, Program
from helpline.vault.fields import EncryptedJSONField, EncryptedTextField
from helpline.vault.ids import new_id
from helpline.vault.privacy import HEALTH, PLAIN, PrivacyClass
from intake.inquiries.models import CHANGED_MEANWHILE, Inquiry, MoveRefused


class Suggestion(models.Model):
    """What the engine was asked and answered at one moment, so that it can be replayed."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    inquiry = models.ForeignKey(Inquiry, on_delete=models.CASCADE, related_name="suggestions")
    at = models.DateTimeField(db_default=Now())
    rule_version = models.CharField(max_length=30)
    need_json = EncryptedJSONField()
    matches_json = EncryptedJSONField()

    privacy: ClassVar[dict[str, PrivacyClass]] = {
        **dict.fromkeys(("id", "inquiry", "at", "rule_version"), PLAIN),
        "need_json": HEALTH,
        "matches_json": HEALTH,
    }

    class Meta:
        db_table = "matching_suggestion"
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"suggestion {self.pk}"


class PlaceHoldQuerySet(models.QuerySet["PlaceHold"]):
    def standing(self) -> PlaceHoldQuerySet:
        """Those whose time is not over, on the database's clock."""
        return self.filter(until__gt=Now())


class PlaceHold(models.Model):
    """A free place that nobody else here promises while one person is put through to the program."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    inquiry = models.ForeignKey(Inquiry, on_delete=models.CASCADE, related_name="place_holds")
    opening = models.ForeignKey(Opening, on_delete=models.CASCADE, related_name="place_holds")
    until = models.DateTimeField()
    held_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    objects = PlaceHoldQuerySet.as_manager()
    privacy: ClassVar[dict[str, PrivacyClass]] = dict.fromkeys(("id", "inquiry", "opening", "until", "held_by"), PLAIN)

    class Meta:
        db_table = "matching_place_hold"
        constraints = [models.UniqueConstraint(fields=["inquiry", "opening"], name="place_held_once_an_inquiry")]
        indexes = [models.Index(fields=["opening", "until"], name="place_holds_of_opening")]

    def __str__(self) -> str:
        return f"hold of {self.opening_id}"


class Told(models.Model):
    """What a program said when somebody of ours asked. Rows are added; the newest of a fact counts.

    ``fact`` is a name of ``matching.facts`` and says nothing of a person: "plan:" and a payer's id, "same_day_start".
    """

    id = models.BigAutoField(primary_key=True)
    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="+")
    fact = models.CharField(max_length=80)
    says = models.BooleanField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now())

    privacy: ClassVar[dict[str, PrivacyClass]] = dict.fromkeys(("id", "program", "fact", "says", "by", "at"), PLAIN)

    class Meta:
        db_table = "matching_told"
        indexes = [models.Index(fields=["program", "fact", "-id"], name="told_newest_of_a_fact")]

    def __str__(self) -> str:
        return f"{self.fact}: {'yes' if self.says else 'no'}"


class ReferralState(models.TextChoices):
    PREPARED = "prepared", "Packet opened, not given yet"
    SENT = "sent", "Packet given to the program"
    CALLED_TOGETHER = "together", "Three-way call: they spoke for themselves, we disclosed nothing"
    ACCEPTED = "accepted", "Accepted, place or appointment agreed"
    ADMITTED = "admitted", "Admitted"
    DECLINED = "declined", "Declined by the program"
    WITHDRAWN = "withdrawn", "Withdrawn by the person"
    MISTAKE = "mistake", "Entered by mistake"


R = ReferralState
REFERRAL_MOVES: dict[str, set[str]] = {
    R.PREPARED: {R.SENT, R.WITHDRAWN, R.MISTAKE},
    R.SENT: {R.ACCEPTED, R.ADMITTED, R.DECLINED, R.WITHDRAWN, R.MISTAKE},
    R.CALLED_TOGETHER: {R.ACCEPTED, R.ADMITTED, R.DECLINED, R.WITHDRAWN, R.MISTAKE},
    R.ACCEPTED: {R.ADMITTED, R.DECLINED, R.WITHDRAWN, R.MISTAKE},
    R.ADMITTED: {R.MISTAKE},
    R.DECLINED: {R.MISTAKE},
    R.WITHDRAWN: {R.MISTAKE},
    R.MISTAKE: set(),
}
ASKED = (R.SENT, R.CALLED_TOGETHER, R.ACCEPTED)
OPEN_REFERRAL = (R.PREPARED, *ASKED)


class Referral(models.Model):
    """One program asked for one person. ``way`` and ``sent_to`` are where its packet goes; "" is read on the phone."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    inquiry = models.ForeignKey(Inquiry, on_delete=models.CASCADE, related_name="referrals")
    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=R.choices)
    consent_id = models.UUIDField(null=True)
    way = models.CharField(max_length=10, choices=PacketWay, blank=True, db_default="", default="")
    sent_to = models.CharField(max_length=254, blank=True, db_default="", default="")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(db_default=Now())
    changed_at = models.DateTimeField(db_default=Now())
    note = EncryptedTextField(blank=True, default="")

    privacy: ClassVar[dict[str, PrivacyClass]] = {
        **dict.fromkeys(
            ("id", "inquiry", "program", "state", "consent_id", "way", "sent_to", "made_by", "made_at", "changed_at"),
            PLAIN,
        ),
        "note": HEALTH,
    }

    class Meta:
        db_table = "matching_referral"
        ordering = ("-made_at",)
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=["prepared", "sent"]) | Q(consent_id__isnull=False),
                name="a_packet_rests_on_a_consent",
            ),
            models.CheckConstraint(
                condition=Q(way="", sent_to="") | Q(way__in=PacketWay.values) & ~Q(sent_to=""),
                name="a_packet_goes_somewhere",
            ),
            models.UniqueConstraint(
                fields=["inquiry", "program"],
                condition=Q(state__in=["prepared", "sent", "together", "accepted"]),
                name="one_open_referral_a_program",
            ),
        ]

    def __str__(self) -> str:
        return f"referral {self.state}"

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_REFERRAL

    @property
    def may_become(self) -> list[ReferralState]:
        return [state for state in ReferralState if self._may_be(state)]

    def _may_be(self, to: str) -> bool:
        """A mistake is taken back on its day; later it is history. A packet that was never given can always end so."""
        today = timezone.localdate(self.made_at) == timezone.localdate()
        too_late = to == R.MISTAKE and self.state != R.PREPARED and not today
        return to in REFERRAL_MOVES[self.state] and not too_late

    def move(self, to: str) -> None:
        """Raises ``MoveRefused`` when the table of moves does not allow it or another was quicker."""
        if not self._may_be(to):
            raise MoveRefused(_("It is “%(state)s” already.") % {"state": self.get_state_display()})
        if not Referral.objects.filter(pk=self.pk, state=self.state).update(state=to, changed_at=Now()):
            raise MoveRefused(str(CHANGED_MEANWHILE))
        self.state = to


def open_referrals(inquiry_id: uuid.UUID) -> models.QuerySet[Referral, Any]:
    return Referral.objects.filter(inquiry_id=inquiry_id, state__in=OPEN_REFERRAL).select_related("program")
