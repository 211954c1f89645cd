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


# The way to take an answer back: a radio once pressed cannot be released
NO_ANSWER = ("", _("I would rather not say"))


class Radios(forms.RadioSelect):
    """Nothing is pressed beforehand, not even "I would rather not say"."""

    def format_value(self, value: Any) -> list[str]:
        return [one for one in super().format_value(value) if one]


class Pick(forms.TypedChoiceField):
    """One of an enum's members, as radios; no answer is ``None``."""

    widget = Radios

    def __init__(self, kind: type[StrEnum] = Said, **kwargs: Any) -> None:
        self.kind = kind
        super().__init__(coerce=kind, empty_value=None, required=False, **kwargs)
        self.speak(to_person=True)

    def speak(self, *, to_person: bool) -> None:
        self.choices = [*choices(self.kind, to_person=to_person), NO_ANSWER]


class PickSome(forms.TypedMultipleChoiceField):
    """Any of an enum's members, as checkboxes, as a tuple."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, kind: type[StrEnum], **kwargs: Any) -> None:
        self.kind = kind
        super().__init__(coerce=kind, required=False, **kwargs)
        self.speak(to_person=True)

    def speak(self, *, to_person: bool) -> None:
        self.choices = choices(self.kind, to_person=to_person)

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

    ``words`` gives a field's label for the person, and for somebody who fills in for them. What is ``apart`` is kept
    elsewhere than in the answers.
    """

    words: dict[str, tuple[Promise, Promise]] = {}
    apart: frozenset[str] = frozenset()

    def __init__(self, data: Any = None, files: Any = None, *, answers: Answers) -> None:
        self.answers = answers
        super().__init__(data, files, initial=self.first_values())
        self.for_other = answers.for_whom is ForWhom.SOMEONE_ELSE
        for name, labels in self.words.items():
            self.fields[name].label = str(labels[self.for_other])
        for field in self.fields.values():
            if isinstance(field, Pick | PickSome):
                field.speak(to_person=not self.for_other)
        self.adapt()
        self.helper = self.lay_out()

    def first_values(self) -> dict[str, Any]:
        return {name: _plain(self.written(name)) for name in self.base_fields if name not in self.apart}

    def written(self, name: str) -> Any:
        """The answer to a field, as people write it."""
        return look_up(self.answers, name)

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
        """The answers with what this form says; where it has errors, with all that has none."""
        return with_said(self.answers, {n: said for n, said in self.cleaned_data.items() if n not in self.apart})

    @property
    def drops(self) -> str:
        """A word for what was typed and is deliberately not kept, which the next page says; empty when all is."""
        return ""

    def rows(self) -> Iterator[tuple[str, str, str]]:
        """For the check page: id, label and words of every answered field."""
        for bound in self:
            if bound.name in self.apart:
                continue
            if said := _in_words_of(bound.field, self.written(bound.name)):
                yield bound.auto_id, str(bound.label), said


def _in_words_of(field: forms.Field, value: Any) -> str:
    """The answer in the words the page offered it in."""
    offered = dict(getattr(field, "choices", ()))
    said = value if isinstance(value, tuple) else (value,)
    return "; ".join(words for one in said if (words := str(offered.get(one) or in_words(one))))


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
