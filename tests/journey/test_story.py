"""The story without a browser: who may make what leave the house."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from helpline.accounts.models import User
from helpline.audit.acting import CALLER, Actor
from helpline.audit.models import AuditRecord
from helpline.payers.models import Payer, PayerKind, PayerRoad
from helpline.programs.models import Edition, Program
from helpline.vault.models import LinkRefused, SignedLink
from intake.calls.models import Call, Callback, Disposition
from intake.disclosures.consenting import NoConsent, standing
from intake.disclosures.models import Consent, Disclosure, Purpose
from intake.inquiries.answers import ForWhom
from intake.inquiries.models import Closing, Inquiry, MoveRefused, State
from intake.inquiries.triage import Care, Urgency
from intake.insurance.models import Verification
from intake.journey.check_insurance import check_insurance, correct
from intake.journey.close import close
from intake.journey.consent import LINK_PURPOSE, make_consent_link, note_spoken_yes, sign, take_back
from intake.journey.demo import SANDBOX, people
from intake.journey.log_call import dial, log_call, plan_callback, take
from intake.journey.open_inquiry import open_inquiry
from intake.journey.refer import follow, refer
from intake.matching.models import Referral, ReferralState

pytestmark = pytest.mark.django_db


def a_program(name1: str = "Birmingham Recovery House", phone: str = "205-555-0150") -> Program:
    edition, _ = Edition.objects.get_or_create(
        code="test", defaults={"name": "Test", "published": 2022, "attribution": "us"}
    )
    return Program.objects.create(
        edition=edition,
        identity=uuid.uuid4(),
        name1=name1,
        city="Birmingham",
        state="AL",
        zip="35203",
        phone=phone,
    )


@pytest.fixture
def consultant() -> User:
    return User.objects.create_user("c@example.org", "a long enough password", name="Cora", role="consultant")


@pytest.fixture
def colleague() -> User:
    return User.objects.create_user("d@example.org", "a long enough password", name="Dan", role="consultant")


@pytest.fixture
def program() -> Program:
    return a_program()


@pytest.fixture
def mothers() -> Inquiry:
    """The mother's form for her adult son: clonazepam and alcohol, stopped yesterday, insured."""
    Payer.objects.create(name=SANDBOX, kind=PayerKind.PRIVATE, source="test")
    answers = people(timezone.localdate())["mother"]
    return open_inquiry(answers=answers, idempotency_key=uuid.uuid4(), by=CALLER)


def link_of(address: str) -> SignedLink:
    return SignedLink.objects.open(address.rstrip("/").rsplit("/", 1)[1], purpose=LINK_PURPOSE)


def test_the_mothers_form_alone_sends_nothing(mothers: Inquiry, consultant: User, program: Program) -> None:
    assert mothers.urgency <= Urgency.TODAY
    assert Care.WITHDRAWAL_MEDICAL_24H in mothers.triage().care
    assert not Verification.objects.exists()
    assert not Consent.objects.exists()
    with pytest.raises(NoConsent):
        check_insurance(mothers, by=Actor.staff(consultant))
    with pytest.raises(NoConsent):
        refer(mothers, program, packet=True, by=consultant)
    assert not Disclosure.objects.exists()
    assert not Referral.objects.exists()


def test_a_spoken_yes_unlocks_nothing_but_they_may_speak_for_themselves(
    mothers: Inquiry, consultant: User, program: Program
) -> None:
    note_spoken_yes(mothers, Purpose.REFER, by=Actor.staff(consultant))
    with pytest.raises(NoConsent):
        refer(mothers, program, packet=True, by=consultant)
    together = refer(mothers, program, packet=False, by=consultant)
    assert together.state == ReferralState.CALLED_TOGETHER
    assert not Disclosure.objects.exists()


def test_the_sons_own_yes_by_one_time_link(mothers: Inquiry, consultant: User, program: Program) -> None:
    link = link_of(make_consent_link(mothers, by=Actor.staff(consultant)))
    purposes = [Purpose.CHECK_INSURANCE, Purpose.REFER]
    name = ("Daniel", "Reyes")
    sign(link, purposes=purposes, name=name, signature="Daniel Reyes", complete=lambda answers: answers)
    assert Consent.objects.in_force().count() == 2
    assert Verification.objects.count() == 1
    referral = refer(mothers, program, packet=True, by=consultant)
    assert referral.consent_id == Disclosure.objects.get().consent_id
    with pytest.raises(LinkRefused):
        sign(link, purposes=purposes, name=name, signature="again", complete=lambda answers: answers)
    assert take_back(mothers.pk, by=Actor.link(link)) == 2
    with pytest.raises(NoConsent):
        refer(mothers, a_program(phone="2055550999", name1="Another"), packet=True, by=consultant)


def test_two_consultants_cannot_take_the_same_inquiry(mothers: Inquiry, consultant: User, colleague: User) -> None:
    stale = Inquiry.objects.get(pk=mothers.pk)
    take(mothers, by=consultant)
    with pytest.raises(MoveRefused):
        take(stale, by=colleague)
    assert Inquiry.objects.get().owner == consultant


def test_a_callback_is_promised_once_and_dialled_once(mothers: Inquiry, consultant: User, colleague: User) -> None:
    soon = timezone.now() + timedelta(hours=1)
    callback = plan_callback(mothers, due_at=soon, contact_point=None, by=consultant)
    with pytest.raises(MoveRefused):
        plan_callback(mothers, due_at=soon, contact_point=None, by=colleague)
    dial(callback, by=consultant)
    with pytest.raises(MoveRefused):
        dial(callback, by=colleague)
    log_call(mothers, direction=Call.Direction.OUT, disposition=Disposition.TALKED, by=consultant)
    assert Callback.objects.get().state == Callback.State.DONE


def test_nobody_is_closed_while_something_is_open(mothers: Inquiry, consultant: User, program: Program) -> None:
    take(mothers, by=consultant)
    callback = plan_callback(mothers, due_at=timezone.now(), contact_point=None, by=consultant)
    with pytest.raises(MoveRefused, match="callback"):
        close(mothers, closing=Closing.ADMITTED, by=consultant)
    dial(callback, by=consultant)
    log_call(mothers, direction=Call.Direction.OUT, disposition=Disposition.TALKED, by=consultant)
    referral = refer(mothers, program, packet=False, by=consultant)
    with pytest.raises(MoveRefused, match="referral"):
        close(mothers, closing=Closing.ADMITTED, by=consultant)
    follow(referral, ReferralState.ADMITTED, by=consultant)
    close(mothers, closing=Closing.ADMITTED, by=consultant)
    assert Inquiry.objects.get().state == State.CLOSED


def test_a_decline_opens_the_search_again(mothers: Inquiry, consultant: User, program: Program) -> None:
    referral = refer(mothers, program, packet=False, by=consultant)
    follow(referral, ReferralState.DECLINED, by=consultant)
    assert Inquiry.objects.get().state == State.IN_PROGRESS
    assert refer(Inquiry.objects.get(), program, packet=False, by=consultant).pk != referral.pk


def test_every_change_has_a_known_actor(mothers: Inquiry, consultant: User) -> None:
    take(mothers, by=consultant)
    assert not AuditRecord.objects.filter(actor_kind="unknown", inquiry_id=mothers.pk).exists()
    assert set(AuditRecord.objects.filter(inquiry_id=mothers.pk).values_list("actor_kind", flat=True)) == {
        "caller",
        "staff",
    }


@pytest.mark.parametrize(
    ("change", "stands"),
    [
        ({"person": {"first_name": "Tomas"}}, True),
        ({"person": {"first_name": "Zoe", "last_name": "Other"}}, False),
        ({"insurance": {"payer_name": "Second Plan"}}, False),
        ({"insurance": {"member_id": "SBX100009"}}, True),
        ({"for_whom": ForWhom.SOMEONE_ELSE}, False),
    ],
)
def test_a_consent_ends_when_a_correction_makes_it_another_person_or_plan(
    change: dict[str, Any], stands: bool, consultant: User
) -> None:
    payer = Payer.objects.create(name=SANDBOX, kind=PayerKind.PRIVATE, source="test")
    road = {"url": "http://127.0.0.1:9/", "edi_payer_id": "X", "sender_id": "A", "receiver_id": "B"}
    PayerRoad.objects.create(payer=payer, **road)
    answers = people(timezone.localdate())["inactive"]
    inquiry = open_inquiry(answers=answers, idempotency_key=uuid.uuid4(), by=CALLER)
    changed = {
        name: replace(getattr(answers, name), **value) if isinstance(value, dict) else value
        for name, value in change.items()
    }
    correct(Inquiry.objects.get(), replace(answers, **changed), by=Actor.staff(consultant))
    assert (Purpose.CHECK_INSURANCE in standing(inquiry.pk)) is stands
    assert (Verification.objects.get().state == "waiting") is stands
