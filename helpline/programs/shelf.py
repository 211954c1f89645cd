"""Rows that have to be found again by a key, kept in a temporary file: pure Python, no Django.

The file is SQLite's own temporary database: it has no name, lies where temporary files lie, and is gone with the
process. A few megabytes of it are held in memory, whatever it grows to.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from typing import Any

HELD_KIB = 8 * 1024
AT_A_TIME = 1000
MOST_OF_ONE = 10_000
_TABLE = "CREATE TABLE shelf (number INTEGER PRIMARY KEY, kind TEXT NOT NULL, key TEXT NOT NULL, body TEXT NOT NULL)"
Row = dict[str, Any]


class TooMany(ValueError):
    """More rows of one key than any place or service has."""


class Shelf:
    """Rows by kind and key, in the order they came. Nothing is found before ``sort``."""

    def __init__(self) -> None:
        self._base = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        for pragma in (f"cache_size = -{HELD_KIB}", "temp_store = FILE", "journal_mode = OFF", "synchronous = OFF"):
            self._base.execute(f"PRAGMA {pragma}")
        self._base.execute(_TABLE)
        self._base.execute("BEGIN")

    def put(self, rows: Iterable[tuple[str, str, Row]]) -> None:
        """Add rows as (kind, key, row)."""
        written = ((kind, key, json.dumps(row)) for kind, key, row in rows)
        self._base.executemany("INSERT INTO shelf (kind, key, body) VALUES (?, ?, ?)", written)

    def sort(self) -> None:
        """Let rows be found by their key."""
        self._base.execute("CREATE INDEX by_key ON shelf (key, kind)")

    def under(self, kind: str, key: str) -> list[Row]:
        """The rows of a kind and key. Raises ``TooMany``."""
        asked = "SELECT body FROM shelf WHERE key = ? AND kind = ? ORDER BY number"
        found = self._base.execute(asked, [key, kind]).fetchmany(MOST_OF_ONE + 1)
        if len(found) > MOST_OF_ONE:
            raise TooMany(f"more than {MOST_OF_ONE} rows of {kind} belong to one “{key[:60]}”")
        return [json.loads(body) for (body,) in found]

    def last(self, kind: str, key: str) -> Row | None:
        """The last row of a kind and key."""
        asked = "SELECT body FROM shelf WHERE key = ? AND kind = ? ORDER BY number DESC LIMIT 1"
        found = self._base.execute(asked, [key, kind]).fetchone()
        return json.loads(found[0]) if found else None

    def has(self, kind: str, key: str) -> bool:
        asked = "SELECT EXISTS (SELECT 1 FROM shelf WHERE key = ? AND kind = ?)"
        return bool(self._base.execute(asked, [key, kind]).fetchone()[0])

    def each(self, kind: str) -> Iterator[Row]:
        """All rows of a kind."""
        found = self._base.execute("SELECT body FROM shelf WHERE kind = ? ORDER BY number", [kind])
        while some := found.fetchmany(AT_A_TIME):
            yield from (json.loads(body) for (body,) in some)

    def keys(self, kind: str) -> Iterator[str]:
        """The keys of a kind, each once, in the order they came first."""
        asked = "SELECT key FROM shelf WHERE kind = ? GROUP BY key ORDER BY min(number)"
        found = self._base.execute(asked, [kind])
        while some := found.fetchmany(AT_A_TIME):
            yield from (key for (key,) in some)
