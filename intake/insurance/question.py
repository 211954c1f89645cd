"""What is asked of a payer, as plain values out of the rows: the question, its envelope, and the way it goes."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.utils import timezone

from helpline.payers.models import PayerRoad
from intake.insurance.clearinghouses.road import Road
from intake.insurance.models import Attempt, Verification
from intake.insurance.x12.inquiry import CannotAsk, EligibilityInquiry, Envelope, Person, Provider
from intake.insurance.x12.inquiry import Payer as AskedPayer


@dataclass(frozen=True)
class Claim:
    """One attempt this process holds: what to send, where, and the fence it must show to finish.

    ``asking_for`` is how many seconds ago the first attempt began.
    """

    verification_id: uuid.UUID
    inquiry_id: uuid.UUID
    payer_id: uuid.UUID
    attempt: int
    attempt_id: uuid.UUID
    question: EligibilityInquiry
    road: Road
    payload: bytes
    free_to_repeat: bool
    asking_for: float = 0


def question_for(verification: Verification) -> EligibilityInquiry:
    """The 270 in plain values. Raises ``CannotAsk`` naming the field that is missing."""
    policy = verification.policy
    person, payer = policy.inquiry.person, verification.asked_payer
    if payer is None:
        raise CannotAsk("payer.edi_id", "The insurer is not known.")
    patient = Person(person.last_name, person.first_name, birth_date=_date(person.birth_date))
    holder = Person(
        policy.subscriber_last_name,
        policy.subscriber_first_name,
        birth_date=_date(policy.subscriber_birth_date),
    )
    return EligibilityInquiry(
        payer=AskedPayer(payer.name, payer.road.edi_payer_id),
        provider=provider_for(payer.road),
        member_id=verification.asked_member_id,
        subscriber=patient if policy.person_is_subscriber else holder,
        dependent=None if policy.person_is_subscriber else patient,
        trace=verification.trace,
        service_types=tuple(payer.road.service_types) or ("30",),
    )


def envelope_for(row: PayerRoad, control: int) -> Envelope:
    return Envelope(row.sender_id, row.receiver_id, control, timezone.localtime(), production=row.production)


def road_of(row: PayerRoad) -> Road:
    return Road(
        kind=row.kind,
        url=row.url,
        sender_id=row.sender_id,
        receiver_id=row.receiver_id,
        user_name=row.user_name,
        password=row.password or "",
        certificate=row.certificate,
        private_key=row.private_key or "",
        authorities=row.authorities,
        folder=row.folder,
        allowed_hosts=frozenset(settings.CLEARINGHOUSE_ALLOWED_HOSTS),
        plain_http=not settings.PRODUCTION,
        total_seconds=settings.VERIFICATION_REQUEST_SECONDS,
    )


def claim_of(attempt: Attempt) -> Claim:
    """The claim of an attempt that was made earlier, for whoever brings its answer. Raises as ``question_for``."""
    verification = attempt.verification
    payer = verification.asked_payer
    if payer is None:
        raise CannotAsk("payer.edi_id", "The insurer is not known.")
    road = payer.road
    return Claim(
        verification.pk,
        verification.policy.inquiry_id,
        payer.pk,
        attempt.number,
        attempt.pk,
        question_for(verification),
        road_of(road),
        attempt.request_270.encode("ascii"),
        road.free_to_repeat,
        asking_for=(timezone.now() - attempt.started_at).total_seconds(),
    )


def provider_for(road: PayerRoad) -> Provider:
    """In whose name this payer is asked: its road may name another provider than the house's."""
    if road.provider_npi:
        return Provider(road.provider_name, road.provider_npi)
    return Provider(settings.PROVIDER_NAME, settings.PROVIDER_NPI)


def _date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
