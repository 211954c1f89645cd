"""The ground of every step's form: fields named by their path in ``Answers``, both ways, nothing required."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from enum import StrEnum
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Field, Layout
from django import forms
from django.core.validators import MaxLengthValidator
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from intake.inquiries.answers import Answers, ForWhom, Said
from intake.inquiries.wording import choices, in_words


def look_up(holder: Any, path: str) -> Any:
    """``look_up(answers, "person__age")`` is ``answers.person.age``."""
    for name in path.split("__"):
        holder = getattr(holder, name)
    return holder


def put(holder: Any, path: str, value: Any) -> Any:
    """A copy of the frozen ``holder`` with the value at the path."""
    name, _dot, rest = path.partition("__")
    return replace(holder, **{name: put(getattr(holder, name), rest, value) if rest else value})


def with_said(answers: Answers, said: Mapping[str, Any]) -> Answers:
    """The answers with every path in ``said`` set."""
    for path, value in said.items():
        answers = put(answers, path, value)
    return answers


class Pick(forms.TypedChoiceField):
    """One of an enum's members, as radios; no answer is ``None``."""

    widget = forms.RadioSelect

    def __init__(self, kind: type[StrEnum] = Said, **kwargs: Any) -> None:
        kwargs.setdefault("choices", choices(kind))
        super().__init__(coerce=kind, empty_value=None, required=False, **kwargs)


class PickSome(forms.TypedMultipleChoiceField):
    """Any of an enum's members, as checkboxes, as a tuple."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, kind: type[StrEnum], **kwargs: Any) -> None:
        super().__init__(coerce=kind, required=False, choices=choices(kind), **kwargs)

    def clean(self, value: Any) -> Any:
        return tuple(super().clean(value))


class Words(forms.CharField):
    """A line of text, never required."""

    def __init__(self, longest: int = 80, **kwargs: Any) -> None:
        super().__init__(required=False, max_length=longest, **kwargs)
        too_long = _("Use %(limit_value)d characters or fewer here. You used %(show_value)d.")
        for validator in self.validators:
            if isinstance(validator, MaxLengthValidator):
                validator.message = too_long


class StepForm(forms.Form):
    """Fields carry the answers' own paths as names ("person__age").

    ``words`` gives a field's label for the person, and for somebody who fills in for them.
    """

    words: dict[str, tuple[Promise, Promise]] = {}

    def __init__(self, data: Any = None, *, answers: Answers) -> None:
        self.answers = answers
        super().__init__(data, initial=self.first_values())
        self.for_other = answers.for_whom is ForWhom.SOMEONE_ELSE
        for name, labels in self.words.items():
            self.fields[name].label = str(labels[self.for_other])
        self.adapt()
        self.helper = self.lay_out()

    def first_values(self) -> dict[str, Any]:
        return {name: _plain(look_up(self.answers, name)) for name in self.base_fields}

    def adapt(self) -> None:
        """Change fields to fit what is already known."""

    @property
    def alone(self) -> bool:
        """Whether the one field's label is the page's heading."""
        return len(self.fields) == 1

    def lay_out(self) -> FormHelper:
        helper = FormHelper()
        helper.form_tag = False
        helper.disable_csrf = True
        heading = {"wrapper_class": "question"} if self.alone else {}
        helper.layout = Layout(*(Field(name, **heading) for name in self.fields))
        return helper

    def applied(self) -> Answers:
        """The answers with what this (valid) form says."""
        return with_said(self.answers, self.cleaned_data)

    def rows(self) -> Iterator[tuple[str, str, str]]:
        """For the check page: id, label and words of every answered field."""
        for bound in self:
            said = in_words(look_up(self.answers, bound.name))
            if said:
                yield bound.auto_id, str(bound.label), said


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
