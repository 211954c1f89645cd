"""Programs, as published and as corrected since, and what was changed in each."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Any, ClassVar, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, GistIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import ASin, Least, Now
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from helpline.programs.cubes import Chord, CubeField, InBox, UnitPoint, point
from helpline.programs.geography import EARTH_RADIUS_MILES, chord_of
from helpline.programs.models.directories import Edition
from helpline.programs.models.imports import ImportRun
from helpline.programs.models.privacy import plain
from helpline.programs.published import NAME_CUT_AT
from helpline.vault.ids import new_id

CONFIRMED_FOR = timedelta(days=90)
"""How long a telephone confirmation is shown without "call again". Our own choice, not a rule of
anybody's.
"""

UNSAID = 0
"""In ``Program.may_give``: whatever care its codes do not name."""


class ProgramQuerySet(models.QuerySet["Program"]):
    def listed(self) -> Self:
        """May be offered to a caller by a consultant."""
        return self.filter(status=Program.Status.LISTED)

    def public(self) -> Self:
        """May stand on a page that anybody can open: listed, and not a hidden place."""
        return self.listed().filter(confidential=False)

    def searched(self, text: str) -> Self:
        """Every word occurs in the name, city, state or ZIP; seven digits or more are one of its telephone numbers."""
        found = self
        digits = re.sub(r"\D", "", text)
        if len(digits) >= 7 and not re.search(r"[A-Za-z]{2}", text):
            # An array joined to a text cannot stand in the generated column: these are the few listings that have one
            numbers = models.Func(
                F("intake_lines"),
                template="translate(array_to_string(%(expressions)s, ' '), '-', '')",
                output_field=models.TextField(),
            )
            return found.annotate(intake_numbers=numbers).filter(
                Q(search_text__contains=digits) | Q(intake_numbers__contains=digits)
            )
        for word in re.findall(r"[^\s,;]+", text.lower())[:8]:
            found = found.filter(search_text__contains=word)
        return found

    def near(self, latitude: float, longitude: float, miles: float) -> Self:
        """Within ``miles`` of a place in degrees, nearest first, each with ``miles`` (float, over the
        ground).
        """
        here, reach = point(latitude, longitude), chord_of(miles)
        chord = Chord(F("position"), here)
        return (
            self.filter(InBox(F("position"), here, reach))
            .annotate(chord=chord, miles=ASin(Least(chord / 2.0, 1.0)) * (2 * EARTH_RADIUS_MILES))
            .filter(chord__lte=reach)
            .order_by("chord", "id")
        )

    def unverified(self) -> Self:
        return self.filter(verified_at=None)

    def stale(self, now: datetime) -> Self:
        """Confirmed once, but too long ago."""
        return self.filter(verified_at__lt=now - CONFIRMED_FOR)

    def fresh(self, now: datetime) -> Self:
        return self.filter(verified_at__gte=now - CONFIRMED_FOR)

    def stale_first(self) -> Self:
        """The order of a verification round: never confirmed, then longest ago."""
        return self.order_by(F("verified_at").asc(nulls_first=True), "sort_name", "id")


class Program(models.Model):
    """One place that treats, as an edition of the directory published it and as people have corrected it
    since.

    ``may_give`` is for searching: ``codes``, and ``UNSAID`` where these are not the last word on what care it gives,
    because they name no setting or because it told us of more (``told_more``). A trigger keeps it, whoever writes.
    """

    class Status(models.TextChoices):
        LISTED = "listed", _("Listed")
        DO_NOT_REFER = "do_not_refer", _("Do not refer")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    class LocatedBy(models.TextChoices):
        STREET = "street", _("its street")
        ZIP = "zip", _("the middle of its ZIP code")
        PERSON = "person", _("a person")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="programs")
    identity = models.UUIDField()
    occurrence = models.PositiveSmallIntegerField(default=1)
    source_row = models.IntegerField(null=True)
    name1 = models.CharField(_("name"), max_length=200)
    name2 = models.CharField(_("second name"), max_length=200, blank=True)
    street1 = models.CharField(_("street"), max_length=200, blank=True)
    street2 = models.CharField(_("street, second line"), max_length=200, blank=True)
    city = models.CharField(_("city"), max_length=100, blank=True)
    state = models.CharField(_("state"), max_length=2)
    zip = models.CharField(_("ZIP code"), max_length=5)
    phone = models.CharField(_("phone"), max_length=30, blank=True)
    intake_lines = ArrayField(models.CharField(max_length=30), default=list, blank=True)
    codes = ArrayField(models.IntegerField(), default=list)
    unknown_codes = ArrayField(models.CharField(max_length=20), default=list)
    may_give = ArrayField(models.IntegerField(), default=list, editable=False)
    told_more = models.BooleanField(db_default=False, editable=False)
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    located_by = models.CharField(max_length=10, choices=LocatedBy, blank=True)
    position = models.GeneratedField(expression=UnitPoint(), output_field=CubeField(), db_persist=True)
    status = models.CharField(max_length=12, choices=Status, default=Status.LISTED)
    status_reason = models.CharField(max_length=300, blank=True)
    confidential = models.BooleanField(default=False)
    verified_at = models.DateTimeField(null=True)
    verified_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    verification_note = models.CharField(max_length=300, blank=True)
    corrected_fields = ArrayField(models.CharField(max_length=20), default=list)
    content_hash = models.UUIDField(null=True)
    first_import = models.ForeignKey(ImportRun, on_delete=models.PROTECT, null=True, related_name="brought")
    last_import = models.ForeignKey(ImportRun, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(db_default=Now())
    changed_at = models.DateTimeField(db_default=Now())
    sort_name = models.GeneratedField(
        expression=models.Func(template="lower((name1 || ' '::text) || name2)", output_field=models.TextField()),
        output_field=models.TextField(),
        db_persist=True,
    )
    search_text = models.GeneratedField(
        expression=models.Func(
            template=(
                "lower(((((((((name1 || ' '::text) || name2) || ' '::text) || city) || ' '::text) || state) "
                "|| ' '::text) || zip) || ' '::text) || translate(phone, '-'::text, ''::text)"
            ),
            output_field=models.TextField(),
        ),
        output_field=models.TextField(),
        db_persist=True,
    )

    objects = ProgramQuerySet.as_manager()
    privacy: ClassVar = plain(
        "id", "edition", "identity", "occurrence", "source_row", "name1", "name2", "street1", "street2",
        "city", "state", "zip", "phone", "intake_lines", "codes", "unknown_codes", "may_give", "told_more", "latitude",
        "longitude",
        "located_by", "position", "status", "status_reason", "confidential", "verified_at", "verified_by",
        "verification_note", "corrected_fields", "content_hash", "first_import", "last_import", "created_at",
        "changed_at", "sort_name", "search_text",
    )  # fmt: skip

    class Meta:
        db_table = "programs_program"
        indexes = [
            GistIndex(F("position"), OpClass(F("may_give"), name="gist__intbig_ops"), name="program_place_and_care"),
            GinIndex(OpClass(F("search_text"), name="gin_trgm_ops"), name="program_search"),
            models.Index(fields=["sort_name", "id"], name="program_by_name"),
            models.Index(fields=["state", "city"], name="program_by_state"),
            models.Index(F("verified_at").asc(nulls_first=True), "sort_name", "id", name="program_by_verified"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["edition", "identity", "occurrence"], name="program_once_an_edition"),
            models.CheckConstraint(
                condition=Q(status="listed", status_reason="")
                | (Q(status__in=["do_not_refer", "withdrawn"]) & ~Q(status_reason="")),
                name="program_unlisted_says_why",
            ),
            models.CheckConstraint(
                condition=Q(verified_at=None, verified_by=None)
                | Q(verified_at__isnull=False, verified_by__isnull=False),
                name="program_verified_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(latitude=None, longitude=None, located_by="")
                | Q(
                    latitude__isnull=False,
                    latitude__range=(-90, 90),
                    longitude__isnull=False,
                    longitude__range=(-180, 180),
                    located_by__in=["street", "zip", "person"],
                ),
                name="program_place_has_a_source",
            ),
            models.CheckConstraint(condition=Q(state__regex="^[A-Z]{2}$"), name="program_state_is_two_letters"),
            models.CheckConstraint(condition=Q(zip__regex="^[0-9]{5}$"), name="program_zip_is_five_digits"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return ", ".join(part for part in (self.name1, self.name2) if part)

    @property
    def name_may_be_cut(self) -> bool:
        """The workbook cuts names without a mark, so one of exactly that length may go on."""
        uncorrected = {"name1", "name2"} - set(self.corrected_fields)
        return any(len(getattr(self, field)) == NAME_CUT_AT for field in uncorrected)

    @property
    def address(self) -> str:
        street = ", ".join(part for part in (self.street1, self.street2) if part)
        return ", ".join(part for part in (street, self.city, f"{self.state} {self.zip}") if part)

    @property
    def phones(self) -> list[str]:
        """Every number to try, each once, the main one first."""
        return list(dict.fromkeys(number for number in (self.phone, *self.intake_lines) if number))

    @property
    def is_verified(self) -> bool:
        return self.verified_at is not None

    def is_stale(self, now: datetime) -> bool:
        return self.verified_at is not None and self.verified_at < now - CONFIRMED_FOR

    def as_published(self, now: datetime | None = None) -> str:
        """How much to believe this listing, in words for a page: needs ``edition`` loaded."""
        if self.verified_at is None:
            return _("as published %(year)s: call to confirm") % {"year": self.edition.published}
        words = {"day": date_format(_local_day(self.verified_at), "DATE_FORMAT")}
        if self.is_stale(now or timezone.now()):
            return _("last confirmed by phone on %(day)s: call to confirm") % words
        return _("confirmed by phone on %(day)s") % words


def _local_day(at: datetime) -> date:
    return timezone.localtime(at).date()


class ProgramChange(models.Model):
    """What was changed in a listing, from what to what, by whom. Rows are only ever added.

    ``fields`` is for people; ``technical`` holds in the same shape what only undoing it needs.
    """

    class Action(models.TextChoices):
        IMPORTED = "imported", _("changed by an import")
        CORRECTED = "corrected", _("corrected")
        VERIFIED = "verified", _("verified")
        DO_NOT_REFER = "do_not_refer", _("marked “do not refer”")
        WITHDRAWN = "withdrawn", _("withdrawn")
        RESTORED = "restored", _("restored")
        OPENINGS = "openings", _("said what is free")
        HOURS = "hours", _("said when intake answers")
        CONFIRMED = "confirmed", _("confirmed by the program itself")
        PROPOSED = "proposed", _("the program asked for a change")
        DECLINED = "declined", _("that change was not made")
        UNDONE = "undone", _("an import was undone")
        JOINED = "joined", _("joined with what a later directory says of it")
        PACKETS = "packets", _("where packets go")
        TAKEN_BACK = "taken_back", _("a correction was taken back")

    id = models.BigAutoField(primary_key=True)
    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="changes")
    at = models.DateTimeField(db_default=Now())
    actor_kind = models.CharField(max_length=20)
    actor_id = models.CharField(max_length=36, blank=True)
    run = models.ForeignKey(ImportRun, on_delete=models.PROTECT, null=True, related_name="changes")
    action = models.CharField(max_length=12, choices=Action)
    fields: Any = models.JSONField(default=dict)
    technical: Any = models.JSONField(default=dict)
    note = models.CharField(max_length=300, blank=True)

    privacy: ClassVar = plain(
        "id", "program", "at", "actor_kind", "actor_id", "run", "action", "fields", "technical", "note"
    )

    class Meta:
        db_table = "programs_program_change"
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.get_action_display()}"
