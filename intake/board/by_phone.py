"""The plans that only a call can ask, or can ask the rest, with whether their people agreed to it."""

from __future__ import annotations

from dataclasses import dataclass

from helpline.accounts.models import User
from intake.disclosures.fitting import names_one_of
from intake.disclosures.models import Consent, Purpose, Restriction
from intake.disclosures.sealing import closed_to
from intake.insurance.models import Verification, VerificationState


@dataclass(frozen=True)
class ToAsk:
    """A question for a call. ``agreed``: a consent in force names whom it is put to. ``sealed``: from who looks."""

    verification: Verification
    agreed: bool
    sealed: bool

    @property
    def is_half_answered(self) -> bool:
        return self.verification.state == VerificationState.ANSWERED


def plans_to_ask(user: User, most: int = 100) -> list[ToAsk]:
    """What no computer can ask, oldest first, then what was answered without a word about substance use treatment."""
    both = (Verification.objects.for_phone(), Verification.objects.half_answered())
    found = [each.select_related("policy__payer", "policy__inquiry", "payer").defer("summary_json") for each in both]
    waiting = [*found[0][:most], *found[1][:most]]
    about = [each.policy.inquiry_id for each in waiting]
    consents = Consent.objects.in_force().filter(inquiry_id__in=about, purpose=Purpose.CHECK_INSURANCE)
    signed = {consent.inquiry_id: consent for consent in consents.order_by("version") if not consent.deficiencies()}
    limits = Restriction.objects.in_force().filter(inquiry_id__in=about, purpose=Purpose.CHECK_INSURANCE)
    for inquiry_id in limits.values_list("inquiry_id", flat=True):
        signed.pop(inquiry_id, None)
    mine = {each.policy.inquiry_id for each in waiting if each.policy.inquiry.owner_id == user.pk}
    closed = closed_to(user, about) - mine
    return [
        ToAsk(each, _agreed(each, signed.get(each.policy.inquiry_id)), each.policy.inquiry_id in closed)
        for each in waiting
    ]


def _agreed(verification: Verification, consent: Consent | None) -> bool:
    """A question to another company their plan pointed to needs a consent that names that one."""
    if consent is None or verification.payer_said is None:
        return consent is not None
    return names_one_of(consent.recipients, [verification.payer_said, str(verification.payer or "")])
