"""Questions asked of listings, and what people do to them."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from helpline.accounts.models import User
from helpline.audit.acting import Actor
from helpline.audit.models import AuditRecord
from helpline.programs import curation
from helpline.programs.geography import chord_of, miles_between, miles_of
from helpline.programs.importing import import_directory
from helpline.programs.models import Edition, Program, ProgramChange
from tests.programs.conftest import row, workbook

BIRMINGHAM, ATLANTA = (33.5186, -86.8104), (33.7529, -84.3925)


@pytest.fixture
def program(edition: Edition, tmp_path: Path) -> Program:
    path = workbook(tmp_path / "a.xlsx", row("Lighthouse"), row("Peach House", state="GA", zip="30303"))
    import_directory(path, edition=edition, actor=Actor.process("test"))
    return Program.objects.select_related("edition").get(name1="Lighthouse")


@given(st.floats(0, 12_000))
def test_miles_to_chord_and_back(miles: float) -> None:
    assert miles_of(chord_of(miles)) == pytest.approx(miles, abs=0.01)


def test_miles_between_is_the_great_circle() -> None:
    assert miles_between(*BIRMINGHAM, *ATLANTA) == pytest.approx(139.9, abs=0.5)
    assert miles_between(0, 0, 0, 180) == pytest.approx(12_436.8, abs=0.5)


def test_near_gives_miles_nearest_first_and_nothing_beyond(program: Program) -> None:
    found = [(p.name, round(p.miles)) for p in Program.objects.listed().near(*BIRMINGHAM, 150)]
    assert found == [("Lighthouse", 0), ("Peach House", round(miles_between(*BIRMINGHAM, *ATLANTA)))]
    assert Program.objects.near(*BIRMINGHAM, 139).count() == 1


def test_near_with_codes_walks_the_one_index(program: Program) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
    plan = Program.objects.listed().near(*BIRMINGHAM, 50).filter(may_give__overlap=program.codes)[:20].explain()
    assert "Index Scan using program_place_and_care" in plan
    assert "Order By" in plan


@pytest.mark.parametrize("words", ["light", "LIGHTHOUSE birmingham", "Birmingham, AL", "(205) 216-0200", "2160200"])
def test_a_listing_is_found_by_what_people_type(program: Program, words: str) -> None:
    assert program in Program.objects.searched(words)
    assert not Program.objects.searched(words + " zzz").exists() or words[0] in "(2"


def test_a_listing_says_how_much_to_believe_it(program: Program, admin: User) -> None:
    assert program.as_published() == "as published 2022: call to confirm"
    program = curation.verify(program.pk, by=admin, note="Spoke to intake")
    assert program.as_published().startswith("confirmed by phone on ")
    later = timezone.now() + timedelta(days=91)
    assert program.as_published(later).endswith(": call to confirm")
    assert list(Program.objects.stale_first().values_list("name1", flat=True)) == [
        "Peach House",
        "Lighthouse",
    ]


def test_each_verb_leaves_a_change_and_an_audit_row(program: Program, admin: User) -> None:
    curation.correct(program.pk, {"phone": "205-555-0111", "name1": "Lighthouse"}, by=admin, note="Called")
    curation.verify(program.pk, by=admin)
    curation.do_not_refer(program.pk, by=admin, reason="The number is dead")
    curation.restore(program.pk, by=admin)
    curation.withdraw(program.pk, by=admin, reason="Closed")
    actions = list(program.changes.order_by("id").values_list("action", flat=True))
    assert actions == ["corrected", "verified", "do_not_refer", "restored", "withdrawn"]
    assert program.changes.get(action="corrected").fields == {"phone": ["205-216-0200", "205-555-0111"]}
    records = AuditRecord.objects.filter(subject_kind="programs_program", actor_id=str(admin.pk))
    assert [record.action for record in records] == ["changed"] * 5


def test_one_correction_is_taken_back_and_only_while_nobody_changed_it_again(program: Program, admin: User) -> None:
    here = (program.latitude, program.longitude, program.located_by)
    curation.correct(program.pk, {"phone": "205-555-0111", "position": (33.5, -86.8)}, by=admin)
    first = program.changes.get(action="corrected")
    curation.correct(program.pk, {"phone": "205-555-0112"}, by=admin)
    with pytest.raises(curation.CannotChange, match="changed again since"):
        curation.take_back(program.pk, first.pk, by=admin)
    second = program.changes.exclude(pk=first.pk).get(action="corrected")
    after = curation.take_back(program.pk, second.pk, by=admin)
    assert (after.phone, after.corrected_fields) == ("205-555-0111", ["phone", "position"])
    after = curation.take_back(program.pk, first.pk, by=admin)
    assert (after.phone, after.corrected_fields) == ("205-216-0200", [])
    assert (after.latitude, after.longitude, after.located_by) == here
    assert program.changes.first().fields["phone"] == ["205-555-0111", "205-216-0200"]
    with pytest.raises(curation.CannotChange):
        curation.take_back(program.pk, first.pk, by=admin)


def test_moves_that_make_no_sense_are_refused_in_words(program: Program, admin: User) -> None:
    with pytest.raises(curation.CannotChange, match="listed already"):
        curation.restore(program.pk, by=admin)
    with pytest.raises(curation.CannotChange, match="Say why"):
        curation.withdraw(program.pk, by=admin, reason="  ")
    curation.withdraw(program.pk, by=admin, reason="Closed")
    with pytest.raises(curation.CannotChange, match="Restore it first"):
        curation.verify_many([program.pk, Program.objects.get(name1="Peach House").pk], by=admin)
    assert not Program.objects.exclude(verified_at=None).exists()


def test_two_people_cannot_overwrite_each_other(program: Program, admin: User) -> None:
    curation.correct(program.pk, {"city": "Hoover"}, by=admin, seen=program.changed_at)
    with pytest.raises(curation.ChangedMeanwhile):
        curation.correct(program.pk, {"city": "Homewood"}, by=admin, seen=program.changed_at)


def test_a_new_address_moves_the_place(program: Program, admin: User) -> None:
    moved = curation.correct(program.pk, {"zip": "30303", "state": "GA"}, by=admin)
    assert (moved.latitude, moved.located_by) == (33.7529, "zip")
    assert Program.objects.near(*ATLANTA, 1).count() == 2


@pytest.mark.parametrize(
    "broken",
    [
        {"status": "withdrawn"},
        {"status": "listed", "status_reason": "x"},
        {"verified_at": timezone.now()},
        {"latitude": None},
        {"latitude": 91.0},
        {"zip": "1234"},
        {"state": "al"},
    ],
)
def test_the_database_itself_refuses_half_a_truth(program: Program, broken: dict[str, object]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Program.objects.filter(pk=program.pk).update(**broken)


def test_history_is_only_ever_added(program: Program, admin: User) -> None:
    curation.verify(program.pk, by=admin)
    with pytest.raises(Exception, match=r"permission denied|only ever added"), transaction.atomic():
        ProgramChange.objects.update(note="")
