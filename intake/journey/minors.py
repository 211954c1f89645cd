"""Under 18: who may consent depends on the state (42 CFR 2.14). Where we know no rule, the privacy officer is asked."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.utils import timezone

from helpline.programs.models import Place
from intake.disclosures.wording import MinorRow, minor_rows
from intake.inquiries.answers import Answers

OF_AGE = 18
HELD = "minor"


@dataclass(frozen=True)
class MinorRule:
    """What is known about a minor's own consent. ``row`` is None where nobody read the state's law."""

    state: str
    row: MinorRow | None
    old_enough: bool

    @property
    def consents_alone(self) -> bool:
        return self.row is not None and self.old_enough


def rule_for(answers: Answers) -> MinorRule | None:
    """The rule for somebody under 18 today, as far as they said; None for everybody else."""
    age = replace(answers, asked_on=timezone.localdate()).age
    if age is None or age >= OF_AGE:
        return None
    state = Place.objects.filter(pk=answers.zip).values_list("state", flat=True).first() or ""
    row = minor_rows().get(state)
    return MinorRule(state, row, row is not None and age >= row.from_age)


def held_because(answers: Answers) -> str:
    """Why a consent signed by this person does not count yet; empty when it does."""
    rule = rule_for(answers)
    return "" if rule is None or rule.consents_alone else HELD
