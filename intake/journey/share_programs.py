"""Programs written to the caller: names and numbers, never a hidden place, and only through the safe-contact gate."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from helpline.audit.acting import Actor, acting
from intake.inquiries.models import ContactPoint
from intake.matching.engine import Match
from intake.messages.models import Message
from intake.messages.sending import send


def shareable(matches: Iterable[Match]) -> list[Match]:
    """Those that may be printed or written down for somebody else: no hidden place."""
    return [each for each in matches if not each.offer.confidential]


def share_programs(contact_point: ContactPoint, matches: Iterable[Match], *, by: Actor) -> Message:
    """Write them to the caller through the safe-contact gate. The message says nothing of the person or their need."""
    body = "\n\n".join([_("Numbers you asked for:"), *map(_told, shareable(matches)), _("Ask for the intake office.")])
    with acting(by):
        return send(contact_point, kind="programs", subject=_("The numbers you asked for"), body=body)


def _told(match: Match) -> str:
    offer = match.offer
    name = ", ".join(part for part in (offer.name, offer.program_name) if part)
    where = ", ".join(part for part in (offer.street, offer.city, f"{offer.state} {offer.zip}".strip()) if part)
    return "\n".join(part for part in (name, offer.intake_phone or offer.phone, where) if part)
