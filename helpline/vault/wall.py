"""The second wall: what a request without a seat at the desk can touch is decided by PostgreSQL, not by our filters.

While such a request is answered its connection is another role: ``helpline_by_link`` for whoever comes from outside,
``helpline_listings`` for staff who may see no inquiry. By row-level security the first sees the rows in its *reach*
only: ids and keyed indexes that a signed cookie, a link or a code has proven. A query that forgot its filter finds
those and no other; with nothing proven it finds nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import psycopg
from asgiref.local import Local
from django.db import connection, migrations
from psycopg.pq import TransactionStatus

BY_LINK, LISTINGS, HOUSE = "helpline_by_link", "helpline_listings", "helpline_runtime"
# The ids and the keyed indexes that are proven, as SQL: worked out once a statement, and looked up in an index
IDS = "ANY ((SELECT string_to_array(current_setting('helpline.ids', true), ' ')::uuid[])::uuid[])"
KEYS = "ANY ((SELECT string_to_array(current_setting('helpline.keys', true), ' ')::bytea[])::bytea[])"
SAY = (
    "SELECT set_config('role', %s, false), set_config('helpline.ids', %s, false), "
    "set_config('helpline.keys', %s, false)"
)
Execute = Callable[[str, Any, bool, dict[str, Any]], Any]

_standing = Local()


class Wall:
    """Stands in one connection for one request. The database hears of it before the first query, so that a page which
    asks nothing waits for nothing.
    """

    def __init__(self) -> None:
        self.role = ""
        self.ids: dict[str, None] = {}
        self.keys: dict[str, None] = {}
        # The connection that was told, whether within a transaction, and whether there is more to tell
        self._told: Any = None
        self._in_transaction = False
        self._more = False

    def extend(self, proven: UUID | bytes | memoryview) -> None:
        if isinstance(proven, UUID):
            known, written = self.ids, str(proven)
        else:
            known, written = self.keys, rf"\x{bytes(proven).hex()}"
        self._more = self._more or written not in known
        known[written] = None

    def __call__(self, execute: Execute, sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        if self.role and not self._is_heard():
            self._tell(self.role, self.ids, self.keys)
        return execute(sql, params, many, context)

    def _is_heard(self) -> bool:
        """What was said within a transaction may have been rolled back with it: it is said again after each."""
        raw = connection.connection
        over = self._in_transaction and raw.info.transaction_status is TransactionStatus.IDLE
        return self._told is raw and not over and not self._more

    def _tell(self, role: str, ids: Iterable[str] = (), keys: Iterable[str] = ()) -> None:
        raw = connection.connection
        self._in_transaction = raw.info.transaction_status is not TransactionStatus.IDLE or not raw.autocommit
        with raw.cursor() as cursor:
            cursor.execute(SAY, [role, " ".join(ids), " ".join(keys)])
        self._told, self._more = raw, False

    def down(self) -> None:
        """Give the connection back as it was; one that cannot be told is closed."""
        raw, self.role = connection.connection, ""
        if raw is None or self._told is not raw:
            return
        try:
            self._tell("none")
        except psycopg.Error:
            connection.close()


@contextmanager
def wall() -> Iterator[None]:
    """A wall for one request, not up yet: ``stand`` puts it up."""
    one = Wall()
    _standing.wall = one
    try:
        with connection.execute_wrapper(one):
            yield
    finally:
        del _standing.wall
        one.down()


def stand(role: str) -> None:
    """From here on, until the end of ``wall``, the connection is this role."""
    _standing.wall.role = role


def within_reach(*proven: UUID | bytes | memoryview) -> None:
    """From here on the request may touch the rows of these ids and keyed indexes.

    Call it with nothing but what the request has proven: the content of a signed cookie, the index of a code that was
    typed, the subject of an open link, an id that was just made. Where no wall stands it does nothing.
    """
    standing = getattr(_standing, "wall", None)
    if standing is not None:
        for one in proven:
            standing.extend(one)


def rows(table: str, condition: str, rights: str, *, adding: str = "") -> migrations.RunSQL:
    """Whoever comes from outside has ``rights`` on rows of ``table`` for which ``condition`` holds; the house on all.

    ``condition`` is SQL over ``IDS`` and ``KEYS``. ``adding`` is what a new row must fulfil, where it is less.
    """
    return migrations.RunSQL(
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY; "
        f"CREATE POLICY house ON {table} TO {HOUSE} USING (true) WITH CHECK (true); "
        f"CREATE POLICY reached ON {table} TO {BY_LINK} USING ({condition}) WITH CHECK ({adding or condition}); "
        f"GRANT {rights} ON {table} TO {BY_LINK}",
        f"REVOKE ALL ON {table} FROM {BY_LINK}; DROP POLICY reached ON {table}; DROP POLICY house ON {table}; "
        f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
    )


def rights(role: str, granted: str, *tables: str) -> migrations.RunSQL:
    """``granted`` (SQL) on ``tables`` that hold nothing of the people we help, for a role behind the wall."""
    named = ", ".join(tables)
    return migrations.RunSQL(f"GRANT {granted} ON {named} TO {role}", f"REVOKE {granted} ON {named} FROM {role}")
