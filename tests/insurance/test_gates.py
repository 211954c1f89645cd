"""Each payer's gate: places in flight, questions a minute, rest after failures; and who goes first."""

from __future__ import annotations

import random
import uuid
from dataclasses import replace
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F
from django.db.models.functions import Now

from helpline.payers.models import Payer, PayerKind, PayerRoad
from intake.disclosures.models import Consent, Purpose
from intake.inquiries.models import Inquiry
from intake.insurance.claiming import claim_due
from intake.insurance.clearinghouses.errors import FixConfiguration, OutcomeUnknown, TryAgain
from intake.insurance.draining import drain
from intake.insurance.finishing import Outcome, failed, finish, finish_many
from intake.insurance.gates import Passage
from intake.insurance.models import Attempt, Gate, Verification
from intake.insurance.models import VerificationState as S
from intake.insurance.policies import keep_policy
from intake.insurance.question import Claim
from tests.insurance.test_verification import another, road  # noqa: F401  # a fixture

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("road")]
ANSWER = Outcome(S.BY_PHONE, Attempt.State.ANSWERED, "answered, in a way")


def queued(count: int, *, batch: int = 0) -> list[Inquiry]:
    """Questions of people on the line, and before them as many of a batch."""
    asked = [another(f"SBX10000{at % 9}") for at in range(batch + count)]
    in_batch = Verification.objects.filter(policy__inquiry__in=asked[:batch])
    in_batch.update(priority=Verification.BATCH, next_at=F("next_at") - timedelta(hours=1))
    Consent.objects.filter(purpose=Purpose.CHECK_INSURANCE).update(repeats=True)
    return asked


def gate(**settings: object) -> Gate:
    return Gate.objects.update_or_create(payer=Payer.objects.get(), defaults=settings)[0]


def later(seconds: float) -> None:
    """As if this much time had passed for the gate."""
    then = timedelta(seconds=seconds)
    Gate.objects.update(rests_until=F("rests_until") - then, left_at=F("left_at") - then)
    Verification.objects.filter(state=S.RETRY_AT).update(next_at=Now())


def test_no_more_in_flight_than_a_payer_may_have() -> None:
    queued(5)
    gate(most_in_flight=3)
    first = claim_due(64)
    assert (len(first), len(claim_due(64))) == (3, 0)
    finish(first[0], ANSWER)
    assert (len(claim_due(64)), len(claim_due(64))) == (1, 0)


def test_a_place_whose_worker_died_is_free_again() -> None:
    queued(4)
    gate(most_in_flight=2)
    claim_due(64)
    Verification.objects.filter(state=S.SENDING).update(lease_until=Now() - timedelta(seconds=1))
    assert {claim.attempt for claim in claim_due(64)} == {2}


def test_people_on_the_line_go_first_and_a_place_is_kept_for_them() -> None:
    queued(1, batch=6)
    gate(most_in_flight=4)
    [live, *batch] = claim_due(64)
    assert Verification.objects.get(pk=live.verification_id).priority == Verification.LIVE
    assert len(batch) == 2
    assert claim_due(64) == []
    late = another("SBX100001")
    assert [claim.inquiry_id for claim in claim_due(64)] == [late.pk]


def test_a_full_worker_still_has_a_place_for_somebody_on_the_line() -> None:
    queued(0, batch=5)
    assert len(claim_due(3)) == 2
    late = another("SBX100001")
    assert [claim.inquiry_id for claim in claim_due(1)] == [late.pk]


def test_one_payer_at_its_limit_holds_up_no_other(road: PayerRoad) -> None:  # noqa: F811
    queued(4)
    gate(most_in_flight=2)
    other = Payer.objects.create(name="Another plan", kind=PayerKind.PRIVATE, source="test")
    PayerRoad.objects.create(
        payer=other, url=road.url, edi_payer_id="SBX02", sender_id="HELPLINE", receiver_id="OTHER", free_to_repeat=True
    )
    inquiry = another("SBX100002")
    told = replace(inquiry.answers, insurance=replace(inquiry.answers.insurance, payer_name="Another plan"))
    keep_policy(inquiry, told)
    assert inquiry.policy.verifications.get().payer == other
    claims = claim_due(64)
    assert [claim.payer_id for claim in claims].count(other.pk) == 1


def test_a_minute_sees_no_more_than_it_may() -> None:
    queued(4)
    gate(per_minute=4)
    assert (len(claim_due(64)), len(claim_due(64))) == (2, 0)
    later(31)
    assert (len(claim_due(64)), len(claim_due(64))) == (1, 0)


@pytest.mark.parametrize("per_minute", [4, 5, 30, 601])
def test_whenever_one_looks_a_minute_holds_no_more(per_minute: int) -> None:
    """Whatever the rhythm of asking: the count of any sixty seconds, over an hour of them."""
    chance = random.Random(per_minute)
    now, left, at, begun = 0.0, 0.0, None, []
    while now < 3600:
        passage = Passage(uuid.uuid4(), 32767, per_minute, left, None if at is None else now - at, 0, None, False)
        taken = min(passage.places, chance.choice([0, 1, 3, 1000]))
        if taken:
            left, at = passage.allowance - taken, now
            begun += [now] * taken
        now += chance.choice([0.01, 0.5, 7, 40])
    for start, moment in enumerate(begun):
        assert sum(one < moment + 60 for one in begun[start : start + per_minute + 1]) <= per_minute
    assert len(begun) > 15 * per_minute


def fail(claim: Claim, error: Exception | None = None) -> None:
    assert finish(claim, failed(claim, error or OutcomeUnknown("no answer")))


def test_a_road_that_fails_rests_and_one_question_tries_it() -> None:
    queued(6)
    gate(rests_after=3, rests_seconds=60)
    claims = claim_due(3)
    for claim, error in zip(claims, (OutcomeUnknown("cut"), TryAgain("busy"), TryAgain("busy")), strict=True):
        fail(claim, error)
    assert claim_due(64) == []
    later(61)
    [probe] = claim_due(64)
    assert claim_due(64) == []
    fail(probe)
    assert claim_due(64) == []
    later(61)
    [probe] = claim_due(64)
    finish(probe, ANSWER)
    assert Gate.objects.get().rests_until is None
    assert len(claim_due(64)) == 5


def test_a_probe_whose_worker_died_is_followed_by_another() -> None:
    queued(3)
    gate(rests_until=Now() - timedelta(seconds=1), failures=5)
    [first] = claim_due(64)
    later(settings.VERIFICATION_LEASE_SECONDS + 1)
    [second] = claim_due(64)
    assert first.verification_id != second.verification_id


def test_only_failures_in_a_row_count_and_a_refusal_is_an_answer() -> None:
    queued(6)
    gate(rests_after=3)
    unheard = OutcomeUnknown("no answer")
    for error in (unheard, unheard, FixConfiguration("refused"), unheard, unheard):
        [claim] = claim_due(1)
        fail(claim, error)
    assert (Gate.objects.get().failures, Gate.objects.get().rests_until) == (2, None)


def test_what_comes_back_together_counts_in_its_order() -> None:
    queued(6)
    gate(rests_after=3)
    claims = claim_due(6)
    unheard = [failed(claim, OutcomeUnknown("no answer")) for claim in claims]
    outcomes = [unheard[0], unheard[1], ANSWER, unheard[3], unheard[4], unheard[5]]
    assert len(finish_many(list(zip(claims, outcomes, strict=True)))) == 6
    assert Gate.objects.get().failures == 3
    assert Gate.objects.get().rests_until is not None


def test_behind_a_resting_road_a_quarter_of_an_hour_ends_on_the_phone_list() -> None:
    queued(2, batch=1)
    gate(rests_until=Now() + timedelta(minutes=1), failures=5)
    long_ago, *_ = Verification.objects.filter(priority=Verification.LIVE)
    Verification.objects.filter(priority=Verification.BATCH).update(made_at=Now() - timedelta(hours=3))
    Verification.objects.filter(pk=long_ago.pk).update(made_at=Now() - timedelta(minutes=16))
    assert claim_due(64) == []
    states = dict(Verification.objects.values_list("pk", "state"))
    assert states.pop(long_ago.pk) == S.BY_PHONE
    assert set(states.values()) == {S.WAITING}
    assert not Attempt.objects.exists()


def test_what_was_asked_once_waits_no_longer_than_that_either() -> None:
    queued(0, batch=1)
    [claim] = claim_due(2)
    fail(claim)
    gate(rests_until=Now() + timedelta(minutes=1), failures=5)
    Attempt.objects.update(started_at=Now() - timedelta(minutes=16))
    assert claim_due(64) == []
    assert Verification.objects.get().state == S.BY_PHONE


def test_after_its_time_a_worker_claims_no_more_and_says_so() -> None:
    queued(1)
    said: list[str] = []
    assert drain(seconds=0, renew=lambda: said.append("renew")) == 0
    assert (said, Verification.objects.get().state) == (["renew"], S.WAITING)


@pytest.mark.parametrize("wrong", [{"most_in_flight": 1}, {"per_minute": 3}, {"rests_after": 0}])
def test_a_gate_always_has_room_for_who_is_on_the_line(wrong: dict[str, int]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        gate(**wrong)


def test_an_open_question_is_to_somebody() -> None:
    [inquiry] = queued(1)
    with pytest.raises(IntegrityError), transaction.atomic():
        inquiry.policy.verifications.update(payer=None)


def test_each_deadline_is_shorter_than_the_one_around_it() -> None:
    """An answer is written by who asked: before the lease, the task and its message pass to another."""
    deadlines = [
        settings.VERIFICATION_REQUEST_SECONDS,
        settings.VERIFICATION_LEASE_SECONDS,
        settings.CELERY_TASK_SOFT_TIME_LIMIT,
        settings.CELERY_TASK_TIME_LIMIT,
        settings.CELERY_BROKER_TRANSPORT_OPTIONS["visibility_timeout"],
    ]
    assert deadlines == sorted(set(deadlines)) == [45, 75, 90, 120, 300]
