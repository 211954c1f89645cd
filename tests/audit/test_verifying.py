"""Whoever has every right over the database and none over the heads file is found out, and where."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from helpline.audit.chain import COLUMNS, extend
from helpline.audit.heads import Head
from helpline.audit.models import AuditRecord, Seal
from helpline.audit.sealing import ALL, Refused
from tests.audit.conftest import Ledger


def test_an_untouched_record_is_whole(ledger: Ledger, settings: Any, capsys: Any) -> None:
    settings.AUDIT_HEADS_FILE = ledger.heads.path
    ledger.filled()
    call_command("verify_audit")
    assert "8 records sealed; 0 not yet sealed\nThe record is whole." in capsys.readouterr().out


@pytest.mark.parametrize("edit", ["actor_id = 'nobody'", "at = at - interval '1 microsecond'", "fields = '{b,a}'"])
def test_an_edited_row_is_one_finding_with_its_neighbours(
    ledger: Ledger, edit: str, settings: Any, capsys: Any
) -> None:
    ids = ledger.filled()
    ledger.harm(f"UPDATE audit_record SET {edit} WHERE id = %s", ids[2])
    assert ledger.found() == [("edited", ids[2])]
    [finding] = ledger.verdict().findings
    assert (finding.before.record_id, finding.after.record_id) == (ids[1], ids[3])
    settings.AUDIT_HEADS_FILE = ledger.heads.path
    with pytest.raises(CommandError, match="not whole"):
        call_command("verify_audit")
    said = capsys.readouterr().out
    at = AuditRecord.objects.get(pk=ids[2]).at
    assert f"edited: record {ids[2]} of {at:%Y-%m-%d %H:%M:%S} UTC, sealed at position 3" in said
    assert f"before it record {ids[1]} (" in said


def test_edited_rows_beside_each_other_are_each_found(ledger: Ledger) -> None:
    ids = ledger.filled()
    ledger.harm("UPDATE audit_record SET reason = 'x' WHERE id = ANY (%s)", [ids[0], ids[3], ids[4], ids[7]])
    assert ledger.found() == [("edited", ids[at]) for at in (0, 3, 4, 7)]


@pytest.mark.parametrize("at", [0, 3, 7])
def test_a_removed_row_is_found(ledger: Ledger, at: int) -> None:
    ids = ledger.filled()
    ledger.harm("DELETE FROM audit_record WHERE id = %s", ids[at])
    assert ledger.found() == [("removed", ids[at])]
    [finding] = ledger.verdict().findings
    assert (finding.before is None, finding.after is None) == (at == 0, at == 7)


def test_a_row_removed_with_its_seal_is_found(ledger: Ledger) -> None:
    ids = ledger.filled()
    ledger.harm("DELETE FROM audit_record WHERE id = %s", ids[2])
    ledger.harm("DELETE FROM audit_seal WHERE record_id = %s", ids[2])
    [finding] = ledger.verdict().findings
    assert (finding.kind, finding.position) == ("seals removed", 3)
    assert (finding.before.record_id, finding.after.record_id) == (ids[1], ids[3])


@pytest.mark.parametrize(("one", "other"), [(1, 5), (2, 3)])
@pytest.mark.parametrize("column", ["record_id", "position"])
def test_rows_that_changed_places_are_found(ledger: Ledger, one: int, other: int, column: str) -> None:
    """By another record in the seal, or by seals that stand where others stood."""
    ids = ledger.filled()
    swapped = [getattr(Seal.objects.get(record_id=ids[at]), column) for at in (one, other)]
    for was, now in zip([*swapped, 10**9], [10**9, swapped[0], swapped[1]], strict=True):
        ledger.harm(f"UPDATE audit_seal SET {column} = {now} WHERE {column} = {was}")
    reordered = [found for found in ledger.verdict().findings if found.kind == "reordered"]
    assert [(found.position, found.record_id) for found in reordered] == [(one + 1, ids[one]), (other + 1, ids[other])]
    assert f"was sealed at position {one + 1}, and stands at position {other + 1}" in str(reordered[0])
    others = {found.kind.value for found in ledger.verdict().findings} - {"reordered"}
    # Position 4 is a head
    assert others == ({"rewritten"} if (other, column) == (3, "position") else set())


def test_a_changed_seal_is_told_from_a_changed_row(ledger: Ledger) -> None:
    ids = ledger.filled()
    ledger.harm("UPDATE audit_seal SET hash = sha256(hash) WHERE record_id = %s", ids[2])
    assert ledger.found() == [("seal changed", ids[2])]


def rewrite(ledger: Ledger) -> None:
    """Every seal made anew over the rows as they are now."""
    ledger.harm("DELETE FROM audit_seal")
    with connection.cursor() as cursor:
        cursor.execute(ALL)
        rows = cursor.fetchall()
    for one in extend(Head.at_start(), rows):
        ledger.harm("INSERT INTO audit_seal VALUES (%s, %s, %s)", *one)


@pytest.mark.parametrize(("at", "since"), [(1, "from the beginning"), (5, "after position 4, head of")])
def test_a_chain_that_was_rewritten_as_a_whole_is_caught_by_the_heads(ledger: Ledger, at: int, since: str) -> None:
    ids = ledger.filled()
    ledger.harm("UPDATE audit_record SET reason = 'x' WHERE id = %s", ids[at])
    rewrite(ledger)
    [finding] = ledger.verdict().findings
    assert finding.kind == "rewritten"
    assert since in finding.words
    with pytest.raises(Refused, match="not in it"):
        ledger.seal()
    ledger.heads.path.unlink()
    assert ledger.found() == [("no heads", None)]


def test_a_row_put_into_the_middle_is_caught_by_the_heads(ledger: Ledger) -> None:
    ledger.filled()
    ledger.harm(
        f"INSERT INTO audit_record ({', '.join(COLUMNS[:7])}, fields, reason) SELECT -1, at, actor_kind, actor_id, "
        "action, subject_kind, subject_id, fields, reason FROM audit_record ORDER BY id LIMIT 1"
    )
    rewrite(ledger)
    assert [kind for kind, _ in ledger.found()] == ["rewritten"]


INSERTED = (
    "INSERT INTO audit_record (at, actor_kind, actor_id, action, subject_kind, subject_id, fields, reason) "
    "VALUES (now() - interval '3 hours', 'staff', '', 'read', 'inquiry', '', '{}', '') RETURNING id"
)


def test_a_row_put_in_past_the_sealer_is_named(ledger: Ledger) -> None:
    ledger.filled()
    ledger.harm(INSERTED)
    new = AuditRecord.objects.latest("id").pk
    assert ledger.found() == [("not sealed", new)]


def test_a_row_that_claims_to_be_older_than_what_was_sealed_before_it_is_noted(ledger: Ledger) -> None:
    ledger.filled()
    ledger.harm(INSERTED)
    new = AuditRecord.objects.latest("id").pk
    ledger.seal()
    ledger.write(2)
    ledger.seal()
    assert ledger.found() == [("late", new)]
    assert ledger.is_whole()


def test_a_backlog_is_no_reason_for_notes(ledger: Ledger) -> None:
    ledger.write(6)
    ledger.harm("UPDATE audit_record SET at = at - interval '1 day' + id * interval '2 hours'")
    ledger.seal()
    ledger.write(2)
    ledger.seal()
    assert ledger.found() == []


def test_a_tail_that_was_cut_off_is_found_and_the_sealer_does_not_go_on(ledger: Ledger) -> None:
    ids = ledger.filled()
    ledger.harm("DELETE FROM audit_seal WHERE position > 6")
    ledger.harm("DELETE FROM audit_record WHERE id = ANY (%s)", ids[6:])
    assert ledger.found() == [("cut off", None)]
    assert "positions 7 to 8 are gone" in str(ledger.verdict().findings[0])
    with pytest.raises(Refused, match="after-restore REASON"):
        ledger.seal()


def test_after_a_restore_that_was_meant_the_gap_is_told_and_the_chain_goes_on(ledger: Ledger) -> None:
    ids = ledger.filled()
    ledger.harm("DELETE FROM audit_seal WHERE position > 4")
    ledger.harm("DELETE FROM audit_record WHERE id = ANY (%s)", ids[4:])
    assert ledger.seal(after_restore="disk\nfull") == 0
    ledger.write(6)
    assert ledger.seal() == 6
    assert ledger.is_whole()
    [note] = ledger.verdict().findings
    assert note.kind == "restored"
    assert "positions 5 to 8, as they were, were lost" in note.words
    assert note.words.endswith(": disk full")
    ledger.seal(after_restore="nothing was lost, so this is not written down")
    assert len(ledger.verdict().findings) == 1


def test_a_restore_excuses_no_change_before_it(ledger: Ledger) -> None:
    ids = ledger.filled()
    ledger.harm("UPDATE audit_record SET reason = 'x' WHERE id = %s", ids[0])
    ledger.harm("DELETE FROM audit_record WHERE id >= %s", ids[4])
    rewrite(ledger)
    with pytest.raises(Refused, match="changed, not lost"):
        ledger.seal(after_restore="an excuse")


def test_without_the_heads_file_the_sealer_does_not_go_on_by_itself(ledger: Ledger) -> None:
    ledger.filled()
    ledger.heads.path.unlink()
    with pytest.raises(Refused, match="last head"):
        ledger.seal()
    ledger.seal(after_restore="the volume of heads was lost")
    assert ledger.is_whole()
    assert ledger.found() == [("restored", None)]


def test_what_is_not_sealed_yet_is_told_and_when_old_it_is_a_finding(ledger: Ledger) -> None:
    ledger.filled()
    ledger.write(3)
    verdict = ledger.verdict()
    assert (verdict.sealed, verdict.unsealed, verdict.is_whole) == (8, 3, True)
    assert timedelta() < verdict.oldest < timedelta(minutes=1)
    ledger.harm("UPDATE audit_record SET at = at - interval '1 hour'")
    ledger.harm("UPDATE audit_record SET at = at + interval '50 minutes' WHERE NOT EXISTS "
                "(SELECT FROM audit_seal WHERE record_id = id)")  # fmt: skip
    stopped = [found for found in ledger.verdict().findings if found.kind == "not sealed"]
    assert [found.words.split(",")[0] for found in stopped] == ["3 records"]
