"""The check page: what was said, step by step, in the words of the questions."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from intake.inquiries.answers import Answers, Use
from intake.inquiries.wording import in_words
from intake.public.steps import BY_SLUG, Step, applying
from intake.public.use_form import UseForm


@dataclass(frozen=True)
class Row:
    label: str
    said: str
    change: str


@dataclass(frozen=True)
class Section:
    title: str | Promise
    rows: tuple[Row, ...]
    change: str  # where to answer when nothing was said


def sections(answers: Answers, *, has_card: bool = False) -> list[Section]:
    """Every step that asks something, in order; substances as one section."""
    return [_section(step, answers, has_card=has_card) for step in applying(answers) if step.asks]


def _section(step: Step, answers: Answers, *, has_card: bool) -> Section:
    if step is BY_SLUG["substances"]:
        first = reverse("intake_substance", args=[1])
        return Section(step.title, tuple(_uses(answers)), f"{first}?then=check")
    rows = [*step.form(answers=answers).rows()]
    if has_card and step is BY_SLUG["plan"]:
        rows.append(("id_card_photo", _("A photo of the front of the card"), _("We have it.")))
    found = tuple(Row(label, said, f"{step.url}?then=check#{anchor}") for anchor, label, said in rows)
    return Section(step.title, found, f"{step.url}?then=check")


def _uses(answers: Answers) -> Iterator[Row]:
    for at, use in enumerate(answers.uses):
        change = reverse("intake_substance", args=[at + 1]) + "?then=check"
        label = _("Substance %(number)d") % {"number": at + 1}
        yield Row(label, "; ".join(_details(UseForm(answers=answers, at=at), use)), change)


def _details(form: UseForm, use: Use) -> Iterator[str]:
    yield use.text or _("No name given")
    if use.canonical and use.canonical.lower() != use.text.lower():
        yield use.canonical
    for name, field in form.fields.items():
        if name not in ("text", "meaning") and (said := in_words(getattr(use, name))):
            yield f"{str(field.label).rstrip('?')}: {said}"
