"""The queue: who holds a job, who may finish it, and where each kind of answer leaves it."""

from __future__ import annotations

import uuid
from concurrent.futures import Future
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models.functions import Now

from helpline.audit.acting import CALLER, acting
from helpline.payers.models import Payer, PayerKind, PayerRoad
from intake.disclosures.consenting import NoConsent, revoke
from intake.disclosures.models import Disclosure
from intake.disclosures.rights import ask_restriction
from intake.inquiries.answers import Insurance, InsuranceKind, Person
from intake.inquiries.models import Inquiry
from intake.insurance.claiming import claim_due
from intake.insurance.clearinghouses.errors import AskAPerson, FixConfiguration, OutcomeUnknown, TryAgain
from intake.insurance.draining import _finish
from intake.insurance.finishing import Outcome, failed, finish, read
from intake.insurance.models import Attempt, Policy, Verification
from intake.insurance.models import VerificationState as S
from intake.insurance.question import Claim
from intake.insurance.sandbox.members import PAYER_ID
from intake.insurance.verification import ask_for
from intake.journey.check_insurance import check_insurance
from intake.journey.consent import take_back
from intake.journey.demo import SANDBOX, people, sandbox
from intake.journey.open_inquiry import open_inquiry

pytestmark = pytest.mark.django_db
SAMPLES = Path(__file__).parent.parent / "data" / "x12"
TODAY = date(2026, 11, 22)


@pytest.fixture
def road() -> PayerRoad:
    payer = Payer.objects.create(name=SANDBOX, kind=PayerKind.PRIVATE, source="test")
    return PayerRoad.objects.create(
        payer=payer, url="http://127.0.0.1:9/", edi_payer_id=PAYER_ID, sender_id="HELPLINE", receiver_id="SANDBOX",
        user_name="helpline", password="sandbox", service_types=["30", "MH", "AI"], free_to_repeat=True,
    )  # fmt: skip


@pytest.fixture
def inquiry(road: PayerRoad) -> Inquiry:
    return another("SBX100001")


def another(member_id: str) -> Inquiry:
    answers = replace(
        people(TODAY)["inactive"],
        person=Person(first_name="Daniel", last_name="Reyes", birth_date=date(1996, 4, 12)),
        insurance=sandbox(member_id, "Daniel", "Reyes"),
    )
    return open_inquiry(answers=answers, idempotency_key=uuid.uuid4(), by=CALLER)


def job() -> Verification:
    return Verification.objects.get()


def test_claiming_writes_lease_attempt_and_ledger_before_anything_is_sent(inquiry: Inquiry) -> None:
    [claim] = claim_due(10)
    row = job()
    assert (row.state, row.attempt, claim.attempt) == (S.SENDING, 1, 1)
    assert row.lease_until is not None
    assert Disclosure.objects.get().about_id == claim.attempt_id == Attempt.objects.get().pk
    assert b"REYES" in claim.payload
    assert b"SBX100001" in claim.payload
    assert claim_due(10) == []


def test_without_consent_nothing_is_claimed_and_nothing_is_in_the_ledger(inquiry: Inquiry) -> None:
    """Revoked between queueing and claiming: no call."""
    revoke(inquiry_id=inquiry.pk, by=CALLER)
    assert claim_due(10) == []
    assert (job().state, Disclosure.objects.count(), Attempt.objects.count()) == (S.WITHDRAWN, 0, 0)


def test_a_lease_that_ran_out_passes_to_the_next_and_the_late_one_is_fenced_off(inquiry: Inquiry) -> None:
    [late] = claim_due(10)
    Verification.objects.update(lease_until=Now() - timedelta(seconds=1))
    [second] = claim_due(10)
    assert second.attempt == 2
    assert not finish(late, Outcome(S.BY_PHONE, Attempt.State.FAILED, "late"))
    assert job().state == S.SENDING
    assert finish(second, Outcome(S.BY_PHONE, Attempt.State.FAILED, "in time"))
    assert not finish(second, Outcome(S.UNKNOWN, Attempt.State.FAILED, "twice"))
    assert (job().state, job().why) == (S.BY_PHONE, "in time")


def test_on_a_road_not_free_to_repeat_a_dead_attempt_goes_to_a_person(inquiry: Inquiry, road: PayerRoad) -> None:
    PayerRoad.objects.update(free_to_repeat=False)
    claim_due(10)
    Verification.objects.update(lease_until=Now() - timedelta(seconds=1))
    assert claim_due(10) == []
    assert job().state == S.UNKNOWN


def answer(claim: Claim, segments: str) -> bytes:
    """A whole 271 to this claim's question with the given 2100C/2110C segments."""
    body = (
        "ST*271*0001*005010X279A1~BHT*0022*11*1*20261122*1200~HL*1**20*1~NM1*PR*2*SANDBOX HEALTH PLAN*****PI*SBX01~"
        "HL*2*1*21*1~NM1*1P*2*EXAMPLE RECOVERY HELPLINE*****XX*1234567893~HL*3*2*22*0~"
        f"TRN*2*{claim.question.trace}*9HELPLINE1~NM1*IL*1*REYES*DANIEL****MI*SBX100001~{segments}"
    )
    body += f"SE*{body.count('~') + 1}*0001~"
    isa = "ISA*00*          *00*          *ZZ*SANDBOX        *ZZ*HELPLINE       *261122*1200*^*00501*000000001*0*T*:~"
    return f"{isa}GS*HB*SANDBOX*HELPLINE*20261122*1200*1*X*005010X279A1~{body}GE*1*1~IEA*1*000000001~".encode()


@pytest.mark.parametrize(
    ("segments", "state", "coverage"),
    [
        ("EB*1*IND*30**PLAN~EB*1*IND*AI**PLAN~", S.ANSWERED, "covered"),
        ("EB*1*IND*30**PLAN~", S.ANSWERED, "not_stated"),
        ("EB*1*IND*30**PLAN~EB*I*IND*AI**PLAN~", S.ANSWERED, "not_covered"),
        ("EB*6*IND*30**PLAN~", S.ANSWERED, "not_covered"),
        ("AAA*N**72*C~", S.REJECTED, None),
        ("AAA*N**75*C~", S.REJECTED, None),
        ("AAA*N**42*P~", S.RETRY_AT, None),
        ("AAA*N**43*C~", S.CONFIGURATION, None),
    ],
)
def test_where_an_answer_leaves_the_job(inquiry: Inquiry, segments: str, state: str, coverage: str | None) -> None:
    [claim] = claim_due(10)
    assert finish(claim, read(claim, answer(claim, segments), on=TODAY))
    assert (job().state, job().coverage) == (state, coverage)


def test_a_plan_that_refuses_the_date_is_called_and_not_asked_the_same_thrice(inquiry: Inquiry) -> None:
    claim = claim_due(10)[0]
    outcome = read(claim, answer(claim, "AAA*N**62*C~"), on=TODAY)
    assert (outcome.state, outcome.why) == (S.BY_PHONE, "try_again 62")


def test_an_answer_about_somebody_else_is_locked_away(inquiry: Inquiry) -> None:
    [claim] = claim_due(10)
    other = answer(claim, "EB*1*IND*30**PLAN~").replace(claim.question.trace.encode(), b"HL0000000000000000")
    assert finish(claim, read(claim, other, on=TODAY))
    assert (job().state, job().coverage, job().summary_json) == (S.QUARANTINED, None, None)


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (TryAgain("busy"), S.RETRY_AT),
        (TryAgain("busy", after_seconds=3600), S.BY_PHONE),
        (OutcomeUnknown("cut"), S.RETRY_AT),
        (FixConfiguration("refused"), S.CONFIGURATION),
        (AskAPerson("no road"), S.BY_PHONE),
        (ZeroDivisionError("ours"), S.RETRY_AT),
    ],
)
def test_where_a_failure_leaves_the_job(inquiry: Inquiry, error: Exception, state: str) -> None:
    [claim] = claim_due(10)
    assert finish(claim, failed(claim, error))
    assert job().state == state


def test_tries_end_with_the_phone_within_fifteen_minutes(inquiry: Inquiry) -> None:
    waited = 0.0
    for _ in range(10):
        Verification.objects.filter(state=S.RETRY_AT).update(next_at=Now())
        claims = claim_due(10)
        if not claims:
            break
        outcome = failed(claims[0], OutcomeUnknown("no answer"))
        waited += outcome.after * 1.1 + 45
        finish(claims[0], outcome)
    assert job().state == S.BY_PHONE
    assert waited <= 900


def test_a_try_that_is_still_planned_ends_within_the_quarter_of_an_hour(inquiry: Inquiry) -> None:
    """However late the attempt before began: both time out, the wait is a tenth longer, and a sweep comes late."""
    [claim] = claim_due(10)
    for began in range(0, 900, 7):
        for attempt in (1, 2, 3):
            late = replace(claim, attempt=attempt, asking_for=began)
            outcome = failed(late, OutcomeUnknown("no answer"))
            if outcome.state == S.RETRY_AT:
                assert began + 45 + outcome.after * 1.1 + 10 + 45 <= 900


def test_a_payer_without_a_road_is_asked_by_phone(road: PayerRoad) -> None:
    road.delete()
    answers = replace(
        people(TODAY)["inactive"], insurance=replace(sandbox("1", "Daniel", "Reyes"), payer_name="Somewhere")
    )
    open_inquiry(answers=answers, idempotency_key=uuid.uuid4(), by=CALLER)
    assert job().state == S.BY_PHONE


def test_a_question_that_lacks_something_asks_the_caller_not_the_payer(road: PayerRoad) -> None:
    nameless = replace(people(TODAY)["inactive"], person=Person(), insurance=sandbox("SBX100001", "Daniel", "Reyes"))
    open_inquiry(answers=nameless, idempotency_key=uuid.uuid4(), by=CALLER)
    assert claim_due(10) == []
    assert job().state == S.REJECTED
    assert job().why.startswith("correct: subscriber.")
    assert not Disclosure.objects.exists()


def test_one_open_question_a_policy(inquiry: Inquiry) -> None:
    assert ask_for(inquiry.policy) == job()
    with pytest.raises(IntegrityError), transaction.atomic():
        inquiry.policy.verifications.create(payer=inquiry.policy.payer)


@pytest.mark.parametrize(
    "wrong", [{"coverage": "covered"}, {"lease_until": Now()}, {"finished_at": Now()}, {"state": "nonsense"}]
)
def test_the_database_refuses_what_does_not_belong_together(inquiry: Inquiry, wrong: dict[str, object]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Verification.objects.update(**wrong)


def test_no_insurance_no_question() -> None:
    answers = replace(people(TODAY)["inactive"], insurance=Insurance(kind=InsuranceKind.NONE))
    open_inquiry(answers=answers, idempotency_key=uuid.uuid4(), by=CALLER)
    assert not Verification.objects.exists()


def test_a_row_that_cannot_be_read_holds_up_no_other(inquiry: Inquiry) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE inquiries_person SET birth_date = 'v1.gone.AAAA' WHERE id = %s", [inquiry.person_id])
    healthy = another("SBX100002")
    claims = claim_due(10)
    assert [claim.inquiry_id for claim in claims] == [healthy.pk]
    bad = Verification.objects.get(policy__inquiry=inquiry)
    assert (bad.state, bad.why) == (S.CONFIGURATION, "our own error: CannotOpen")
    assert not Disclosure.objects.filter(inquiry_id=inquiry.pk).exists()
    assert not bad.attempts.exists()
    assert bad in Verification.objects.for_phone()


def test_an_answer_we_stumble_over_is_unknown_and_no_others_trouble(
    inquiry: Inquiry, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumble(*_: object, **__: object) -> Outcome:
        raise RecursionError

    monkeypatch.setattr("intake.insurance.draining.read", stumble)
    [claim] = claim_due(10)
    answered: Future[bytes] = Future()
    answered.set_result(b"ISA")
    assert _finish([(claim, answered)]) == 1
    assert (job().state, job().why) == (S.RETRY_AT, "our own error: RecursionError")


def test_waiting_as_a_plan_asks_never_lasts_longer_than_a_quarter_of_an_hour_in_all(inquiry: Inquiry) -> None:
    for minutes_ago, state in ((0, S.RETRY_AT), (10, S.BY_PHONE)):
        Attempt.objects.update(started_at=Now() - timedelta(minutes=minutes_ago))
        Verification.objects.update(next_at=Now())
        [claim] = claim_due(10)
        assert claim.asking_for == pytest.approx(minutes_ago * 60, abs=30)
        finish(claim, failed(claim, TryAgain("busy", after_seconds=700)))
        assert job().state == state


def test_a_plan_no_computer_can_ask_is_on_the_phone_list_once(inquiry: Inquiry) -> None:
    Verification.objects.all().delete()
    PayerRoad.objects.update(enabled=False)
    policy = Policy.objects.get()
    rows = {ask_for(policy).pk for _ in range(3)}
    assert len(rows) == 1
    PayerRoad.objects.update(enabled=True)
    assert ask_for(Policy.objects.get()).state == S.WAITING


def test_a_question_that_stops_every_worker_goes_to_a_person(inquiry: Inquiry) -> None:
    for _ in range(3):
        assert claim_due(10)
        Verification.objects.update(lease_until=Now() - timedelta(seconds=1))
    assert claim_due(10) == []
    assert (job().state, job().attempts.count()) == (S.BY_PHONE, 3)
    assert Disclosure.objects.count() == 3


def test_a_move_there_is_not_is_refused(inquiry: Inquiry) -> None:
    row = job()
    with pytest.raises(ValueError, match="waiting to quarantined"):
        row.move(S.QUARANTINED)


def test_what_was_paid_in_full_is_never_asked_at_the_plan(inquiry: Inquiry) -> None:
    """Queued before they asked us not to: the gate is inside the disclosure (42 CFR 2.26(a)(6))."""
    with acting(CALLER):
        ask_restriction(inquiry_id=inquiry.pk, purpose="check_insurance", what="all", paid_in_full=True, by=CALLER)
    assert claim_due(10) == []
    assert (job().state, job().why) == (S.WITHDRAWN, "they asked us not to tell the plan")
    assert not Disclosure.objects.exists()
    with pytest.raises(NoConsent):
        check_insurance(inquiry, by=CALLER)


def test_taking_it_back_stops_what_waits_at_once(inquiry: Inquiry) -> None:
    take_back(inquiry.pk, by=CALLER)
    assert (job().state, Disclosure.objects.count(), Attempt.objects.count()) == (S.WITHDRAWN, 0, 0)


def answered_today(claim: Claim) -> None:
    assert finish(claim, read(claim, answer(claim, "EB*1*IND*30**PLAN~EB*1*IND*AI**PLAN~"), on=TODAY))


def test_the_same_question_of_a_day_is_answered_from_the_first_answer_with_its_age(inquiry: Inquiry) -> None:
    """Of another inquiry, or of the same; billed once, and in the ledger once."""
    answered_today(claim_due(10)[0])
    first = job()
    second = another("SBX100001").policy.verifications.get()
    with acting(CALLER):
        third = ask_for(inquiry.policy)
    assert claim_due(10) == []
    for one in (second, third):
        one.refresh_from_db()
        assert (one.state, one.coverage, one.summary_json) == (S.ANSWERED, first.coverage, first.summary_json)
        assert (one.answered_at, one.answered_from) == (first.finished_at, first)
    assert (Attempt.objects.count(), Disclosure.objects.count()) == (1, 1)


def test_a_refusal_of_today_is_given_again_until_something_is_corrected(inquiry: Inquiry) -> None:
    claim = claim_due(10)[0]
    assert finish(claim, read(claim, answer(claim, "AAA*N**72*C~"), on=TODAY))
    first = job()
    with acting(CALLER):
        again = ask_for(inquiry.policy)
    assert claim_due(10) == []
    again.refresh_from_db()
    assert (again.state, again.why, again.answered_from) == (S.REJECTED, first.why, first)
    assert again.summary_json == first.summary_json
    with acting(CALLER):
        inquiry.policy.member_id = "SBX100077"
        inquiry.policy.save()
        ask_for(inquiry.policy)
    assert len(claim_due(10)) == 1
    assert Attempt.objects.count() == 2


def test_it_is_asked_again_anew_of_another_plan_number_and_on_another_day(inquiry: Inquiry) -> None:
    answered_today(claim_due(10)[0])
    another("SBX100002")
    with acting(CALLER):
        ask_for(inquiry.policy, anew=True)
    assert len(claim_due(10)) == 2
    Verification.objects.filter(state=S.ANSWERED).update(finished_at=Now() - timedelta(days=1))
    another("SBX100001")
    assert len(claim_due(10)) == 1


def test_an_earlier_answer_is_kept_from_whoever_took_the_consent_back(inquiry: Inquiry) -> None:
    answered_today(claim_due(10)[0])
    other = another("SBX100001")
    revoke(inquiry_id=other.pk, by=CALLER)
    assert claim_due(10) == []
    row = other.policy.verifications.get()
    assert (row.state, row.summary_json) == (S.WITHDRAWN, None)


def test_a_corrected_plan_is_asked_though_the_old_one_answered(inquiry: Inquiry) -> None:
    """What counts is what was sent, not what the policy says by now."""
    answered_today(claim_due(10)[0])
    with acting(CALLER):
        inquiry.policy.member_id = "SBX100077"
        inquiry.policy.save()
    another("SBX100077")
    assert len(claim_due(10)) == 1
