"""The real processes of the house, started for one test against its own database and Redis."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from django.conf import settings
from django.core import signing

from helpline.audit.heads import HeadsFile
from helpline.embedded import Redis
from helpline.local import CHECKOUT
from intake.inquiries.answers import Answers
from intake.inquiries.models import Draft
from tests.ports import free_port
from tests.servers import sealer_url, with_database

BIN = Path(sys.executable).parent


def eventually(check: Callable[[], object], seconds: float = 30, every: float = 0.1) -> None:
    """Wait until ``check`` gives something true; its last answer is in the failure."""
    until, last = time.monotonic() + seconds, check()
    while not last:
        if time.monotonic() > until:
            raise AssertionError(f"not within {seconds} s: {getattr(check, '__name__', check)} gave {last!r}")
        time.sleep(every)
        last = check()


@dataclass
class House:
    """Processes of one test. ``environment`` holds what differs from this process's own."""

    database: str
    redis: Redis
    folder: Path
    environment: dict[str, str] = field(default_factory=dict)
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    web_port: int = field(default_factory=free_port)
    live_port: int = field(default_factory=free_port)
    payer_port: int = field(default_factory=free_port)

    def start(self, name: str, *command: str, **environment: str) -> subprocess.Popen[bytes]:
        log = (self.folder / f"{name}.log").open("ab")
        environ = {
            **os.environ,
            "DATABASE_URL": with_database(os.environ["DATABASE_URL"], self.database),
            "DATABASE_SEALER_URL": sealer_url(self.database),
            "AUDIT_HEADS_FILE": str(self.heads.path),
            "REDIS_URL": self.redis.url,
            "SITE_URL": f"http://localhost:{self.web_port}",
            "LIVE_URL": f"http://localhost:{self.live_port}/live/",
            **self.environment,
            **environment,
        }
        process = subprocess.Popen(
            command,
            cwd=CHECKOUT,
            env=environ,
            stdout=log,
            stderr=log,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        self.running[name] = process
        return process

    def start_payer(self, **environment: str) -> str:
        port = str(self.payer_port)
        self.start("payer", sys.executable, "manage.py", "sandbox_payer", "--port", port, **environment)
        url = f"http://127.0.0.1:{port}/"
        eventually(lambda: answers(f"{url}health"))
        return url

    def start_web(self, **environment: str) -> str:
        self.start(
            "web", str(BIN / "granian"), "--interface", "wsgi", "helpline.wsgi:application", "--host", "127.0.0.1",
            "--port", str(self.web_port), "--workers", "1", "--blocking-threads", "4", "--no-ws", **environment,
        )  # fmt: skip
        url = f"http://localhost:{self.web_port}"
        eventually(lambda: answers(f"{url}/healthz"))
        return url

    def start_live(self) -> str:
        self.start(
            "live", str(BIN / "uvicorn"), "helpline.asgi:application", "--host", "127.0.0.1",
            "--port", str(self.live_port),
            "--no-access-log", "--timeout-graceful-shutdown", "1",
        )  # fmt: skip
        url = f"http://localhost:{self.live_port}/live"
        eventually(lambda: answers(f"{url}/health"))
        return url

    def start_worker(self, name: str = "worker", **environment: str) -> None:
        self.start(
            name, str(BIN / "celery"), "-A", "helpline", "worker", "--concurrency", "2", "--loglevel", "warning",
            "--without-gossip", "--without-mingle", **environment,
        )  # fmt: skip

    def start_beat(self) -> None:
        schedule = str(self.folder / "beat")
        self.start("beat", str(BIN / "celery"), "-A", "helpline", "beat", "--schedule", schedule, "--pidfile=")

    @property
    def heads(self) -> HeadsFile:
        return HeadsFile(self.folder / "audit-heads")

    def start_sealer(self) -> None:
        self.start("sealer", sys.executable, "manage.py", "seal_audit")

    def kill(self, name: str, sign: signal.Signals = signal.SIGKILL) -> None:
        """Send a signal to the process and all its children."""
        os.killpg(self.running[name].pid, sign)

    def stop(self) -> None:
        for process in self.running.values():
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def logs(self) -> str:
        return "\n".join(f"== {p.name}\n{p.read_text(errors='replace')}" for p in sorted(self.folder.glob("*.log")))


def answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=2).status_code == 200
    except httpx.HTTPError:
        return False


def draft_cookie(draft: Draft) -> dict[str, str]:
    """The cookie by which a browser holds a form."""
    signer = signing.get_cookie_signer(salt=settings.DRAFT_COOKIE_NAME + "intake.draft")
    return {settings.DRAFT_COOKIE_NAME: signer.sign(str(draft.pk))}


@dataclass
class Browserless:
    """Somebody about to send a filled-in form, as their browser would, without JavaScript."""

    url: str
    draft: Draft
    client: httpx.Client

    @classmethod
    def with_answers(cls, url: str, answers: Answers) -> Browserless:
        draft = Draft()
        draft.keep(answers)
        client = httpx.Client(cookies=draft_cookie(draft), timeout=30)
        client.get(f"{url}/get-help/check/").raise_for_status()
        return cls(url, draft, client)

    def send(self) -> httpx.Response:
        token = self.client.cookies[settings.CSRF_COOKIE_NAME]
        data = {"key": str(self.draft.idempotency_key), "csrfmiddlewaretoken": token}
        return self.client.post(f"{self.url}/get-help/check/", data=data, headers={"Origin": self.url})

    def is_taken(self) -> bool:
        """Send, and say whether it was acknowledged: led on to the page that says "we have it"."""
        answer = self.send()
        return answer.status_code == 302 and answer.headers["Location"].endswith("/get-help/sent/")
