"""A plan is asked again only while a place is awaited, only by who agreed to it, and only when the answer is old."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.test import Client
from django.utils import timezone

from helpline.accounts.models import User
from helpline.audit.acting import CALLER
from helpline.payers.models import Payer, PayerRoad
from intake.disclosures.consenting import give, revoke
from intake.disclosures.models import Consent, Purpose, SignedHow
from intake.disclosures.rights import ask_restriction
from intake.inquiries.models import Inquiry
from intake.insurance.claiming import claim_due
from intake.insurance.models import Verification, VerificationState
from intake.insurance.sandbox.members import PAYER_ID
from intake.journey.ask_again import ask_again, is_due
from intake.journey.consent import make_consent_link
from intake.journey.demo import SANDBOX
from intake.journey.refer import follow, refer
from intake.matching.models import ReferralState
from tests.dashboard.conftest import a_program, opened, staff
from tests.public.test_consent_link import SIGNED

pytestmark = pytest.mark.django_db
FIRST_OF_NEXT_MONTH = (timezone.localdate().replace(day=1) + timedelta(days=32)).replace(day=1)


@pytest.fixture
def consultant() -> User:
    return staff("consultant")


@pytest.fixture
def inquiry(consultant: User) -> Inquiry:
    """Their plan has answered, a program is being asked, and they let us ask the plan again."""
    inquiry = opened("inactive")
    PayerRoad.objects.create(
        payer=Payer.objects.get(name=SANDBOX), url="http://127.0.0.1:9/", edi_payer_id=PAYER_ID, sender_id="HELPLINE",
        receiver_id="SANDBOX", service_types=["30"], free_to_repeat=True,
    )  # fmt: skip
    Verification.objects.update(
        state=VerificationState.ANSWERED, coverage="covered", finished_at=Now(), lease_until=None
    )
    agree(inquiry, repeats=True)
    refer(inquiry, a_program(), packet=False, by=consultant)
    return inquiry


def agree(inquiry: Inquiry, *, repeats: bool) -> Consent:
    return give(
        inquiry_id=inquiry.pk, purpose=Purpose.CHECK_INSURANCE, patient_name="Daniel Reyes", signature="Daniel Reyes",
        how=SignedHow.LINK, recipients=SANDBOX, by_the_person=True, repeats=repeats, by=CALLER,
    )  # fmt: skip


def again() -> int:
    return ask_again(today=FIRST_OF_NEXT_MONTH)


def test_it_goes_into_the_queue_behind_people_on_the_line_and_only_once(inquiry: Inquiry) -> None:
    assert ask_again(today=FIRST_OF_NEXT_MONTH, dry_run=True) == 1
    assert Verification.objects.count() == 1
    assert (again(), again()) == (1, 0)
    queued = Verification.objects.get(state=VerificationState.WAITING)
    assert queued.priority == Verification.BATCH


@pytest.mark.parametrize("signed_anew", [True, False])
def test_one_that_waits_is_not_asked_once_the_consent_no_longer_repeats(inquiry: Inquiry, signed_anew: bool) -> None:
    again()
    if signed_anew:
        revoke(inquiry_id=inquiry.pk, by=CALLER)
        agree(inquiry, repeats=False)
    else:
        Consent.objects.update(signed_at=Now() - timedelta(2), expires_at=Now() - timedelta(1))
    assert claim_due(10) == []
    queued = Verification.objects.get(priority=Verification.BATCH)
    assert (queued.state, queued.attempt) == (VerificationState.WITHDRAWN, 0)


def test_one_is_asked_while_the_consent_repeats(inquiry: Inquiry) -> None:
    again()
    [claim] = claim_due(10)
    assert claim.verification_id == Verification.objects.get(priority=Verification.BATCH).pk


def test_an_answer_of_today_is_not_asked_for_again(inquiry: Inquiry) -> None:
    assert ask_again(today=timezone.localdate()) == 0


@pytest.mark.parametrize(
    ("asked", "today", "due"),
    [
        (date(2026, 11, 30), date(2026, 12, 1), True),
        (date(2025, 12, 31), date(2026, 1, 1), True),
        (date(2026, 11, 2), date(2026, 11, 8), False),
        (date(2026, 11, 2), date(2026, 11, 9), True),
    ],
)
def test_a_new_month_or_a_week_makes_an_answer_old(asked: date, today: date, due: bool) -> None:
    assert is_due(asked, today=today) is due


def test_who_agreed_to_one_question_is_asked_about_once(inquiry: Inquiry) -> None:
    revoke(inquiry_id=inquiry.pk, by=CALLER)
    agree(inquiry, repeats=False)
    assert again() == 0


def test_not_after_they_forbade_it(inquiry: Inquiry) -> None:
    ask_restriction(
        inquiry_id=inquiry.pk, purpose=Purpose.CHECK_INSURANCE, paid_in_full=False, what="Do not ask", by=CALLER
    )
    assert again() == 0


def test_not_once_they_were_taken_in(inquiry: Inquiry, consultant: User) -> None:
    follow(inquiry.referrals.get(), ReferralState.ADMITTED, by=consultant)
    assert again() == 0


def test_only_a_plan_can_be_asked_again(inquiry: Inquiry) -> None:
    with pytest.raises(IntegrityError, match="only_a_plan_is_asked_again"), transaction.atomic():
        Consent.objects.filter(purpose=Purpose.CHECK_INSURANCE).update(purpose=Purpose.REFER)


def test_the_tick_on_the_persons_page_makes_it_a_consent_that_says_so(client: Client) -> None:
    link = "/consent/" + make_consent_link(opened("inactive"), by=CALLER).split("/consent/")[1]
    assert "asked again while I wait" in client.get(link).text
    said = SIGNED | {"first_name": "Daniel", "last_name": "Reyes", "signature": "Daniel Reyes", "ask_again": "on"}
    page = client.post(link, said).text
    assert "put the same question to your plan again" in page
    kept = {consent.purpose: consent for consent in Consent.objects.order_by("version")}
    assert kept[Purpose.CHECK_INSURANCE].repeats
    assert "never after this consent has ended" in kept[Purpose.CHECK_INSURANCE].scope
    assert not kept[Purpose.REFER].repeats
