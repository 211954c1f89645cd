"""The form's final send, everything on, against the same statements with nothing around them, in the same run.

Prints ``name, ours, floor, ratio, goal, met|missed``; ours and floor are sends a second by one client, and beside them
the CPU each send costs the server. Goals: docs/decisions/0004-the-queue.md.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path

import httpx
import psutil

ROUNDS, SENDS = 3, 120
BIN = Path(sys.executable).parent
VIEW_GOAL, RAW_GOAL = 0.60, 0.36


def main() -> int:
    from helpline.local import prepare

    prepare()
    import bench.replay as replay

    servers = {"ours": start("helpline.wsgi:application"), "view": start("bench.replay:application", BENCH_REPLAY="1")}
    best: dict[str, float] = defaultdict(float)
    cpu: dict[str, float] = {}
    try:
        for _ in range(ROUNDS):
            for name in ("ours", "view"):
                rate, cost = over_http(name, *servers[name], replay)
                if rate > best[name]:
                    best[name], cpu[name] = rate, cost
            best["raw"] = max(best["raw"], by_psycopg(replay))
    finally:
        for process, _ in servers.values():
            process.terminate()
            process.wait()
    statements = len(replay.captured())
    sys.stdout.write(
        f"# {statements} statements a send; CPU µs a send: ours {cpu['ours']:.0f}, bare view {cpu['view']:.0f}\n"
    )
    goals = (("form post / bare view", "view", VIEW_GOAL), ("form post / raw psycopg", "raw", RAW_GOAL))
    missed = 0
    for title, floor, goal in goals:
        ratio = best["ours"] / best[floor]
        missed += ratio < goal
        verdict = "met" if ratio >= goal else "missed"
        sys.stdout.write(f"{title}, {best['ours']:.0f}/s, {best[floor]:.0f}/s, {ratio:.2f}, {goal:.2f}, {verdict}\n")
    return 1 if missed else 0


def start(application: str, **environment: str) -> tuple[subprocess.Popen[bytes], int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command = [str(BIN / "granian"), "--interface", "wsgi", application, "--port", str(port), "--workers", "1"]
    process = subprocess.Popen(
        [*command, "--blocking-threads", "4", "--no-ws", "--log-level", "critical"], env={**os.environ, **environment}
    )
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.1)
    return process, port


def over_http(name: str, process: subprocess.Popen[bytes], port: int, replay: object) -> tuple[float, float]:
    """Sends a second and CPU µs a send, of one client sending one form after the other."""
    address = f"http://localhost:{port}"
    drafts = [replay.ready_draft() for _ in range(SENDS)] if name == "ours" else []
    before, started, sending = cpu_of(process), 0.0, 0.0
    with httpx.Client(base_url=address, timeout=30) as client:
        if name == "ours":
            client.get("/get-help/")
            client.cookies.update(replay.cookie_for(drafts[0]))
            client.get("/get-help/check/")
            token = client.cookies["csrf"]
            before = cpu_of(process)
        for number in range(SENDS):
            if name == "ours":
                draft = drafts[number]
                cookies = {**replay.cookie_for(draft), "csrf": token}
                data = {"key": str(draft.idempotency_key), "csrfmiddlewaretoken": token}
                request = httpx.Request("POST", f"{address}/get-help/check/", data=data, cookies=cookies)
                request.headers["Origin"] = address
            else:
                request = httpx.Request("GET", f"{address}/replay/")
            started = time.perf_counter()
            answer = client.send(request)
            sending += time.perf_counter() - started
            assert answer.status_code == 302, answer.status_code
    return SENDS / sending, (cpu_of(process) - before) / SENDS * 1e6


def cpu_of(process: subprocess.Popen[bytes]) -> float:
    parent = psutil.Process(process.pid)
    times = [one.cpu_times() for one in (parent, *parent.children(recursive=True))]
    return sum(t.user + t.system for t in times)


def by_psycopg(replay: object) -> float:
    """Sends a second of the statements alone, one transaction each, through Django's own psycopg connection."""
    from django.db import connection

    statements = replay.captured()
    sends = [replay.freshened(statements) for _ in range(SENDS)]
    connection.ensure_connection()
    raw = connection.connection
    started = time.perf_counter()
    for send in sends:
        with raw.transaction():
            for sql, values in send:
                raw.execute(sql, values)
    return SENDS / (time.perf_counter() - started)


if __name__ == "__main__":
    sys.exit(main())
