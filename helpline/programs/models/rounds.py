"""What a verification round goes by: how often a listing is used, and whose turn it is."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from helpline.programs.models.listings import Program
from helpline.programs.models.privacy import plain


class Use(models.Model):
    """How often a program was shown to somebody here, and how often it was asked, on one day. Counts of a program,
    never of a person: nothing in it leads to whom it was shown for.
    """

    id = models.BigAutoField(primary_key=True)
    program = models.ForeignKey(Program, on_delete=models.CASCADE, related_name="uses")
    day = models.DateField()
    shown = models.PositiveIntegerField(default=0)
    asked = models.PositiveIntegerField(default=0)

    privacy: ClassVar = plain("id", "program", "day", "shown", "asked")

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

    privacy: ClassVar = plain("program", "by", "state", "until")

    class Meta:
        db_table = "programs_turn"
        constraints = [
            models.CheckConstraint(condition=Q(state__in=["calling", "later"]), name="turn_state_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.program_id} {self.get_state_display()}"
