"""What encryption and the audit cost: the desk's page of an inquiry and the form's final send, with and without them.

"Without" is the same code on a database of its own with plain columns, no triggers, no record (``bench.plain``). Both
servers run at once and are asked in turns. Prints ``name, ours, without, ratio, goal, met|missed`` in milliseconds.
Goal: 1.25 times (docs/decisions/0010-audit-seal.md).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from statistics import median
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import httpx
import psycopg
from psycopg import sql

ROUNDS, LOOKS, GOAL = 10, 25, 1.25
PLAIN = "without_guard"


def main() -> int:
    from bench.submitting import start

    environment = plain_database()
    both = {"with": dict[str, str](), "without": environment}
    ready = {name: prepared(env) for name, env in both.items()}
    servers = {name: start("bench.plain:application", **env) for name, env in both.items()}
    took: dict[tuple[str, str], list[float]] = {}
    try:
        for number in range(ROUNDS + 1):
            for name in both:
                page, form = one_round(servers[name][1], ready[name], number)
                # The first round only warms up
                if number:
                    took.setdefault(("desk page", name), []).extend(page)
                    took.setdefault(("form post", name), []).extend(form)
    finally:
        for process, _ in servers.values():
            process.terminate()
            process.wait()
    missed = 0
    for what in ("desk page", "form post"):
        ours, floor = median(took[what, "with"]), median(took[what, "without"])
        met = ours / floor <= GOAL
        missed += not met
        verdict = "met" if met else "missed"
        sys.stdout.write(f"{what}, {ours:.2f}, {floor:.2f}, {ours / floor:.2f}, {GOAL:.2f}, {verdict}\n")
    return 1 if missed else 0


def plain_database() -> dict[str, str]:
    """A second database without audit triggers; the environment in which the app uses it."""
    owner = os.environ["DATABASE_OWNER_URL"]
    named = {key: urlunsplit(urlsplit(os.environ[key])._replace(path=f"/{PLAIN}")) for key in ("DATABASE_URL",)}
    with psycopg.connect(urlunsplit(urlsplit(owner)._replace(path="/postgres")), autocommit=True) as db:
        database = urlsplit(owner).path.lstrip("/")
        db.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*map(sql.Identifier, (PLAIN, database))))
    with psycopg.connect(urlunsplit(urlsplit(owner)._replace(path=f"/{PLAIN}")), autocommit=True) as db:
        audited = "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'audited'"
        for (table,) in db.execute(audited).fetchall():
            db.execute(sql.SQL("DROP TRIGGER audited ON {}").format(sql.Identifier(table)))
    return {**named, "BENCH_PLAIN": "1"}


def prepared(environment: dict[str, str]) -> dict[str, Any]:
    command = [sys.executable, "-m", "bench.plain", str((ROUNDS + 1) * LOOKS)]
    done = subprocess.run(command, env={**os.environ, **environment}, check=True, capture_output=True, text=True)
    return dict(json.loads(done.stdout))


def one_round(port: int, ready: dict[str, Any], number: int) -> tuple[list[float], list[float]]:
    """Milliseconds of each look at the desk's page, and of each final send."""
    address = f"http://localhost:{port}"
    with httpx.Client(base_url=address, timeout=30, cookies=ready["signed_in"]) as desk:
        looks = [timed(desk, desk.build_request("GET", ready["desk"]), 200) for _ in range(LOOKS)]
    sends = []
    with httpx.Client(base_url=address, timeout=30) as caller:
        for cookie, key in ready["forms"][number * LOOKS : (number + 1) * LOOKS]:
            caller.cookies.update(cookie)
            if "csrf" not in caller.cookies:
                caller.get("/get-help/check/")
            data = {"key": key, "csrfmiddlewaretoken": caller.cookies["csrf"]}
            send = caller.build_request("POST", "/get-help/check/", data=data, headers={"Origin": address})
            sends.append(timed(caller, send, 302))
    return looks, sends


def timed(client: httpx.Client, request: httpx.Request, status: int) -> float:
    started = time.perf_counter()
    answer = client.send(request)
    took = (time.perf_counter() - started) * 1000
    assert answer.status_code == status, answer.status_code
    return took


if __name__ == "__main__":
    sys.exit(main())
