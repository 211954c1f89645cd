"""Changing the key of 100,000 rows while pages are served, against a bare UPDATE of the same rows in the same run.

The rotation is killed on its way and started again. Two clients meanwhile read an inquiry at the desk and change a
form; every answer must hold what it should. Prints ``name, ours, floor, ratio, goal, met|missed``; ours and floor are
rows a second under those visits: ours with reading, opening, sealing, a new index, a last look at everything, and the
start of both runs. Goal: decision 0013.
"""

from __future__ import annotations

import base64
import os
import secrets
import signal
import subprocess
import sys
import threading
import time
import uuid
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import httpx
import psycopg

ROWS, BATCH, GOAL = 100_000, 500, 0.05
FIRST, LAST = ("Ana", "Daniel", "Elena", "Omar", "Wei"), ("Reyes", "Webb", "Haddad", "Zhang", "Okafor", "Lindqvist")
COUNT = "SELECT count(*) FROM inquiries_person WHERE left(first_name, 6) <> 'v1.k2.'"
OLD = os.environ.get("VAULT_KEYS", "")
NEW = "k2:" + base64.b64encode(secrets.token_bytes(32)).decode()
INDEX = base64.b64encode(secrets.token_bytes(32)).decode()


def main() -> int:
    from helpline.local import prepare

    prepare()
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpline.settings")
    django.setup()
    from bench.submitting import start

    with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as owner:
        fill(owner)
        visitor = Visitor.ready()
        rotating = {
            "VAULT_KEYS": f"{NEW},{OLD}",
            "VAULT_INDEX_KEY": "",
            "VAULT_INDEX_KEYS": f"{INDEX},{os.environ['VAULT_INDEX_KEY']}",
        }
        server, port = start("helpline.wsgi:application", **rotating)
        try:
            with visitor.visiting(port):
                floor = ROWS / bare_update(owner)
                owner.execute("VACUUM inquiries_person")
                taken, left = killed(owner, rotating)
                print(f"# killed after {taken:.1f} s with {left:,} of {ROWS:,} rows still under the old key")
                taken += resumed(rotating)
        finally:
            server.terminate()
            server.wait()
        [(old,)] = owner.execute(COUNT).fetchall()
    wrong = unreadable()
    print(
        f"# {visitor.pages:,} pages meanwhile, {len(visitor.wrong)} of them wrong; {old} rows old, {wrong} unreadable"
    )
    for problem in visitor.wrong[:5]:
        print(f"# {problem}")
    ours = ROWS / taken
    met = ours / floor >= GOAL and not (visitor.wrong or old or wrong) and visitor.pages > 0
    verdict = "met" if met else "missed"
    print(f"rotation / bare update, {ours:.0f}/s, {floor:.0f}/s, {ours / floor:.2f}, {GOAL:.2f}, {verdict}")
    return 0 if met else 1


def name_of(number: int) -> tuple[str, str]:
    return FIRST[number % len(FIRST)], LAST[number % len(LAST)]


def fill(owner: Any) -> None:
    """People under the old key, as if they had come in over the years."""
    from helpline.vault.fields import keyring
    from intake.inquiries.models import Person

    tokens = Person._meta.get_field("name_tokens")
    made = {
        name_of(n): tokens.made(Person(**dict(zip(("first_name", "last_name"), name_of(n), strict=True))))
        for n in range(30)
    }
    with (
        owner.cursor() as cursor,
        cursor.copy("COPY inquiries_person (id, first_name, last_name, name_tokens) FROM STDIN") as copy,
    ):
        for number in range(ROWS):
            key, name = uuid.UUID(int=number + 1), name_of(number)
            sealed = [
                keyring().seal(text, f"inquiries_person.{column}:{key}")
                for text, column in zip(name, ("first_name", "last_name"), strict=True)
            ]
            copy.write_row((key, *sealed, made[name]))
    owner.execute("VACUUM ANALYZE inquiries_person")


def bare_update(owner: Any) -> float:
    """Seconds to write the same columns of the same rows, in batches of the same size, with nothing around it."""
    started = time.perf_counter()
    for first in range(1, ROWS + 1, BATCH):
        bounds = (uuid.UUID(int=first), uuid.UUID(int=first + BATCH - 1))
        with owner.transaction():
            owner.execute("SELECT set_config('helpline.resealing', 'on', true)")
            owner.execute(
                "UPDATE inquiries_person SET first_name = first_name || '', last_name = last_name || '', "
                "name_tokens = name_tokens || '{}' WHERE id BETWEEN %s AND %s",
                bounds,
            )
    return time.perf_counter() - started


def rotation(rotating: dict[str, str]) -> subprocess.Popen[str]:
    command = [sys.executable, "manage.py", "rotate_keys", "-v0"]
    return subprocess.Popen(
        command, env={**os.environ, **rotating}, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def killed(owner: Any, rotating: dict[str, str]) -> tuple[float, int]:
    """Seconds until a third was done and the rotation was killed, and the rows it left."""
    started, process = time.perf_counter(), rotation(rotating)
    while (left := owner.execute(COUNT).fetchall()[0][0]) > ROWS * 2 / 3:
        time.sleep(0.1)
        assert process.poll() is None, process.communicate()
    process.send_signal(signal.SIGKILL)
    process.communicate()
    return time.perf_counter() - started, left


def resumed(rotating: dict[str, str]) -> float:
    started, process = time.perf_counter(), rotation(rotating)
    said, complaint = process.communicate()
    assert process.returncode == 0, complaint
    print("".join(f"# {line}\n" for line in said.splitlines()), end="")
    return time.perf_counter() - started


def unreadable() -> int:
    """Rows that do not open with the new key alone, or say something else than before."""
    from helpline.vault.sealing import CannotOpen, Keyring

    ring, wrong = Keyring.from_settings([NEW]), 0
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"]) as db:
        rows = db.execute(
            "SELECT id, first_name, last_name FROM inquiries_person WHERE id <= %s", [uuid.UUID(int=ROWS)]
        )
        for key, *stored in rows:
            try:
                names = [
                    ring.open(text, f"inquiries_person.{column}:{key}")
                    for text, column in zip(stored, ("first_name", "last_name"), strict=True)
                ]
            except CannotOpen:
                wrong += 1
            else:
                wrong += tuple(names) != name_of(key.int - 1)
    return wrong


@dataclass
class Visitor:
    """A consultant who reads an inquiry, and a caller who fills in a form, again and again until it is over."""

    inquiry: str
    name: str
    session: dict[str, str]
    draft: dict[str, str]
    pages: int = 0
    wrong: list[str] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    @classmethod
    def ready(cls) -> Visitor:
        from django.conf import settings
        from django.test import Client

        from bench.replay import cookie_for, ready_draft
        from helpline.accounts.models import User
        from helpline.audit.acting import CALLER
        from intake.journey.demo import people
        from intake.journey.open_inquiry import open_inquiry

        made = open_inquiry(answers=people(date(2026, 11, 22))["inactive"], idempotency_key=uuid.uuid4(), by=CALLER)
        user = User.objects.create_user("bench@example.org", secrets.token_hex(12), name="B", role="consultant")
        client = Client()
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        session = {settings.SESSION_COOKIE_NAME: client.cookies[settings.SESSION_COOKIE_NAME].value}
        return cls(f"/desk/inquiries/{made.pk}/", made.person.full_name, session, cookie_for(ready_draft()))

    def visiting(self, port: int) -> Any:
        from contextlib import contextmanager

        @contextmanager
        def both() -> Any:
            threads = [threading.Thread(target=self._again, args=(port, act)) for act in (self._read, self._fill_in)]
            for thread in threads:
                thread.start()
            yield
            self.over.set()
            for thread in threads:
                thread.join()

        return both()

    def _again(self, port: int, act: Any) -> None:
        with httpx.Client(base_url=f"http://localhost:{port}", timeout=30) as client:
            while not self.over.is_set():
                problem = act(client, str(client.base_url))
                self.pages += 1
                if problem:
                    self.wrong.append(problem)

    def _read(self, client: httpx.Client, _site: str) -> str:
        answer = client.get(self.inquiry, cookies=self.session)
        return "" if answer.status_code == 200 and self.name in answer.text else f"desk {answer.status_code}"

    def _fill_in(self, client: httpx.Client, site: str) -> str:
        client.cookies.update(self.draft)
        shown = client.get("/get-help/where/")
        zip_code = f"{secrets.randbelow(90000) + 10000}"
        data = {"zip": zip_code, "csrfmiddlewaretoken": client.cookies.get("csrf", "")}
        sent = client.post("/get-help/where/", data=data, headers={"Origin": site.rstrip("/")})
        again = client.get("/get-help/where/")
        good = shown.status_code == again.status_code == 200 and sent.status_code == 302 and zip_code in again.text
        return "" if good else f"form {shown.status_code} {sent.status_code} {again.status_code}"


if __name__ == "__main__":
    sys.exit(main())
