"""Ids by which clearinghouses know payers: tried first, refused by row and field, taken back whole."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpline.audit.acting import Actor
from helpline.payers.edi_ids import CannotTakeBack, keep, take_back, try_ids
from helpline.payers.models import EdiChange, EdiId, Payer, PayerAlias, PayerKind, PayerRoad
from tests.dashboard.conftest import a_road

pytestmark = pytest.mark.django_db
BY = Actor.process("test")
HEAD = "Payer,clearinghouse,edi_payer_id\n"


@pytest.fixture(autouse=True)
def directory() -> None:
    for name in ("Plan One", "Plan Two"):
        payer = Payer.objects.create(name=name, kind=PayerKind.PRIVATE, source="test")
        PayerAlias.objects.create(payer=payer, name="The Plan")


def test_a_trial_changes_nothing_and_says_what_is_wrong_by_row_and_field() -> None:
    trial = try_ids(
        f"\ufeff{HEAD}plan one,CLEARING,60054\n\nPlan Two,CLEARING,1*2\nNobody,CLEARING,1\nThe Plan,CLEARING,1\n"
        f"Plan One,CLEARING,60055\nPlan Two,{'x' * 16},\n"
    )
    assert [(one.row, one.field) for one in trial.refused] == [
        (4, "edi_payer_id"), (5, "payer"), (6, "payer"), (7, "edi_payer_id"), (8, "clearinghouse"), (8, "edi_payer_id"),
    ]  # fmt: skip
    assert [(each.payer_name, each.after) for each in trial.entries] == [("Plan One", "60054")]
    assert not EdiId.objects.exists()
    assert [one.row for one in try_ids("name,id\n").refused] == [1]


def test_what_was_imported_is_taken_back_with_its_road_and_what_changed_since_stays() -> None:
    road = a_road()
    text = f"{HEAD}{road.payer.name},CLEARING,11111\nPlan One,CLEARING,22222\n"
    change = keep(try_ids(text), name="ids.csv", by=BY)
    assert change is not None
    road.refresh_from_db()
    assert road.edi_payer_id == "11111"
    again = try_ids(text)
    assert (again.entries, again.unchanged) == ((), 2)
    assert keep(again, name="ids.csv", by=BY) is None
    keep(try_ids(f"{HEAD}Plan One,CLEARING,33333\n"), name="later", by=BY)
    assert take_back(change.pk, by=BY) == 1
    assert list(EdiId.objects.values_list("payer__name", "edi_payer_id")) == [
        ("Plan One", "33333"),
        ("Plan of Maine", "60054"),
    ]
    assert PayerRoad.objects.get().edi_payer_id == "60054"
    with pytest.raises(CannotTakeBack):
        take_back(change.pk, by=BY)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=200), st.booleans())
def test_no_file_breaks_it(text: str, headed: bool) -> None:
    trial = try_ids(HEAD + text if headed else text)
    assert not {each.after for each in trial.entries} & {""}


def test_the_command_tries_imports_and_undoes(tmp_path: Path) -> None:
    file = tmp_path / "ids.csv"
    file.write_text(f"{HEAD}Plan One,CLEARING,60054\nNobody,CLEARING,1\n")

    def told(*asked: str) -> str:
        call_command("import_payer_ids", *asked, stdout=(out := StringIO()))
        return out.getvalue()

    assert "row 3, payer: No insurer here" in told(str(file), "--dry-run")
    assert not EdiId.objects.exists()
    assert "1 new or changed, 0 as before, 1 problems; kept as" in told(str(file))
    assert "1 ids are again" in told("--undo", str(EdiChange.objects.get().pk))
    assert not EdiId.objects.exists()
    with pytest.raises(CommandError, match="Give a file"):
        told()
