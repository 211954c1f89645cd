"""Asking a payer: the row in PostgreSQL is the job.

``ask_for`` adds it; ``claiming`` takes it with a lease and an attempt number, ``question`` says what is asked, and
``finishing`` is only done by the attempt that still holds it. No transaction is open while a payer answers. The rules,
and the faults this survives, are in docs/decisions/0004-the-queue.md.
"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db.models.functions import Now

from helpline.payers.models import PayerRoad
from intake.inquiries.events import announce
from intake.insurance.models import Policy, Verification
from intake.insurance.models import VerificationState as S


def ask_for(policy: Policy, *, priority: int = Verification.LIVE, anew: bool = False) -> Verification:
    """Add the job in the caller's transaction. Without an electronic road, or a provider in whose name to ask, it
    goes to the phone worklist.

    Returns the open verification when there already is one, or the one on the phone worklist while no computer can ask.
    With ``anew`` the plan is asked even if it answered the same question today.
    """
    policy = Policy.objects.select_for_update(of=("self",)).get(pk=policy.pk)
    of_plan = policy.verifications.of_their_plan()
    standing = of_plan.filter(finished_at=None).first() or of_plan.for_phone().first()
    if standing and (not standing.is_final or not _has_road(policy)):
        return standing
    made = ask_first(policy, priority=priority, anew=anew)
    announce("verification", policy.inquiry_id)
    return made


def ask_first(policy: Policy, *, priority: int = Verification.LIVE, anew: bool = False) -> Verification:
    """As ``ask_for``, for a policy made in this transaction: nobody else can have asked, and no page shows it yet."""
    if _has_road(policy):
        return policy.verifications.create(payer_id=policy.payer_id, priority=priority, anew=anew)
    return policy.verifications.create(
        payer_id=policy.payer_id,
        state=S.BY_PHONE,
        priority=priority,
        finished_at=Now(),
        why=_why_by_phone(policy),
    )


def _why_by_phone(policy: Policy) -> str:
    return "the holder may not know" if policy.holder_may_not_know else "no electronic road to this payer"


def _has_road(policy: Policy) -> bool:
    # Not the row: behind the second wall nobody reads a road's password
    if policy.holder_may_not_know:
        return False
    return payer_has_road(policy.payer_id)


def payer_has_road(payer_id: uuid.UUID | None) -> bool:
    """Whether this payer can be asked electronically, in somebody's name."""
    if payer_id is None or not settings.PROVIDER_NPI:
        return False
    return PayerRoad.objects.filter(payer_id=payer_id, enabled=True).exists()


def hold_waiting(inquiry_id: uuid.UUID) -> list[Verification]:
    """What was not asked yet, locked: whoever claims it has committed, or comes after.

    A claim locks the job first and then the consents. Whoever ends a consent calls this before, in the same order, or
    the two wait for each other and one of them fails. Call inside ``acting``.
    """
    waiting = Verification.objects.filter(policy__inquiry_id=inquiry_id, state__in=[S.WAITING, S.RETRY_AT])
    return list(waiting.select_for_update(of=("self",)).select_related("policy"))


def withdraw_waiting(inquiry_id: uuid.UUID) -> None:
    """What was not asked yet is not asked any more. Call inside ``acting``; one being asked right now is left."""
    for verification in hold_waiting(inquiry_id):
        _settle(verification, S.WITHDRAWN, "no consent in force")


def _settle(verification: Verification, state: str, why: str) -> None:
    verification.move(state, why=why)
    verification.save()
    announce("verification", verification.policy.inquiry_id)
