"""How plans answer: counted from the attempts themselves."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db.models.functions import Now
from django.test import Client
from django.utils import timezone
from django.utils.formats import date_format

from helpline.audit.acting import acting
from helpline.payers.models import Payer, PayerKind, PayerRoad
from intake.board.scorecard import scorecard
from intake.dashboard.templatetags.desk import why
from intake.insurance.claiming import WORKER
from intake.insurance.models import Attempt, Gate, Policy, Verification
from intake.insurance.models import VerificationState as S
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


def test_an_answer_that_leaves_it_open_is_no_refusal(policy: Policy) -> None:
    ended(policy, S.BY_PHONE, (A.ANSWERED, 1, "ask_a_person status_not_clear"))
    assert scorecard(days=30)[0].refusals == ()


@pytest.mark.parametrize(
    ("kept", "words"),
    [
        ("ask_caller 71", "something does not match the card (code 71)"),
        ("ask_a_person status_not_clear", "the answer does not say clearly whether the coverage is active"),
        ("try_again 62", "the plan does not answer for today (code 62)"),
        ("after 3 tries: try_again 42", "after 3 tries: the plan could not answer just then (code 42)"),
        (
            "after 3 tries: The connection to the clearinghouse failed. It may have received our question."[:60],
            "after 3 tries: The connection to the clearinghouse failed.",
        ),
        (
            "The clearinghouse answered with something that is not an answer."[:60],
            "The clearinghouse answered with something that is not an …",
        ),
    ],
)
def test_why_it_ended_is_said_in_whole_words(kept: str, words: str) -> None:
    assert why(kept) == words


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


def test_what_it_cost_who_waits_and_that_a_road_rests(policy: Policy, signed_in: Callable[[str], Client]) -> None:
    assert policy.payer
    PayerRoad.objects.create(payer=policy.payer, url="http://127.0.0.1:9/", edi_payer_id="1", cost_per_check="0.25")
    ended(policy, S.ANSWERED, (A.NOT_SENT, 1, "no route"), (A.UNKNOWN, 45, "cut off"), (A.ANSWERED, 2, ""))
    policy.verifications.create(payer=policy.payer)
    until = timezone.localtime().replace(minute=5) + timedelta(hours=1)
    Gate.objects.create(payer=policy.payer, failures=5, rests_until=until)
    page = " ".join(signed_in("supervisor").get("/desk/payers/").text.split())
    assert "$0.50</strong><br>$0.25 a call" in page
    assert f"until {date_format(until, 'g:i a e')}, after 5 failures in a row" in page
    assert "1 waits" in page
    Gate.objects.update(rests_until=Now())
    assert "Not resting" in signed_in("supervisor").get("/desk/payers/").text


def test_a_question_to_another_company_counts_for_that_company(policy: Policy) -> None:
    other = Payer.objects.create(name="Sandbox Behavioral", kind=PayerKind.PRIVATE, source="test")
    ended(policy, S.ANSWERED, (A.ANSWERED, 1, ""))
    asked = Verification.objects.get()
    asked.payer, asked.payer_said = other, "SANDBOX BEHAVIORAL"
    asked.save()
    assert [score.payer for score in scorecard(days=30)] == ["Sandbox Behavioral"]
