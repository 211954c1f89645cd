"""What a program says it has free: told by phone, believed for a while, then unknown again."""

from __future__ import annotations

from uuid import UUID

from django.db.models.functions import Now

from helpline.accounts.models import User
from helpline.audit.acting import Actor, acting
from helpline.programs.models import Opening, Program, ProgramChange


def tell_openings(program_id: UUID, kind: str, places: int, *, by: User) -> Opening:
    """Somebody there said how many places of one ``OpeningKind`` are free now; what was said before is history."""
    with acting(Actor.staff(by)):
        program = Program.objects.select_for_update(of=("self",)).get(pk=program_id)
        known = program.openings.filter(kind=kind).first()
        opening = known or Opening(program=program, kind=kind)
        before = known.places if known else None
        opening.places, opening.told_at, opening.told_to = places, Now(), by
        opening.save()
        ProgramChange.objects.create(
            program=program,
            actor_kind="staff",
            actor_id=str(by.pk),
            action=ProgramChange.Action.OPENINGS,
            fields={kind: [before, places]},
        )
    opening.refresh_from_db()
    return opening
