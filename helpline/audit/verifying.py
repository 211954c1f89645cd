"""Reading the chain against the record, the heads file, and what has no seal yet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction

from helpline.audit.chain import COLUMNS, MOST, NOTES, Finding, Kind, Reading, Sealed, said
from helpline.audit.heads import HeadsFile
from helpline.audit.models import UNSEALED_AT_MOST

BATCH = 5000
_columns = ", ".join("r.xid::text" if name == "xid" else f"r.{name}" for name in COLUMNS)
CHAIN = f"""SELECT s.position, s.record_id, s.hash, {_columns}
    FROM audit_seal s LEFT JOIN audit_record r ON r.id = s.record_id ORDER BY s.position"""  # noqa: S608  # nosec B608
UNSEALED = "FROM audit_record r WHERE NOT EXISTS (SELECT FROM audit_seal s WHERE s.record_id = r.id)"
TAIL = f"SELECT count(*), min(r.at), now() {UNSEALED}"  # nosec B608
# Rows after it are sealed, so the sealer has been here
PASSED_OVER = f"""SELECT r.id, r.at {UNSEALED} AND r.at < %s
    AND (r.id < (SELECT max(record_id) FROM audit_seal) OR r.at < %s) ORDER BY r.id LIMIT {MOST}"""  # noqa: S608  # nosec B608


@dataclass(frozen=True)
class Verdict:
    """``unsealed`` rows are not chained yet, the oldest of them since ``oldest``."""

    sealed: int
    findings: tuple[Finding, ...]
    uncounted: int
    unsealed: int
    oldest: timedelta | None

    @property
    def is_whole(self) -> bool:
        return not self.uncounted and all(finding.kind in NOTES for finding in self.findings)


def length() -> int:
    """How many seals there are, about: for a progress bar."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(position), 0) FROM audit_seal")
        return int(cursor.fetchone()[0])


def verify(file: HeadsFile, *, progress: Callable[[int], object]) -> Verdict:
    """Read everything once, in one transaction. ``progress`` is called with each number of rows read."""
    # Before the chain, which only grows
    reading = Reading(file.read())
    read = 0
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        with connection.chunked_cursor() as seals:
            seals.execute(CHAIN)
            while rows := seals.fetchmany(BATCH):
                for position, record_id, hash_, *row in rows:
                    reading.take(Sealed(position, record_id, bytes(hash_), None if row[0] is None else row))
                read += len(rows)
                progress(len(rows))
        reading.end()
        unsealed, since, now = _tail()
        findings = [*reading.findings, *_not_sealed(reading, unsealed, since, now)]
    if read and reading.heads.last is None:
        words = f"{file.path} is not there, or holds no head; without one a chain rewritten as a whole passes for true"
        findings.append(Finding(Kind.NO_HEADS, words))
    return Verdict(read, tuple(findings), reading.uncounted, unsealed, now - since if since else None)


def _tail() -> tuple[int, datetime | None, datetime]:
    with connection.cursor() as cursor:
        cursor.execute(TAIL)
        unsealed, since, now = cursor.fetchone()
    return unsealed, since, now


def _not_sealed(reading: Reading, unsealed: int, since: datetime | None, now: datetime) -> list[Finding]:
    """Old rows without a seal: each that the sealer passed over, and the others as one."""
    if since is None or since > now - UNSEALED_AT_MOST:
        return []
    last = reading.last.at if reading.last else None
    with connection.cursor() as cursor:
        cursor.execute(PASSED_OVER, [now - UNSEALED_AT_MOST, (last or since) - UNSEALED_AT_MOST])
        passed = cursor.fetchall()
    findings = [
        Finding(Kind.NOT_SEALED, f"record {id_} of {said(at)}, though later ones are: added past the sealer", 0, id_)
        for id_, at in passed
    ]
    if unsealed > len(passed):
        words = f"{unsealed - len(passed)} records, the oldest of {said(since)}: is seal_audit running?"
        findings.append(Finding(Kind.NOT_SEALED, words))
    return findings
