"""What is written down while a plan is on the phone: one answer a question, and who gave them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from intake.dashboard.forms import LONGEST_NOTE, NOTE, DeskForm
from intake.insurance.cover import question_words
from intake.insurance.x12.script import YES_OR_NO

SAID = [("yes", _("Yes")), ("no", _("No")), ("not_said", _("They could not say"))]
LONGEST_ANSWER = 600
OTHER = "other"


@dataclass(frozen=True)
class Asked:
    """One question with its fields; ``said`` is None where a yes or a no would say nothing."""

    words: str
    said: forms.BoundField | None
    details: forms.BoundField


class PhoneAnswerForm(DeskForm):
    """``open_keys`` are the questions of the script; ``known_keys`` may be asked again, and change nothing if not."""

    spoke_to = forms.CharField(
        label=_("Who you spoke to"),
        max_length=80,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "class": "w-chars-20"}),
    )
    reference = forms.CharField(
        label=_("Their reference number for this call"),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "class": "w-chars-20"}),
    )
    day = forms.DateField(
        label=_("Day of the call"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": _("Choose the day."), "invalid": _("Write the day as 2026-11-30.")},
    )
    at = forms.TimeField(
        label=_("Time"),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={"required": _("Choose the time."), "invalid": _("Write the time as 14:30.")},
    )
    answer = forms.CharField(label=_("What else the plan said"), max_length=LONGEST_NOTE, required=False, widget=NOTE)

    def __init__(self, data: Any = None, *, open_keys: Sequence[str], known_keys: Sequence[str] = ()) -> None:
        now = timezone.localtime()
        super().__init__(data, initial={"day": now.date(), "at": now.time()})
        self.open_keys, self.known_keys = open_keys, known_keys
        for key in (*open_keys, *known_keys):
            self._add(key)

    def _add(self, key: str) -> None:
        words = str(question_words(key))
        if key in YES_OR_NO:
            self.fields[f"said_{key}"] = forms.ChoiceField(
                label=words, choices=SAID, required=False, widget=forms.RadioSelect
            )
        long_one = _("%(question)s Use %(most)s characters or fewer.") % {"question": words, "most": LONGEST_ANSWER}
        field = forms.CharField(
            label=_("In their words") if key in YES_OR_NO else words,
            required=False,
            max_length=LONGEST_ANSWER,
            error_messages={"max_length": long_one},
            widget=forms.TextInput(attrs={"autocomplete": "off"}),
        )
        self.fields[f"words_{key}"] = field

    def asked(self) -> Iterator[Asked]:
        return self._shown(self.open_keys)

    def asked_again(self) -> Iterator[Asked]:
        return self._shown(self.known_keys)

    def _shown(self, keys: Sequence[str]) -> Iterator[Asked]:
        for key in keys:
            said = self[f"said_{key}"] if f"said_{key}" in self.fields else None
            yield Asked(str(question_words(key)), said, self[f"words_{key}"])

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or self.cleaned_data
        if typed.get("day") and typed.get("at"):
            typed["called_at"] = timezone.make_aware(datetime.combine(typed["day"], typed["at"]))
            if typed["called_at"] > timezone.now():
                self.add_error("at", _("This time has not come yet. Write when you called."))
        typed["answers"] = list(self._answers(typed))
        if not typed["answers"] and not self.errors:
            self.add_error("answer", _("Write what the plan said, to at least one question."))
        return typed

    def _answers(self, typed: dict[str, Any]) -> Iterator[dict[str, str]]:
        """As the call keeps them; what was not answered is left out."""
        for key in (*self.open_keys, *self.known_keys):
            said, words = typed.get(f"said_{key}", ""), typed.get(f"words_{key}", "").strip()
            if said or words:
                yield {"key": key, "said": said, "words": words}
        if other := typed.get("answer", "").strip():
            yield {"key": OTHER, "said": "", "words": other}

    def kept(self) -> dict[str, Any]:
        """What ``keep_phone_answer`` takes, of a valid form."""
        return {name: self.cleaned_data[name] for name in ("spoke_to", "reference", "called_at", "answers")}
