"""When a program's intake answers: told by phone or by its own link, by the day, believed for a while."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, time, timedelta
from uuid import UUID

from django.db.models.functions import Now

from helpline.accounts.models import User
from helpline.audit.acting import Actor, acting
from helpline.programs.models import IntakeHours, ProgramChange

Day = tuple[time, time] | None
"""From when to when, in the program's own time; the same time twice is the whole day, None is closed."""

MONDAY_TO_FRIDAY, EVERY_DAY = range(5), range(7)
BELIEVED_FOR = timedelta(days=180)
"""How long told hours count as known; then they are asked again. Our own choice, not a rule of anybody's."""


def open_at(week: Mapping[int, Day], here: datetime) -> bool | None:
    """Whether intake answers at this moment of the program's own time; None while nobody told us of this day.

    ``week`` is by weekday, Monday 0. Hours that end no later than they begin go on into the next day.
    """
    now, day = here.time(), here.weekday()
    yesterday = week.get((day - 1) % 7)
    if yesterday and yesterday[1] < yesterday[0] and now < yesterday[1]:
        return True
    if day not in week:
        return None
    today = week[day]
    if today is None:
        return False
    opens, closes = today
    return opens <= now and (now < closes or closes <= opens)


def tell_hours(program_id: UUID, days: Collection[int], hours: Day, zone: str, *, by: User) -> None:
    """Somebody there told ``by`` the hours of these weekdays (Monday 0), in this zone (an IANA name)."""
    with acting(Actor.staff(by)):
        note_hours(program_id, days, hours, zone, by=Actor.staff(by), told_to=by)


def note_hours(
    program_id: UUID, days: Collection[int], hours: Day, zone: str, *, by: Actor, told_to: User | None
) -> None:
    """Keep them; what was said before is history. Call inside ``acting``."""
    known = {each.weekday: str(each) for each in IntakeHours.objects.filter(program_id=program_id)}
    opens, closes = hours or (None, None)
    told = [
        IntakeHours(
            program_id=program_id, weekday=day, opens=opens, closes=closes, zone=zone, told_at=Now(), told_to=told_to
        )
        for day in sorted(days)
    ]
    IntakeHours.objects.bulk_create(
        told,
        update_conflicts=True,
        unique_fields=["program", "weekday"],
        update_fields=["opens", "closes", "zone", "told_at", "told_to"],
    )
    fields = {str(each.day): [known.get(each.weekday), str(each)] for each in told}
    ProgramChange.objects.create(
        program_id=program_id, actor_kind=by.kind, actor_id=by.id, action=ProgramChange.Action.HOURS, fields=fields
    )


def believed_hours(program_id: UUID, now: datetime) -> list[IntakeHours]:
    """What was told lately enough, Monday first."""
    lately = IntakeHours.objects.filter(program_id=program_id, told_at__gte=now - BELIEVED_FOR)
    return list(lately.order_by("weekday"))
