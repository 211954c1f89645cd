"""Which programs fit this person, and why: asked for the desk, kept when one is chosen."""

from __future__ import annotations

from datetime import date

from django.utils import timezone

from helpline.audit.acting import Actor, acting
from helpline.programs.models import Program
from intake.inquiries.models import Inquiry
from intake.insurance.models import Policy
from intake.matching.choosing import choose, need_of
from intake.matching.engine import Matches
from intake.matching.models import Suggestion
from intake.matching.need import Need

DEFAULT_MILES = 50
REACHES = (25, 50, 100, 200)


def need_for(inquiry: Inquiry, *, miles: int = DEFAULT_MILES) -> Need:
    policy = Policy.objects.filter(inquiry=inquiry).first()
    plan = str(policy.payer_id) if policy and policy.payer_id else None
    return need_of(inquiry.answers, inquiry.triage(), miles=miles, plan=plan)


def suggest(inquiry: Inquiry, *, miles: int = DEFAULT_MILES, today: date) -> Matches:
    """Programs in three lists, each with its reasons; hidden places with their phone only."""
    return choose(need_for(inquiry, miles=miles), today=today, hidden_places=True)


def keep_why(inquiry: Inquiry, program: Program, *, miles: int, by: Actor) -> Suggestion | None:
    """Remember why this program was chosen, in a form that can be judged again by the same rules.

    None when it was not among those suggested.
    """
    matches = suggest(inquiry, miles=miles, today=timezone.localdate())
    chosen = next((match for match in matches.ranked if match.offer.public_id == str(program.pk)), None)
    if chosen is None:
        return None
    with acting(by):
        return Suggestion.objects.create(
            inquiry=inquiry,
            rule_version=matches.version,
            need_json=matches.need.to_json(),
            matches_json=chosen.to_json(),
        )
