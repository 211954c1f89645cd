"""What programs told us on the phone: kept with who asked and when, and believed for a while."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from helpline.accounts.models import User
from helpline.audit.acting import Actor, acting
from helpline.programs.models import Program
from intake.matching.models import Told

BELIEVED_FOR = timedelta(days=180)
"""How long an answer counts as known; then the question is asked again. Our own choice, not a rule of anybody's."""

_NEWEST = """
SELECT DISTINCT ON (program_id, fact) program_id, fact, says, at FROM matching_told
WHERE program_id = ANY(%(programs)s) AND at >= %(since)s ORDER BY program_id, fact, id DESC
"""


@dataclass(frozen=True, slots=True)
class Answers:
    """What one program told us and is still believed: each fact with how many whole days ago."""

    yes: Mapping[str, int]
    no: Mapping[str, int]

    def over(self, yes: frozenset[str], no: frozenset[str]) -> tuple[frozenset[str], frozenset[str]]:
        """What is known to be so and not to be so, when these stand over what a listing says."""
        told, denied = frozenset(self.yes), frozenset(self.no)
        return (yes - denied) | told, (no - told) | denied


NOTHING = Answers({}, {})


def remember(program: Program, fact: str, says: bool, *, by: User) -> Told:
    with acting(Actor.staff(by)):
        return Told.objects.create(program=program, fact=fact, says=says, by=by)


def told_by(programs: Iterable[uuid.UUID], *, now: datetime) -> dict[uuid.UUID, Answers]:
    """The newest believed answers, by program; one statement. Programs that told us nothing are not in it."""
    asked = list(programs)
    if not asked:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_NEWEST, {"programs": asked, "since": now - BELIEVED_FOR})
        newest = cursor.fetchall()
    found: dict[uuid.UUID, tuple[dict[str, int], dict[str, int]]] = defaultdict(lambda: ({}, {}))
    for program, fact, says, at in newest:
        found[program][0 if says else 1][fact] = (now - at).days
    return {program: Answers(*answers) for program, answers in found.items()}
