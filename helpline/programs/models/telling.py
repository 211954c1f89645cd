"""What programs tell us: what is free, when intake answers, and changes they ask for."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.formats import time_format
from django.utils.translation import gettext_lazy as _

from helpline.programs.models.listings import Program
from helpline.programs.models.privacy import plain
from helpline.vault.ids import new_id


class OpeningKind(models.TextChoices):
    """What a place is free for. A number of one says nothing of another."""

    WITHDRAWAL_BED = "withdrawal_bed", _("withdrawal bed")
    RESIDENTIAL_BED = "residential_bed", _("residential bed")
    OUTPATIENT_PLACE = "outpatient_place", _("outpatient place")
    MEDICATION_START = "medication_start", _("start on methadone or buprenorphine")


GOOD_FOR: dict[str, timedelta] = {
    OpeningKind.WITHDRAWAL_BED: timedelta(hours=6),
    OpeningKind.RESIDENTIAL_BED: timedelta(hours=24),
    OpeningKind.OUTPATIENT_PLACE: timedelta(days=7),
    OpeningKind.MEDICATION_START: timedelta(days=7),
}
"""How long what a program said is believed; then it reads "unknown: call". Our own choice: no figure was found."""


class OpeningQuerySet(models.QuerySet["Opening"]):
    def believed(self, now: datetime) -> Self:
        """Those told lately enough for their kind."""
        lately = Q()
        for kind, span in GOOD_FOR.items():
            lately |= Q(kind=kind, told_at__gte=now - span)
        return self.filter(lately)


class Opening(models.Model):
    """How many places of one kind a program said are free; none is "takes nobody now"."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    program = models.ForeignKey(Program, on_delete=models.CASCADE, related_name="openings")
    kind = models.CharField(max_length=20, choices=OpeningKind)
    places = models.PositiveSmallIntegerField()
    told_at = models.DateTimeField(db_default=Now())
    told_to = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    objects = OpeningQuerySet.as_manager()
    privacy: ClassVar = plain("id", "program", "kind", "places", "told_at", "told_to")

    class Meta:
        db_table = "programs_opening"
        constraints = [
            models.UniqueConstraint(fields=["program", "kind"], name="one_opening_a_kind"),
            models.CheckConstraint(condition=Q(kind__in=OpeningKind.values), name="opening_kind_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.places} × {self.get_kind_display()}"


WEEKDAYS = (
    _("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday"),
)  # fmt: skip


class IntakeHours(models.Model):
    """When intake answers on one weekday (Monday 0), in the program's own time; no times is closed.

    The same time twice is the whole day; an end before the beginning is on the next day.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    program = models.ForeignKey(Program, on_delete=models.CASCADE, related_name="intake_hours")
    weekday = models.PositiveSmallIntegerField()
    opens = models.TimeField(null=True)
    closes = models.TimeField(null=True)
    zone = models.CharField(max_length=40)
    told_at = models.DateTimeField(db_default=Now())
    told_to = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    privacy: ClassVar = plain("id", "program", "weekday", "opens", "closes", "zone", "told_at", "told_to")

    class Meta:
        db_table = "programs_intake_hours"
        constraints = [
            models.UniqueConstraint(fields=["program", "weekday"], name="intake_hours_once_a_day"),
            models.CheckConstraint(condition=Q(weekday__lte=6), name="intake_hours_of_a_weekday"),
            models.CheckConstraint(
                condition=Q(opens=None, closes=None) | Q(opens__isnull=False, closes__isnull=False),
                name="intake_hours_from_and_to",
            ),
        ]

    def __str__(self) -> str:
        if self.opens is None or self.closes is None:
            return str(_("closed"))
        if self.opens == self.closes:
            return str(_("day and night"))
        return f"{time_format(self.opens, 'TIME_FORMAT')}–{time_format(self.closes, 'TIME_FORMAT')}"

    @property
    def day(self) -> Any:
        return WEEKDAYS[self.weekday]


class Proposal(models.Model):
    """A change of its listing that a program asked for by its own link. It changes nothing until a person decides."""

    class State(models.TextChoices):
        ASKED = "asked", _("asked")
        MADE = "made", _("made")
        DECLINED = "declined", _("not made")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    program = models.ForeignKey(Program, on_delete=models.CASCADE, related_name="proposals")
    made_at = models.DateTimeField(db_default=Now())
    link_id = models.UUIDField()
    fields: Any = models.JSONField()
    note = models.CharField(max_length=300, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.ASKED)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    privacy: ClassVar = plain(
        "id", "program", "made_at", "link_id", "fields", "note", "state", "decided_at", "decided_by"
    )

    class Meta:
        db_table = "programs_proposal"
        ordering = ("made_at",)
        constraints = [
            models.CheckConstraint(
                condition=Q(state="asked", decided_at=None, decided_by=None)
                | ~Q(state="asked") & Q(decided_at__isnull=False, decided_by__isnull=False),
                name="somebody_decided_a_proposal",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["asked", "made", "declined"]), name="proposal_state_is_known"
            ),
        ]
        indexes = [models.Index(fields=["made_at"], condition=Q(state="asked"), name="proposals_to_decide")]

    def __str__(self) -> str:
        return f"proposal for {self.program_id}"

    @property
    def needs_a_call(self) -> bool:
        """A name or a number is changed only after a call to the number known before: a link may be in wrong hands.

        So is whatever they wrote in words, which may be an owner, an e-mail or how people pay.
        """
        return bool(self.note or CALLED_FOR & self.fields.keys())

    @property
    def is_overtaken(self) -> bool:
        """Whether the listing no longer says what they wanted changed: a newer word would be lost."""
        packets = dict.fromkeys(PacketWay.values, "") | dict(
            self.program.packet_addresses.values_list("way", "address")
        )
        return any(
            (packets[name] if name in packets else getattr(self.program, name)) != before
            for name, (before, _after) in self.fields.items()
        )


class PacketWay(models.TextChoices):
    """How what a person agreed to be told reaches a program, other than read to it on the phone."""

    FAX = "fax", _("fax")
    EMAIL = "email", _("encrypted e-mail")
    DIRECT = "direct", _("Direct message")


class PacketAddress(models.Model):
    """Where one program takes packets. Nothing goes there until somebody of ours called the number known before.

    ``called`` is that number, ``known_by`` the one of the listing it holds with: it follows only a change of number
    that was confirmed by a call to the old one, so that any other change of number ends the verification.
    """

    class Source(models.TextChoices):
        STAFF = "staff", _("told on the phone")
        IMPORT = "import", _("from a directory")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    program = models.ForeignKey(Program, on_delete=models.CASCADE, related_name="packet_addresses")
    way = models.CharField(max_length=10, choices=PacketWay)
    address = models.CharField(max_length=254)
    source = models.CharField(max_length=10, choices=Source)
    proposed_at = models.DateTimeField(db_default=Now())
    verified_at = models.DateTimeField(null=True)
    verified_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    called = models.CharField(max_length=30, blank=True)
    known_by = models.CharField(max_length=30, blank=True)

    privacy: ClassVar = plain(
        "id", "program", "way", "address", "source", "proposed_at", "verified_at", "verified_by", "called", "known_by"
    )

    class Meta:
        db_table = "programs_packet_address"
        ordering = ("way",)
        constraints = [
            models.UniqueConstraint(fields=["program", "way"], name="one_packet_address_a_way"),
            models.CheckConstraint(condition=Q(way__in=PacketWay.values), name="packet_way_is_known"),
            models.CheckConstraint(
                condition=Q(verified_at=None, verified_by=None, called="", known_by="")
                | Q(verified_at__isnull=False, verified_by__isnull=False) & ~Q(called="") & ~Q(known_by=""),
                name="packet_address_verified_by_a_call",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_way_display()} {self.address}"

    def stands(self, program: Program) -> bool:
        """Whether packets may go there: verified, and the number it was verified by is still the program's."""
        return self.verified_at is not None and self.known_by in program.phones


CALLED_FOR = frozenset({"name1", "name2", "phone", "intake_lines", *PacketWay.values})
