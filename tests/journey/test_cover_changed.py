"""A repeated check that says something else that matters stands in the queue until somebody saw it."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.test import Client

from helpline.audit.models import AuditRecord
from intake.inquiries.models import Inquiry
from intake.insurance.models import Verification
from intake.journey.cover_changed import compare_answers
from tests.dashboard.conftest import desk, opened, signed_in
from tests.dashboard.test_desk import page_of, post
from tests.insurance.answered import CARED_FOR, PPO, answered

__all__ = ["desk", "signed_in"]
pytestmark = pytest.mark.django_db
LESS_LEFT = (PPO[0], "EB*C*IND*30*PR*SANDBOX CHOICE PPO*29*12*****Y", *CARED_FOR[2:])
INACTIVE = ("EB*6*IND*30*PR*SANDBOX CHOICE PPO",)
TWO_PLANS = (*CARED_FOR, "EB*1*IND*30*HM*SANDBOX SECOND PLAN")
CHANGED = "What their plan covers has changed"


@pytest.fixture
def inquiry(db: None) -> Inquiry:
    return opened("inactive")


def asked_twice(before: tuple[str, ...], after: tuple[str, ...]) -> Verification:
    first = Verification.objects.get()
    answered(first, *before)
    again = first.policy.verifications.create(payer=first.policy.payer, priority=Verification.BATCH)
    answered(again, *after)
    return again


@pytest.mark.parametrize(
    ("before", "after", "matters"),
    [
        (CARED_FOR, CARED_FOR, False),
        (CARED_FOR, LESS_LEFT, False),
        (CARED_FOR, INACTIVE, True),
        (CARED_FOR, PPO, True),
        (TWO_PLANS, CARED_FOR, True),
    ],
)
def test_what_counts(inquiry: Inquiry, before: tuple[str, ...], after: tuple[str, ...], matters: bool) -> None:
    again = asked_twice(before, after)
    assert compare_answers() == int(matters)
    again.refresh_from_db()
    assert again.differs is matters
    assert compare_answers() == 0


def test_it_is_in_the_queue_and_on_the_inquiry_until_one_click(desk: Client, inquiry: Inquiry) -> None:
    asked_twice(CARED_FOR, INACTIVE)
    assert CHANGED not in desk.get("/desk/").text
    compare_answers()
    assert CHANGED in desk.get("/desk/").text
    page = " ".join(page_of(desk, inquiry).split())
    assert "What their plan covers has changed: look at it, and tell them." in page
    assert "Substance use care: Covered → <strong>Not covered</strong>" in page
    assert "Is it active: Active → <strong>Not active</strong>" in page
    assert "Seen. It is out of the queue." in post(desk, "desk_saw_change", inquiry.pk)
    assert CHANGED not in desk.get("/desk/").text
    assert CHANGED not in page_of(desk, inquiry)
    record = AuditRecord.objects.filter(subject_kind="insurance_verification", fields__contains=["seen_at"]).get()
    assert record.actor_kind == "staff"


def test_without_a_broker_the_worker_notices_it_too(inquiry: Inquiry) -> None:
    again = asked_twice(CARED_FOR, INACTIVE)
    call_command("verify_worker", "--once")
    again.refresh_from_db()
    assert again.differs is True


def test_an_answer_that_somebody_asked_for_is_no_news(inquiry: Inquiry) -> None:
    asked_twice(CARED_FOR, INACTIVE)
    Verification.objects.update(priority=Verification.LIVE)
    assert compare_answers() == 0
