"""The verification round: which listing to call next, whose call it is, and what they said.

Due is a listing never confirmed, or longer ago than ``CONFIRMED_FOR``, and one that took nobody and whose time
to be asked again has come. The most used stand first, among equally used the stalest.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from helpline.accounts.models import User
from helpline.audit.acting import Actor, acting
from helpline.programs.curation import CannotChange, do_not_refer, restore, verify
from helpline.programs.models import CONFIRMED_FOR, Program, Turn
from helpline.programs.uses import LATELY

CALLING_FOR = timedelta(minutes=20)
NO_ANSWER_FOR = timedelta(hours=4)
ASKED_AGAIN_AFTER = timedelta(days=14)
"""How long a listing stays with one caller, and when it is called again after nobody answered or it took nobody. Our
own choices, not rules of anybody's.
"""
SHOWN = 20
TRIES = 5


class Said(StrEnum):
    """What came of a call."""

    RIGHT = "right"
    DEAD = "dead"
    FULL = "full"
    NO_ANSWER = "no_answer"
    BACK = "back"


@dataclass(frozen=True, slots=True)
class Due:
    """A listing to call; ``shown`` and ``asked`` in the last 30 days, ``caller`` the name of whoever calls it now."""

    program: Program
    shown: int
    asked: int
    caller: str

    @property
    def uses(self) -> int:
        return self.shown + self.asked


_USED = """
used AS (
    SELECT program_id, sum(shown)::int AS shown, sum(asked)::int AS asked FROM programs_use
    WHERE day > %(since)s GROUP BY program_id
)"""
_DUE = """
    FROM programs_program p
    LEFT JOIN used u ON u.program_id = p.id
    LEFT JOIN programs_turn t ON t.program_id = p.id
    WHERE (%(state)s = '' OR p.state = %(state)s)
        AND (p.status = 'listed' AND (p.verified_at IS NULL OR p.verified_at < %(stale)s)
            OR p.status = 'do_not_refer' AND t.until <= now())"""
_ORDER = "ORDER BY coalesce(u.shown + u.asked, 0) DESC, p.verified_at NULLS FIRST, p.sort_name, p.id"
_LIST = f"""
WITH {_USED}
SELECT p.id, coalesce(u.shown, 0), coalesce(u.asked, 0), CASE WHEN t.until > now() THEN t.by_id END {_DUE}
    AND (t.until IS NULL OR t.until <= now() OR t.state = 'calling')
{_ORDER} LIMIT %(most)s
"""
_NEXT = f"""
WITH {_USED}
SELECT p.id {_DUE} AND (t.until IS NULL OR t.until <= now())
{_ORDER} LIMIT 1 FOR UPDATE OF p SKIP LOCKED
"""
_COUNT = f"WITH {_USED} SELECT count(*) {_DUE} AND (t.until IS NULL OR t.until <= now())"
_TAKE = """
INSERT INTO programs_turn AS t (program_id, by_id, state, until)
VALUES (%(program)s, %(by)s, 'calling', now() + make_interval(secs => %(seconds)s))
ON CONFLICT (program_id) DO UPDATE SET by_id = EXCLUDED.by_id, state = EXCLUDED.state, until = EXCLUDED.until
WHERE t.until <= now() OR t.by_id = EXCLUDED.by_id
"""


def due(*, now: datetime, state: str = "", most: int = SHOWN) -> tuple[list[Due], int]:
    """The first of the round with who calls them, and how many are due that nobody calls; three statements.

    ``state`` is two letters, or empty for all.
    """
    given = _given(now, state) | {"most": most}
    with connection.cursor() as cursor:
        cursor.execute(_LIST, given)
        rows = cursor.fetchall()
        cursor.execute(_COUNT, given)
        [(count,)] = cursor.fetchall()
    programs = Program.objects.select_related("edition").in_bulk([row[0] for row in rows])
    names = dict(User.objects.filter(pk__in={row[3] for row in rows} - {None}).values_list("pk", "name"))
    return [Due(programs[pk], shown, asked, names.get(by, "")) for pk, shown, asked, by in rows], int(count)


def calling(by: User) -> Turn | None:
    """The listing this person is calling now."""
    turns = Turn.objects.filter(by=by, state=Turn.State.CALLING, until__gt=timezone.now())
    return turns.select_related("program__edition", "program__verified_by").first()


def take(program_id: UUID, *, by: User) -> None:
    """This person calls it; what they were calling before goes back. Raises ``CannotChange`` when another calls it."""
    with acting(Actor.staff(by)):
        _let_go(by)
        if not _taken(program_id, by):
            raise CannotChange(_("Somebody else is calling it now, or it is to be called later."))


def take_next(*, by: User, state: str = "") -> bool:
    """The first that nobody calls is this person's; False when none is due. Two people never get the same."""
    with acting(Actor.staff(by)):
        _let_go(by)
        for _try in range(TRIES):
            with connection.cursor() as cursor:
                cursor.execute(_NEXT, _given(timezone.now(), state))
                found = cursor.fetchone()
            if found is None:
                return False
            # Somebody may have taken it between our look and our lock: then the next look sees that
            if _taken(found[0], by):
                return True
    return False


def say(program_id: UUID, said: Said, *, by: User, note: str = "") -> Program:
    """What came of this person's call. Raises ``CannotChange`` when the call is no longer theirs."""
    with acting(Actor.staff(by)):
        turn = Turn.objects.select_for_update().filter(program_id=program_id, by=by, state=Turn.State.CALLING).first()
        if turn is None:
            raise CannotChange(_("It is no longer yours to call: take it again."))
        program = _write_down(program_id, said, by, note.strip())
        again = {Said.NO_ANSWER: NO_ANSWER_FOR, Said.FULL: ASKED_AGAIN_AFTER}.get(said)
        if again:
            turn.state, turn.until = Turn.State.LATER, timezone.now() + again
            turn.save()
        else:
            turn.delete()
    return program


def takes_nobody(program_id: UUID, *, by: User) -> None:
    """Heard at the desk: out for everybody, and asked again in a round. Raises ``CannotChange``."""
    with acting(Actor.staff(by)):
        do_not_refer(program_id, by=by, reason=_("Takes nobody now: told from the desk"))
        again = {"by": by, "state": Turn.State.LATER, "until": timezone.now() + ASKED_AGAIN_AFTER}
        Turn.objects.update_or_create(program_id=program_id, defaults=again)


def _write_down(program_id: UUID, said: Said, by: User, note: str) -> Program:
    if said is Said.RIGHT:
        program = Program.objects.get(pk=program_id)
        if program.status == Program.Status.DO_NOT_REFER:
            restore(program_id, by=by, note=note or _("They take people again"))
        return verify(program_id, by=by, note=note or _("Confirmed by phone"))
    out = {Said.DEAD: _("The number is dead"), Said.FULL: _("Takes nobody now")}.get(said)
    program = Program.objects.get(pk=program_id)
    if out and program.status == Program.Status.LISTED:
        return do_not_refer(program_id, by=by, reason=f"{out}: {note}" if note else out)
    return program


def _taken(program_id: UUID, by: User) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, {"program": program_id, "by": by.pk, "seconds": CALLING_FOR.total_seconds()})
        return bool(cursor.rowcount)


def _let_go(by: User) -> None:
    Turn.objects.filter(by=by, state=Turn.State.CALLING).delete()


def _given(now: datetime, state: str) -> dict[str, Any]:
    return {"since": timezone.localdate(now) - LATELY, "stale": now - CONFIRMED_FOR, "state": state}
