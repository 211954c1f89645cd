"""``script/demo``: everything on one machine, in one terminal, until Ctrl-C.

Web, live, worker, beat, the sealer and the sandbox payer are started and stopped by honcho; PostgreSQL and Redis by
``helpline.embedded``. Prints the address and the accounts once the pages answer.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import requests

from helpline.local import CHECKOUT, prepare

BIN = Path(sys.executable).parent
ACCOUNTS = (
    ("consultant", "answers the line"),
    ("supervisor", "answers, and watches the queue"),
    ("verifier", "checks insurance by phone"),
    ("admin", "keeps the listings"),
    ("privacy", "reads the audit log"),
)
PASSWORD = "a-demo-password-2026"  # noqa: S105  # the demo's accounts are public by design


def processes(port: int) -> dict[str, str]:
    """Name and command of each process; docker-compose.yml runs the same commands."""
    return {
        "web": (
            f"{BIN}/granian --interface wsgi helpline.wsgi:application --host 127.0.0.1 --port {port} "
            "--workers 1 --blocking-threads 4 --respawn-failed-workers --no-ws --log-level warning"
        ),
        "live": (
            f"{BIN}/uvicorn helpline.asgi:application --host 127.0.0.1 --port {port + 1} "
            "--log-level warning --no-access-log --timeout-graceful-shutdown 2"
        ),
        "worker": (
            f"{BIN}/celery -A helpline worker --concurrency 2 --loglevel warning --without-gossip --without-mingle"
        ),
        "beat": f"{BIN}/celery -A helpline beat --loglevel warning --schedule var/beat-schedule --pidfile=",
        "sealer": f"{BIN}/python manage.py seal_audit",
        "payer": f"{BIN}/python manage.py sandbox_payer --port {port + 2}",
    }


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def refuse_taken_ports(port: int) -> None:
    for number in (port, port + 1, port + 2):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", number))
            except OSError:
                sys.exit(f"Port {number} is in use. Choose three free ports in a row: PORT={port + 100} script/demo")


def manage(*arguments: str) -> None:
    say(f"- manage.py {' '.join(arguments)}")
    done = subprocess.run([sys.executable, "manage.py", *arguments], cwd=CHECKOUT)
    if done.returncode:
        sys.exit(f"manage.py {arguments[0]} failed: its message is above.")


def announce(port: int, started: float) -> None:
    address = f"http://localhost:{port}"
    while True:
        try:
            if requests.get(f"http://127.0.0.1:{port}/healthz", timeout=2).status_code == 200:
                break
        except requests.RequestException:
            time.sleep(0.3)
    lines = [
        f"Ready after {time.monotonic() - started:.0f} s: {address}",
        f"The desk: {address}/desk/, password {PASSWORD}",
    ]
    lines += [f"  {name}@demo.example  {what}" for name, what in ACCOUNTS]
    lines += ["Mail to callers is written to var/outbox. Ctrl-C stops everything."]
    say("\n" + "\n".join(lines) + "\n")


def main() -> None:
    # Here, because load_demo reads the accounts above and refuses in an image that has no honcho
    from honcho.manager import Manager
    from honcho.printer import Printer

    started = time.monotonic()
    port = int(os.environ.get("PORT", "8000"))
    refuse_taken_ports(port)
    os.environ["HELPLINE_ENV"] = "demo"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpline.settings")
    os.environ["SITE_URL"] = f"http://localhost:{port}"
    os.environ["LIVE_URL"] = f"http://localhost:{port + 1}/live/"
    os.environ["SANDBOX_URL"] = f"http://127.0.0.1:{port + 2}/"
    os.chdir(CHECKOUT)
    say("- PostgreSQL and Redis")
    prepare()
    manage("migrate", "--verbosity", "0")
    manage("load_demo")
    manager = Manager(Printer(sys.stdout, prefix=True))
    # A closed terminal ends it as Ctrl-C does
    signal.signal(signal.SIGHUP, lambda *_: os.kill(os.getpid(), signal.SIGTERM))
    for name, command in processes(port).items():
        manager.add_process(name, command, env=dict(os.environ), cwd=str(CHECKOUT))
    threading.Thread(target=announce, args=(port, started), daemon=True).start()
    manager.loop()
    sys.exit(0 if manager.returncode in {0, 130, 143, None} else manager.returncode)


if __name__ == "__main__":
    main()
