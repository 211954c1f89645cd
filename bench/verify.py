"""Questions to payers, end to end, beside Celery doing nothing, in one run.

Prints ``name, ours, floor, ratio, goal, met|missed``. A real worker (one process that works) asks a payer in a process
of its own; encryption, consent, ledger and triggers are on and commits wait for the disk. (a) Verifications a second
when the payer answers at once with 5 EB, over the tasks a second of a Celery worker whose task does nothing, best of
three rounds in turns; beside it the CPU of each, and the same with 60 EB. (b) The payer takes 100 ms, 64 questions in
flight. (c) From the form's transaction to the question's arrival at the payer, when idle. (d) From a live one's
transaction to its answer, while 20,000 batch ones wait. Goals: docs/decisions/0004-the-queue.md.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import httpx
import psutil

BIN = Path(sys.executable).parent
CROWD, ROUNDS, DRAINED, DRAINED_LONG, SLOW, NOOPS = 20_000, 3, 1_500, 600, 1_500, 3_000
IDLE, LIVE = 150, 120
IN_FLIGHT, SLOW_SECONDS = 64, 0.1
DRAIN_GOAL, SLOW_GOAL, PICK_UP_GOAL, LIVE_GOAL, DELAY_GOAL = 1.0, 0.65, 0.05, 2.0, 1.0
WORKER = ("worker", "--loglevel", "warning", "--without-gossip", "--without-mingle")
M = TypeVar("M")


def main() -> int:
    from helpline.local import prepare

    prepare()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpline.settings")
    os.environ.setdefault("VERIFICATION_IN_FLIGHT", str(IN_FLIGHT))
    import django

    django.setup()
    policies = people(CROWD)
    missed = at_once(policies) + slowly(policies) + when_idle(policies) + in_a_crowd(policies)
    return 1 if missed else 0


def report(title: str, ours: float, floor: float, ratio: float, goal: float, met: bool, form: str = ".0f") -> int:
    verdict = "met" if met else "missed"
    print(f"{title}, {ours:{form}}, {floor:{form}}, {ratio:.2f}, {goal:.2f}, {verdict}", flush=True)
    return not met


def people(count: int) -> list[Any]:
    """The policies of ``count`` insured people who signed, each with all that a sent form leaves."""
    from helpline.audit.acting import CALLER, Actor, acting
    from helpline.payers.models import Payer, PayerKind, PayerRoad
    from intake.disclosures.models import Consent
    from intake.insurance.models import Gate, Policy, Verification
    from intake.journey.demo import SANDBOX, sandbox
    from intake.journey.demo import people as invented
    from intake.journey.open_inquiry import open_inquiry

    payer = Payer.objects.create(name=SANDBOX, kind=PayerKind.PRIVATE, source="bench")
    PayerRoad.objects.create(
        payer=payer, url="http://127.0.0.1:9/", edi_payer_id="99901", sender_id="HELPLINE", receiver_id="CLEARHOUSE",
        user_name="helpline", service_types=["30", "MH", "AI"], free_to_repeat=True,
    )  # fmt: skip
    # One payer stands for all here: the gate lets as many through as the worker can have in flight
    Gate.objects.create(payer=payer, most_in_flight=IN_FLIGHT, per_minute=None)
    answers = replace(invented(date(2026, 11, 22))["inactive"], insurance=sandbox("XYZ123456789", "Thomas", "Webb"))
    inquiry = open_inquiry(answers=answers, idempotency_key=new_key(), by=CALLER)
    Verification.objects.all().delete()
    policy, consent = inquiry.policy, Consent.objects.get()
    made: list[Policy] = []
    for _ in range(0, count, 1_000):
        people, callers, inquiries, policies, consents = [], [], [], [], []
        for _ in range(1_000):
            people.append(another(inquiry.person))
            callers.append(another(inquiry.caller))
            code = {"reference_code": str(new_key()), "idempotency_key": new_key()}
            inquiries.append(another(inquiry, person=people[-1], caller=callers[-1], **code))
            policies.append(another(policy, inquiry=inquiries[-1], member_id=f"XYZ{len(made) + len(policies):09}"))
            consents.append(another(consent, inquiry_id=inquiries[-1].pk, repeats=True))
        with acting(Actor.process("bench")):
            for rows in (people, callers, inquiries, policies, consents):
                type(rows[0]).objects.bulk_create(rows)
        made += policies
    analyse()
    return made


def new_key() -> Any:
    import uuid

    return uuid.uuid4()


def another(row: Any, **changes: Any) -> Any:
    """A row that says the same, with an id of its own."""
    fields = [f for f in row._meta.concrete_fields if not f.primary_key and f.name not in changes]
    return type(row)(**{f.attname: getattr(row, f.attname) for f in fields}, **changes)


def analyse() -> None:
    import psycopg

    with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as owner:
        owner.execute("VACUUM ANALYZE")


def waiting(policies: list[Any], priority: int) -> list[str]:
    """A due verification of each; gives their traces."""
    from helpline.audit.acting import Actor, acting
    from intake.insurance.models import Verification

    made = [Verification(policy=policy, payer_id=policy.payer_id, priority=priority) for policy in policies]
    with acting(Actor.process("bench")):
        Verification.objects.bulk_create(made, batch_size=1_000)
    return [one.trace for one in made]


def answered(traces: list[str]) -> list[tuple[str, float, float]]:
    """Trace, beginning of its attempt and end, of each that was."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT v.trace, extract(epoch FROM a.started_at)::float, extract(epoch FROM v.finished_at)::float "
            "FROM insurance_verification v JOIN insurance_attempt a ON a.verification_id = v.id "
            "WHERE v.state = 'answered' AND v.trace = ANY(%s)",
            [traces],
        )
        return list(cursor.fetchall())


def open_ones() -> int:
    from intake.insurance.models import Verification

    return int(Verification.objects.filter(state__in=["waiting", "retry_at", "sending"]).count())


@contextmanager
def payer(benefits: int, seconds: float) -> Iterator[str]:
    """The plan's address, set as that of the road."""
    from helpline.payers.models import PayerRoad

    command = [sys.executable, "-m", "bench.payer", str(benefits), str(seconds)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    address = f"http://127.0.0.1:{int(process.stdout.readline())}/"
    PayerRoad.objects.update(url=address)
    try:
        yield address
    finally:
        process.terminate()
        process.wait()


@contextmanager
def worker(app: str, concurrency: int) -> Iterator[psutil.Process]:
    command = [str(BIN / "celery"), "-A", app, *WORKER, "--concurrency", str(concurrency)]
    process = subprocess.Popen(command)
    try:
        yield psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait()


def cpu_of(process: psutil.Process) -> float:
    times = [one.cpu_times() for one in (process, *process.children(recursive=True))]
    return sum(t.user + t.system for t in times)


def drained(policies: list[Any]) -> tuple[float, float]:
    """Verifications a second of a worker that is up, and the CPU µs of each."""
    from intake.insurance.models import Verification
    from intake.insurance.nudging import publish

    with worker("helpline", 1) as process:
        warm(policies.pop())
        before, traces = cpu_of(process), waiting(policies, Verification.LIVE)
        publish()
        until_done()
        cost = cpu_of(process) - before
    rows = answered(traces)
    assert len(rows) == len(policies), f"{len(rows)} of {len(policies)} answered"
    took = max(row[2] for row in rows) - min(row[1] for row in rows)
    return len(rows) / took, cost / len(rows) * 1e6


def warm(policy: Any) -> None:
    """One question asked, so that everything is loaded and every connection is open.

    Answers of earlier rounds are made yesterday's: none of today's shall spare the plan a question.
    """
    from datetime import timedelta

    from django.db.models import F

    from intake.insurance.models import Verification
    from intake.insurance.nudging import publish

    Verification.objects.filter(state="answered").update(finished_at=F("finished_at") - timedelta(days=1))
    waiting([policy], Verification.LIVE)
    publish()
    until_done()


def until_done(seconds: float = 300) -> None:
    until = time.monotonic() + seconds
    while open_ones():
        assert time.monotonic() < until, f"{open_ones()} verifications are still open"
        time.sleep(0.1)


def noops() -> tuple[float, float]:
    """Tasks a second of a Celery worker whose task does nothing, and the CPU µs of each."""
    import redis
    from django.conf import settings

    from bench.noop import noop

    broker = redis.Redis.from_url(settings.REDIS_URL)
    for _ in range(NOOPS):
        noop.apply_async()
    begun = 0.0
    with worker("bench.noop", 2) as process:
        while (left := int(broker.llen("noop"))) or broker.hlen("unacked"):  # type: ignore[arg-type]
            if not begun and left < NOOPS:
                begun, before = time.perf_counter(), cpu_of(process)
            time.sleep(0.01)
        took, cost = time.perf_counter() - begun, cpu_of(process) - before
    return NOOPS / took, cost / NOOPS * 1e6


def at_once(policies: list[Any]) -> int:
    best: dict[str, tuple[float, float]] = defaultdict(lambda: (0.0, 0.0))
    for at in range(ROUNDS):
        best["noop"] = max(best["noop"], noops())
        with payer(5, 0):
            best["5 EB"] = max(best["5 EB"], drained(some(policies, at, DRAINED)))
        with payer(60, 0):
            best["60 EB"] = max(best["60 EB"], drained(some(policies, at + ROUNDS, DRAINED_LONG)))
    for name, (rate, cost) in best.items():
        print(f"# {name}: {rate:.0f}/s, CPU {cost:.0f} µs each; load {os.getloadavg()[0]:.1f}")
    ours, floor = best["5 EB"][0], best["noop"][0]
    return report("verifications / no-op tasks", ours, floor, ours / floor, DRAIN_GOAL, ours / floor >= DRAIN_GOAL)


def some(policies: list[Any], at: int, count: int) -> list[Any]:
    return policies[at * DRAINED : at * DRAINED + count]


def slowly(policies: list[Any]) -> int:
    ideal, best = IN_FLIGHT / SLOW_SECONDS, 0.0
    for at in range(ROUNDS):
        with payer(5, SLOW_SECONDS):
            best = max(best, drained(some(policies, at, SLOW))[0])
    return report("payer of 100 ms / ideal", best, ideal, best / ideal, SLOW_GOAL, best / ideal >= SLOW_GOAL)


def submit(policy: Any) -> tuple[str, float]:
    """As a sent form asks, though it was answered before; gives trace and the time it began."""
    from helpline.audit.acting import CALLER, acting
    from intake.insurance.nudging import nudge
    from intake.insurance.verification import ask_for

    began = time.time()
    with acting(CALLER):
        made = ask_for(policy, anew=True)
        nudge()
    return made.trace, began


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def when_idle(policies: list[Any]) -> int:
    random.seed(4)
    with payer(5, 0) as address, worker("helpline", 1):
        warm(policies[-1])
        sent = []
        for policy in policies[:IDLE]:
            sent.append(submit(policy))
            time.sleep(random.uniform(0.05, 0.15))
        until_done()
        seen = httpx.get(address).json()
    took = [seen[trace] - began for trace, began in sent]
    p99 = percentile(took, 0.99)
    print(f"# submit to pick-up: median {percentile(took, 0.5) * 1000:.0f} ms, p99 {p99 * 1000:.0f} ms")
    return report("pick-up when idle p99, s", p99, PICK_UP_GOAL, p99 / PICK_UP_GOAL, 1, p99 <= PICK_UP_GOAL, ".3f")


def in_a_crowd(policies: list[Any]) -> int:
    """Live ones amid 20,000 of a batch; the payer takes 100 ms, so that every place is taken when one comes."""
    from intake.insurance.models import Verification
    from intake.insurance.nudging import publish

    alone, crowd = policies[:LIVE], policies[LIVE:]
    with payer(5, SLOW_SECONDS), worker("helpline", 1):
        warm(policies[-1])
        quiet = live_ones(alone)
        waiting(crowd, Verification.BATCH)
        publish()
        time.sleep(1)
        busy = live_ones(alone)
        left = open_ones()
    assert left > CROWD // 10, "the crowd was gone before the last live one came"
    p99 = percentile(busy, 0.99)
    print(f"# {left} of {len(crowd)} batch ones still waited at the end")
    missed = report("live one in a crowd p99, s", p99, LIVE_GOAL, p99 / LIVE_GOAL, 1, p99 <= LIVE_GOAL, ".3f")
    delay = p99 - percentile(quiet, 0.5)
    return missed + report("its delay p99, s", delay, DELAY_GOAL, delay / DELAY_GOAL, 1, delay <= DELAY_GOAL, ".3f")


def live_ones(policies: list[Any]) -> list[float]:
    """Seconds from each one's transaction to its answer's."""
    sent = {}
    for policy in policies:
        trace, began = submit(policy)
        sent[trace] = began
        time.sleep(random.uniform(0.05, 0.15))
    until = time.monotonic() + 60
    while len(found := answered(list(sent))) < len(sent):
        assert time.monotonic() < until, "live ones are still open"
        time.sleep(0.1)
    return [row[2] - sent[row[0]] for row in found]


if __name__ == "__main__":
    sys.exit(main())
