"""Asking another company that the plan pointed to: a carve-out, a managed care or Medicare Advantage plan."""

from __future__ import annotations

from django.db.models.functions import Now

from helpline.payers.models import Payer, PayerRoad
from intake.disclosures.consenting import standing
from intake.disclosures.fitting import names_one_of
from intake.disclosures.models import Purpose
from intake.insurance.models import Policy, Verification
from intake.insurance.models import VerificationState as S
from intake.insurance.x12.summary import Suggestion


def known_payer(suggestion: Suggestion) -> Payer | None:
    """Its row among our payers: by its payer id, else by its name; None when we know neither, or several."""
    roads = PayerRoad.objects.filter(edi_payer_id=suggestion.payer_id).select_related("payer")[:2]
    if suggestion.payer_id and len(roads) == 1:
        return roads[0].payer
    return Payer.objects.named(suggestion.name)


def consent_names(verification: Verification) -> bool:
    """Whether the consent in force covers whom this question is put to. One that names a plan covers that plan only."""
    if verification.payer_said is None:
        return True
    return covers(verification.policy, [verification.payer_said, str(verification.payer or "")])


def covers(policy: Policy, names: list[str]) -> bool:
    consent = standing(policy.inquiry_id).get(Purpose.CHECK_INSURANCE)
    return consent is not None and names_one_of(consent.recipients, names)


def standing_question(policy: Policy, name: str, payer: Payer | None) -> Verification | None:
    """The newest question to this company that is still open, or waits for a call."""
    asked = policy.verifications.exclude(payer_said__isnull=True).order_by("-made_at")
    mine = [one for one in asked if one.payer_said == name or (payer and one.payer_id == payer.pk)]
    return next(
        (one for one in mine if not one.is_final or (one.state == S.BY_PHONE and not one.asked_by_phone_at)), None
    )


def ask_other_payer(policy: Policy, name: str, payer: Payer | None, *, has_road: bool) -> Verification:
    """The question to that company, waiting for a worker or, without a road to it, for a call."""
    if has_road:
        return policy.verifications.create(payer=payer, payer_said=name)
    return policy.verifications.create(
        payer=payer, payer_said=name, state=S.BY_PHONE, finished_at=Now(), why="no electronic road to this payer"
    )
