"""The one gate before an inquiry's contents: a sealed one opens for its owner, its readers and a broken glass."""

from __future__ import annotations

from uuid import UUID

from django.core.exceptions import PermissionDenied

from helpline.accounts.models import User
from helpline.audit.acting import Actor, record
from intake.disclosures.sealing import closed_to
from intake.inquiries.models import Inquiry


class SealedFromYou(PermissionDenied):
    """Answered with 403 and a page that offers to break the glass."""

    def __init__(self, inquiry_id: UUID) -> None:
        super().__init__("sealed")
        self.inquiry_id = inquiry_id


def admit(user: User, inquiry_id: UUID) -> None:
    """Raises ``SealedFromYou``, and records who tried. Every view that shows or changes something of an inquiry asks
    this first.
    """
    closed = closed_to(user, [inquiry_id])
    if closed and not Inquiry.objects.filter(pk=inquiry_id, owner=user).exists():
        record(Actor.staff(user), "refused", "inquiry", [inquiry_id], inquiry_id=inquiry_id, reason="sealed")
        raise SealedFromYou(inquiry_id)
