"""What programs said of now, as long as it is believed: how many places are free, and whether intake answers."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from helpline.programs.hours import BELIEVED_FOR, Day, open_at
from helpline.programs.models import IntakeHours, Opening, OpeningKind
from intake.inquiries.triage import Care
from intake.matching.care import main_care
from intake.matching.need import Need

FREE_FOR: dict[Care, OpeningKind] = {
    Care.WITHDRAWAL_MEDICAL_24H: OpeningKind.WITHDRAWAL_BED,
    Care.RESIDENTIAL: OpeningKind.RESIDENTIAL_BED,
    Care.OPIOID_MEDICATION: OpeningKind.MEDICATION_START,
    Care.INTENSIVE_OUTPATIENT: OpeningKind.OUTPATIENT_PLACE,
    Care.OUTPATIENT: OpeningKind.OUTPATIENT_PLACE,
}


def free_for(need: Need, programs: Iterable[uuid.UUID], *, now: datetime) -> dict[uuid.UUID, int]:
    """By program, what it said lately; one statement, none for care of which nobody counts places."""
    care = main_care(need)
    if care not in FREE_FOR:
        return {}
    said = Opening.objects.believed(now).filter(kind=FREE_FOR[care], program_id__in=list(programs))
    return dict(said.values_list("program_id", "places"))


def open_now(programs: Iterable[uuid.UUID], *, now: datetime) -> dict[uuid.UUID, bool]:
    """By program, whether its intake answers at this moment where it is, by the hours it told us; one statement."""
    told = IntakeHours.objects.filter(program_id__in=list(programs), told_at__gte=now - BELIEVED_FOR)
    weeks = defaultdict[tuple[uuid.UUID, str], dict[int, Day]](dict)
    for program, zone, day, opens, closes in told.values_list("program_id", "zone", "weekday", "opens", "closes"):
        weeks[program, zone][day] = None if opens is None or closes is None else (opens, closes)
    known: dict[uuid.UUID, bool] = {}
    for (program, zone), week in weeks.items():
        if (says := open_at(week, now.astimezone(ZoneInfo(zone)))) is not None:
            known[program] = known.get(program, False) or says
    return known
