"""Changing keys while everything runs: what is sealed, and what is found by a blind index, comes under the newest key.

Which key sealed a value stands in the value itself, so nothing is remembered between runs: a run that was killed is
simply started again. A batch is read without a lock and written by one short statement, which passes over rows that
somebody holds and rows that changed since they were read; the next pass sees those again. Why the audit gets one row a
table and not one a person: docs/decisions/0013-changing-keys.md.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db import connection, models
from django.db.models.expressions import RawSQL
from psycopg.sql import SQL, Composable, Identifier, Literal

from helpline.audit.acting import Actor, acting, record
from helpline.vault.blind import BlindIndexField, BlindTokensField
from helpline.vault.fields import keyring
from helpline.vault.sealed import SealedColumn, count_by_key
from helpline.vault.sealing import CannotOpen

ROTATION = Actor.process("rotate_keys")
BATCH = 500
# A file may be a megabyte
BATCH_OF_FILES = 4
PASSES = 20
PAUSE_SECONDS = 0.5

BlindField = BlindIndexField | BlindTokensField


@dataclass
class Sweep:
    """What going through one table came to. ``unreadable`` are places, without what stands there."""

    seen: int = 0
    changed: int = 0
    missed: int = 0
    unreadable: dict[str, str] = field(default_factory=dict)


@contextmanager
def rotating() -> Iterator[None]:
    """A session that sees every row or fails: a row that a policy hides would otherwise keep its old key unnoticed."""
    with connection.cursor() as cursor:
        cursor.execute("SET row_security = off; SET statement_timeout = 0; SET lock_timeout = '2s'")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET row_security; RESET statement_timeout; RESET lock_timeout")


def may_rotate() -> bool:
    """Whether this session is the tables' owner, who alone may reseal."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user = tableowner FROM pg_tables WHERE tablename = 'audit_record'")
        return bool(cursor.fetchone()[0])


def under_old_keys(columns: Sequence[SealedColumn]) -> int:
    """How many values of one table are not under the newest key."""
    newest = keyring().current
    return sum(count for one in columns for key_id, count in count_by_key(one).items() if key_id != newest)


def rows_under_old_keys(columns: Sequence[SealedColumn]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(SQL("SELECT count(*) FROM {} WHERE {}").format(Identifier(columns[0].table), _old(columns)))
        return int(cursor.fetchone()[0])


def reseal(columns: Sequence[SealedColumn], sweep: Sweep) -> Iterator[int]:
    """Bring one table under the newest key. Gives, batch by batch, how many rows are done; ``sweep`` says the rest."""
    for _ in range(PASSES):
        sweep.missed, last = 0, None
        while rows := _sealed_batch(columns, last):
            last = rows[-1][0]
            before = sweep.changed
            _write_batch(columns, [new for row in rows if (new := _resealed_row(columns, row, sweep))], sweep)
            yield sweep.changed - before
        if not sweep.missed:
            return
        time.sleep(PAUSE_SECONDS)


def _old(columns: Sequence[SealedColumn]) -> Composable:
    newest = keyring().current
    return SQL(" OR ").join(one.under_another_key(newest) for one in columns)


def _sealed_batch(columns: Sequence[SealedColumn], last: Any) -> list[tuple[Any, ...]]:
    """Rows with a value under an old key: the row's key, then each column's text, then each column's place."""
    table, key = Identifier(columns[0].table), Identifier(columns[0].key)
    values = SQL(", ").join(SQL("{}::text").format(Identifier(one.column)) for one in columns)
    places = SQL(", ").join(SQL(one.place) for one in columns)
    batch = BATCH_OF_FILES if any(one.kind == "bytea" for one in columns) else BATCH
    after = SQL("") if last is None else SQL("{} > {} AND ").format(key, Literal(last))
    parts = (key, values, places, table, after, _old(columns), Literal(batch))
    with connection.cursor() as cursor:
        cursor.execute(SQL("SELECT {}, {}, {} FROM {} WHERE {}({}) ORDER BY 1 LIMIT {}").format(*parts))
        return list(cursor.fetchall())


def _resealed_row(columns: Sequence[SealedColumn], row: tuple[Any, ...], sweep: Sweep) -> tuple[Any, ...] | None:
    """The row's key, its values as they were and as they become; nothing when none of them can be opened."""
    was = row[1 : 1 + len(columns)]
    becomes = list(was)
    sweep.seen += 1
    for at, (column, place) in enumerate(zip(columns, row[1 + len(columns) :], strict=True)):
        if was[at] is None:
            continue
        try:
            becomes[at] = column.resealed(was[at], place, keyring())
        except CannotOpen as refused:
            sweep.unreadable[f"{column.table}.{column.column} of row {row[0]}"] = str(refused).rpartition(": ")[2]
    return None if tuple(becomes) == was else (row[0], *was, *becomes)


def _write_batch(columns: Sequence[SealedColumn], rows: Sequence[tuple[Any, ...]], sweep: Sweep) -> None:
    if not rows:
        return
    keys, *values = map(list, zip(*rows, strict=True))
    was = [f"was{at}" for at in range(len(columns))]
    new = [f"new{at}" for at in range(len(columns))]
    query = SQL(
        "WITH free AS (SELECT {key} AS free_key FROM {table} WHERE {key} = ANY({keys}) FOR NO KEY UPDATE SKIP LOCKED) "
        "UPDATE {table} AS t SET {become} FROM unnest({keys}, {values}) AS v({names}), free "
        "WHERE t.{key} = ANY({keys}) AND t.{key} = v.row_key AND free.free_key = t.{key} AND {unchanged}"
    ).format(
        key=Identifier(columns[0].key),
        table=Identifier(columns[0].table),
        keys=Literal(keys),
        values=SQL(", ").join(SQL("{}::text[]").format(Literal(each)) for each in values),
        names=SQL(", ").join(map(Identifier, ("row_key", *was, *new))),
        become=SQL(", ").join(
            SQL("{} = v.{}::{}").format(Identifier(one.column), Identifier(name), SQL(one.kind))
            for one, name in zip(columns, new, strict=True)
        ),
        unchanged=SQL(" AND ").join(
            SQL("t.{}::text IS NOT DISTINCT FROM v.{}").format(Identifier(one.column), Identifier(name))
            for one, name in zip(columns, was, strict=True)
        ),
    )
    names = [one.column for one in columns]
    _count(sweep, len(rows), _written(query, "resealed", columns[0].table, names, keyring().current, sweep))


def _written(query: Composable, action: str, table: str, columns: Sequence[str], reason: str, sweep: Sweep) -> int:
    """Run the change; the first that changes a row of a table leaves the table's one audit row with it."""
    with acting(ROTATION), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('helpline.resealing', 'on', true)")
        cursor.execute(query)
        changed = int(cursor.rowcount)
        if changed and not sweep.changed:
            record(ROTATION, action, table, fields=columns, reason=reason)
    return changed


def _count(sweep: Sweep, wanted: int, changed: int) -> None:
    sweep.changed += changed
    sweep.missed += wanted - changed


def blind_models() -> list[tuple[type[models.Model], list[BlindField]]]:
    """Every model that has blind indexes or tokens, with those fields."""
    found = []
    for model in apps.get_models():
        fields = [f for f in model._meta.local_fields if isinstance(f, BlindIndexField | BlindTokensField)]
        if fields:
            found.append((model, fields))
    return found


def reindex(model: type[models.Model], fields: Sequence[BlindField], sweep: Sweep) -> Iterator[int]:
    """Make again what the newest index key would make otherwise. As ``reseal``; the rows looked at are given.

    An index does not say which key made it, so the last pass is the proof: it finds nothing to change.
    """
    for _ in range(PASSES):
        sweep.missed, before, last = 0, sweep.changed, None
        while rows := _indexed_batch(model, last):
            last = rows[-1].pk
            _write_indexes(model, fields, _otherwise(fields, rows, sweep), sweep)
            yield len(rows)
        if not sweep.missed and sweep.changed == before:
            return
        time.sleep(PAUSE_SECONDS if sweep.missed else 0)


def rows_indexed_otherwise(model: type[models.Model], fields: Sequence[BlindField], sweep: Sweep) -> int:
    """How many rows ``reindex`` would change."""
    count, last = 0, None
    while rows := _indexed_batch(model, last):
        last = rows[-1].pk
        count += len(_otherwise(fields, rows, sweep))
    return count


def _indexed_batch(model: type[models.Model], last: Any) -> list[Any]:
    """Rows with ``row_version``, which every change of the row changes."""
    rows = model._base_manager.annotate(row_version=RawSQL("xmin::text", ())).order_by("pk")  # nosec B611  # no input
    return list((rows if last is None else rows.filter(pk__gt=last))[:BATCH])


def _otherwise(fields: Sequence[BlindField], rows: Sequence[Any], sweep: Sweep) -> list[tuple[Any, ...]]:
    """Of those rows that the newest key indexes otherwise: key, version, and what each field becomes, as text."""
    found = []
    for row in rows:
        sweep.seen += 1
        try:
            becomes = [one.made(row) for one in fields]
        except CannotOpen as refused:
            sweep.unreadable[f"{row._meta.db_table} of row {row.pk}"] = str(refused).rpartition(": ")[2]
            continue
        if becomes != [getattr(row, one.attname) for one in fields]:
            found.append((row.pk, row.row_version, *map(_as_text, becomes)))
    return found


def _as_text(value: Any) -> str | None:
    """How PostgreSQL writes a binary value, or an array of them, as text."""
    if value is None:
        return None
    if isinstance(value, list):
        return "{" + ",".join(f'"\\\\x{bytes(one).hex()}"' for one in value) + "}"
    return f"\\x{bytes(value).hex()}"


def _write_indexes(
    model: type[models.Model], fields: Sequence[BlindField], rows: Sequence[tuple[Any, ...]], sweep: Sweep
) -> None:
    if not rows:
        return
    keys, versions, *values = map(list, zip(*rows, strict=True))
    names = [f"new{at}" for at in range(len(fields))]
    kinds = [SQL(str(one.db_type(connection))) for one in fields]
    query = SQL(
        "WITH free AS (SELECT {key} AS free_key FROM {table} WHERE {key} = ANY({keys}) FOR NO KEY UPDATE SKIP LOCKED) "
        "UPDATE {table} AS t SET {become} FROM unnest({keys}, {versions}::text[], {values}) AS v({names}), free "
        "WHERE t.{key} = ANY({keys}) AND t.{key} = v.row_key AND free.free_key = t.{key} "
        "AND t.xmin::text = v.version"
    ).format(
        key=Identifier(str(model._meta.pk.column)),
        table=Identifier(model._meta.db_table),
        keys=Literal(keys),
        versions=Literal(versions),
        values=SQL(", ").join(SQL("{}::text[]").format(Literal(each)) for each in values),
        names=SQL(", ").join(map(Identifier, ("row_key", "version", *names))),
        become=SQL(", ").join(
            SQL("{} = v.{}::{}").format(Identifier(str(one.column)), Identifier(name), kind)
            for one, name, kind in zip(fields, names, kinds, strict=True)
        ),
    )
    columns = [str(one.column) for one in fields]
    _count(sweep, len(rows), _written(query, "reindexed", model._meta.db_table, columns, "newest", sweep))
