"""Taking back an import: whole, in order, and what people did since stays and is told."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client

from helpline.accounts.models import User
from helpline.audit.acting import Actor
from helpline.audit.models import AuditRecord
from helpline.programs import curation
from helpline.programs.importing import import_directory
from helpline.programs.models import Edition, ImportRun, Program, ProgramChange
from helpline.programs.undoing import CannotUndo, undo
from tests.programs.conftest import row, workbook

ROBOT = Actor.process("test")
LEFT_ASIDE = {"last_import_id", "changed_at"}
IMPORTS = "/desk/listings/imports/"


def rows() -> dict[str, dict]:
    """Every listing as it is in the table, but for when and by what run it was last written."""
    return {
        values["name1"]: {name: value for name, value in values.items() if name not in LEFT_ASIDE}
        for values in Program.objects.values()
    }


def newest() -> ImportRun:
    return ImportRun.objects.newest_first()[0]


@pytest.fixture
def first(edition: Edition, tmp_path: Path) -> Path:
    path = workbook(tmp_path / "first.xlsx", *(row(f"House {n:02}") for n in range(30)), row("Peach", state="GA"))
    import_directory(path, edition=edition, actor=ROBOT)
    return path


@pytest.fixture
def second(edition: Edition, first: Path, tmp_path: Path) -> Path:
    """House 00 is missing, 01 to 09 have another number, 10 does more, New is new."""
    kept = [row(f"House {n:02}", phone="205-999-9999") for n in range(1, 10)]
    kept += [row("House 10", codes="SA OP DT"), *(row(f"House {n:02}") for n in range(11, 30))]
    return workbook(tmp_path / "second.xlsx", *kept, row("Peach", state="GA"), row("New"))


def test_an_undone_import_leaves_every_listing_as_it_was(
    edition: Edition, first: Path, second: Path, admin: User
) -> None:
    before = rows()
    import_directory(second, edition=edition, actor=ROBOT)
    assert rows() != before
    imported = newest()
    run = undo(imported.pk, by=admin)
    after = rows()
    new = after.pop("New")
    assert after == before
    assert (new["status"], new["status_reason"]) == ("withdrawn", "The import of second.xlsx was undone")
    assert (run.undoes, run.changed, run.restored, run.withdrawn, run.notes) == (imported, 10, 1, 1, [])
    assert AuditRecord.objects.filter(action="undone", subject_id=str(imported.pk), actor_id=str(admin.pk)).exists()
    changed = ProgramChange.objects.get(run=run, program__name1="House 01")
    assert (changed.action, changed.fields) == ("undone", {"phone": ["205-999-9999", "205-216-0200"]})
    again = import_directory(second, edition=edition, actor=ROBOT)
    assert (again.created, again.changed, again.withdrawn, again.restored) == (0, 10, 1, 1)


def test_what_a_listing_that_came_back_said_is_undone_too(
    edition: Edition, first: Path, second: Path, admin: User
) -> None:
    import_directory(second, edition=edition, actor=ROBOT)
    before = rows()
    import_directory(first, edition=edition, actor=ROBOT)
    assert rows()["House 00"]["status"] == "listed"
    run = undo(newest().pk, by=admin)
    assert rows() == before
    assert (run.changed, run.restored, run.withdrawn) == (10, 1, 1)


def test_what_people_did_since_stays_and_is_told(edition: Edition, first: Path, second: Path, admin: User) -> None:
    import_directory(second, edition=edition, actor=ROBOT)
    by_name = {program.name1: program.pk for program in Program.objects.all()}
    curation.correct(by_name["House 01"], {"phone": "205-555-0111"}, by=admin)
    curation.correct(by_name["House 02"], {"name2": "Annex"}, by=admin)
    curation.verify(by_name["House 03"], by=admin)
    curation.restore(by_name["House 00"], by=admin)
    curation.verify(by_name["New"], by=admin)
    run = undo(newest().pk, by=admin)
    after = rows()
    assert [after[f"House 0{n}"]["phone"] for n in range(1, 5)] == [
        "205-555-0111", "205-216-0200", "205-999-9999", "205-216-0200",
    ]  # fmt: skip
    assert after["House 02"]["name2"] == "Annex"
    assert (after["House 00"]["status"], after["New"]["status"]) == ("listed", "listed")
    told = {(note["program"], note["field"]) for note in run.notes}
    stays = [("House 00", "status"), ("House 00", "status_reason"), ("House 01", "phone"), ("House 03", "phone")]
    assert told == {(str(by_name[name]), field) for name, field in [*stays, ("New", "")]}


def test_only_the_last_import_can_be_undone_and_only_once(
    edition: Edition, first: Path, second: Path, admin: User
) -> None:
    one = newest()
    import_directory(second, edition=edition, actor=ROBOT)
    two = newest()
    with pytest.raises(CannotUndo, match="later import"):
        undo(one.pk, by=admin)
    undoing = undo(two.pk, by=admin)
    for run, said in ((two, "undone already"), (undoing, "Import the file again")):
        with pytest.raises(CannotUndo, match=said):
            undo(run.pk, by=admin)
    undo(one.pk, by=admin)
    assert not Program.objects.listed().exists()


def test_an_undoing_that_cannot_be_finished_changes_nothing(
    edition: Edition, first: Path, second: Path, admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_directory(second, edition=edition, actor=ROBOT)
    before, runs = rows(), ImportRun.objects.count()
    monkeypatch.setattr("helpline.programs.undoing.record", lambda *args: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        undo(newest().pk, by=admin)
    assert (rows(), ImportRun.objects.count()) == (before, runs)


def test_an_admin_reads_what_an_import_did_and_takes_it_back(
    edition: Edition, first: Path, second: Path, admin: User, client: Client, tmp_path: Path
) -> None:
    client.force_login(admin)
    import_directory(second, edition=edition, actor=ROBOT)
    address = f"{IMPORTS}{newest().pk}/"
    assert "second.xlsx" in client.get(IMPORTS).content.decode()
    page = client.get(f"{address}?show=changed").content.decode()
    assert "<del>205-216-0200</del> → <ins>205-999-9999</ins>" in page
    assert "Detoxification" in page
    assert "New" in client.get(f"{address}?show=created").content.decode()
    assert "Not in second.xlsx" in client.get(f"{address}?show=withdrawn").content.decode()
    assert client.get(f"{address}?show=junk&page=99").status_code == 200
    assert "1 listing it created is withdrawn" in client.get(f"{address}undo/").content.decode()
    done = client.post(f"{address}undo/", follow=True).content.decode()
    assert "The import was undone." in done
    assert "Undoing of second.xlsx" in done
    assert "undone already" in client.post(f"{address}undo/", follow=True).content.decode()


def test_refused_rows_are_a_spreadsheet_without_formulas(
    edition: Edition, admin: User, client: Client, tmp_path: Path
) -> None:
    client.force_login(admin)
    path = workbook(tmp_path / "a.xlsx", row("Good"), row("Bad", phone="=cmd()"), row("Worse", zip="x"))
    import_directory(path, edition=edition, actor=ROBOT)
    answer = client.get(f"{IMPORTS}{newest().pk}/findings.csv")
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert answer["Content-Disposition"].startswith("attachment")
    assert [line.split(",")[:3] for line in lines[1:]] == [["refused", "3", "phone"], ["refused", "4", "zip"]]
    told = [{"row": 5, "field": "name1", "reason": "=cmd()", "remedy": "@SUM(A1)"}]
    none = dict.fromkeys(("created", "changed", "unchanged", "withdrawn", "restored"), 0)
    run = ImportRun.objects.create(edition=edition, file_name="x", file_sha256="x", actor_kind="x", notes=told, **none)
    assert "note,5,name1,'=cmd(),'@SUM(A1)" in client.get(f"{IMPORTS}{run.pk}/findings.csv").text


def test_a_page_of_changes_costs_the_same_however_many(
    edition: Edition, first: Path, second: Path, admin: User, client: Client, django_assert_max_num_queries: object
) -> None:
    client.force_login(admin)
    import_directory(second, edition=edition, actor=ROBOT)
    client.get(IMPORTS)
    with django_assert_max_num_queries(14):  # type: ignore[operator]
        client.get(f"{IMPORTS}{newest().pk}/?show=changed")
