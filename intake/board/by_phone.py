"""The plans that only a call can ask, with whether their people agreed to it."""

from __future__ import annotations

from intake.disclosures.models import Consent, Purpose
from intake.insurance.models import Verification


def plans_to_ask(most: int = 100) -> list[tuple[Verification, bool]]:
    """Oldest first, each with whether a consent in force lets us ask. Two statements."""
    waiting = list(Verification.objects.for_phone().select_related("policy__payer", "policy__inquiry")[:most])
    about = [each.policy.inquiry_id for each in waiting]
    consents = Consent.objects.in_force().filter(inquiry_id__in=about, purpose=Purpose.CHECK_INSURANCE)
    agreed = set(consents.values_list("inquiry_id", flat=True))
    return [(each, each.policy.inquiry_id in agreed) for each in waiting]
