"""How plans answer: counted from the attempts themselves."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db.models.functions import Now
from django.test import Client

from helpline.audit.acting import acting
from intake.board.scorecard import scorecard
from intake.insurance.models import Attempt, Policy, Verification
from intake.insurance.models import VerificationState as S
from intake.insurance.verification import WORKER
from tests.dashboard.conftest import opened

pytestmark = pytest.mark.django_db
A = Attempt.State


@pytest.fixture
def policy() -> Policy:
    policy = opened("inactive").policy
    policy.verifications.all().delete()
    return policy


def ended(policy: Policy, state: str, *calls: tuple[str, float, str], days_ago: int = 0, why: str = "") -> None:
    """One question and its calls: each its state, the seconds it took, and why it failed."""
    with acting(WORKER):
        verification = policy.verifications.create(
            state=state, coverage="covered" if state == S.ANSWERED else None, attempt=len(calls), why=why,
            finished_at=Now(), made_at=Now() - timedelta(days_ago),
        )  # fmt: skip
        for number, (came_of_it, seconds, reason) in enumerate(calls, 1):
            verification.attempts.create(
                id=uuid.uuid4(), number=number, state=came_of_it, control_number=number, request_270="ISA", why=reason,
                started_at=Now() - timedelta(seconds=seconds), ended_at=Now(),
            )  # fmt: skip


def test_rates_times_and_refusals(policy: Policy) -> None:
    for seconds in (1, 2, 3, 30):
        ended(policy, S.ANSWERED, (A.ANSWERED, seconds, ""))
    ended(policy, S.REJECTED, (A.ANSWERED, 4, "ask_caller 75"))
    ended(policy, S.BY_PHONE, (A.ANSWERED, 5, "try_again 42"), (A.ANSWERED, 5, "after 2 tries: try_again 42"))
    ended(policy, S.UNKNOWN, (A.NOT_SENT, 9, "no route"), (A.UNKNOWN, 45, "cut off"))
    ended(policy, S.BY_PHONE)
    ended(policy, S.ANSWERED, (A.ANSWERED, 99, ""), days_ago=31)
    [score] = scorecard(days=30)
    assert (score.questions, score.answered, score.rejected, score.given_up, score.by_phone) == (7, 4, 1, 2, 1)
    assert (score.calls, score.answered_percent) == (8, 57)
    assert score.half_within == pytest.approx(4)
    assert score.most_within is not None
    assert 5 < score.most_within < 30
    assert score.keeps_the_rule is False
    assert [(each.code, each.times) for each in score.refusals] == [("42", 2), ("75", 1)]
    assert "Not found" in score.refusals[1].meaning or "find" in score.refusals[1].meaning


def test_a_plan_only_ever_asked_by_phone_has_no_rate(policy: Policy) -> None:
    ended(policy, S.BY_PHONE)
    [score] = scorecard(days=30)
    assert (score.answered_percent, score.keeps_the_rule, score.half_within) == (None, None, None)


def test_the_page_says_it_to_a_supervisor(policy: Policy, signed_in: Callable[[str], Client]) -> None:
    ended(policy, S.ANSWERED, (A.ANSWERED, 1.5, ""))
    page = signed_in("supervisor").get("/desk/payers/?days=7").text
    assert "1 of 1 question" in page
    assert "half within 1.5&nbsp;s" in page
    assert Verification.objects.get().trace not in page
