"""Directories sent by the web: a worker reads each twice, first to say what it would do, then to do it."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

from django.db import connection, models, transaction
from django.utils.translation import gettext as _

from helpline.accounts.models import User
from helpline.audit.acting import Actor, acting
from helpline.programs.curation import CannotChange
from helpline.programs.importing import ImportRefused, Outcome, first_changes, import_directory
from helpline.programs.loading import edition_for
from helpline.programs.models import Edition, Upload, UploadPiece
from helpline.programs.reporting import report_of
from helpline.programs.workbook import NotReadable

log = logging.getLogger(__name__)
State = Upload.State
MOST_OPEN = 5
"""Files kept at one time: each may be 50 MB."""
PIECE = 1024 * 1024
MOST_TRIES = 2
LEASE_MINUTES = 15
FINDINGS_KEPT = 500

_CLAIM = """
UPDATE programs_upload SET begun_at = now(), tries = tries + 1
WHERE id = (
    SELECT id FROM programs_upload
    WHERE state IN ('to_try', 'to_apply') AND (begun_at IS NULL OR begun_at < now() - make_interval(mins => %s))
    ORDER BY at, id LIMIT 1 FOR UPDATE SKIP LOCKED
)
RETURNING id, tries
"""


def send(name: str, parts: Iterable[bytes], *, by: User, **asked: Any) -> Upload:
    """Keep a file, given part by part, for the worker; ``asked`` are fields of ``Upload``. Raises ``CannotChange`` when
    too many wait.
    """
    with acting(Actor.staff(by)):
        if Upload.objects.open().count() >= MOST_OPEN:
            raise CannotChange(_("Five files wait already. Import them or let them go first."))
        upload = Upload.objects.create(by=by, file_name=name[:200] or "file", size=0, pieces=0, **asked)
        for number, body in enumerate(_pieces(parts)):
            UploadPiece.objects.create(upload=upload, number=number, body=body)
            upload.size, upload.pieces = upload.size + len(body), number + 1
        upload.save(update_fields=["size", "pieces"])
        return upload


def _pieces(parts: Iterable[bytes]) -> Iterator[bytes]:
    """The same in pieces of about ``PIECE``."""
    held = bytearray()
    for part in parts:
        held += part
        if len(held) >= PIECE:
            yield bytes(held)
            held.clear()
    if held:
        yield bytes(held)


def apply(upload_id: UUID, *, by: User) -> None:
    """What the trial said is to be done. Raises ``CannotChange`` for a file that was not read, or is decided."""
    _decide(upload_id, State.TO_APPLY, by)


def let_go(upload_id: UUID, *, by: User) -> None:
    """Nothing is done with it, and the file is gone. Raises ``CannotChange``."""
    _decide(upload_id, State.LET_GO, by)


def work() -> int:
    """Read what waits, one after the other; returns how many. A file on which a worker died twice is refused."""
    done = 0
    while claimed := _claim():
        upload = Upload.objects.select_related("by").get(pk=claimed[0])
        if claimed[1] > MOST_TRIES:
            _refuse(upload, _("Reading it ended twice without an answer: it may be too large. Nothing was changed."))
        else:
            _read(upload)
        done += 1
    return done


def _claim() -> tuple[UUID, int] | None:
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [LEASE_MINUTES])
        found: tuple[UUID, int] | None = cursor.fetchone()
    return found


def _read(upload: Upload) -> None:
    """A file made to break us must not stop the others: whatever it raises is told, and nothing is half done."""
    try:
        with transaction.atomic():
            applied = upload.state == State.TO_APPLY
            outcome, report = (_import(upload), None) if applied else _try(upload)
            upload.told, upload.report = _told(outcome), report
            upload.state = State.APPLIED if applied else State.TRIED
            upload.tries, upload.begun_at = 0, None
            if applied:
                upload.run = outcome.run
                _forget(upload)
            upload.save()
    except (NotReadable, ImportRefused) as refusal:
        _refuse(upload, str(refusal))
    except Exception as error:
        log.warning("An uploaded directory could not be read: %s", type(error).__name__)
        _refuse(upload, _("This file could not be read. Nothing was changed. Tell whoever runs this line."))


def _try(upload: Upload) -> tuple[Outcome, bytes]:
    """Import it, write down what that did, and take it back."""
    with transaction.atomic():
        outcome = _import(upload)
        run = outcome.run
        if run is None:
            raise ImportRefused(_("There is nothing to import in this file."))
        outcome.diff, report = first_changes(run), report_of(outcome, run)
        transaction.set_rollback(True)
    return outcome, report


def _import(upload: Upload) -> Outcome:
    edition, located = edition_for(upload.edition_code, upload.source)
    replaces = Edition.objects.filter(code=upload.replaces).first() if upload.replaces else None
    with TemporaryDirectory() as folder:
        path = Path(folder) / (Path(upload.file_name).name or "file")
        with path.open("wb") as file:
            for body in _pieces_of(upload).order_by("number").values_list("body", flat=True).iterator(1):
                file.write(body)
        return import_directory(
            path,
            edition=edition,
            actor=Actor.staff(upload.by),
            located=located,
            states=tuple(upload.states),
            allow_withdrawing=upload.may_withdraw_many,
            replaces=replaces,
        )


def _told(outcome: Outcome) -> dict[str, Any]:
    counts = ("created", "changed", "unchanged", "withdrawn", "restored", "outside_scope", "recognised")
    return {
        **{name: getattr(outcome, name) for name in counts},
        "refused_rows": len({finding.row for finding in outcome.refused}),
        "findings": len(outcome.refused) + len(outcome.notes),
        "to_decide": len(outcome.to_decide),
        "is_search": outcome.is_search,
        "refused": [asdict(finding) for finding in outcome.refused[:FINDINGS_KEPT]],
        "notes": [asdict(finding) for finding in outcome.notes[:FINDINGS_KEPT]],
        "unknown": (outcome.unknown_codes + outcome.unknown_services).most_common(FINDINGS_KEPT),
        "diff": outcome.diff,
    }


def _refuse(upload: Upload, problem: str) -> None:
    upload.state, upload.problem, upload.report = State.REFUSED, problem[:1000], None
    upload.run = None
    with transaction.atomic():
        _forget(upload)
        upload.save(update_fields=["state", "problem", "pieces", "report", "run"])


def _forget(upload: Upload) -> None:
    """The file is gone with its last step."""
    _pieces_of(upload).delete()
    upload.pieces = None


def _pieces_of(upload: Upload) -> models.QuerySet[UploadPiece]:
    return UploadPiece.objects.filter(upload=upload)


def _decide(upload_id: UUID, state: Upload.State, by: User) -> None:
    with acting(Actor.staff(by)):
        gone = {"pieces": None, "report": None} if state == State.LET_GO else {}
        if not Upload.objects.filter(pk=upload_id, state=State.TRIED).update(state=state, by=by, **gone):
            raise CannotChange(_("It was decided already, or is still being read."))
        if gone:
            UploadPiece.objects.filter(upload=upload_id).delete()
