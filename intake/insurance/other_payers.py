"""Asking another company that the plan pointed to: a carve-out, a managed care or Medicare Advantage plan."""

from __future__ import annotations

import uuid
from collections.abc import Collection

from django.db.models.functions import Now

from helpline.payers.models import Payer, PayerRoad
from intake.disclosures.consenting import standing
from intake.disclosures.fitting import names_one_of
from intake.disclosures.models import Consent, Purpose
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


def which_may_be_repeated(inquiry_ids: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Those of which the person agreed to repeated checks."""
    if not inquiry_ids:
        return set()
    return set(Consent.objects.repeating().filter(inquiry_id__in=inquiry_ids).values_list("inquiry_id", flat=True))


def covers(policy: Policy, names: list[str]) -> bool:
    consent = standing(policy.inquiry_id).get(Purpose.CHECK_INSURANCE)
    return consent is not None and names_one_of(consent.recipients, names)


def standing_question(policy: Policy, name: str, payer: Payer | None) -> Verification | None:
    """The newest question to this company that is still open, or waits for a call."""
    asked = policy.verifications.exclude(payer_said__isnull=True).order_by("-made_at")
    mine = [one for one in asked if one.payer_said == name or (payer and one.payer_id == payer.pk)]
    return next((one for one in mine if one.is_open), None)


def ask_other_payer(
    policy: Policy, name: str, payer: Payer | None, *, member_id: str = "", has_road: bool
) -> Verification:
    """The question to that company, waiting for a worker or, without a road to it, for a call.

    ``member_id`` is theirs there; "" when that company has none of its own for them, or nobody knows it.
    """
    asked = {"payer": payer, "payer_said": name, "member_id": member_id or None}
    if has_road:
        return policy.verifications.create(**asked)
    return policy.verifications.create(
        **asked, state=S.BY_PHONE, finished_at=Now(), why="no electronic road to this payer"
    )
