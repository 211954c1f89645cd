"""From a payer's row through the queue to the sandbox and back, by each kind of road."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from helpline.audit.acting import CALLER
from helpline.payers.models import Payer, PayerKind, PayerRoad
from intake.inquiries.answers import Person
from intake.insurance.clearinghouses.road import Road
from intake.insurance.draining import drain
from intake.insurance.models import Attempt, Verification
from intake.insurance.models import VerificationState as S
from intake.insurance.sandbox.members import MEMBERS, PAYER_ID
from intake.journey.demo import SANDBOX, people
from intake.journey.demo import sandbox as insured
from intake.journey.open_inquiry import open_inquiry

pytestmark = pytest.mark.django_db
ENDS = {
    "SBX100001": S.ANSWERED,
    "SBX100004": S.REJECTED,
    "SBX100009": S.RETRY_AT,
    "SBX100012": S.ANSWERED,
    "SBX100013": S.UNKNOWN,
    "SBX100014": S.UNKNOWN,
    "SBX100015": S.QUARANTINED,
    "SBX100016": S.UNKNOWN,
    "SBX100019": S.UNKNOWN,
    "SBX100020": S.UNKNOWN,
    "SBX100021": S.UNKNOWN,
    "SBX100022": S.ANSWERED,
}


@pytest.fixture
def row(road: Road) -> PayerRoad:
    payer = Payer.objects.create(name=SANDBOX, kind=PayerKind.PRIVATE, source="test")
    return PayerRoad.objects.create(
        payer=payer, kind=road.kind, url=road.url, edi_payer_id=PAYER_ID, sender_id="HELPLINE", receiver_id="SANDBOX",
        user_name="helpline", password=road.password, service_types=["30", "MH", "AI"],
    )  # fmt: skip


def asked_about(member_id: str) -> Verification:
    member = MEMBERS[member_id]
    answers = replace(
        people(date(2026, 11, 22))["inactive"],
        person=Person(first_name=member.first, last_name=member.last, birth_date=member.born),
        insurance=insured(member_id, member.first, member.last),
    )
    inquiry = open_inquiry(answers=answers, idempotency_key=uuid.uuid4(), by=CALLER)
    return Verification.objects.get(policy__inquiry=inquiry)


def test_every_behaviour_of_a_plan_ends_in_its_state(row: PayerRoad, settings: Any) -> None:
    settings.VERIFICATION_REQUEST_SECONDS = 2
    asked = {member_id: asked_about(member_id).pk for member_id in ENDS}
    assert drain() == len(ENDS)
    assert {member_id: Verification.objects.get(pk=pk).state for member_id, pk in asked.items()} == ENDS
    kept = Attempt.objects.get(verification=asked["SBX100001"]).reply_271
    assert kept is not None
    assert kept.startswith("ISA*")


def test_a_row_of_an_unknown_kind_is_refused(row: PayerRoad) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        PayerRoad.objects.update(kind="pigeon")
