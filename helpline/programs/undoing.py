"""Taking back a whole import: one transaction, in order, and what people did since stays.

A listing the import brought is withdrawn, not deleted: somebody may have been referred to it. A field goes back only
where it still says what the import wrote and nobody corrected it; a listing that was confirmed since, by telephone or
by the program itself, stays as it was confirmed, and so does one that moved to another directory and whose services
were set since. What stays is told in the notes of the undoing, which is a run of its own.
"""

from __future__ import annotations

from collections import Counter
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import F, Q
from django.utils.translation import gettext as _
from psycopg.sql import SQL, Literal

from helpline.accounts.models import User
from helpline.audit.acting import Actor, acting, record
from helpline.programs.models import ImportRun, Program, ProgramChange
from helpline.programs.staging import CORRECTED_AS, MERGED, OFFERED, take_the_only_place

TECHNICAL = ("content_hash", "source_row", "edition_id", "identity", "occurrence")
_TAKEN_BACK = (*MERGED, *OFFERED, *TECHNICAL)


class CannotUndo(ValueError):
    """Nothing was changed; the message is for the person who tried."""


_PARTS = {
    "corrected_as": SQL("CASE f.key {} ELSE f.key END").format(
        SQL(" ").join(SQL("WHEN {} THEN {}").format(Literal(a), Literal(b)) for a, b in CORRECTED_AS.items())
    ),
    "values": SQL(", ").join(SQL("{0} = was.{0}").format(SQL(column)) for column in _TAKEN_BACK),
    "technical": Literal(list(TECHNICAL)),
}

_WEIGH = SQL("""
DROP TABLE IF EXISTS pg_temp.taken_back;
CREATE TEMP TABLE taken_back ON COMMIT DROP AS
SELECT p.id, p.source_row,
    jsonb_object_agg(f.key, f.value -> 0) FILTER (WHERE goes) AS was,
    coalesce(jsonb_object_agg(f.key, jsonb_build_array(f.value -> 1, f.value -> 0))
        FILTER (WHERE goes AND f.key <> ALL({technical})), '{{}}') AS fields,
    array_agg(f.key ORDER BY f.key) FILTER (WHERE NOT goes AND f.key <> ALL({technical})) AS stays
FROM programs_program_change c
JOIN programs_import_run run ON run.id = c.run_id
JOIN programs_program p ON p.id = c.program_id
CROSS JOIN LATERAL jsonb_each(c.fields || c.technical) AS f
CROSS JOIN LATERAL (
    SELECT to_jsonb(p) -> f.key IS NOT DISTINCT FROM f.value -> 1
        AND (c.technical ? f.key OR {corrected_as} <> ALL(p.corrected_fields))
        AND (p.verified_at IS NULL OR p.verified_at < run.at)
        AND NOT EXISTS (
            SELECT FROM programs_program_change since
            WHERE since.program_id = p.id AND since.action = 'confirmed' AND since.at > run.at)
        AND NOT (c.technical ? 'codes' AND to_jsonb(p) -> 'codes' IS DISTINCT FROM c.technical -> 'codes' -> 1)
        AS goes
) AS decided
WHERE c.run_id = %(undone)s
GROUP BY p.id, p.source_row
""").format(**_PARTS)

_TAKE_BACK = SQL("""
UPDATE programs_program p SET {values}, last_import_id = %(run)s, changed_at = statement_timestamp()
FROM taken_back t
JOIN programs_program q ON q.id = t.id
CROSS JOIN LATERAL jsonb_populate_record(q, t.was) AS was
WHERE p.id = t.id AND t.was IS NOT NULL
""").format(**_PARTS)

_REMEMBER = """
INSERT INTO programs_program_change (program_id, actor_kind, actor_id, run_id, action, fields, technical, note)
SELECT id, %(kind)s, %(actor)s, %(run)s,
    CASE 'withdrawn'
        WHEN fields -> 'status' ->> 0 THEN 'restored' WHEN fields -> 'status' ->> 1 THEN 'withdrawn' ELSE 'undone' END,
    fields, '{}', ''
FROM taken_back WHERE fields <> '{}'
RETURNING action
"""

_WITHDRAW = """
WITH gone AS (
    UPDATE programs_program p SET status = 'withdrawn', status_reason = %(reason)s, last_import_id = %(run)s,
        changed_at = statement_timestamp()
    WHERE first_import_id = %(undone)s AND status <> 'withdrawn' AND corrected_fields = '{}' AND verified_at IS NULL
        AND NOT EXISTS (SELECT FROM programs_program_change c WHERE c.program_id = p.id AND c.action = 'confirmed')
    RETURNING id
)
INSERT INTO programs_program_change (program_id, actor_kind, actor_id, run_id, action, fields, technical, note)
SELECT id, %(kind)s, %(actor)s, %(run)s, 'withdrawn', '{}', '{}', %(reason)s FROM gone
"""


def undo(run_id: UUID, *, by: User) -> ImportRun:
    """Take the import back and return the run that says so. Raises ``CannotUndo``, ``ImportRun.DoesNotExist``."""
    actor = Actor.staff(by)
    with acting(actor), connection.cursor() as cursor:
        if not take_the_only_place(cursor):
            raise CannotUndo(_("Another import is running. Wait until it has ended, then try again."))
        undone = ImportRun.objects.select_related("edition").get(pk=run_id)
        if why_not := why_not_undo(undone):
            raise CannotUndo(why_not)
        run = ImportRun(
            edition=undone.edition, actor_kind=actor.kind, actor_id=actor.id, undoes=undone, unchanged=0, created=0,
            file_name=undone.file_name, file_sha256=undone.file_sha256, states=undone.states,
        )  # fmt: skip
        _take_back(cursor, run, undone)
        run.save(force_insert=True)
        record(actor, "undone", "program_import", [undone.pk])
    return run


def why_not_undo(run: ImportRun) -> str:
    """Why this import cannot be taken back, in words for a person; empty when it can."""
    if run.undoes_id:
        return _("This is the undoing of an import. Import the file again instead.")
    if hasattr(run, "undone_by"):
        return _("This import was undone already.")
    editions = {run.edition_id, run.replaces_id} - {None}
    later = ImportRun.objects.standing().filter(at__gt=run.at)
    if later.filter(Q(edition__in=editions) | Q(replaces__in=editions)).exists():
        return _("A later import of this directory rests on it. Undo that one first.")
    if Program.objects.filter(first_import=run).count() != run.created or _says_too_little(run):
        return _("This import was made before imports could be undone.")
    return ""


def _says_too_little(run: ImportRun) -> bool:
    return ProgramChange.objects.filter(run=run, fields={}, technical={}).exists()


def _take_back(cursor: Any, run: ImportRun, undone: ImportRun) -> None:
    reason = _("The import of %(file)s was undone") % {"file": undone.file_name[:200]}
    given = {"undone": undone.pk, "run": run.pk, "kind": run.actor_kind, "actor": run.actor_id, "reason": reason}
    cursor.execute(_WEIGH, given)
    cursor.execute(_TAKE_BACK, given)
    cursor.execute(_REMEMBER, given)
    did = Counter(action for (action,) in cursor.fetchall())
    cursor.execute(_WITHDRAW, given)
    run.changed, run.restored, run.withdrawn = did["undone"], did["restored"], did["withdrawn"] + cursor.rowcount
    run.notes = [*_what_stays(cursor), *_brought_and_kept(undone, run)]


def _what_stays(cursor: Any) -> list[dict[str, Any]]:
    cursor.execute("SELECT id, source_row, stays FROM taken_back WHERE stays IS NOT NULL ORDER BY source_row, id")
    reason = _("It stays: somebody has changed or confirmed it since.")
    return [_note(pk, row, name, reason) for pk, row, stays in cursor.fetchall() for name in stays]


def _brought_and_kept(undone: ImportRun, run: ImportRun) -> list[dict[str, Any]]:
    kept = Program.objects.filter(first_import=undone).exclude(last_import=run).order_by(F("source_row"), "id")
    reason = _("The listing stays: somebody has changed or confirmed it since.")
    return [_note(pk, row, "", reason) for pk, row in kept.values_list("pk", "source_row")]


def _note(program: UUID, row: int | None, field: str, reason: str) -> dict[str, Any]:
    return {"program": str(program), "row": row or 0, "field": field, "reason": reason, "remedy": ""}
