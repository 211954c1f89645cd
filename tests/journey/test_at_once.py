"""Two at one moment, each with a connection of their own: both get through, and neither undoes the other."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from threading import Barrier, Event

import pytest
from django.db import connection, transaction

from helpline.audit.acting import CALLER
from helpline.payers.models import Payer, PayerKind, PayerRoad
from helpline.vault.models import SignedLink
from intake.disclosures.codes import CodeRefused, make_code, spend_code
from intake.disclosures.models import Consent, ConsentCode, Disclosure
from intake.inquiries.models import Inquiry
from intake.insurance.claiming import claim_due
from intake.insurance.models import Attempt, Verification
from intake.insurance.models import VerificationState as S
from intake.insurance.sandbox.members import PAYER_ID
from intake.journey.check_insurance import check_insurance, correct
from intake.journey.consent import make_consent_link, open_link, sign, take_back
from intake.journey.demo import SANDBOX
from tests.dashboard.conftest import opened


@pytest.fixture
def inquiry(fresh_database: str) -> Inquiry:
    """Signed, and waiting to be asked."""
    payer = Payer.objects.create(name=SANDBOX, kind=PayerKind.PRIVATE, source="test")
    PayerRoad.objects.create(
        payer=payer, url="http://127.0.0.1:9/", edi_payer_id=PAYER_ID, sender_id="HELPLINE", receiver_id="SANDBOX"
    )
    return opened("inactive")


def take_it_back(inquiry: Inquiry) -> None:
    take_back(inquiry.pk, by=CALLER)


def name_somebody_else(inquiry: Inquiry) -> None:
    """What was signed was signed for another person then, and ends."""
    answers = inquiry.answers
    correct(inquiry, replace(answers, person=replace(answers.person, last_name="Marlowe")), by=CALLER)


def somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_locks waits JOIN pg_locks here USING (pid) JOIN pg_database ON "
            "oid = here.database WHERE NOT waits.granted AND datname = current_database())"
        )
        return bool(cursor.fetchone()[0])


@pytest.mark.parametrize("end_it", [take_it_back, name_somebody_else])
def test_a_consent_ends_while_the_plan_is_being_asked_and_neither_fails(
    inquiry: Inquiry, end_it: Callable[[Inquiry], None]
) -> None:
    """The worker has the job and not yet the consent: a person who takes it back now waits, and is not turned away."""
    taken = Event()

    def worker() -> None:
        try:
            with transaction.atomic():
                Verification.objects.filter(state=S.WAITING).select_for_update(of=("self",)).get()
                taken.set()
                until = time.monotonic() + 5
                while not somebody_waits() and time.monotonic() < until:
                    time.sleep(0.02)
                assert len(claim_due(1)) == 1
        finally:
            connection.close()

    def person() -> None:
        try:
            taken.wait(5)
            end_it(inquiry)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as hands:
        for done in [hands.submit(worker), hands.submit(person)]:
            done.result()
    asked, consent = Disclosure.objects.get(), Consent.objects.get(purpose="check_insurance")
    assert consent.revoked_at is not None
    assert asked.at < consent.revoked_at
    assert Verification.objects.get().state == S.SENDING
    assert claim_due(1) == []


def test_several_links_of_one_person_signed_at_once_are_versions_of_one_consent(inquiry: Inquiry) -> None:
    links = [open_link(make_consent_link(inquiry, by=CALLER).rstrip("/").rsplit("/", 1)[1]) for _ in range(4)]

    def hand(link: SignedLink) -> None:
        try:
            sign(link, purposes=["refer"], name=("T", "Webb"), signature="T Webb", complete=lambda known: known)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as hands:
        list(hands.map(hand, links))
    versions = Consent.objects.filter(purpose="refer").values_list("version", flat=True)
    assert sorted(versions) == list(range(1, 5))


def test_of_many_guesses_at_one_code_in_the_same_moment_five_are_looked_at(inquiry: Inquiry) -> None:
    """Each from an address of its own; the right one, which comes after twenty wrong ones, opens nothing."""
    with transaction.atomic():
        code = make_code(inquiry.pk)

    def guess(number: int) -> bool:
        letters = code if number == 20 else f"{code[:5]}{'22' if code[5:7] != '22' else '33'}{number:02}"
        try:
            spend_code(letters, address=f"192.0.2.{number}")
        except CodeRefused:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(8) as hands:
        opened_by = [number for number, is_open in enumerate(hands.map(guess, range(24))) if is_open]
    assert opened_by == []
    assert ConsentCode.objects.get(inquiry_id=inquiry.pk).tries == 6


def test_of_all_who_press_check_in_the_same_moment_one_question_goes_out(inquiry: Inquiry) -> None:
    """Four desks and two workers at once; none of them fails, and each desk is told of the same question."""
    Verification.objects.all().delete()
    ready = Barrier(6)

    def hand(act: Callable[[], object]) -> object:
        try:
            ready.wait(10)
            return act()
        finally:
            connection.close()

    desk = partial(check_insurance, inquiry, by=CALLER)
    with ThreadPoolExecutor(6) as hands:
        *asked, first, second = hands.map(hand, [desk] * 4 + [partial(claim_due, 10)] * 2)
    claims = [*first, *second, *claim_due(10)]
    assert {one.pk for one in asked} == {Verification.objects.get().pk} == {one.verification_id for one in claims}
    assert (len(claims), Attempt.objects.count(), Disclosure.objects.count()) == (1, 1, 1)
