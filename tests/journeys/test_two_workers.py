"""Two workers over one queue: no question is put twice, and together they keep to what the payer's gate allows."""

from __future__ import annotations

import sys
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from helpline.audit.acting import CALLER
from helpline.payers.models import PayerRoad
from intake.disclosures.models import Disclosure
from intake.inquiries.answers import Person
from intake.insurance.clearinghouses.mime_parts import read_parts
from intake.insurance.models import Attempt, Gate, Verification
from intake.insurance.models import VerificationState as S
from intake.insurance.sandbox.app import answer
from intake.journey.demo import people, sandbox
from intake.journey.open_inquiry import open_inquiry
from tests.journeys.processes import House, eventually

PEOPLE = 30


class Plan(ThreadingHTTPServer):
    """Notes when each question came and when it was answered, a fifth of a second later."""

    daemon_threads = True

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", port), Answering)
        self.asked: list[tuple[bytes, float, float]] = []


class Answering(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        came = time.monotonic()
        body = self.rfile.read(int(self.headers["Content-Length"]))
        parts = read_parts(self.headers["Content-Type"], body)
        reply = answer(parts["Payload"], None)[1]
        time.sleep(0.2)
        trace = parts["Payload"].split(b"TRN*1*")[1].split(b"*")[0]
        self.server.asked.append((trace, came, time.monotonic()))  # type: ignore[attr-defined]
        self.send_response(200)
        self.send_header("Content-Type", "application/edi-x12")
        self.send_header("Content-Length", str(len(reply)))
        self.end_headers()
        self.wfile.write(reply)

    def log_message(self, *_: object) -> None:
        """Nothing about anybody."""


@pytest.fixture
def plan(house: House) -> Iterator[Plan]:
    server = Plan(house.payer_port)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def queued(road: PayerRoad, **settings: object) -> None:
    Gate.objects.create(payer=road.payer, **settings)
    for _ in range(PEOPLE):
        answers = replace(
            people(date(2026, 11, 22))["inactive"],
            person=Person(first_name="Daniel", last_name="Reyes", birth_date=date(1996, 4, 12)),
            insurance=sandbox("SBX100001", "Daniel", "Reyes"),
        )
        open_inquiry(answers=answers, idempotency_key=uuid.uuid4(), by=CALLER)
    # All ask the same, and an answer to one of them would do for the others
    Verification.objects.update(anew=True)


def two_workers(house: House) -> None:
    for name in ("one", "two"):
        house.start(name, sys.executable, "manage.py", "verify_worker", "--every", "0.2")


def most_at_once(asked: list[tuple[bytes, float, float]]) -> int:
    moments = sorted([(came, 1) for _, came, _ in asked] + [(went, -1) for _, _, went in asked])
    now = most = 0
    for _, change in moments:
        now += change
        most = max(most, now)
    return most


def test_two_workers_share_the_places_of_a_payer_and_no_question(
    house: House, plan: Plan, sandbox_road: PayerRoad
) -> None:
    queued(sandbox_road, most_in_flight=4)
    two_workers(house)
    eventually(lambda: Verification.objects.filter(state=S.ANSWERED).count() == PEOPLE, 90)
    assert most_at_once(plan.asked) == 4
    assert set(Counter(trace for trace, _, _ in plan.asked).values()) == {1}
    assert Disclosure.objects.count() == Attempt.objects.count() == len(plan.asked) == PEOPLE


@pytest.mark.slow
def test_two_workers_together_ask_no_more_a_minute_than_it_may_be(
    house: House, plan: Plan, sandbox_road: PayerRoad
) -> None:
    """Half of a minute's questions at once, the other half over the minute."""
    queued(sandbox_road, per_minute=20)
    started = time.monotonic()
    two_workers(house)
    eventually(lambda: len(plan.asked) >= 11, 90)
    asked, seconds = len(plan.asked), time.monotonic() - started
    assert asked <= 10 + 10 * seconds / 60 + 1
