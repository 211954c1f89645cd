"""Two listings that may be one place, and two that a person made one."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from helpline.programs.models.imports import ImportRun
from helpline.programs.models.listings import Program
from helpline.programs.models.privacy import plain
from helpline.vault.ids import new_id

PLAINLY_ALIKE = 98.0
"""Of 100. Nothing but a suite or a spelling differs."""


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
    privacy: ClassVar = plain("id", "run", "older", "newer", "alike", "verdict", "decided_at", "decided_by")

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
    def of_two_directories(self) -> bool:
        """Whether two directories list the place side by side, and none took over from the other."""
        return self.older.edition_id not in {self.newer.edition_id, self.run.replaces_id}

    @property
    def is_plain(self) -> bool:
        """Whether two directories agree so well on name, street and number that no eye is needed for each."""
        return self.of_two_directories and self.alike >= PLAINLY_ALIKE

    @property
    def kept_and_gone(self) -> tuple[Program, Program]:
        """Of two directories the one published later speaks on; of one year the listing we had."""
        later = self.newer.edition.published > self.older.edition.published
        return (self.newer, self.older) if later else (self.older, self.newer)

    @property
    def sides(self) -> list[tuple[Any, Program]]:
        """Both with what a page calls them: needs the programs and their editions loaded."""
        return [(_("Earlier"), self.older), (_("Later"), self.newer)]


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
    privacy: ClassVar = plain("id", "kept", "gone", "at", "by", "taken", "moved", "undone_at", "undone_by")

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
