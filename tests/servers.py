"""Throw-away PostgreSQL and Redis for one test run, started before Django reads its settings (``-p tests.servers``).

The first process migrates a template database. Every process then works in its own copy of it, and a test that needs
committed rows seen by other processes (a live worker, a browser) gets yet another copy: nothing is ever flushed.
"""

from __future__ import annotations

import atexit
import os
import subprocess
import sys
import tempfile
import uuid
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from helpline.embedded import Servers
from helpline.local import CHECKOUT, made_once

TEMPLATE = "helpline"
# What is safe to give up in a database that lives for minutes
QUICK = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "120"}


def with_database(url: str, name: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def owner_url(name: str) -> str:
    return with_database(os.environ["TEST_OWNER_URL"], name)


def sealer_url(name: str) -> str:
    return with_database(os.environ["TEST_SEALER_URL"], name)


def copy_database(template: str = TEMPLATE, name: str | None = None) -> str:
    """A new database made from ``template``; returns its name."""
    name = name or f"t_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(owner_url("postgres"), autocommit=True) as db:
        db.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template)))
    return name


def drop_database(name: str) -> None:
    """As the superuser: killed processes may leave sessions behind that only it may end."""
    with psycopg.connect(os.environ["TEST_SUPER_URL"], autocommit=True) as db:
        db.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def manage(*arguments: str, database: str = TEMPLATE) -> None:
    """Run a management command in its own process against ``database``."""
    environment = {
        **os.environ,
        "DATABASE_URL": with_database(os.environ["TEST_APP_URL"], database),
        "DATABASE_OWNER_URL": owner_url(database),
        "DATABASE_SEALER_URL": sealer_url(database),
    }
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=CHECKOUT,
        env=environment,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(f"manage.py {arguments[0]} failed:\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}")


def start() -> None:
    folder = Path(tempfile.mkdtemp(prefix="helpline-test-"))
    folder.chmod(0o711)
    servers = Servers(folder, QUICK)
    addresses = servers.use()
    atexit.register(servers.remove)
    os.environ.update(
        made_once(folder / "secrets.json"),
        HELPLINE_ENV="test",
        TEST_FOLDER=str(folder),
        TEST_APP_URL=addresses["DATABASE_URL"],
        TEST_OWNER_URL=addresses["DATABASE_OWNER_URL"],
        TEST_SEALER_URL=addresses["DATABASE_SEALER_URL"],
        TEST_SUPER_URL=servers.postgres.url("postgres", "postgres"),
        REDIS_URL=addresses["REDIS_URL"],
        DATABASE_OWNER_URL=addresses["DATABASE_OWNER_URL"],
        STATIC_ROOT=str(folder / "static"),
        EMAIL_FILE_PATH=str(folder / "outbox"),
        AUDIT_HEADS_FILE=str(folder / "audit-heads"),
    )
    (folder / "static").mkdir()
    os.environ.pop("HELPLINE_DB_ROLE", None)
    manage("migrate", "--verbosity", "0")


if "TEST_FOLDER" not in os.environ:
    start()
os.environ["DATABASE_URL"] = with_database(os.environ["TEST_APP_URL"], copy_database())
os.environ["DJANGO_SETTINGS_MODULE"] = "helpline.settings"
__all__ = ["copy_database", "drop_database", "manage", "owner_url", "sealer_url", "with_database"]
