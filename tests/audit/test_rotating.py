"""Keys change while everything runs: nothing becomes unreadable or is written over, and nothing old is left unsaid."""

from __future__ import annotations

import base64
import os
import secrets
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import unquote, urlsplit

import psycopg
import pytest
from allauth.mfa.models import Authenticator
from django.db import connection
from django.utils import timezone

from helpline.accounts.models import User
from helpline.audit import rotating as module
from helpline.audit.acting import CALLER
from helpline.audit.models import AuditRecord
from helpline.audit.rotating import Sweep, blind_models, reindex, reseal, rotating
from helpline.local import CHECKOUT
from helpline.vault import sealed as vault_sealed
from helpline.vault.fields import keyring
from helpline.vault.keys import keys
from helpline.vault.sealed import SealedColumn, also_sealed, count_by_key, sealed_columns, sealed_tables
from intake.disclosures.models import Disclosure
from intake.inquiries.finding import find, find_by_name
from intake.inquiries.models import ContactPoint, Draft, Inquiry, Person
from intake.insurance.cards import keep_photo
from intake.insurance.models import CardPhoto, Policy
from intake.journey.demo import people
from intake.journey.open_inquiry import open_inquiry
from tests.servers import owner_url, with_database

OLD, OLD_INDEX = os.environ["VAULT_KEYS"], os.environ["VAULT_INDEX_KEY"]
NEW = "k2:" + base64.b64encode(secrets.token_bytes(32)).decode()
NEW_INDEX = base64.b64encode(secrets.token_bytes(32)).decode()
BOTH = {"VAULT_KEYS": f"{NEW},{OLD}", "VAULT_INDEX_KEY": "", "VAULT_INDEX_KEYS": f"{NEW_INDEX},{OLD_INDEX}"}
NEWEST = {"VAULT_KEYS": NEW, "VAULT_INDEX_KEY": NEW_INDEX, "VAULT_INDEX_KEYS": ""}
FIRST_NAMES = SealedColumn("inquiries_person", "first_name", place="'inquiries_person.first_name:' || id::text")
LEDGER_ATTACKS = (
    "UPDATE disclosures_ledger SET fields = '{}'",
    "UPDATE disclosures_ledger SET recipient = 'Hope House'",
    "UPDATE disclosures_ledger SET recipient = NULL",
    "UPDATE disclosures_ledger SET recipient = 'v1.k1.' || repeat('A', length(recipient) - 6)",
    "UPDATE disclosures_ledger SET recipient = 'v1.k2.' || repeat('A', length(recipient) - 2)",
    "UPDATE disclosures_ledger SET recipient = 'v1.k2.' || substr(recipient, 7), made_by = 'staff:me'",
    "DELETE FROM disclosures_ledger",
    "TRUNCATE disclosures_ledger",
)

# Bytes that are neither text nor base64, a dot and a backslash among them
PHOTO = bytes(range(256)) * 2000

UseKeys = Callable[[dict[str, str]], None]


@pytest.fixture
def use_keys(settings: Any) -> Iterator[UseKeys]:
    """This process as it is after a restart with other keys."""

    def use(given: dict[str, str]) -> None:
        for name, value in given.items():
            setattr(settings, name, value)
        keys.cache_clear()

    yield use
    keys.cache_clear()


@pytest.fixture
def owner(fresh_database: str) -> Iterator[psycopg.Connection]:
    """Django's connection is the owner's, as in the command; gives another of the run-time role, as a page has."""
    parts, before = urlsplit(owner_url(fresh_database)), dict(connection.settings_dict)
    connection.close()
    connection.settings_dict.update(USER=parts.username, PASSWORD=unquote(parts.password or ""))
    with psycopg.connect(with_database(os.environ["DATABASE_URL"], fresh_database), autocommit=True) as page:
        yield page
    connection.close()
    connection.settings_dict.update(USER=before["USER"], PASSWORD=before["PASSWORD"])


def start(database: str, *arguments: str, **given: str) -> subprocess.Popen[str]:
    environment = {
        **os.environ,
        "DATABASE_URL": with_database(os.environ["DATABASE_URL"], database),
        "DATABASE_OWNER_URL": owner_url(database),
        **BOTH,
        **given,
    }
    command = [sys.executable, "manage.py", "rotate_keys", *arguments]
    return subprocess.Popen(
        command, cwd=CHECKOUT, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def rotate(database: str, *arguments: str, **given: str) -> tuple[int, str]:
    process = start(database, *arguments, **given)
    said, complaint = process.communicate(timeout=120)
    return process.returncode, said + complaint


def a_story() -> Inquiry:
    """Rows in every room that seals: an inquiry, a draft with a code, a second factor, a ledger row."""
    answers = people(timezone.localdate())["inactive"]
    inquiry = open_inquiry(answers=answers, idempotency_key=uuid.uuid4(), by=CALLER)
    draft = Draft(answers_json=answers.to_json())
    draft.save()
    draft.give_code()
    keep_photo(draft, PHOTO)
    Disclosure.objects.create(
        inquiry_id=inquiry.pk, consent_id=uuid.uuid4(), purpose="refer", recipient="Hope House", fields=["name"],
        notice_version="1", made_by="staff:x", about_id=uuid.uuid4(),
    )  # fmt: skip
    user = User.objects.create_user("a@example.org", "a long enough password", name="A", role="consultant")
    secret = keyring().seal("JBSWY3DPEHPK3PXP", "mfa_authenticator.data")
    Authenticator.objects.create(user=user, type="totp", data={"secret": secret, "kept": 7})
    return inquiry


def keys_in_use() -> set[str]:
    return {key_id for column in sealed_columns() for key_id in count_by_key(column)}


def test_everything_comes_under_the_newest_keys(fresh_database: str, use_keys: UseKeys) -> None:
    inquiry = a_story()
    code, draft_code = str(inquiry.reference_code), str(Draft.objects.get().resume_code)
    written = AuditRecord.objects.count()

    status, said = rotate(fresh_database)
    assert status == 0, said
    assert "Key k1 seals nothing here any more" in said
    assert keys_in_use() == {"k2"}

    use_keys(NEWEST)
    assert Inquiry.objects.get().person.full_name == "Thomas Webb"
    assert Disclosure.objects.get().recipient == "Hope House"
    data = Authenticator.objects.get().data
    assert (keyring().open(data["secret"], "mfa_authenticator.data"), data["kept"]) == ("JBSWY3DPEHPK3PXP", 7)
    assert [one.pk for one in find(code)] == [one.pk for one in find("312-555-0142")] == [inquiry.pk]
    assert Draft.objects.by_code(draft_code) is not None
    assert CardPhoto.objects.get().content == PHOTO
    policy = Policy.objects.get()
    assert policy.member_id_index == Policy._meta.get_field("member_id_index").made(policy)

    rotated = AuditRecord.objects.filter(actor_id="rotate_keys")
    assert AuditRecord.objects.count() == written + rotated.count()
    assert set(rotated.values_list("action", flat=True)) == {"resealed", "reindexed"}
    assert len(rotated) == len(set(rotated.values_list("action", "subject_kind")))
    assert rotate(fresh_database)[0] == 0
    assert AuditRecord.objects.count() == written + rotated.count()


def test_a_dry_run_counts_and_changes_nothing(fresh_database: str) -> None:
    a_story()
    status, said = rotate(fresh_database, "--dry-run")
    assert status == 0, said
    for line in (
        "inquiries_person.first_name: k1: 1", "mfa_authenticator.data: k1: 1", "disclosures_ledger.recipient: k1: 1",
        "insurance_card_photo.content: k1: 1",
        "inquiries_contact_point.address_index: 1 of 1 rows to index again",
    ):  # fmt: skip
        assert f"{line}\n" in said
    assert keys_in_use() == {"k1"}


def test_a_table_without_our_fields_is_told_of_in_one_line(
    owner: psycopg.Connection, use_keys: UseKeys, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As old values are kept: sealed for the place they stood in, which the row itself names."""
    monkeypatch.setattr(vault_sealed, "_elsewhere", [*vault_sealed._elsewhere])
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE was (id bigserial PRIMARY KEY, tab text, col text, row_id text, value text)")
        cursor.execute(
            "INSERT INTO was (tab, col, row_id, value) VALUES ('t', 'c', '7', %s)", [keyring().seal("Reyes", "t.c:7")]
        )
    also_sealed(SealedColumn("was", "value", place="tab || '.' || col || ':' || row_id"))
    use_keys(BOTH)
    [columns] = [columns for columns in sealed_tables() if columns[0].table == "was"]
    assert list(reseal(columns, sweep := Sweep())) == [1]
    assert not sweep.unreadable
    use_keys(NEWEST)
    with connection.cursor() as cursor:
        cursor.execute("SELECT value FROM was")
        assert keyring().open(cursor.fetchone()[0], "t.c:7") == "Reyes"


@pytest.mark.parametrize("harm", ["missing key", "bit flip", "row swap", "in clear"])
def test_it_is_not_done_while_something_does_not_open(fresh_database: str, harm: str) -> None:
    whole, harmed = (Person.objects.create(first_name=name) for name in ("One", "Two"))
    with psycopg.connect(owner_url(fresh_database)) as db:
        [(was,)] = db.execute("SELECT first_name FROM inquiries_person WHERE id = %s", [whole.pk]).fetchall()
        stored = {
            "missing key": was.replace("v1.k1.", "v1.k0."),
            "bit flip": was[:20] + ("A" if was[20] != "A" else "B") + was[21:],
            "row swap": was,
            "in clear": "Two",
        }[harm]
        db.execute("UPDATE inquiries_person SET first_name = %s WHERE id = %s", [stored, harmed.pk])
    status, said = rotate(fresh_database)
    assert status != 0
    assert "Not done" in said
    assert f"inquiries_person.first_name of row {harmed.pk}" in said
    assert "Two" not in said
    with connection.cursor() as cursor:
        cursor.execute("SELECT first_name FROM inquiries_person WHERE id = %s", [harmed.pk])
        assert cursor.fetchone() == (stored,)
    assert count_by_key(FIRST_NAMES)["k2"] == 1


def test_a_page_that_is_quicker_keeps_its_value(owner: psycopg.Connection, use_keys: UseKeys) -> None:
    """Changed between reading and writing, or held by somebody: not written over, not waited for, done later."""
    raced, held = (Person.objects.create(first_name=name) for name in ("Raced", "Held"))
    under_old = keyring().seal("Changed meanwhile", f"inquiries_person.first_name:{raced.pk}")
    use_keys(BOTH)

    def slow(columns: list[SealedColumn], last: object, read=module._sealed_batch) -> list[tuple[object, ...]]:
        rows = read(columns, last)
        if rows and not changed:
            changed.append(
                page.execute("UPDATE inquiries_person SET first_name = %s WHERE id = %s", [under_old, raced.pk])
            )
            page.execute("BEGIN")
            page.execute("SELECT 1 FROM inquiries_person WHERE id = %s FOR UPDATE", [held.pk])
        elif changed and page.info.transaction_status:
            page.execute("COMMIT")
        return rows

    page, changed = owner, []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_sealed_batch", slow)
        done = list(reseal([FIRST_NAMES], sweep := Sweep()))
    assert done[0] == 0
    assert (sweep.changed, sweep.missed) == (2, 0)
    assert count_by_key(FIRST_NAMES) == {"k2": 2}
    assert {str(one.first_name) for one in Person.objects.all()} == {"Changed meanwhile", "Held"}


def test_an_index_is_not_made_of_what_stood_there_before(owner: psycopg.Connection, use_keys: UseKeys) -> None:
    inquiry = a_story()
    point = ContactPoint.objects.get()
    use_keys(BOTH)
    model, fields = next((m, f) for m, f in blind_models() if m is ContactPoint)

    def slow(found: type[ContactPoint], last: object, read=module._indexed_batch) -> list[ContactPoint]:
        rows = read(found, last)
        if rows and not changed:
            changed.append(True)
            point.address = "+12055550199"
            other = [keyring().seal("+12055550199", f"inquiries_contact_point.address:{point.pk}"), point.pk]
            owner.execute("UPDATE inquiries_contact_point SET address = %s WHERE id = %s", other)
        return rows

    changed: list[bool] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_indexed_batch", slow)
        list(reindex(model, fields, sweep := Sweep()))
    assert (sweep.changed, sweep.missed) == (1, 0)
    use_keys(NEWEST)
    assert [one.pk for one in find("205-555-0199")] == [inquiry.pk]
    assert not find("312-555-0142")


def test_while_index_keys_change_rows_of_both_are_found(fresh_database: str, use_keys: UseKeys) -> None:
    before = a_story()
    use_keys(BOTH)
    after = open_inquiry(answers=before.answers, idempotency_key=uuid.uuid4(), by=CALLER)
    assert {one.pk for one in find("312-555-0142")} == {before.pk, after.pk}
    assert [one.pk for one in find(str(before.reference_code))] == [before.pk]
    assert rotate(fresh_database)[0] == 0
    assert {one.pk for one in find("312-555-0142")} == {before.pk, after.pk}


def test_it_fills_an_index_that_a_migration_added(fresh_database: str) -> None:
    inquiry = a_story()
    with psycopg.connect(owner_url(fresh_database)) as db:
        db.execute("UPDATE inquiries_person SET name_tokens = '{}'")
    assert find_by_name("Thomas Webb") == []
    assert rotate(fresh_database, VAULT_KEYS=OLD, VAULT_INDEX_KEYS=OLD_INDEX)[0] == 0
    assert find_by_name("Tomas Web") == [inquiry]


@pytest.mark.slow
def test_killed_it_is_taken_up_where_it_was(fresh_database: str, use_keys: UseKeys) -> None:
    people_there = 6000
    with psycopg.connect(owner_url(fresh_database)) as db, db.cursor() as cursor:
        ids = [uuid.uuid4() for _ in range(people_there)]
        with cursor.copy("COPY inquiries_person (id, first_name, last_name, name_tokens) FROM STDIN") as copy:
            for one in ids:
                sealed = [keyring().seal("Ana", f"inquiries_person.{c}:{one}") for c in ("first_name", "last_name")]
                copy.write_row((one, *sealed, "{}"))
    process = start(fresh_database)
    until = time.monotonic() + 60
    while "k2" not in count_by_key(FIRST_NAMES):
        assert time.monotonic() < until
    process.send_signal(signal.SIGKILL)
    process.communicate()
    halfway = count_by_key(FIRST_NAMES)
    assert 0 < halfway["k2"] < people_there
    use_keys(BOTH)
    assert sum(str(one.first_name) == "Ana" for one in Person.objects.all()) == people_there
    status, said = rotate(fresh_database)
    assert status == 0, said
    assert f"inquiries_person: {halfway['k1']:,} rows" in said
    assert count_by_key(FIRST_NAMES) == {"k2": people_there}


def test_only_the_owner_may(fresh_database: str) -> None:
    status, said = rotate(fresh_database, DATABASE_OWNER_URL=with_database(os.environ["DATABASE_URL"], fresh_database))
    assert status != 0
    assert "Only the owner" in said


def test_the_flag_spares_nobody_but_the_owner(fresh_database: str) -> None:
    person = Person.objects.create(first_name="One")
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('helpline.resealing', 'on', false)")
    person.first_name = "Two"
    person.save()
    assert AuditRecord.objects.filter(subject_kind="inquiries_person", action="changed").count() == 1


def test_a_policy_that_hides_rows_stops_the_rotation(owner: psycopg.Connection, use_keys: UseKeys) -> None:
    Person.objects.create(first_name="Hidden")
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE inquiries_person ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
    use_keys(BOTH)
    with rotating(), pytest.raises(Exception, match="row-level security"):
        list(reseal([FIRST_NAMES], Sweep()))


def test_even_resealing_the_owner_can_do_nothing_else_to_the_ledger(fresh_database: str) -> None:
    a_story()
    with psycopg.connect(owner_url(fresh_database)) as db:
        db.execute("SELECT set_config('helpline.resealing', 'on', true)")
        for attack in LEDGER_ATTACKS:
            with pytest.raises(psycopg.errors.InsufficientPrivilege, match="only ever added"), db.transaction():
                db.execute(attack)


@pytest.mark.django_db
def test_every_append_only_table_lets_all_its_sealed_columns_be_resealed() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text, string_agg(pg_get_triggerdef(oid), ' ') FROM pg_trigger "
            "WHERE tgrelid IN (SELECT tgrelid FROM pg_trigger WHERE tgname = 'append_only') GROUP BY 1"
        )
        triggers = dict(cursor.fetchall())
    sealed = [column for column in sealed_columns() if column.table in triggers]
    assert sealed
    for column in sealed:
        _, _, arguments = triggers[column.table].partition("audit_refuse_all_but_resealing(")
        assert f"'{column.column}'" in arguments, column
