"""What became of the people we sent to a program: counts of programs, which name nobody."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Count, Q

from intake.matching.models import Referral, ReferralState

LOOKED_BACK = timedelta(days=365)
"""How far back. Our own choice, not a rule of anybody's."""
TAKEN = (ReferralState.ACCEPTED, ReferralState.ADMITTED)


def came_of(programs: Iterable[uuid.UUID], *, now: datetime) -> dict[uuid.UUID, tuple[int, int]]:
    """By program: how many it took, of how many whose end we know; one statement.

    Who stepped back, or waits for an answer, says nothing of the program.
    """
    ended = Referral.objects.filter(
        program_id__in=list(programs), made_at__gte=now - LOOKED_BACK, state__in=[*TAKEN, ReferralState.DECLINED]
    ).order_by()
    counts = ended.values("program_id").annotate(took=Count("id", filter=Q(state__in=TAKEN)), sent=Count("id"))
    return {program: (took, sent) for program, took, sent in counts.values_list("program_id", "took", "sent")}
