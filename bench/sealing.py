"""The sealer under load: how long a row waits for its seal, what a form's sender notices of it, and its speed alone.

Prints ``name, ours, floor, ratio, goal, met|missed``. (a) A thousand rows a second for a minute by the run-time role,
some of them committed seconds late: the age of the oldest unsealed row, then whether any was skipped. (b) The final
send of the form, the 99th percentile of its time with a sealer against without one, in turns. (c) Rows sealed a second
against COPY of the same seals into a table like theirs. Goals: docs/decisions/0010-audit-seal.md.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import unquote, urlsplit

import httpx
import psycopg

SECONDS, WRITERS, ROWS_EACH, TICK = 60, 4, 5, 0.02
ROUNDS, SENDS = 6, 150
BATCHES, BATCH_ROWS = 3, 50_000
AGE_GOAL, P99_GOAL, COPY_GOAL = 1.0, 1.2, 0.15
INSERT = (
    "INSERT INTO audit_record (actor_kind, actor_id, action, subject_kind, subject_id, fields, reason) "
    "SELECT 'staff', '01a20d3e-0972-70f2-87c5-f7291ac98786', 'read', 'inquiry', gen_random_uuid()::text, '{a,b}', %s "
    "FROM generate_series(1, %s)"
)
# The window holds five seconds of rows: an older one without a seal would be the oldest of it
OLDEST = """SELECT coalesce(extract(epoch FROM clock_timestamp() - min(at)), 0) FROM audit_record
    WHERE id > (SELECT max(id) - 5000 FROM audit_record) AND reason = ''
    AND NOT EXISTS (SELECT FROM audit_seal WHERE record_id = audit_record.id)"""
UNSEALED = """SELECT count(*) FROM audit_record
    WHERE NOT EXISTS (SELECT FROM audit_seal WHERE record_id = audit_record.id)"""


def main() -> int:
    from helpline.local import prepare

    prepare()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpline.settings")
    with TemporaryDirectory(prefix="helpline-heads-") as folder:
        os.environ["AUDIT_HEADS_FILE"] = str(Path(folder) / "heads")
        import bench.replay as replay  # sets Django up, with the heads file above

        missed = under_load() + form_post(replay) + alone()
    return 1 if missed else 0


def report(title: str, ours: float, floor: float, ratio: float, goal: float, met: bool, form: str = ".0f") -> int:
    verdict = "met" if met else "missed"
    sys.stdout.write(f"{title}, {ours:{form}}, {floor:{form}}, {ratio:.2f}, {goal:.2f}, {verdict}\n")
    sys.stdout.flush()
    return not met


def as_app() -> psycopg.Connection[Any]:
    return psycopg.connect(os.environ["DATABASE_URL"], autocommit=True)


@contextmanager
def sealer() -> Iterator[None]:
    """``seal_audit``, caught up."""
    process = subprocess.Popen([sys.executable, "manage.py", "seal_audit"])
    try:
        wait_until_sealed(60)
        yield
    finally:
        process.terminate()
        assert process.wait() == 0


def wait_until_sealed(seconds: float) -> None:
    until = time.monotonic() + seconds
    with as_app() as db:
        while db.execute(UNSEALED).fetchone() != (0,):
            assert time.monotonic() < until, "rows stay without a seal"
            time.sleep(0.1)


def under_load() -> int:
    ages: list[float] = []
    with sealer():
        over = threading.Event()
        watcher = threading.Thread(target=watch, args=(over, ages))
        late = threading.Thread(target=write_late, args=(over,))
        writers = [threading.Thread(target=write) for _ in range(WRITERS)]
        started = time.perf_counter()
        for thread in (watcher, late, *writers):
            thread.start()
        for thread in writers:
            thread.join()
        took = time.perf_counter() - started
        over.set()
        watcher.join()
        late.join()
        wait_until_sealed(5)
    written = SECONDS / TICK * WRITERS * ROWS_EACH
    rate, oldest, usual = written / took, max(ages), percentile(ages, 0.5)
    sys.stdout.write(f"# {written:.0f} rows; {len(ages)} looks, in half of them no row waited {usual:.2f} s\n")
    missed = report("rows a second", rate, 1000, rate / 1000, 0.98, rate >= 980)
    missed += report("oldest unsealed row, s", oldest, AGE_GOAL, oldest / AGE_GOAL, 1, oldest <= AGE_GOAL, ".2f")
    return missed + verified()


def verified() -> int:
    from django.conf import settings

    from helpline.audit.heads import HeadsFile
    from helpline.audit.verifying import verify

    verdict = verify(HeadsFile(settings.AUDIT_HEADS_FILE), progress=lambda count: None)
    whole = verdict.is_whole and not verdict.findings
    return report("rows sealed / rows there", verdict.sealed, verdict.sealed + verdict.unsealed, int(whole), 1, whole)


def write() -> None:
    """Its share of the rows, in short transactions at even times."""
    with as_app() as db:
        started = time.perf_counter()
        for tick in range(int(SECONDS / TICK)):
            time.sleep(max(0, started + tick * TICK - time.perf_counter()))
            db.execute(INSERT, ("", ROWS_EACH))


def write_late(over: threading.Event) -> None:
    """Rows whose numbers are given three seconds before they are committed."""
    with as_app() as db:
        while not over.is_set():
            with db.transaction():
                db.execute(INSERT, ("late", 3))
                time.sleep(3)


def watch(over: threading.Event, ages: list[float]) -> None:
    with as_app() as db:
        while not over.wait(0.1):
            [(age,)] = db.execute(OLDEST).fetchall()
            ages.append(float(age))


def form_post(replay: Any) -> int:
    from bench.submitting import start

    times: dict[str, list[float]] = defaultdict(list)
    process, port = start("helpline.wsgi:application")
    try:
        send(replay, port, SENDS)
        for _ in range(ROUNDS):
            with sealer():
                times["with"] += send(replay, port, SENDS)
            times["without"] += send(replay, port, SENDS)
    finally:
        process.terminate()
        process.wait()
    at = {name: (percentile(found, 0.5), percentile(found, 0.99)) for name, found in times.items()}
    sys.stdout.write(f"# medians, ms: with {at['with'][0]:.1f}, without {at['without'][0]:.1f}\n")
    ratio = at["with"][1] / at["without"][1]
    return report("form post p99, ms", at["with"][1], at["without"][1], ratio, P99_GOAL, ratio <= P99_GOAL, ".1f")


def send(replay: Any, port: int, count: int) -> list[float]:
    """Milliseconds of each final send, by one client."""
    address, took = f"http://localhost:{port}", []
    drafts = [replay.ready_draft() for _ in range(count)]
    with httpx.Client(base_url=address, timeout=30, cookies=replay.cookie_for(drafts[0])) as client:
        client.get("/get-help/check/")
        token = client.cookies["csrf"]
        for draft in drafts:
            data = {"key": str(draft.idempotency_key), "csrfmiddlewaretoken": token}
            cookies = {**replay.cookie_for(draft), "csrf": token}
            request = httpx.Request("POST", f"{address}/get-help/check/", data=data, cookies=cookies)
            request.headers["Origin"] = address
            started = time.perf_counter()
            answer = client.send(request)
            took.append((time.perf_counter() - started) * 1000)
            assert answer.status_code == 302, answer.status_code
    return took


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def alone() -> int:
    from django.conf import settings

    from helpline.audit.heads import HeadsFile
    from helpline.audit.sealing import begin

    best: dict[str, float] = defaultdict(float)
    owner = psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True)
    owner.execute("CREATE TABLE sealing_floor (LIKE audit_seal INCLUDING ALL)")
    try:
        for _ in range(BATCHES):
            with as_sealer():
                sealing = begin(HeadsFile(settings.AUDIT_HEADS_FILE), threading.Event())
                assert sealing is not None
                sealing.look()
                first = sealing.tip.position
                with as_app() as db:
                    db.execute(INSERT, ("", BATCH_ROWS))
                started = time.perf_counter()
                assert sealing.look() == BATCH_ROWS
                best["sealed"] = max(best["sealed"], BATCH_ROWS / (time.perf_counter() - started))
            best["copied"] = max(best["copied"], copied(owner, first))
    finally:
        owner.execute("DROP TABLE sealing_floor")
        owner.close()
    ratio = best["sealed"] / best["copied"]
    return report("rows sealed / COPY of seals", best["sealed"], best["copied"], ratio, COPY_GOAL, ratio >= COPY_GOAL)


def copied(owner: psycopg.Connection[Any], first: int) -> float:
    seals = owner.execute("SELECT position, record_id, hash FROM audit_seal WHERE position > %s", [first]).fetchall()
    owner.execute("TRUNCATE sealing_floor")
    started = time.perf_counter()
    with owner.cursor().copy("COPY sealing_floor (position, record_id, hash) FROM STDIN") as copy:
        for seal in seals:
            copy.write_row(seal)
    return len(seals) / (time.perf_counter() - started)


@contextmanager
def as_sealer() -> Iterator[None]:
    """Django's connection as the sealer's role."""
    from django.db import connection

    before, parts = dict(connection.settings_dict), urlsplit(os.environ["DATABASE_SEALER_URL"])
    connection.close()
    connection.settings_dict.update(USER=parts.username, PASSWORD=unquote(parts.password or ""))
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(USER=before["USER"], PASSWORD=before["PASSWORD"])


if __name__ == "__main__":
    sys.exit(main())
