"""The record of who did what can be added to and read, and nothing else."""

import psycopg
import pytest
from django.db import InternalError, ProgrammingError, connection, transaction

from helpline.accounts.models import User
from helpline.audit.acting import Actor, acting, record
from helpline.audit.models import AuditRecord
from tests.servers import copy_database, drop_database, owner_url

pytestmark = pytest.mark.django_db


def test_the_runtime_role_owns_nothing_and_cannot_pass_row_security() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolsuper, rolbypassrls, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = current_user"
        )
        assert cursor.fetchone() == (False, False, False, False)
        cursor.execute(
            "SELECT count(*) FROM pg_class WHERE relowner = (SELECT oid FROM pg_roles WHERE rolname = current_user)"
        )
        assert cursor.fetchone() == (0,)


@pytest.mark.parametrize("table", ["audit_record", "disclosures_ledger"])
@pytest.mark.parametrize("verb", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {}"])
def test_the_runtime_role_cannot_change_the_record(table: str, verb: str) -> None:
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(verb.format(table))


@pytest.mark.parametrize("table", ["audit_record", "disclosures_ledger"])
@pytest.mark.parametrize("verb", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {}"])
def test_even_the_owner_is_refused_by_the_trigger(table: str, verb: str) -> None:
    name = copy_database()
    try:
        with (
            psycopg.connect(owner_url(name)) as db,
            pytest.raises(psycopg.errors.InsufficientPrivilege, match="only ever added"),
        ):
            db.execute(verb.format(table))
    finally:
        drop_database(name)


def test_a_change_names_actor_and_fields_and_holds_no_value() -> None:
    with acting(Actor("staff", "somebody")):
        user = User.objects.create_user("a@example.org", "a long enough password", name="A", role="consultant")
        user.name = "Beatrice"
        user.save(update_fields=["name"])
    changed = AuditRecord.objects.get(subject_kind="accounts_user", action="changed")
    assert (changed.actor_kind, changed.actor_id, changed.fields) == ("staff", "somebody", ["name"])
    assert "Beatrice" not in str(AuditRecord.objects.values_list())


def test_raw_and_bulk_changes_are_seen_too() -> None:
    User.objects.create_user("a@example.org", "a long enough password", name="A", role="consultant")
    with acting(Actor.process("night job")):
        User.objects.update(role="verifier")
    assert AuditRecord.objects.filter(actor_kind="process", fields=["role"]).count() == 1


def test_a_rolled_back_change_leaves_no_record() -> None:
    def fails() -> None:
        with acting(Actor.process("x")):
            record(Actor.process("x"), "read", "inquiry")
            raise InternalError

    with pytest.raises(InternalError):
        fails()
    assert not AuditRecord.objects.filter(subject_kind="inquiry").exists()
