"""Sealing: the one process that chains committed rows of the audit record, and never skips one that commits late.

It numbers rows itself, in the order in which it sees them, since ids are given out before rows are committed. What
is new since the last look is what that look's snapshot could not see: rows of transactions that were running then
or began since, found by their ``xid``. That holds while the process lives; a new one, and one whose database was
away, first looks for every row without a seal, also because a restored cluster counts its transactions anew.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Event
from typing import Any

from django.db import InterfaceError, OperationalError, connection

from helpline.audit.chain import COLUMNS, Row, extend
from helpline.audit.heads import Head, HeadsFile

BATCH = 5000
EVERY_SECONDS = 0.25
AGAIN_SECONDS = 1.0
# Any number that nothing else in this database uses
LOCK = 0x5EA1

_columns = ", ".join("xid::text" if name == "xid" else name for name in COLUMNS)
_UNSEALED = "NOT EXISTS (SELECT FROM audit_seal WHERE record_id = audit_record.id) ORDER BY id"
ALL = f"SELECT {_columns} FROM audit_record WHERE {_UNSEALED}"  # noqa: S608  # nosec B608  # our own column names
NEW = f"""SELECT {_columns} FROM audit_record WHERE (
    xid >= pg_snapshot_xmax(%(seen)s::pg_snapshot) AND xid < pg_snapshot_xmax(pg_current_snapshot())
    OR xid = ANY (ARRAY(SELECT pg_snapshot_xip(%(seen)s::pg_snapshot)))
) AND {_UNSEALED}"""  # noqa: S608  # nosec B608

logger = logging.getLogger(__name__)


class Refused(Exception):
    """The chain does not hold what the heads file says it did; the message says what to do."""


@dataclass
class Sealer:
    heads: HeadsFile
    stop: Event
    tip: Head
    seen: str = ""

    def look(self) -> int:
        """Seal what is there to be seen and has no seal; return how many rows. Each batch is committed by itself."""
        now, sealed = _one("SELECT pg_current_snapshot()::text"), 0
        if now != self.seen:
            with connection.chunked_cursor() as cursor:
                cursor.execute(NEW if self.seen else ALL, {"seen": self.seen})
                while not self.stop.is_set() and (rows := cursor.fetchmany(BATCH)):
                    self._seal(rows)
                    sealed += len(rows)
            self.seen = now
        self.heads.touch()
        return sealed

    def _seal(self, rows: Sequence[Row]) -> None:
        links = list(extend(self.tip, rows))
        with (
            # Django wraps the errors of execute, not of copy
            connection.wrap_database_errors,
            connection.cursor() as cursor,
            cursor.copy("COPY audit_seal (position, record_id, hash) FROM STDIN") as copy,
        ):
            for one in links:
                copy.write_row(one)
        position, _, hash_ = links[-1]
        self.tip = Head(position, hash_, datetime.now(UTC))
        self.heads.add(self.tip)


def begin(heads: HeadsFile, stop: Event, *, after_restore: str = "") -> Sealer | None:
    """Become the sealer. None when another one is at work; raises ``Refused``."""
    with connection.cursor() as cursor:
        # A head is written down for good: its seals must be, too. The first look may be long
        cursor.execute("SET synchronous_commit = on; SET statement_timeout = 0")
    if not _one("SELECT pg_try_advisory_lock(%s)", LOCK):
        return None
    tip, known = _tip(), heads.read()
    if after_restore and not _holds(known.last, tip):
        if (below := known.until(tip.position)) and _hash_at(below.position) != below.hash:
            raise Refused(f"Position {below.position} was changed, not lost: run verify_audit, it says where.")
        heads.add_restore(tip, after_restore)
        known = heads.read()
    if not _holds(known.last, tip):
        last = known.last.position if known.last else "none"
        raise Refused(
            f"The chain ends at position {tip.position}; the last head in {heads.path} (position {last}) is not in it. "
            "Put the right heads file back, or run verify_audit to see what happened. After a restore that was meant: "
            "seal_audit --after-restore REASON"
        )
    if known.last is None or known.last.position < tip.position:
        # The beginning, or a crash came between the commit and the file
        heads.add(tip)
    return Sealer(heads, stop, tip)


def keep_sealing(heads: HeadsFile, stop: Event, *, after_restore: str = "") -> None:
    """Until ``stop``. A database that is away is waited for; one that lets the sealer's role not in is an error.

    Raises ``Refused``, and what the database said.
    """
    while not stop.is_set():
        try:
            if sealer := begin(heads, stop, after_restore=after_restore):
                after_restore = ""
                while not stop.is_set():
                    sealer.look()
                    stop.wait(EVERY_SECONDS)
        except (OperationalError, InterfaceError) as error:
            if turned_away(error):
                raise
            logger.warning("The database is away; sealing goes on when it is back", exc_info=True)
        finally:
            connection.close()
        stop.wait(AGAIN_SECONDS)


def turned_away(error: Exception) -> bool:
    """Whether the database is there and knows no such role, or not its password. libpq gives it no code."""
    return any(words in str(error) for words in ("authentication failed", "does not exist", "not permitted to log in"))


def _holds(head: Head | None, tip: Head) -> bool:
    if head is None:
        return tip.position == 0
    return head.position == 0 or _hash_at(head.position) == head.hash


def _tip() -> Head:
    with connection.cursor() as cursor:
        cursor.execute("SELECT position, hash FROM audit_seal ORDER BY position DESC LIMIT 1")
        found = cursor.fetchone()
    return Head(found[0], bytes(found[1]), datetime.now(UTC)) if found else Head.at_start()


def _hash_at(position: int) -> bytes | None:
    found = _one("SELECT hash FROM audit_seal WHERE position = %s", position)
    return bytes(found) if found else None


def _one(statement: str, *values: int) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        found = cursor.fetchone()
    return found[0] if found else None
