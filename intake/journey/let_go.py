"""Records of our own work go when ``retention/rules.py`` lets them: requests, breaches, broken glass."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.db.models import Model

from helpline.audit.acting import Actor, acting, record
from helpline.audit.models import OldValue
from intake.disclosures.models import AccountingRequest, Breach, BreakGlass, Restriction
from intake.retention.models import LegalHold
from intake.retention.rules import KEPT, Kept

BY = Actor.process("retire_records")
OVER: dict[str, Callable[[datetime], Iterable[Any]]] = {
    "restriction": lambda before: Restriction.objects.filter(
        state__in=[Restriction.State.REFUSED, Restriction.State.ENDED], decided_at__lte=before
    ),
    "accounting request": lambda before: AccountingRequest.objects.filter(answered_at__lte=before),
    "breach": lambda before: [
        one for one in Breach.objects.all() if one.settled_on and one.settled_on <= before.date()
    ],
    "broken glass": lambda before: BreakGlass.objects.filter(reviewed_at__lte=before),
}
"""What is over since ``before``, by the kinds of the rules that name a period."""


def let_go(*, now: datetime, tell: Callable[[str], None], dry_run: bool = False) -> dict[str, int]:
    """Delete what is over, with what its fields held before; returns how many of each kind, and how many are held.

    A hold keeps everything about its inquiry. A breach names none, so any hold keeps all of them.
    """
    gone = {"held": 0}
    for rule in KEPT:
        if rule.after is not None:
            with acting(BY):
                _go(rule, OVER[rule.kind](now - rule.after), gone, tell, dry_run=dry_run)
    return gone


def _go(rule: Kept, over: Iterable[Model], gone: dict[str, int], tell: Callable[[str], None], *, dry_run: bool) -> None:
    held = set(LegalHold.objects.in_force().values_list("inquiry_id", flat=True))
    gone[rule.kind] = 0
    for row in over:
        if held and getattr(row, "inquiry_id", None) in held | {None}:
            gone["held"] += 1
            continue
        gone[rule.kind] += 1
        tell(f"{row.pk} {rule.kind}")
        if not dry_run:
            record(
                BY, "forgotten", rule.kind, [row.pk], inquiry_id=getattr(row, "inquiry_id", None), reason="retention"
            )
            of, key = row._meta.db_table, str(row.pk)
            row.delete()
            # Also what the trigger kept of it just now
            OldValue.objects.filter(table_name=of, row_id=key).delete()
