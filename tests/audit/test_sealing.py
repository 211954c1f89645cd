"""The sealer seals every row that is committed, once, however late, whatever happens to it; and can do nothing else."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone
from django.utils.formats import date_format

from helpline.audit.acting import Actor, acting
from helpline.audit.models import AuditRecord, OldValue, Seal
from helpline.local import CHECKOUT
from helpline.vault.fields import keyring
from tests.audit.conftest import Ledger, connected_as
from tests.dashboard.conftest import sign_in
from tests.journeys.processes import eventually
from tests.servers import owner_url, sealer_url, with_database

INSERT = (
    "INSERT INTO audit_record (actor_kind, actor_id, action, subject_kind, subject_id, fields, reason) "
    "VALUES ('process', '', 'read', 'inquiry', '', '{}', '')"
)


def as_app(ledger: Ledger) -> psycopg.Connection[Any]:
    return psycopg.connect(with_database(os.environ["TEST_APP_URL"], ledger.database))


def test_the_sealer_may_read_the_record_add_seals_and_nothing_else(ledger: Ledger) -> None:
    with psycopg.connect(sealer_url(ledger.database), autocommit=True) as db:
        held = db.execute(
            "SELECT relname, string_agg(verb, ' ' ORDER BY verb) FROM pg_class, "
            "unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) verb "
            "WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm') "
            "AND has_table_privilege(pg_class.oid, verb) GROUP BY relname"
        ).fetchall()
        assert dict(held) == {"audit_record": "SELECT", "audit_seal": "INSERT SELECT"}
        columns = db.execute(
            "SELECT DISTINCT table_name FROM information_schema.column_privileges WHERE grantee = ANY (%s)",
            (["helpline_sealer", "helpline_sealing"],),
        ).fetchall()
        assert {name for (name,) in columns} == {"audit_record", "audit_seal"}
        for refused in (INSERT, "DELETE FROM audit_seal", "SELECT * FROM audit_old_value", "CREATE TABLE mine ()"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                db.execute(refused)


def test_the_runtime_role_can_neither_seal_nor_choose_number_or_transaction(ledger: Ledger) -> None:
    with as_app(ledger) as db:
        db.autocommit = True
        for refused in (
            "INSERT INTO audit_seal (position, record_id, hash) VALUES (1, 1, '')",
            INSERT.replace("(actor_kind", "(xid, actor_kind").replace("('process'", "('1', 'process'"),
            INSERT.replace("(actor_kind", "(id, actor_kind").replace("('process'", "(1, 'process'"),
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                db.execute(refused)
        db.execute(INSERT)


def test_even_the_owner_cannot_change_a_seal(ledger: Ledger) -> None:
    with psycopg.connect(owner_url(ledger.database), autocommit=True) as db:
        for refused in ("UPDATE audit_seal SET hash = ''", "DELETE FROM audit_seal", "TRUNCATE audit_seal"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege, match="only ever added"):
                db.execute(refused)


def test_a_row_that_commits_late_is_sealed_late_and_holds_nobody_up(ledger: Ledger) -> None:
    ledger.write()
    with as_app(ledger) as late, as_app(ledger) as also_late:
        # Lower ids than what follows; the second one in a savepoint
        late.execute(INSERT)
        with also_late.transaction(), also_late.transaction():
            also_late.execute(INSERT)
            with ledger.sealing() as sealer:
                assert sealer.look() == 1
                with as_app(ledger) as quick:
                    quick.execute(INSERT)
                assert sealer.look() == 1
                assert sealer.look() == 0
                late.commit()
                assert sealer.look() == 1
                with as_app(ledger) as quick:
                    quick.execute(INSERT)
                assert sealer.look() == 1
        also_late.commit()
    assert ledger.seal() == 1
    numbered = list(Seal.objects.order_by("position").values_list("record_id", flat=True))
    assert numbered != sorted(numbered)
    assert ledger.is_whole()


def test_a_late_row_is_found_by_the_same_sealer_after_many_looks(ledger: Ledger) -> None:
    with as_app(ledger) as late, ledger.sealing() as sealer:
        late.execute(INSERT)
        for _ in range(5):
            with as_app(ledger) as quick:
                quick.execute(INSERT)
            assert sealer.look() == 1
        late.commit()
        assert sealer.look() == 1
    assert ledger.is_whole()


def test_rows_of_a_restored_cluster_claim_transactions_to_come_and_are_sealed_all_the_same(ledger: Ledger) -> None:
    ids = ledger.write(3)
    ledger.harm("UPDATE audit_record SET xid = '999999999' WHERE id = %s", ids[0])
    assert ledger.seal() == 3
    ledger.write()
    with ledger.sealing() as sealer:
        assert (sealer.look(), sealer.look()) == (1, 0)
    assert ledger.is_whole()


def test_many_rows_are_sealed_in_batches_each_with_its_head(ledger: Ledger) -> None:
    with as_app(ledger) as db:
        db.execute(INSERT.replace("VALUES (", "SELECT ").rstrip(")") + " FROM generate_series(1, 12000)")
    assert ledger.seal() == 12_000
    assert sorted(ledger.heads.read().at) == [0, 5_000, 10_000, 12_000]
    assert ledger.heads.path.stat().st_mode & 0o777 == 0o600
    assert ledger.is_whole()


def test_old_values_are_sealed_anew_and_erased_and_the_chain_stays_whole(ledger: Ledger) -> None:
    """Rotation and erasure, as the rights of the run-time role allow them."""
    from intake.inquiries.models import Person

    with acting(Actor.process("test")):
        person = Person.objects.create(first_name="Beatrice")
    for name in ("Ann", "Eve"):
        person.first_name = name
        with acting(Actor.process("test")):
            person.save()
    ledger.seal()
    for old in OldValue.objects.all():
        again = keyring().seal(old.value, OldValue._meta.get_field("value").place(old))
        with connection.cursor() as cursor:
            cursor.execute("UPDATE audit_old_value SET value = %s WHERE id = %s", [again, old.pk])
    ledger.seal()
    assert [old.value for old in OldValue.objects.filter(column_name="first_name").order_by("id")] == [
        "Beatrice",
        "Ann",
    ]
    with acting(Actor.process("retention")):
        person.delete()
        OldValue.objects.all().delete()
    ledger.seal()
    assert not OldValue.objects.exists()
    assert ledger.is_whole()


@pytest.fixture
def processes(ledger: Ledger) -> Iterator[list[subprocess.Popen[bytes]]]:
    started: list[subprocess.Popen[bytes]] = []
    yield started
    for process in started:
        if process.poll() is None:
            process.kill()
        process.wait()


def start(ledger: Ledger, processes: list[subprocess.Popen[bytes]]) -> subprocess.Popen[bytes]:
    environment = {
        **os.environ,
        "DATABASE_SEALER_URL": sealer_url(ledger.database),
        "AUDIT_HEADS_FILE": str(ledger.heads.path),
    }
    process = subprocess.Popen([sys.executable, "manage.py", "seal_audit"], cwd=CHECKOUT, env=environment)
    processes.append(process)
    return process


def all_sealed() -> bool:
    return Seal.objects.count() == AuditRecord.objects.count()


@pytest.mark.slow
def test_killed_in_the_middle_of_a_look_it_loses_nothing(
    ledger: Ledger, processes: list[subprocess.Popen[bytes]]
) -> None:
    with as_app(ledger) as db:
        db.execute(INSERT.replace("VALUES (", "SELECT ").rstrip(")") + " FROM generate_series(1, 60000)")
    process = start(ledger, processes)
    eventually(Seal.objects.exists, every=0.005)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert 0 < Seal.objects.count() < 60_000
    again = start(ledger, processes)
    eventually(all_sealed, 60)
    again.terminate()
    assert again.wait(10) == 0
    assert ledger.is_whole()


def test_of_two_sealers_one_works_and_the_other_takes_over(
    ledger: Ledger, processes: list[subprocess.Popen[bytes]]
) -> None:
    first, second = start(ledger, processes), start(ledger, processes)
    ledger.write(5)
    eventually(all_sealed)
    assert first.poll() is second.poll() is None
    for process in (first, second):
        process.send_signal(signal.SIGKILL)
        process.wait()
        if process is first:
            ledger.write(5)
            eventually(all_sealed)
    assert ledger.is_whole()


def test_a_sealer_that_is_cut_off_comes_back(ledger: Ledger, processes: list[subprocess.Popen[bytes]]) -> None:
    process = start(ledger, processes)
    ledger.write()
    eventually(all_sealed)
    ledger.harm(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE usename = 'helpline_sealer' AND datname = current_database()"
    )
    ledger.write()
    eventually(all_sealed)
    process.terminate()
    assert process.wait(10) == 0
    assert ledger.is_whole()


def test_the_command_seals_once_and_only_one_of_it_runs(ledger: Ledger, settings: Any, capsys: Any) -> None:
    settings.AUDIT_HEADS_FILE = ledger.heads.path
    ledger.write(3)
    with connected_as(os.environ["TEST_SEALER_URL"]):
        call_command("seal_audit", "--once")
    assert "3 sealed; the chain ends at position 3" in capsys.readouterr().out
    with psycopg.connect(sealer_url(ledger.database)) as other, connected_as(os.environ["TEST_SEALER_URL"]):
        other.execute("SELECT pg_advisory_lock(%s)", [0x5EA1])
        with pytest.raises(CommandError, match="Another seal_audit"):
            call_command("seal_audit", "--once")


def test_a_crash_between_commit_and_head_is_made_good(ledger: Ledger) -> None:
    ledger.filled(4)
    lines = ledger.heads.path.read_text().splitlines(keepends=True)
    ledger.heads.path.write_text("".join(lines[:2]) + lines[2][:20])
    assert ledger.seal() == 0
    heads = ledger.heads.read()
    assert sorted(heads.at) == [0, 2, 4]
    assert heads.unreadable == [3]
    assert ledger.is_whole()


def test_the_privacy_officer_sees_how_far_it_is_sealed_and_when_it_stopped(ledger: Ledger) -> None:
    officer = sign_in("privacy_officer")

    def page() -> str:
        return officer.get("/desk/audit/").content.decode()

    assert "Nothing is sealed yet." in page()
    ledger.seal()
    at = timezone.localtime(AuditRecord.objects.latest("id").at)
    sealed = page()
    assert f"Sealed up to {date_format(at, 'M j, Y, g:i:s a')}" in sealed
    assert "Sealing has stopped" not in sealed
    # The row that looking left is the only one without a seal
    ledger.harm("UPDATE audit_record SET at = at - interval '61 seconds' WHERE id = (SELECT max(id) FROM audit_record)")
    stopped = page()
    assert "Sealing has stopped" in stopped
    assert f"none since {date_format(at, 'M j, Y, g:i:s a')} is sealed" in stopped
