"""The waiting queue: who is next and why, read without opening more than the page shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import (
    Case,
    CharField,
    Count,
    DateTimeField,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
    Window,
)
from django.db.models.functions import RowNumber

from helpline.accounts.models import User
from helpline.programs.models import Join, Program
from helpline.vault.sealing import CannotOpen
from intake.calls.models import Callback
from intake.disclosures.sealing import closed_to
from intake.inquiries.models import Inquiry, State
from intake.insurance.models import Verification, VerificationState
from intake.matching.models import OPEN_REFERRAL, Referral

MOST = 100
"""How many of each group a page shows; the board says how many more there are."""
CANNOT_OPEN = "It cannot be opened: tell whoever runs this line that a key is missing, and look for them by phone."
GROUPS = ("waiting", "mine", "others", "set_aside")


@dataclass(frozen=True)
class Waiting:
    """One line of the queue. ``why`` is the first reason triage gave, ``in_group`` how many its group has in all,
    ``place_is_gone`` whether a program they are referred to is no longer offered, ``cover_changed`` whether a repeated
    check says something new that nobody has seen.
    """

    id: UUID
    group: str
    in_group: int
    urgency: int
    why: str
    opened_at: datetime
    channel: str
    for_whom: str
    zip: str
    state: str
    owner_id: UUID | None
    owner: str
    verification: str
    coverage: str
    callback_at: datetime | None
    place_is_gone: bool
    cover_changed: bool
    quarantined: bool
    sealed: bool


@dataclass(frozen=True)
class Board:
    """The queue as one consultant sees it. ``more`` counts, by group, those that a page has no room for."""

    rows: tuple[Waiting, ...]
    more: dict[str, int]
    by_phone: int
    now: datetime

    def group(self, name: str) -> tuple[Waiting, ...]:
        return tuple(row for row in self.rows if row.group == name)

    @property
    def waiting(self) -> tuple[Waiting, ...]:
        return self.group("waiting")

    @property
    def mine(self) -> tuple[Waiting, ...]:
        return self.group("mine")

    @property
    def others(self) -> tuple[Waiting, ...]:
        return self.group("others")

    @property
    def set_aside(self) -> tuple[Waiting, ...]:
        return self.group("set_aside")

    @property
    def due(self) -> tuple[Waiting, ...]:
        """Whose callback time has come, longest ago first, in whichever group they stand."""
        due = [row for row in self.rows if row.callback_at and row.callback_at <= self.now]
        return tuple(sorted(due, key=lambda row: row.callback_at or self.now))

    @property
    def shown(self) -> list[UUID]:
        return [row.id for row in self.rows]


def board_for(user: User, *, now: datetime, most: int = MOST) -> Board:
    """Everything open in four groups, each most urgent first and at most ``most`` long; a due callback always shows."""
    open_ones, closed = _open(user).filter(Q(place__lte=most) | Q(callback_at__lte=now)), closed_to(user)
    rows = tuple(_row(one, sealed=one.pk in closed and one.owner_id != user.pk) for one in open_ones)
    more = {name: next((row.in_group - len(each) for row in each), 0) for name, each in _grouped(rows).items()}
    return Board(rows=rows, more=more, by_phone=Verification.objects.for_phone().count(), now=now)


def _grouped(rows: tuple[Waiting, ...]) -> dict[str, list[Waiting]]:
    return {name: [row for row in rows if row.group == name] for name in GROUPS}


def _open(user: User) -> QuerySet[Inquiry]:
    asked = Verification.objects.of_their_plan().filter(policy__inquiry=OuterRef("pk")).order_by("-made_at")
    gone = Referral.objects.filter(inquiry=OuterRef("pk"), state__in=OPEN_REFERRAL)
    listed = Q(kept__status=Program.Status.LISTED)
    again = Join.objects.standing().filter(listed, gone=OuterRef("kept"))
    followed = Join.objects.standing().filter(listed | Exists(again), gone=OuterRef("program"))
    changed = Verification.objects.unseen().filter(policy__inquiry=OuterRef("pk"))
    promised = Callback.objects.filter(inquiry=OuterRef("pk"), ended_at=None)
    group = Case(
        When(quarantined=True, then=Value("set_aside")),
        When(state=State.WAITING, then=Value("waiting")),
        When(owner=user, then=Value("mine")),
        default=Value("others"),
        output_field=CharField(),
    )
    return (
        Inquiry.objects.open()
        .in_order()
        .select_related("owner")
        .annotate(
            group=group,
            place=Window(RowNumber(), partition_by=F("group"), order_by=["urgency", "opened_at"]),
            in_group=Window(Count("pk"), partition_by=F("group")),
            verification_state=Subquery(asked.values("state")[:1]),
            verification_coverage=Subquery(asked.values("coverage")[:1]),
            place_is_gone=Exists(gone.exclude(program__status=Program.Status.LISTED).exclude(Exists(followed))),
            cover_changed=Exists(changed),
            callback_at=Subquery(promised.values("due_at")[:1], output_field=DateTimeField()),
        )
    )


def _told(inquiry: Inquiry) -> tuple[str, str, str]:
    """Why it is urgent, for whom, and their ZIP. One that does not open (its key is gone, its text was altered) says
    so, and takes no other off the board.
    """
    try:
        reasons, answers = inquiry.triage_json.get("reasons") or [{}], inquiry.answers_json
        return str(reasons[0].get("words", "")), str(answers.get("for_whom", "")), str(answers.get("zip", ""))
    except CannotOpen:
        return CANNOT_OPEN, "", ""


def _row(inquiry: Inquiry, *, sealed: bool) -> Waiting:
    """One line; of a sealed one only what says that somebody has to care for it."""
    why, for_whom, zip_code = ("", "", "") if sealed else _told(inquiry)
    state = "" if sealed else getattr(inquiry, "verification_state", None)
    return Waiting(
        id=inquiry.pk,
        group=getattr(inquiry, "group", ""),
        in_group=getattr(inquiry, "in_group", 0),
        urgency=inquiry.urgency,
        why=why,
        opened_at=inquiry.opened_at,
        channel=inquiry.channel,
        for_whom=for_whom,
        zip=zip_code,
        state=inquiry.state,
        owner_id=inquiry.owner_id,
        owner=inquiry.owner.name if inquiry.owner else "",
        verification=VerificationState(state).label if state else "",
        coverage="" if sealed else getattr(inquiry, "verification_coverage", None) or "",
        callback_at=getattr(inquiry, "callback_at", None),
        place_is_gone=getattr(inquiry, "place_is_gone", False) and not sealed,
        cover_changed=getattr(inquiry, "cover_changed", False) and not sealed,
        quarantined=inquiry.quarantined,
        sealed=sealed,
    )
