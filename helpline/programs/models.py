"""Places, editions of the directory, their service codes, and programs."""

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
from django.utils.formats import date_format, time_format
from django.utils.translation import gettext_lazy as _

from helpline.programs.cubes import Chord, CubeField, InBox, UnitPoint, point
from helpline.programs.geography import EARTH_RADIUS_MILES, chord_of
from helpline.programs.published import NAME_CUT_AT
from helpline.vault.ids import new_id
from helpline.vault.privacy import PLAIN, PrivacyClass

CONFIRMED_FOR = timedelta(days=90)
"""How long a telephone confirmation is shown without "call again". Our own choice, not a rule of
anybody's.
"""

UNSAID = 0
"""In ``Program.may_give``: whatever care its codes do not name."""
SETTING = "SET"
"""The category of an edition's key that says in which settings a place gives care."""


def _plain(*names: str) -> dict[str, PrivacyClass]:
    return dict.fromkeys(names, PLAIN)


class Place(models.Model):
    """A ZIP code and the middle of its area. Good to about five miles: say "about"."""

    zip = models.CharField(max_length=5, primary_key=True)
    city = models.CharField(max_length=80)
    state = models.CharField(max_length=2)
    county = models.CharField(max_length=80, blank=True)
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    source = models.CharField(max_length=20, blank=True)

    privacy: ClassVar = _plain("zip", "city", "state", "county", "latitude", "longitude", "source")

    class Meta:
        db_table = "programs_place"

    def __str__(self) -> str:
        return f"{self.zip} {self.city}, {self.state}"


class Edition(models.Model):
    """One published directory. The letters of a service code mean something only within it."""

    id = models.SmallAutoField(primary_key=True)
    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=160)
    published = models.PositiveSmallIntegerField()
    attribution = models.CharField(max_length=240)

    privacy: ClassVar = _plain("id", "code", "name", "published", "attribution")

    class Meta:
        db_table = "programs_edition"

    def __str__(self) -> str:
        return self.name


class ServiceCode(models.Model):
    """A code of an edition. Its small number stands in ``Program.codes``."""

    id = models.SmallAutoField(primary_key=True)
    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="service_codes")
    code = models.CharField(max_length=12)
    name = models.CharField(max_length=160)
    category_code = models.CharField(max_length=12)
    category_name = models.CharField(max_length=160)

    privacy: ClassVar = _plain("id", "edition", "code", "name", "category_code", "category_name")

    class Meta:
        db_table = "programs_service_code"
        constraints = [models.UniqueConstraint(fields=["edition", "code"], name="service_code_once_an_edition")]

    def __str__(self) -> str:
        return self.name


class ImportRunQuerySet(models.QuerySet["ImportRun"]):
    def standing(self) -> Self:
        """Imports that were applied and not taken back."""
        return self.filter(undoes=None, undone_by=None)

    def newest_first(self) -> Self:
        return self.order_by("-at", "-id")


class ImportRun(models.Model):
    """One import that was applied, or the undoing of one: which file, by whom, and what it did.

    ``refused`` and ``notes`` are findings (row, field, reason, remedy), ``left_unknown`` names of services the key
    does not have, each with how often it stood there.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="imports")
    at = models.DateTimeField(db_default=Now())
    actor_kind = models.CharField(max_length=20)
    actor_id = models.CharField(max_length=36, blank=True)
    file_name = models.CharField(max_length=200)
    file_sha256 = models.CharField(max_length=64)
    states = ArrayField(models.CharField(max_length=2), default=list)
    created = models.IntegerField()
    changed = models.IntegerField()
    unchanged = models.IntegerField()
    withdrawn = models.IntegerField()
    restored = models.IntegerField()
    refused = models.JSONField(default=list)
    notes = models.JSONField(default=list)
    left_unknown = models.JSONField(default=list)
    replaces = models.ForeignKey(Edition, on_delete=models.PROTECT, null=True, related_name="replaced_by")
    undoes = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="undone_by")

    objects = ImportRunQuerySet.as_manager()
    privacy: ClassVar = _plain(
        "id", "edition", "at", "actor_kind", "actor_id", "file_name", "file_sha256", "states",
        "created", "changed", "unchanged", "withdrawn", "restored", "refused", "notes", "left_unknown", "replaces",
        "undoes",
    )  # fmt: skip

    class Meta:
        db_table = "programs_import_run"

    def __str__(self) -> str:
        return f"{self.file_name}, {self.at:%Y-%m-%d %H:%M}"


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
    privacy: ClassVar = _plain(
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
    privacy: ClassVar = _plain("id", "program", "kind", "places", "told_at", "told_to")

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

    privacy: ClassVar = _plain("id", "program", "weekday", "opens", "closes", "zone", "told_at", "told_to")

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

    privacy: ClassVar = _plain(
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
        """A name or a number is changed only after a call to the number known before: a link may be in wrong hands."""
        return bool(CALLED_FOR & self.fields.keys())


CALLED_FOR = frozenset({"name1", "name2", "phone", "intake_lines"})


class ProgramChange(models.Model):
    """What was changed in a listing, from what to what, by whom. Rows are only ever added.

    ``fields`` is for people; ``technical`` holds in the same shape what only undoing an import needs.
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

    privacy: ClassVar = _plain(
        "id", "program", "at", "actor_kind", "actor_id", "run", "action", "fields", "technical", "note"
    )

    class Meta:
        db_table = "programs_program_change"
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.get_action_display()}"


class SamePlaceQuerySet(models.QuerySet["SamePlace"]):
    def to_decide(self) -> Self:
        """Nobody has said yet, and what the import brought still stands."""
        return self.filter(verdict="").exclude(newer__status=Program.Status.WITHDRAWN)


class SamePlace(models.Model):
    """Two listings that may be one place, as an import saw them, and what a person said. A verdict is remembered: the
    pair is not asked about again.
    """

    class Verdict(models.TextChoices):
        SAME = "same", _("The same place")
        DIFFERENT = "different", _("Two places")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    run = models.ForeignKey(ImportRun, on_delete=models.PROTECT, related_name="pairs")
    older = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="+")
    newer = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="+")
    alike = models.FloatField()
    verdict = models.CharField(max_length=10, choices=Verdict, blank=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    objects = SamePlaceQuerySet.as_manager()
    privacy: ClassVar = _plain("id", "run", "older", "newer", "alike", "verdict", "decided_at", "decided_by")

    class Meta:
        db_table = "programs_same_place"
        ordering = ["-alike", "id"]
        constraints = [
            models.UniqueConstraint(fields=["older", "newer"], name="a_pair_once"),
            models.CheckConstraint(
                condition=Q(verdict="", decided_at=None, decided_by=None)
                | (~Q(verdict="") & Q(decided_at__isnull=False, decided_by__isnull=False)),
                name="a_verdict_is_somebodys",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.older_id} and {self.newer_id}"

    @property
    def sides(self) -> list[tuple[Any, Program]]:
        """Both with what a page calls them: needs the programs and their editions loaded."""
        return [(_("Earlier"), self.older), (_("Later"), self.newer)]


class Use(models.Model):
    """How often a program was shown to somebody here, and how often it was asked, on one day. Counts of a program,
    never of a person: nothing in it leads to whom it was shown for.
    """

    id = models.BigAutoField(primary_key=True)
    program = models.ForeignKey(Program, on_delete=models.CASCADE, related_name="uses")
    day = models.DateField()
    shown = models.PositiveIntegerField(default=0)
    asked = models.PositiveIntegerField(default=0)

    privacy: ClassVar = _plain("id", "program", "day", "shown", "asked")

    class Meta:
        db_table = "programs_use"
        constraints = [models.UniqueConstraint(fields=["day", "program"], name="uses_once_a_day")]

    def __str__(self) -> str:
        return f"{self.day}: {self.shown} shown, {self.asked} asked"


class Turn(models.Model):
    """A listing of the verification round that somebody calls now, or is to be called again, not before ``until``."""

    class State(models.TextChoices):
        CALLING = "calling", _("is being called")
        LATER = "later", _("is called again later")

    program = models.OneToOneField(Program, on_delete=models.CASCADE, primary_key=True, related_name="turn")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State)
    until = models.DateTimeField()

    privacy: ClassVar = _plain("program", "by", "state", "until")

    class Meta:
        db_table = "programs_turn"
        constraints = [
            models.CheckConstraint(condition=Q(state__in=["calling", "later"]), name="turn_state_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.program_id} {self.get_state_display()}"


class UploadQuerySet(models.QuerySet["Upload"]):
    def waiting(self) -> Self:
        """A worker has to do something with them."""
        return self.filter(state__in=[Upload.State.TO_TRY, Upload.State.TO_APPLY])

    def open(self) -> Self:
        """Their file is still kept."""
        return self.filter(body__isnull=False)


class Upload(models.Model):
    """A directory somebody sent by the web: tried first, then applied or let go. The row is the job of a worker; the
    file goes with the last step. ``told`` is what the trial found: counts, findings and the first changes of each kind;
    ``report`` the whole of it as a gzipped CSV, until it is decided.
    """

    class State(models.TextChoices):
        TO_TRY = "to_try", _("is being read")
        TRIED = "tried", _("was read: decide")
        TO_APPLY = "to_apply", _("is being imported")
        APPLIED = "applied", _("was imported")
        REFUSED = "refused", _("was refused")
        LET_GO = "let_go", _("was let go")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    at = models.DateTimeField(db_default=Now())
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField(max_length=200)
    size = models.IntegerField()
    body = models.BinaryField(null=True)
    edition_code = models.CharField(max_length=40)
    source = models.CharField(max_length=160, blank=True)
    states = ArrayField(models.CharField(max_length=2), default=list)
    replaces = models.CharField(max_length=40, blank=True)
    may_withdraw_many = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=State, default=State.TO_TRY)
    tries = models.PositiveSmallIntegerField(default=0)
    begun_at = models.DateTimeField(null=True)
    told: Any = models.JSONField(default=dict)
    report = models.BinaryField(null=True)
    problem = models.CharField(max_length=1000, blank=True)
    run = models.ForeignKey(ImportRun, on_delete=models.PROTECT, null=True, related_name="+")

    objects = UploadQuerySet.as_manager()
    privacy: ClassVar = _plain(
        "id", "at", "by", "file_name", "size", "body", "edition_code", "source", "states", "replaces",
        "may_withdraw_many", "state", "tries", "begun_at", "told", "report", "problem", "run",
    )  # fmt: skip

    class Meta:
        db_table = "programs_upload"
        ordering = ("-at", "-id")
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["to_try", "tried", "to_apply", "applied", "refused", "let_go"]),
                name="upload_state_is_known",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["to_try", "tried", "to_apply"]) | Q(body__isnull=False),
                name="upload_has_its_file",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.file_name} {self.get_state_display()}"

    @property
    def is_working(self) -> bool:
        return self.state in {self.State.TO_TRY, self.State.TO_APPLY}


class JoinQuerySet(models.QuerySet["Join"]):
    def standing(self) -> Self:
        return self.filter(undone_at=None)


class Join(models.Model):
    """Two listings of one place that a person made one: ``gone`` was withdrawn, ``kept`` says what was chosen of both.
    ``taken`` holds of each field of ``kept`` what it said before and after, ``moved`` what went over from ``gone``.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kept = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="joins")
    gone = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="joined_into")
    at = models.DateTimeField(db_default=Now())
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    taken: Any = models.JSONField(default=dict)
    moved: Any = models.JSONField(default=dict)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    objects = JoinQuerySet.as_manager()
    privacy: ClassVar = _plain("id", "kept", "gone", "at", "by", "taken", "moved", "undone_at", "undone_by")

    class Meta:
        db_table = "programs_join"
        ordering = ("-at", "-id")
        constraints = [
            models.CheckConstraint(condition=~Q(kept=F("gone")), name="two_listings_are_joined"),
            models.UniqueConstraint(fields=["gone"], condition=Q(undone_at=None), name="joined_into_one_listing"),
            models.CheckConstraint(
                condition=Q(undone_at=None, undone_by=None) | Q(undone_at__isnull=False, undone_by__isnull=False),
                name="a_join_is_undone_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.gone_id} into {self.kept_id}"
