"""How much a listing is used: shown among the first results, or asked. Counted by program and day, without a person."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from helpline.programs.models import Use

LATELY = timedelta(days=30)
KEPT = timedelta(days=365)

# In one order, so that two pages counting at once never wait for each other in a ring
_COUNT = """
INSERT INTO programs_use AS u (program_id, day, shown, asked)
SELECT p.id, %(day)s, %(shown)s, %(asked)s FROM programs_program p WHERE p.id = ANY(%(programs)s) ORDER BY p.id
ON CONFLICT (day, program_id) DO UPDATE SET shown = u.shown + EXCLUDED.shown, asked = u.asked + EXCLUDED.asked
"""
_MOVE = """
WITH moved AS (DELETE FROM programs_use WHERE program_id = %(gone)s RETURNING day, shown, asked),
added AS (
    INSERT INTO programs_use AS u (program_id, day, shown, asked)
    SELECT %(kept)s, day, shown, asked FROM moved ORDER BY day
    ON CONFLICT (day, program_id) DO UPDATE SET shown = u.shown + EXCLUDED.shown, asked = u.asked + EXCLUDED.asked
)
SELECT day::text, shown, asked FROM moved ORDER BY day
"""
_MOVE_BACK = """
WITH moved AS (SELECT * FROM unnest(%(days)s::date[], %(shown)s::int[], %(asked)s::int[]) AS m (day, shown, asked)),
taken AS (
    UPDATE programs_use u SET shown = greatest(u.shown - m.shown, 0), asked = greatest(u.asked - m.asked, 0)
    FROM moved m WHERE u.program_id = %(kept)s AND u.day = m.day
)
INSERT INTO programs_use AS u (program_id, day, shown, asked) SELECT %(gone)s, day, shown, asked FROM moved ORDER BY day
ON CONFLICT (day, program_id) DO UPDATE SET shown = u.shown + EXCLUDED.shown, asked = u.asked + EXCLUDED.asked
"""


def count_shown(programs: Iterable[UUID | str], *, today: date) -> None:
    """They stood among the first results of somebody's page; one statement."""
    _count([str(each) for each in programs], today, shown=1, asked=0)


def count_asked(program: UUID, *, today: date) -> None:
    """It was referred to, called together, or told us something."""
    _count([str(program)], today, shown=0, asked=1)


def move_uses(gone: UUID, kept: UUID) -> list[tuple[str, int, int]]:
    """What was counted of one listing counts for the other. Returns day, shown and asked of what went over."""
    with connection.cursor() as cursor:
        cursor.execute(_MOVE, {"gone": gone, "kept": kept})
        return list(cursor.fetchall())


def move_uses_back(moved: Sequence[Sequence[Any]], kept: UUID, gone: UUID) -> None:
    """Take back what ``move_uses`` returned."""
    if not moved:
        return
    days, shown, asked = (list(column) for column in zip(*moved, strict=True))
    with connection.cursor() as cursor:
        cursor.execute(_MOVE_BACK, {"days": days, "shown": shown, "asked": asked, "kept": kept, "gone": gone})


def forget_old_uses(today: date) -> int:
    """Returns how many daily counts were older than ``KEPT``."""
    return Use.objects.filter(day__lt=today - KEPT).delete()[0]


def _count(programs: list[str], today: date, *, shown: int, asked: int) -> None:
    if not programs:
        return
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, {"programs": programs, "day": today, "shown": shown, "asked": asked})
