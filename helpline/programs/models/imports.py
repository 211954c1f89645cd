"""What was brought in: imports that were applied or undone, and the files that people sent."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from helpline.programs.models.directories import Edition
from helpline.programs.models.privacy import plain
from helpline.vault.ids import new_id


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
    privacy: ClassVar = plain(
        "id", "edition", "at", "actor_kind", "actor_id", "file_name", "file_sha256", "states",
        "created", "changed", "unchanged", "withdrawn", "restored", "refused", "notes", "left_unknown", "replaces",
        "undoes",
    )  # fmt: skip

    class Meta:
        db_table = "programs_import_run"

    def __str__(self) -> str:
        return f"{self.file_name}, {self.at:%Y-%m-%d %H:%M}"


class UploadQuerySet(models.QuerySet["Upload"]):
    def waiting(self) -> Self:
        """A worker has to do something with them."""
        return self.filter(state__in=[Upload.State.TO_TRY, Upload.State.TO_APPLY])

    def open(self) -> Self:
        """Their file is still kept."""
        return self.filter(pieces__isnull=False)


class Upload(models.Model):
    """A directory somebody sent by the web: tried first, then applied or let go. The row is the job of a worker; the
    file, so many ``UploadPiece``, goes with the last step. ``told`` is what the trial found: counts, findings and the
    first changes of each kind; ``report`` the whole of it as a gzipped CSV, until it is decided.
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
    pieces = models.PositiveIntegerField(null=True)
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
    privacy: ClassVar = plain(
        "id", "at", "by", "file_name", "size", "pieces", "edition_code", "source", "states", "replaces",
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
                condition=~Q(state__in=["to_try", "tried", "to_apply"]) | Q(pieces__isnull=False),
                name="upload_has_its_file",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.file_name} {self.get_state_display()}"

    @property
    def is_working(self) -> bool:
        return self.state in {self.State.TO_TRY, self.State.TO_APPLY}


class UploadPiece(models.Model):
    """A part of a file that was sent: written and read one after the other, so that none is whole in memory."""

    id = models.BigAutoField(primary_key=True)
    upload = models.ForeignKey(Upload, on_delete=models.CASCADE, related_name="+")
    number = models.PositiveIntegerField()
    body = models.BinaryField()

    privacy: ClassVar = plain("id", "upload", "number", "body")

    class Meta:
        db_table = "programs_upload_piece"
        constraints = [models.UniqueConstraint(fields=["upload", "number"], name="one_upload_piece_a_number")]

    def __str__(self) -> str:
        return f"{self.upload_id} {self.number}"
