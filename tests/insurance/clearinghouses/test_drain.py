"""From a payer's row through the queue to the sandbox and back, by each kind of road."""

from __future__ import annotations

import time
import uuid
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from helpline.audit.acting import CALLER
from helpline.payers.models import Payer, PayerKind, PayerRoad
from intake.disclosures.models import Disclosure
from intake.inquiries.answers import Person
from intake.insurance.clearinghouses.road import Road
from intake.insurance.draining import drain
from intake.insurance.models import Attempt, Verification
from intake.insurance.models import VerificationState as S
from intake.insurance.sandbox.members import MEMBERS, PAYER_ID
from intake.insurance.x12 import codes
from intake.journey.demo import SANDBOX, people
from intake.journey.demo import sandbox as insured
from intake.journey.open_inquiry import open_inquiry
from tests.insurance.clearinghouses.conftest import PATHS

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
    "SBX100023": S.BY_PHONE,
    "SBX100028": S.UNKNOWN,
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


BY_STEP = {
    "try_again": S.RETRY_AT,
    "configuration": S.CONFIGURATION,
    "ask_caller": S.REJECTED,
    "ask_a_person": S.BY_PHONE,
}


@pytest.mark.parametrize("road", ["core_soap"], indirect=True)
def test_every_reason_to_refuse_ends_as_the_table_of_codes_says(row: PayerRoad) -> None:
    asked = {code: asked_about(f"SBX3{code:0>5}").pk for code in codes.reject_codes()}
    assert drain() == len(asked) > 40
    ended = {code: Verification.objects.get(pk=pk).state for code, pk in asked.items()}
    # We always ask about today: asked again, the date would be refused again
    of_the_date = dict.fromkeys(("52", "56", "57", "62", "63"), S.BY_PHONE)
    assert ended == {code: BY_STEP[codes.reject(code).kind] for code in asked} | of_the_date


@pytest.mark.parametrize("road", ["core_soap"], indirect=True)
def test_twice_unable_to_answer_then_answered_by_three_calls(row: PayerRoad) -> None:
    """Each try is a call of its own: an attempt, another ISA13, the same trace, a row of the ledger."""
    asked = asked_about("SBX100009")
    for _ in range(3):
        Verification.objects.update(next_at=Now())
        drain()
    assert Verification.objects.get(pk=asked.pk).state == S.ANSWERED
    attempts = Attempt.objects.all()
    assert len({attempt.control_number for attempt in attempts}) == 3
    assert all(f"TRN*1*{asked.trace}*" in attempt.request_270 for attempt in attempts)
    assert set(Disclosure.objects.values_list("about_id", flat=True)) == {attempt.pk for attempt in attempts}


@pytest.mark.parametrize("road", ["core_mime"], indirect=True)
def test_on_a_road_free_to_repeat_what_was_cut_is_asked_again_and_ends_with_a_person(row: PayerRoad) -> None:
    PayerRoad.objects.update(free_to_repeat=True)
    asked = asked_about("SBX100019")
    for state in (S.RETRY_AT, S.RETRY_AT, S.RETRY_AT, S.BY_PHONE):
        Verification.objects.update(next_at=Now())
        drain()
        assert Verification.objects.get(pk=asked.pk).state == state


# Seconds within which the call is over, with the deadline of 45 s that production has
BOUNDS = {
    "SBX100012": (S.ANSWERED, 20, 25),
    "SBX100013": (S.UNKNOWN, 0, 5),
    "SBX100014": (S.UNKNOWN, 0, 5),
    "SBX100015": (S.QUARANTINED, 0, 5),
    "SBX100016": (S.UNKNOWN, 45, 50),
    "SBX100019": (S.UNKNOWN, 0, 5),
    "SBX100020": (S.UNKNOWN, 45, 50),
    "SBX100021": (S.UNKNOWN, 0, 20),
    "SBX100022": (S.ANSWERED, 0, 5),
    "SBX100028": (S.UNKNOWN, 45, 50),
    "SBX100001": (S.ANSWERED, 0, 5),
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", sorted(PATHS))
def test_the_whole_table_at_its_real_speed_ends_within_its_bounds(kind: str, unhurried: str, settings: Any) -> None:
    settings.VERIFICATION_REQUEST_SECONDS = 45
    payer = Payer.objects.create(name=SANDBOX, kind=PayerKind.PRIVATE, source="test")
    PayerRoad.objects.create(
        payer=payer, kind=kind, url=f"{unhurried}{PATHS[kind]}", edi_payer_id=PAYER_ID, sender_id="HELPLINE",
        receiver_id="SANDBOX", user_name="helpline", service_types=["30"],
        password="sandbox",  # pragma: allowlist secret
    )  # fmt: skip
    asked = {member_id: asked_about(member_id).pk for member_id in BOUNDS}
    began = time.monotonic()
    assert drain() == len(BOUNDS)
    assert time.monotonic() - began < 60
    for member_id, (state, least, most) in BOUNDS.items():
        attempt = Attempt.objects.get(verification=asked[member_id])
        assert (member_id, attempt.verification.state) == (member_id, state)
        assert attempt.ended_at is not None
        took = (attempt.ended_at - attempt.started_at).total_seconds()
        assert least <= took <= most, (member_id, took)


def test_a_row_of_an_unknown_kind_is_refused(row: PayerRoad) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        PayerRoad.objects.update(kind="pigeon")
