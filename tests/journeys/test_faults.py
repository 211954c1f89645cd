"""Seven faults: what was acknowledged is kept, and ends where it should, whatever stops in between.

Each ends in the same questions: every acknowledged form is there once, every consented check has one verification and
at most one result, and every call made to the payer has its own row in the ledger.
"""

from __future__ import annotations

import os
import signal
import sys
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from django.db import connection, connections
from pytest_django import DjangoDbBlocker

from helpline.audit.models import AuditRecord, Seal
from helpline.audit.verifying import verify
from helpline.embedded import DATABASE, OWNER, SEALER, Postgres
from helpline.payers.models import PayerRoad
from intake.disclosures.models import Disclosure
from intake.inquiries.answers import Answers, Person
from intake.inquiries.models import Inquiry
from intake.insurance.models import Attempt, Verification
from intake.insurance.models import VerificationState as S
from intake.journey.demo import people, sandbox
from tests.journeys.processes import Browserless, House, eventually
from tests.servers import QUICK, manage

QUICK_LEASE = {"VERIFICATION_REQUEST_SECONDS": "3", "VERIFICATION_LEASE_SECONDS": "4"}


def somebody(member_id: str, first: str, last: str, born: date) -> Answers:
    """A person who answers for themselves and signs that their plan may be asked."""
    signed = sandbox(member_id, first, last)
    plain = people(date(2026, 11, 22))["inactive"]
    return replace(plain, person=Person(first_name=first, last_name=last, birth_date=born), insurance=signed)


DANIEL = somebody("SBX100001", "Daniel", "Reyes", date(1996, 4, 12))
SLOW = somebody("SBX100012", "Walter", "Price", date(1966, 4, 4))
HANGS = somebody("SBX100016", "Hugo", "Lang", date(1977, 1, 19))


def nothing_lost(sent: int) -> None:
    assert Inquiry.objects.count() == sent
    assert Verification.objects.count() == sent
    assert Disclosure.objects.count() == Attempt.objects.count()
    for verification in Verification.objects.all():
        assert verification.attempts.filter(state=Attempt.State.ANSWERED).count() <= 1


def state(sought: str) -> bool:
    return Verification.objects.get().state == sought


@pytest.mark.slow
def test_worker_killed_while_asking(house: House, sandbox_road: PayerRoad) -> None:
    """The lease runs out and another worker asks again with the same trace."""
    house.environment = QUICK_LEASE
    house.start_payer(SANDBOX_SLOW_SECONDS="2")
    web = house.start_web()
    house.start_worker()
    assert Browserless.with_answers(web, SLOW).is_taken()
    eventually(lambda: state(S.SENDING))
    house.kill("worker")
    assert state(S.SENDING)
    house.start_worker("second worker")
    house.start_beat()
    eventually(lambda: state(S.ANSWERED), 40)
    assert [a.state for a in Attempt.objects.order_by("number")] == [
        Attempt.State.UNKNOWN,
        Attempt.State.ANSWERED,
    ]
    assert len({a.control_number for a in Attempt.objects.all()}) == 2
    nothing_lost(1)


@pytest.mark.slow
def test_redis_killed(house: House, sandbox_road: PayerRoad) -> None:
    """The form answers without a broker, and the sweep finds the job when an empty one is back."""
    house.start_payer()
    web = house.start_web()
    house.start_worker()
    house.start_beat()
    os.kill(house.redis.pid(), signal.SIGKILL)
    started = time.monotonic()
    assert Browserless.with_answers(web, DANIEL).is_taken()
    assert time.monotonic() - started < 3
    assert state(S.WAITING)
    for file in (house.redis.home).glob("appendonly*"):
        file.unlink()
    house.redis.start()
    eventually(lambda: state(S.ANSWERED), 60)
    nothing_lost(1)


def test_redis_frozen(house: House, sandbox_road: PayerRoad) -> None:
    """A broker that accepts and never answers costs the caller less than a second."""
    house.start_payer()
    web = house.start_web()
    callers = [Browserless.with_answers(web, DANIEL) for _ in range(3)]
    os.kill(house.redis.pid(), signal.SIGSTOP)
    try:
        for caller in callers:
            started = time.monotonic()
            assert caller.is_taken()
            # By itself half a second; a request that waits for Redis hangs for half a minute (RELIABILITY: 2a)
            assert time.monotonic() - started < 5
    finally:
        os.kill(house.redis.pid(), signal.SIGCONT)
    house.start("no broker", sys.executable, "manage.py", "verify_worker", "--every", "0.2")
    eventually(lambda: Verification.objects.filter(state=S.ANSWERED).count() == 3)
    nothing_lost(3)


@pytest.fixture
def own_cluster(tmp_path: Path, django_db_blocker: DjangoDbBlocker) -> Iterator[Postgres]:
    """A PostgreSQL that may be knocked over without disturbing other tests."""
    folder = Path(os.environ["TEST_FOLDER"]) / f"cluster-{uuid.uuid4().hex[:8]}"
    # What is acknowledged must be kept: here commits wait for their log, as in production
    cluster = Postgres(folder, uuid.uuid4().hex[:8], {**QUICK, "synchronous_commit": "on"})
    cluster.start()
    yield cluster
    cluster.stop("immediate")


@pytest.mark.slow
def test_database_restarted(
    own_cluster: Postgres, house: House, monkeypatch: pytest.MonkeyPatch, django_db_blocker: DjangoDbBlocker
) -> None:
    """While it is away: 503 and the phone number, never a false success. Afterwards everything goes on by itself."""
    house.environment = QUICK_LEASE
    monkeypatch.setenv("TEST_APP_URL", own_cluster.url("helpline_app"))
    monkeypatch.setenv("TEST_OWNER_URL", own_cluster.url(OWNER))
    monkeypatch.setenv("TEST_SEALER_URL", own_cluster.url(SEALER))
    monkeypatch.setenv("DATABASE_URL", own_cluster.url("helpline_app"))
    manage("migrate", "--verbosity", "0", database=DATABASE)
    house.database = DATABASE
    before = dict(connection.settings_dict)
    connection.close()
    passwords = own_cluster.passwords
    connection.settings_dict.update(HOST=str(own_cluster.sockets), NAME=DATABASE, PASSWORD=passwords["helpline_app"])
    try:
        house.start_payer()
        sandbox_road_row(house)
        web = house.start_web()
        house.start_worker()
        house.start_beat()
        house.start_sealer()
        early, late = (Browserless.with_answers(web, DANIEL) for _ in range(2))
        assert early.is_taken()
        eventually(Seal.objects.exists)
        connection.close()
        own_cluster.stop("immediate")
        refused = late.send()
        assert refused.status_code == 503
        assert refused.headers["Retry-After"]
        assert "1-800-555-0123" in refused.text
        assert "988" in refused.text
        own_cluster.sockets.mkdir(mode=0o700)
        own_cluster.start()
        eventually(lambda: late.is_taken(), 10)
        eventually(lambda: Verification.objects.filter(state=S.ANSWERED).count() == 2, 60)
        nothing_lost(2)
        eventually(lambda: Seal.objects.count() == AuditRecord.objects.count())
        verdict = verify(house.heads, progress=lambda count: None)
        assert verdict.is_whole, verdict
    finally:
        connections.close_all()
        connection.settings_dict.update(before)


def sandbox_road_row(house: House) -> None:
    from tests.journeys.conftest import sandbox_road

    sandbox_road.__wrapped__(house)  # type: ignore[attr-defined]  # the fixture's own function


def test_form_posted_twice_at_once(house: House, sandbox_road: PayerRoad) -> None:
    web = house.start_web()
    caller = Browserless.with_answers(web, DANIEL)
    with ThreadPoolExecutor(16) as pool:
        statuses = {r.status_code for r in pool.map(lambda _: caller.send(), range(16))}
    assert statuses == {302}
    nothing_lost(1)


@pytest.mark.slow
def test_payer_hanging(house: House, sandbox_road: PayerRoad) -> None:
    """One silent payer holds up nobody else, and its own question is asked again later, not lost."""
    house.environment = QUICK_LEASE
    house.start_payer()
    web = house.start_web()
    house.start_worker()
    assert Browserless.with_answers(web, HANGS).is_taken()
    eventually(lambda: state(S.SENDING))
    assert Browserless.with_answers(web, DANIEL).is_taken()
    started = time.monotonic()
    eventually(lambda: Verification.objects.filter(state=S.ANSWERED).exists())
    assert time.monotonic() - started < 2.5
    eventually(lambda: Verification.objects.filter(state=S.RETRY_AT, attempt=1).exists())
    nothing_lost(2)


@pytest.mark.slow
def test_beat_dead_and_the_nudge_lost(house: House, sandbox_road: PayerRoad) -> None:
    """Each worker looks by itself for what nobody told it of."""
    house.start_payer()
    web = house.start_web(REDIS_URL="unix:///nowhere/redis.sock")
    house.start_worker()
    assert Browserless.with_answers(web, DANIEL).is_taken()
    eventually(lambda: state(S.ANSWERED), 40)
    nothing_lost(1)
