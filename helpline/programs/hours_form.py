"""The form in which intake hours are told, the same at the desk and behind a program's own link."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from helpline.programs.hours import EVERY_DAY, MONDAY_TO_FRIDAY, Day
from helpline.programs.models import WEEKDAYS, Program
from helpline.programs.zones import STATE_ZONES

WHICH = {"weekdays": MONDAY_TO_FRIDAY, "all": EVERY_DAY, **{str(day): range(day, day + 1) for day in EVERY_DAY}}
UTC = ("UTC",)


class HoursForm(forms.Form):
    """Which days, from when to when. The button "closed" needs no times; the same time twice is day and night."""

    prefix = "hours"
    days = forms.ChoiceField(label=gettext_lazy("Intake answers on"))
    opens = forms.TimeField(label=gettext_lazy("From"), required=False, widget=forms.TimeInput(attrs={"type": "time"}))
    closes = forms.TimeField(
        label=gettext_lazy("Until"), required=False, widget=forms.TimeInput(attrs={"type": "time"})
    )
    zone = forms.ChoiceField(label=gettext_lazy("In the time of"))

    def __init__(self, data: Mapping[str, Any] | None, *, program: Program) -> None:
        super().__init__(data)
        self.closed = data is not None and "hours-closed" in data
        zones = zones_to_choose(program.state)
        self.fields["days"].choices = days_to_choose()  # type: ignore[attr-defined]
        self.fields["zone"].choices = zones  # type: ignore[attr-defined]
        self.fields["zone"].initial = zones[0][0]

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        if not self.closed and not (told.get("opens") is not None and told.get("closes") is not None):
            raise forms.ValidationError(_("Write from when to when intake answers, or press “Closed on these days”."))
        return told

    @property
    def told(self) -> tuple[range, Day, str]:
        """The weekdays (Monday 0), their hours, and the zone."""
        clean = self.cleaned_data
        hours: tuple[time, time] | None = None if self.closed else (clean["opens"], clean["closes"])
        return WHICH[clean["days"]], hours, clean["zone"]


def days_to_choose() -> list[tuple[str, Any]]:
    together = [("weekdays", _("Monday to Friday")), ("all", _("Every day"))]
    return [*together, *((str(day), WEEKDAYS[day]) for day in EVERY_DAY)]


def zones_to_choose(state: str) -> list[tuple[str, str]]:
    """The zones a state keeps, each with the town it is named after: ``America/New_York`` is New York."""
    return [(zone, zone.rpartition("/")[2].replace("_", " ")) for zone in STATE_ZONES.get(state, UTC)]
