"""Who is waiting, and for what: the desk's queue in three statements, however long it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import DateTimeField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Now

from helpline.accounts.models import User
from intake.calls.models import Callback
from intake.inquiries.models import Inquiry, State
from intake.insurance.models import Verification, VerificationState

MOST = 300


@dataclass(frozen=True)
class Waiting:
    """One line of the queue. ``why`` is the first reason triage gave."""

    id: UUID
    urgency: int
    why: str
    opened_at: datetime
    channel: str
    for_someone_else: bool
    zip: str
    state: str
    owner_id: UUID | None
    owner: str
    verification: str
    coverage: str
    callback_at: datetime | None
    quarantined: bool


@dataclass(frozen=True)
class Board:
    """The queue as one consultant sees it. ``shown`` lists every inquiry on it."""

    waiting: tuple[Waiting, ...]
    mine: tuple[Waiting, ...]
    others: tuple[Waiting, ...]
    due: tuple[Waiting, ...]
    set_aside: tuple[Waiting, ...]
    by_phone: int

    @property
    def shown(self) -> list[UUID]:
        return [row.id for group in (self.waiting, self.mine, self.others, self.set_aside) for row in group]


def board_for(user: User, *, now: datetime) -> Board:
    """Everything open, most urgent first within each group; ``due`` repeats those whose callback time has come."""
    rows = [_row(inquiry) for inquiry in _open()]
    kept = [row for row in rows if not row.quarantined]
    return Board(
        waiting=tuple(row for row in kept if row.state == State.WAITING),
        mine=tuple(row for row in kept if row.state != State.WAITING and row.owner_id == user.pk),
        others=tuple(row for row in kept if row.state != State.WAITING and row.owner_id != user.pk),
        due=tuple(row for row in kept if row.callback_at and row.callback_at <= now),
        set_aside=tuple(row for row in rows if row.quarantined),
        by_phone=Verification.objects.for_phone().count(),
    )


def _open() -> QuerySet[Inquiry]:
    asked = Verification.objects.filter(policy__inquiry=OuterRef("pk")).order_by("-made_at")
    promised = Callback.objects.filter(inquiry=OuterRef("pk"), ended_at=None)
    return (
        Inquiry.objects.open()
        .in_order()
        .select_related("owner")
        .annotate(
            verification_state=Subquery(asked.values("state")[:1]),
            verification_coverage=Subquery(asked.values("coverage")[:1]),
            callback_at=Subquery(promised.values("due_at")[:1], output_field=DateTimeField()),
            now=Now(),
        )[:MOST]
    )


def _row(inquiry: Inquiry) -> Waiting:
    reasons = inquiry.triage_json.get("reasons") or [{}]
    state = getattr(inquiry, "verification_state", None)
    return Waiting(
        id=inquiry.pk,
        urgency=inquiry.urgency,
        why=str(reasons[0].get("words", "")),
        opened_at=inquiry.opened_at,
        channel=inquiry.channel,
        for_someone_else=not inquiry.caller_is_person,
        zip=str(inquiry.answers_json.get("zip", "")),
        state=inquiry.state,
        owner_id=inquiry.owner_id,
        owner=inquiry.owner.name if inquiry.owner else "",
        verification=VerificationState(state).label if state else "",
        coverage=getattr(inquiry, "verification_coverage", None) or "",
        callback_at=getattr(inquiry, "callback_at", None),
        quarantined=inquiry.quarantined,
    )
