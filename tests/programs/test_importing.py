"""Importing against a real database with run-time rights: all or nothing, once or twice the same."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from psycopg.sql import SQL

from helpline.accounts.models import User
from helpline.audit.acting import Actor
from helpline.audit.models import AuditRecord
from helpline.programs import curation, staging
from helpline.programs.importing import ImportRefused, Outcome, import_directory
from helpline.programs.models import Edition, ImportRun, Program, ProgramChange
from helpline.programs.published import clean_phone
from tests.programs.conftest import row, workbook
from tests.servers import owner_url

ROBOT = Actor.process("test")


def counts(outcome: Outcome) -> tuple[int, int, int, int, int]:
    return outcome.created, outcome.changed, outcome.unchanged, outcome.withdrawn, outcome.restored


@pytest.fixture
def twenty(edition: Edition, tmp_path: Path) -> Path:
    return workbook(tmp_path / "twenty.xlsx", *(row(f"Program {n}") for n in range(20)), row("Peach", state="GA"))


def test_a_second_import_changes_nothing(edition: Edition, twenty: Path) -> None:
    assert counts(import_directory(twenty, edition=edition, actor=ROBOT)) == (21, 0, 0, 0, 0)
    before = list(Program.objects.order_by("id").values())
    assert counts(import_directory(twenty, edition=edition, actor=ROBOT)) == (0, 0, 21, 0, 0)
    assert list(Program.objects.order_by("id").values()) == before
    assert ProgramChange.objects.count() == 0
    assert AuditRecord.objects.filter(action="imported").count() == 2


def test_a_table_vacuumed_while_it_was_empty_is_not_read_again_for_each_row(edition: Edition, tmp_path: Path) -> None:
    """As after a trial: the planner then takes the table for empty while the import fills it."""
    with psycopg.connect(owner_url(str(connection.settings_dict["NAME"])), autocommit=True) as owner:
        owner.execute("VACUUM programs_program")
    plans: list[str] = []

    def watch(execute: Any, sql: Any, *given: Any) -> Any:
        if sql is staging._MERGE_NEW:
            with connection.cursor() as cursor:
                cursor.execute(SQL("EXPLAIN ") + sql, given[0])
                plans.append(str(cursor.fetchall()))
        return execute(sql, *given)

    with connection.execute_wrapper(watch):
        path = workbook(tmp_path / "many.xlsx", *(row(f"Program {n}") for n in range(300)))
        assert import_directory(path, edition=edition, actor=ROBOT).created == 300
    assert "Anti Join" in plans[0]
    assert "Nested Loop" not in plans[0]


def test_a_dry_run_counts_the_same_and_leaves_no_trace(edition: Edition, twenty: Path) -> None:
    assert counts(import_directory(twenty, edition=edition, actor=ROBOT, dry_run=True)) == (21, 0, 0, 0, 0)
    assert not Program.objects.exists()
    assert not ImportRun.objects.exists()


def test_what_a_person_corrected_stays_and_the_rest_is_renewed(
    edition: Edition, twenty: Path, admin: User, tmp_path: Path
) -> None:
    import_directory(twenty, edition=edition, actor=ROBOT)
    program = Program.objects.get(name1="Program 3")
    curation.correct(program.pk, {"phone": "205-555-0111"}, by=admin)
    rows = [row(f"Program {n}", phone="205-999-9999", codes="SA OP DT" if n == 3 else "SA OP") for n in range(20)]
    again = workbook(tmp_path / "again.xlsx", *rows, row("Peach", state="GA"))
    assert counts(import_directory(again, edition=edition, actor=ROBOT)) == (0, 20, 1, 0, 0)
    program.refresh_from_db()
    assert (program.phone, len(program.codes)) == ("205-555-0111", 3)
    change = program.changes.filter(action="imported").get()
    assert set(change.fields) == {"codes"}
    assert Program.objects.get(name1="Program 4").changes.get().fields == {"phone": ["205-216-0200", "205-999-9999"]}


def test_a_missing_row_is_withdrawn_only_in_the_scope_and_comes_back(
    edition: Edition, twenty: Path, tmp_path: Path
) -> None:
    import_directory(twenty, edition=edition, actor=ROBOT)
    fewer = workbook(tmp_path / "fewer.xlsx", *(row(f"Program {n}") for n in range(19)))
    assert counts(import_directory(fewer, edition=edition, actor=ROBOT, states=("AL",))) == (0, 0, 19, 1, 0)
    gone = Program.objects.get(name1="Program 19")
    assert gone.status == "withdrawn"
    assert "fewer.xlsx" in gone.status_reason
    assert Program.objects.get(name1="Peach").status == "listed"
    assert counts(import_directory(twenty, edition=edition, actor=ROBOT)) == (0, 0, 20, 0, 1)
    assert Program.objects.get(name1="Program 19").status == "listed"


def test_a_landslide_is_refused_until_it_is_allowed(edition: Edition, twenty: Path, tmp_path: Path) -> None:
    import_directory(twenty, edition=edition, actor=ROBOT)
    few = workbook(tmp_path / "few.xlsx", *(row(f"Program {n}", phone="205-999-9999") for n in range(10)))
    with pytest.raises(ImportRefused, match="lacks 11 of the 21 listings"):
        import_directory(few, edition=edition, actor=ROBOT)
    assert Program.objects.filter(status="listed", phone="205-216-0200").count() == 21
    allowed = import_directory(few, edition=edition, actor=ROBOT, allow_withdrawing=True)
    assert counts(allowed) == (0, 10, 0, 11, 0)


def test_what_a_person_withdrew_or_restored_no_import_undoes(
    edition: Edition, twenty: Path, admin: User, tmp_path: Path
) -> None:
    import_directory(twenty, edition=edition, actor=ROBOT)
    curation.withdraw(Program.objects.get(name1="Program 1").pk, by=admin, reason="Closed")
    fewer = workbook(tmp_path / "fewer.xlsx", *(row(f"Program {n}") for n in range(19)), row("Peach", state="GA"))
    assert import_directory(fewer, edition=edition, actor=ROBOT).withdrawn == 1
    curation.restore(Program.objects.get(name1="Program 19").pk, by=admin)
    assert counts(import_directory(fewer, edition=edition, actor=ROBOT)) == (0, 0, 20, 0, 0)
    assert Program.objects.get(name1="Program 1").status == "withdrawn"
    assert Program.objects.get(name1="Program 19").status == "listed"


def test_rows_that_share_name_and_place_stay_two_and_a_repeated_row_is_refused(
    edition: Edition, tmp_path: Path
) -> None:
    twins = [row("Twin", codes="SA OP"), row("Twin", codes="SA RES"), row("Twin", codes="SA OP")]
    outcome = import_directory(workbook(tmp_path / "a.xlsx", *twins), edition=edition, actor=ROBOT)
    assert outcome.created == 2
    assert [str(f) for f in outcome.refused] == [
        "row 4, name1: This row repeats row 2 word for word. Nothing to do if it is one place."
    ]
    turned = import_directory(workbook(tmp_path / "b.xlsx", *reversed(twins)), edition=edition, actor=ROBOT)
    assert counts(turned) == (0, 0, 2, 0, 0)


def test_a_place_is_its_street_or_else_the_middle_of_its_zip(edition: Edition, tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", row("Near"), row("Far"), row("Plain"), row("Nowhere", zip="00978", state="PR"))
    import_directory(path, edition=edition, actor=ROBOT, dry_run=False)
    identity = dict(Program.objects.values_list("name1", "identity"))
    located = {identity["Near"]: (33.52, -86.82), identity["Far"]: (40.0, -86.8)}
    outcome = import_directory(path, edition=edition, actor=ROBOT, located=located)
    by_name = dict(Program.objects.values_list("name1", "located_by"))
    assert by_name == {"Near": "street", "Far": "zip", "Plain": "zip", "Nowhere": ""}
    assert [(f.row, f.field) for f in outcome.notes] == [(3, "coordinates"), (5, "zip")]


def test_unknown_codes_are_kept_and_another_edition_is_refused(edition: Edition, tmp_path: Path) -> None:
    codes = "SA OP DT HH SUMH RES RL RS MC MD XYZ"
    outcome = import_directory(workbook(tmp_path / "a.xlsx", row("A", codes=codes)), edition=edition, actor=ROBOT)
    assert dict(outcome.unknown_codes) == {"XYZ": 1}
    assert Program.objects.get().unknown_codes == ["XYZ"]
    with pytest.raises(ImportRefused, match="another edition"):
        import_directory(workbook(tmp_path / "b.xlsx", row("B", codes="SA XYZ")), edition=edition, actor=ROBOT)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nothing.xlsx", "--edition", "samhsa-su-2022"], "cannot be opened"),
        (["text.xlsx", "--edition", "samhsa-su-2022"], "no headings of a directory"),
        (["empty.xlsx", "--edition", "samhsa-su-2022"], "no listing to import"),
        (["empty.xlsx", "--edition", "samhsa-su-1999"], "no edition “samhsa-su-1999”"),
        (["empty.xlsx", "--edition", "samhsa-su-2022", "--states", "AL,XX"], "XX is not a state"),
    ],
)
def test_bad_input_is_answered_in_words(
    edition: Edition, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("text.xlsx").write_text("hello")
    workbook(Path("empty.xlsx"))
    with pytest.raises(CommandError, match=said):
        call_command("import_programs", *arguments, verbosity=0)


def test_the_whole_directory_is_loaded_and_near_agrees_with_arithmetic(db: None) -> None:
    out = StringIO()
    call_command("load_directory", verbosity=0, stdout=out)
    assert Program.objects.count() == 12_174
    assert "Refused                 2" in out.getvalue()
    assert set(Program.objects.exclude(phone="").values_list("phone", flat=True)[:500]) == set(
        map(clean_phone, Program.objects.exclude(phone="").values_list("phone", flat=True)[:500])
    )
