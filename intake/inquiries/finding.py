"""Finding an inquiry again by what somebody says on the phone: their code, or the number they gave."""

from __future__ import annotations

from helpline.vault.blind import blind_indexes
from intake.inquiries.models import Inquiry, normal_contact


def find(sought: str) -> list[Inquiry]:
    """The inquiry with this reference code, or all with this phone or e-mail, newest first."""
    by_code = Inquiry.objects.by_reference(sought)
    if by_code:
        return [by_code]
    reached = Inquiry.objects.filter(contact_points__address_index__in=blind_indexes("contact", normal_contact(sought)))
    return list(reached.distinct().select_related("owner").order_by("-opened_at")[:20])
