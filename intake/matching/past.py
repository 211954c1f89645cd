"""What became of the people we sent to a program: counts of programs, which name nobody."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Count, F, OuterRef, Q, Subquery, UUIDField
from django.db.models.functions import Coalesce

from helpline.programs.models import Join
from intake.matching.models import Referral, ReferralState

LOOKED_BACK = timedelta(days=365)
"""How far back. Our own choice, not a rule of anybody's."""
TAKEN = (ReferralState.ACCEPTED, ReferralState.ADMITTED)


def came_of(programs: Iterable[uuid.UUID], *, now: datetime) -> dict[uuid.UUID, tuple[int, int]]:
    """By program: how many it took, of how many whose end we know; one statement. Whom we sent to a listing that was
    joined into it since counts as sent to it.

    Who stepped back, or waits for an answer, says nothing of the program.
    """
    asked, joins = list(programs), Join.objects.standing()
    sent_there = Q(program__in=asked) | Q(program__in=joins.filter(kept__in=asked).values("gone"))
    ended = Referral.objects.filter(
        sent_there, made_at__gte=now - LOOKED_BACK, state__in=[*TAKEN, ReferralState.DECLINED]
    ).order_by()
    into = Subquery(joins.filter(gone=OuterRef("program")).values("kept_id")[:1])
    place = Coalesce(into, F("program_id"), output_field=UUIDField())
    counts = ended.values(place=place).annotate(took=Count("id", filter=Q(state__in=TAKEN)), sent=Count("id"))
    return {program: (took, sent) for program, took, sent in counts.values_list("place", "took", "sent")}
