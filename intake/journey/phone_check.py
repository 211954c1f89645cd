"""Asking a plan by phone, when no computer can: the same consent, the same ledger."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from django.db.models.functions import Now
from django.utils.translation import gettext as _

from helpline.accounts.models import User
from helpline.audit.acting import Actor, acting, record_read
from intake.disclosures.consenting import NoConsent, disclose, standing
from intake.disclosures.models import Carried, Disclosure, Purpose
from intake.inquiries.events import announce
from intake.inquiries.models import Inquiry, MoveRefused
from intake.insurance.claiming import DISCLOSED_FIELDS
from intake.insurance.models import PhoneCall, Verification
from intake.insurance.other_payers import consent_names


def begin_phone_check(verification: Verification, call: uuid.UUID, *, by: User) -> None:
    """The ledger row of a call about to be made: one for each ``call``, however often its page is opened.

    Raises ``NoConsent``, also after a revocation, and ``MoveRefused`` when the plan need not be called any more.
    """
    policy, actor = verification.policy, Actor.staff(by)
    with acting(actor):
        Inquiry.objects.hold(policy.inquiry_id)  # pressed twice, it is begun once
        if not Verification.objects.may_be_called().filter(pk=verification.pk).exists():
            raise MoveRefused(_("This plan need not be called any more."))
        if Purpose.CHECK_INSURANCE not in standing(policy.inquiry_id) or not consent_names(verification):
            raise NoConsent
        if not _begun(call):
            disclose(
                inquiry_id=policy.inquiry_id,
                purpose=Purpose.CHECK_INSURANCE,
                recipient=f"{verification.asked_name}, by phone",
                fields=DISCLOSED_FIELDS,
                about=call,
                carried=Carried.READ_OUT,
                by=actor,
            )
        record_read(actor, "verification", verification.pk, inquiry_id=policy.inquiry_id)


def keep_phone_answer(
    verification: Verification,
    call: uuid.UUID,
    *,
    spoke_to: str,
    reference: str,
    called_at: datetime,
    answers: Sequence[dict[str, str]],
    by: User,
) -> PhoneCall:
    """What the plan said to each question, with who said it and when; takes it off the phone list.

    A consent taken back during the call does not lose it. Raises ``NoConsent`` when no call was begun, ``MoveRefused``
    when the answers of this call were kept already.
    """
    if not _begun(call):
        raise NoConsent
    with acting(Actor.staff(by)):
        Inquiry.objects.hold(verification.policy.inquiry_id)
        if PhoneCall.objects.filter(call=call).exists():
            raise MoveRefused(_("What this plan said is written down already."))
        kept = PhoneCall.objects.create(
            verification=verification,
            call=call,
            by=by,
            called_at=called_at,
            spoke_to=spoke_to,
            reference=reference,
            answers_json=list(answers),
        )
        verification.asked_by_phone_at = Now()
        verification.save(update_fields=["asked_by_phone_at"])
        announce("verification", verification.policy.inquiry_id)
    return kept


def the_call(verification: Verification, key: str) -> uuid.UUID:
    """The id of one call about one plan. The page's key names it; a page without one is the plan's first call."""
    return uuid.uuid5(verification.pk, key[:80]) if key else verification.pk


def _begun(call: uuid.UUID) -> bool:
    return Disclosure.objects.filter(about_id=call).exists()
