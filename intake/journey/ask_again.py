"""A chapter that nobody has to begin: plans asked again while a place is awaited, if the person agreed to that.

Cover changes, Medicaid's most often with the month. So a plan that has answered is asked again when a month began
since, or a week went by. The week is our own choice; the month is when plans begin and end people's cover.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.utils import timezone

from helpline.audit.acting import Actor, acting
from intake.disclosures.models import Consent, Purpose, Restriction
from intake.insurance.models import Policy, Verification, VerificationState
from intake.insurance.nudging import nudge
from intake.insurance.verification import ask_for
from intake.matching.models import OPEN_REFERRAL, Referral

BY = Actor.process("ask_again")
LONGEST = timedelta(days=7)


def ask_again(*, today: date, dry_run: bool = False) -> int:
    """Put the question of each such policy into the queue, behind those of people on the line; returns how many.

    ``today`` is the line's local date. Doing it twice on one day asks nobody twice. Whether the consent still stands
    is looked at again when a worker takes the question.
    """
    due = [policy for policy in _awaiting() if is_due(timezone.localdate(policy.asked_at), today=today)]
    if not dry_run:
        for policy in due:
            with acting(BY):
                ask_for(policy, priority=Verification.BATCH)
        nudge()
    return len(due)


def is_due(asked: date, *, today: date) -> bool:
    """Whether an answer of that day is old enough to be asked for again."""
    return (asked.year, asked.month) < (today.year, today.month) or today - asked >= LONGEST


def _awaiting() -> QuerySet[Policy, Any]:
    """Policies of open inquiries with an open referral whose plan has answered, if their person lets us ask again and
    does not forbid it now. Each with ``asked_at``, when it was last asked.
    """
    of_it = {"inquiry_id": OuterRef("inquiry_id")}
    last = Verification.objects.filter(policy=OuterRef("pk")).order_by("-made_at")
    return (
        Policy.objects.filter(
            Exists(Referral.objects.filter(**of_it, state__in=OPEN_REFERRAL)),
            Exists(Consent.objects.repeating().filter(**of_it)),
            ~Exists(Restriction.objects.in_force().filter(**of_it, purpose=Purpose.CHECK_INSURANCE)),
            inquiry__closed_at=None,
            payer__road__enabled=True,
        )
        .annotate(asked_at=Subquery(last.values("made_at")[:1]), came_of_it=Subquery(last.values("state")[:1]))
        .filter(came_of_it=VerificationState.ANSWERED)
    )
