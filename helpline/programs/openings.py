"""What a program says it has free: told by phone or by its own link, believed for a while, then unknown again."""

from __future__ import annotations

from uuid import UUID

from django.db.models.functions import Now

from helpline.accounts.models import User
from helpline.audit.acting import Actor, acting
from helpline.programs.models import Opening, ProgramChange


def tell_openings(program_id: UUID, kind: str, places: int, *, by: User) -> Opening:
    """Somebody there told ``by`` how many places of one ``OpeningKind`` are free now."""
    with acting(Actor.staff(by)):
        return note_openings(program_id, kind, places, by=Actor.staff(by), told_to=by)


def note_openings(program_id: UUID, kind: str, places: int, *, by: Actor, told_to: User | None) -> Opening:
    """Keep it; what was said before is history. Call inside ``acting``."""
    known = Opening.objects.select_for_update().filter(program_id=program_id, kind=kind).first()
    opening = known or Opening(program_id=program_id, kind=kind)
    before = known.places if known else None
    opening.places, opening.told_at, opening.told_to = places, Now(), told_to
    opening.save()
    ProgramChange.objects.create(
        program_id=program_id,
        actor_kind=by.kind,
        actor_id=by.id,
        action=ProgramChange.Action.OPENINGS,
        fields={kind: [before, places]},
    )
    opening.refresh_from_db()
    return opening
