"""While one person is put through to a program, nobody else here promises its last free place."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.db.models.functions import Now
from django.utils import timezone
from django.utils.formats import time_format
from django.utils.translation import gettext as _

from helpline.accounts.models import User
from helpline.audit.acting import Actor, acting
from helpline.programs.models import Opening
from intake.inquiries.events import announce
from intake.inquiries.models import Inquiry, MoveRefused
from intake.matching.models import PlaceHold

HELD_FOR = timedelta(minutes=30)
"""Long enough for a shared call. Our own choice."""


def hold_place(inquiry: Inquiry, program_id: UUID, kind: str, *, by: User) -> PlaceHold:
    """Hold one of the places a program said are free, for half an hour; holding it again begins that anew.

    Of two at once one gets the last place. Raises ``MoveRefused`` when none is known to be free or all are held.
    """
    with acting(Actor.staff(by)):
        held = Inquiry.objects.hold_open(inquiry.pk)
        opening = Opening.objects.select_for_update().filter(program_id=program_id, kind=kind).first()
        if opening is None or not Opening.objects.believed(timezone.now()).filter(pk=opening.pk).exists():
            raise MoveRefused(_("Nobody knows whether a place is free there. Call, and write down what they say."))
        others = list(PlaceHold.objects.standing().filter(opening=opening).exclude(inquiry=held))
        if len(others) >= opening.places:
            raise MoveRefused(_taken(opening, others))
        hold, _made = PlaceHold.objects.update_or_create(
            inquiry=held, opening=opening, defaults={"until": Now() + HELD_FOR, "held_by": by}
        )
        announce("held", held.pk)
    hold.refresh_from_db()
    return hold


def _taken(opening: Opening, others: list[PlaceHold]) -> str:
    if not opening.places:
        return _("They said that none is free now.")
    first = min(hold.until for hold in others)
    at = time_format(timezone.localtime(first), "TIME_FORMAT")
    return _("Until %(time)s somebody else holds it.") % {"time": at}


def let_go_of_place(inquiry: Inquiry, opening_id: UUID, *, by: User) -> None:
    """Free again for others. Doing it twice does no harm."""
    with acting(Actor.staff(by)):
        if PlaceHold.objects.filter(inquiry=inquiry, opening_id=opening_id).delete()[0]:
            announce("held", inquiry.pk)


def take_held_place(inquiry: Inquiry, program_id: UUID) -> None:
    """The program took them: what was held for them is no longer free. Call inside ``acting``."""
    for hold in PlaceHold.objects.filter(inquiry=inquiry, opening__program_id=program_id).select_related("opening"):
        opening = Opening.objects.select_for_update().get(pk=hold.opening_id)
        opening.places = max(opening.places - 1, 0)
        opening.save(update_fields=["places"])
        hold.delete()
