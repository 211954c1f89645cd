"""The policy somebody told us about."""

from __future__ import annotations

from helpline.payers.models import Payer, PayerKind
from intake.inquiries.answers import Answers, Insurance, InsuranceKind, SubscriberRelation
from intake.inquiries.models import Inquiry
from intake.inquiries.opening import put
from intake.insurance.models import OPEN, Policy

KINDS = {
    InsuranceKind.PRIVATE: PayerKind.PRIVATE,
    InsuranceKind.MEDICAID: PayerKind.MEDICAID,
    InsuranceKind.MEDICARE: PayerKind.MEDICARE,
    InsuranceKind.TRICARE_VA: PayerKind.TRICARE,
    InsuranceKind.OTHER: PayerKind.OTHER,
    InsuranceKind.NONE: "none",
}


def _named(told: Insurance) -> Payer | None:
    """The insurer of exactly that name; not a private one where they say it is Medicaid, which may use its brand."""
    payer = Payer.objects.named(told.payer_name) if told.payer_name else None
    misled = payer is not None and payer.kind == PayerKind.PRIVATE and told.kind == InsuranceKind.MEDICAID
    return None if misled else payer


def keep_policy(inquiry: Inquiry, answers: Answers, *, new: bool = False) -> Policy | None:
    """Make or correct the inquiry's policy from the answers; None when nothing was said about insurance.

    ``new`` says that the inquiry is being made in this transaction, so that there is none to look for.
    """
    told = answers.insurance
    if told.kind is None and not told.payer_name and not told.member_id:
        return None
    known = None if new else Policy.objects.filter(inquiry=inquiry).first()
    policy = known or Policy(inquiry=inquiry)
    born = told.subscriber_birth_date
    changed = put(
        policy,
        kind=str(KINDS.get(told.kind, "unknown")) if told.kind else "unknown",
        payer_said=told.payer_name,
        member_id=told.member_id.strip(),
        payer=_named(told),
        person_is_subscriber=told.subscriber_relation in {None, SubscriberRelation.SELF},
        subscriber_first_name=told.subscriber_first_name,
        subscriber_last_name=told.subscriber_last_name,
        subscriber_birth_date=born.isoformat() if born else None,
        holder_may_not_know=told.holder_may_not_know is not None and told.holder_may_not_know.value != "no",
    )
    if changed:
        policy.save()
        if known and policy.payer_id:
            waiting = policy.verifications.of_their_plan().filter(state__in=OPEN)
            waiting.exclude(payer=policy.payer_id).update(payer=policy.payer_id)
    return policy
