"""The plans that only a call can ask, with whether their people agreed to it."""

from __future__ import annotations

from helpline.accounts.models import User
from intake.disclosures.models import Consent, Purpose, Restriction
from intake.disclosures.sealing import closed_to
from intake.insurance.models import Verification


def plans_to_ask(user: User, most: int = 100) -> list[tuple[Verification, bool, bool]]:
    """Oldest first, each with whether a consent in force lets us ask, and whether it is sealed from ``user``."""
    waiting = list(Verification.objects.for_phone().select_related("policy__payer", "policy__inquiry")[:most])
    about = [each.policy.inquiry_id for each in waiting]
    consents = Consent.objects.in_force().filter(inquiry_id__in=about, purpose=Purpose.CHECK_INSURANCE)
    agreed = {consent.inquiry_id for consent in consents if not consent.deficiencies()}
    limits = Restriction.objects.in_force().filter(inquiry_id__in=about, purpose=Purpose.CHECK_INSURANCE)
    agreed -= set(limits.values_list("inquiry_id", flat=True))
    mine = {each.policy.inquiry_id for each in waiting if each.policy.inquiry.owner_id == user.pk}
    closed = closed_to(user, about) - mine
    return [(each, each.policy.inquiry_id in agreed, each.policy.inquiry_id in closed) for each in waiting]
