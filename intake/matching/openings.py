"""How many places programs said are free for the kind of care looked for, as long as that is believed."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime

from helpline.programs.models import Opening, OpeningKind
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
