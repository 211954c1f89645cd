"""What a sealed field held before is kept sealed, apart from the record, for rotation and retention to work on."""

from __future__ import annotations

import pytest
from django.db import ProgrammingError, connection, transaction

from helpline.audit.acting import CALLER, Actor, acting
from helpline.audit.models import AuditRecord, OldValue
from helpline.vault.fields import keyring
from intake.inquiries.models import Inquiry, Person
from intake.journey.log_call import write_note
from tests.dashboard.conftest import opened, staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def inquiry() -> Inquiry:
    return opened("inactive")


def rename(person: Person, name: str) -> AuditRecord:
    person.first_name = name
    with acting(CALLER):
        person.save(update_fields=["first_name"])
    return AuditRecord.objects.filter(subject_kind="inquiries_person", action="changed").latest("id")


def test_a_change_keeps_what_was_there_and_the_record_only_names_it(inquiry: Inquiry) -> None:
    person = inquiry.person
    before = person.first_name
    record = rename(person, "Somebody else")
    old = OldValue.objects.get(record_id=record.pk)
    assert (old.table_name, old.row_id, old.column_name) == ("inquiries_person", str(person.pk), "first_name")
    assert old.value == before
    assert record.fields == ["first_name"]


def test_a_removed_row_leaves_every_sealed_column_it_had(inquiry: Inquiry) -> None:
    note = write_note(inquiry, "Rings back on Monday", by=staff("consultant"))
    row = str(note.pk)
    with acting(CALLER):
        note.delete()
    old = OldValue.objects.get(table_name="inquiries_note", row_id=row)
    assert (old.inquiry_id, old.column_name, old.value) == (inquiry.pk, "text", "Rings back on Monday")


def test_the_runtime_role_may_seal_anew_and_take_away_and_the_latter_is_recorded(inquiry: Inquiry) -> None:
    record = rename(inquiry.person, "Somebody else")
    old = OldValue.objects.get(record_id=record.pk)
    before = old.value
    with connection.cursor() as cursor:
        again = keyring().seal(before, OldValue._meta.get_field("value").place(old))
        cursor.execute("UPDATE audit_old_value SET value = %s WHERE id = %s", [again, old.pk])
    assert OldValue.objects.get(pk=old.pk).value == before
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE audit_old_value SET row_id = '' WHERE id = %s", [old.pk])
    with acting(Actor.process("retention")):
        OldValue.objects.filter(pk=old.pk).delete()
    removed = AuditRecord.objects.latest("id")
    assert (removed.actor_id, removed.action, removed.subject_kind) == ("retention", "removed", "audit_old_value")
    assert (removed.subject_id, removed.fields) == (old.row_id, ["first_name"])
