"""Chapter one: a form is sent, or a call is written down."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import IntegrityError

from helpline.audit.acting import Actor, acting
from intake.disclosures.consenting import give
from intake.disclosures.models import Consent, Purpose, SignedHow
from intake.inquiries.answers import Answers
from intake.inquiries.events import announce
from intake.inquiries.models import Channel, Inquiry
from intake.inquiries.opening import open_from
from intake.insurance.models import Policy
from intake.insurance.nudging import nudge
from intake.insurance.policies import keep_policy
from intake.insurance.verification import ask_first
from intake.journey.minors import held_because


def open_inquiry(
    *,
    answers: Answers,
    idempotency_key: uuid.UUID | str,
    by: Actor,
    channel: str = Channel.WEB,
    quarantined: bool = False,
    language: str = "en",
) -> Inquiry:
    """Everything one sending of the form makes, in one transaction; the same key again gives the same inquiry.

    The insurer is asked only when the person themselves agreed and signed. Raises ``ValueError`` for a key that is
    not a UUID.
    """
    key = uuid.UUID(str(idempotency_key))
    try:
        with acting(by):
            inquiry = open_from(
                answers, idempotency_key=key, channel=channel, quarantined=quarantined, language=language
            )
            policy = keep_policy(inquiry, answers, new=True)
            if policy and not quarantined:
                ask_as_signed(inquiry, policy, answers, by=by)
            announce("opened", inquiry.pk)
    except IntegrityError:
        already = Inquiry.objects.filter(idempotency_key=key).first()
        if already is None:
            raise
        return already
    return inquiry


def ask_as_signed(
    inquiry: Inquiry, policy: Policy, answers: Answers, *, signed_at: datetime | None = None, by: Actor
) -> None:
    """The consent, if the person themselves signed in the form, and, unless it is held, the question to the plan."""
    if answers.may_verify and not consent_to_check(inquiry, answers, signed_at=signed_at, by=by).is_held:
        ask_first(policy)
        nudge()


def consent_to_check(inquiry: Inquiry, answers: Answers, *, signed_at: datetime | None = None, by: Actor) -> Consent:
    signed = answers.insurance.signed_name
    return give(
        inquiry_id=inquiry.pk,
        purpose=Purpose.CHECK_INSURANCE,
        patient_name=inquiry.person.full_name or signed,
        signature=signed,
        how=SignedHow.FORM,
        recipients=answers.insurance.payer_name,
        by_the_person=True,
        held_because=held_because(answers),
        signed_at=signed_at,
        by=by,
    )
