"""Which programs fit this person, and why: asked for the desk, kept when one is chosen."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils import timezone

from helpline.audit.acting import Actor, acting
from helpline.programs.models import Program
from helpline.programs.zones import STATE_ZONES
from intake.inquiries.models import Inquiry
from intake.inquiries.triage import Care
from intake.insurance.cover import summary_of
from intake.insurance.models import Policy
from intake.insurance.x12.summary import Summary
from intake.matching.care import first_given
from intake.matching.choosing import choose, need_of
from intake.matching.cost import at_most
from intake.matching.engine import Match, Matches
from intake.matching.models import Suggestion
from intake.matching.need import Need

DEFAULT_MILES = 50
OFFICE_HOURS, SATURDAY = (time(8), time(17)), 5
REACHES = (25, 50, 100, 200)


def need_for(inquiry: Inquiry, *, miles: int = DEFAULT_MILES, open_now: bool = False) -> Need:
    policy = Policy.objects.filter(inquiry=inquiry).first()
    plan = str(policy.payer_id) if policy and policy.payer_id else None
    need = need_of(inquiry.answers, inquiry.triage(), miles=miles, plan=plan)
    inside, outside = at_most(_answered(policy), first_given(need.care) or Care.OUTPATIENT)
    return replace(
        need,
        at_night=_at_night(need.state, timezone.now()),
        open_now=open_now or None,
        most_in=inside,
        most_out=outside,
    )


def _answered(policy: Policy | None) -> Summary | None:
    """What their own plan answered last; None while it has not."""
    if policy is None:
        return None
    newest = policy.verifications.of_their_plan().order_by("-made_at").first()
    return summary_of(newest) if newest else None


def _at_night(state: str | None, now: datetime) -> bool | None:
    """Whether offices are closed anywhere in the person's state; None while we do not know it."""
    begins, ends = OFFICE_HOURS
    local = [now.astimezone(ZoneInfo(zone)) for zone in STATE_ZONES.get(state or "", ())]
    return any(at.weekday() >= SATURDAY or not begins <= at.time() < ends for at in local) if local else None


def suggest(inquiry: Inquiry, *, miles: int = DEFAULT_MILES, today: date, open_now: bool = False) -> Matches:
    """Programs in three lists, each with its reasons; hidden places with their phone only.

    ``open_now`` leaves out those whose intake is closed, and asks those whose hours nobody knows.
    """
    return choose(need_for(inquiry, miles=miles, open_now=open_now), today=today, hidden_places=True)


def side_by_side(inquiry: Inquiry, programs: list[UUID], *, miles: int, today: date) -> list[Match]:
    """Some of the suggested programs with their reasons, in the engine's order; those not suggested are left out."""
    wanted = {str(program) for program in programs}
    return [each for each in suggest(inquiry, miles=miles, today=today).ranked if each.offer.public_id in wanted]


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
