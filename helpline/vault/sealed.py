"""Where sealed values are, in every table: what rotation goes through, and what it counts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from django.apps import apps
from django.db import connection
from psycopg.sql import SQL, Composable, Identifier, Literal

from helpline.vault.fields import EncryptedTextField
from helpline.vault.sealing import NONCE_BYTES, VERSION, Keyring

# The shortest there can be: a nonce and a tag of 16 bytes around nothing, in base64
SHORTEST = (NONCE_BYTES + 16) * 4 // 3
INSIDE_JSON = re.compile(rf'"({VERSION}\.[A-Za-z0-9]+\.[A-Za-z0-9_=-]{{{SHORTEST},}})"')


@dataclass(frozen=True)
class SealedColumn:
    """One column that holds sealed values.

    ``place`` is SQL over the row that gives what its value is bound to; ``kind`` is ``text`` for a column that is one
    sealed value, ``bytea`` for a sealed file, ``jsonb`` for one that holds some somewhere inside.
    """

    table: str
    column: str
    place: str
    key: str = "id"
    kind: str = "text"

    def under_another_key(self, key_id: str) -> Composable:
        """SQL: whether the row's value is not, or not wholly, under this key. What was never sealed counts, too."""
        if self.kind == "jsonb":
            pattern = rf'"{VERSION}\.(?!{key_id}\.)[A-Za-z0-9]+\.[A-Za-z0-9_=-]{{{SHORTEST},}}"'
            return SQL("{}::text ~ {}").format(Identifier(self.column), Literal(pattern))
        start = f"{VERSION}.{key_id}."
        if self.kind == "bytea":
            return SQL("substring({} FROM 1 FOR {}) <> {}").format(
                Identifier(self.column), Literal(len(start)), Literal(start.encode())
            )
        return SQL("left({}, {}) <> {}").format(Identifier(self.column), Literal(len(start)), Literal(start))

    def resealed(self, stored: str, place: str, ring: Keyring) -> str:
        """The same under the ring's current key, as PostgreSQL writes it as text. Raises ``CannotOpen``."""
        if self.kind == "jsonb":
            return INSIDE_JSON.sub(lambda found: f'"{_resealed(found[1], place, ring)}"', stored)
        if self.kind == "bytea":
            return f"\\x{_resealed_file(bytes.fromhex(stored[2:]), place, ring).hex()}"
        return _resealed(stored, place, ring)


_elsewhere: list[SealedColumn] = []


def also_sealed(column: SealedColumn) -> None:
    """Tell of a column that is sealed without a field of ours, or to another place: once, in ``AppConfig.ready``."""
    if column not in _elsewhere:
        _elsewhere.append(column)


def sealed_columns() -> list[SealedColumn]:
    """Every sealed field of every model, and what ``also_sealed`` was told, in the order of tables."""
    told = {(one.table, one.column) for one in _elsewhere}
    found = [
        SealedColumn(
            model._meta.db_table,
            str(field.column),
            place=field.place_in_sql(),
            key=str(model._meta.pk.column),
            kind=field.stored_as,
        )
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy
        for field in model._meta.local_fields
        if isinstance(field, EncryptedTextField) and (model._meta.db_table, field.column) not in told
    ]
    return sorted((*found, *_elsewhere), key=lambda one: (one.table, one.column))


def sealed_tables() -> Iterator[list[SealedColumn]]:
    """The same, table by table."""
    for _table, columns in groupby(sealed_columns(), key=lambda one: one.table):
        yield list(columns)


def count_by_key(column: SealedColumn) -> dict[str, int]:
    """How many values of the column each key seals; ``""`` stands for what is not sealed at all."""
    table, name = Identifier(column.table), Identifier(column.column)
    if column.kind == "jsonb":
        pattern = rf'"{VERSION}\.([A-Za-z0-9]+)\.[A-Za-z0-9_=-]{{{SHORTEST},}}"'
        query = SQL("SELECT found[1], count(*) FROM {}, regexp_matches({}::text, {}, 'g') AS found GROUP BY 1").format(
            table, name, Literal(pattern)
        )
    else:
        pattern = rf"^{VERSION}\.([A-Za-z0-9]+)\."
        start = "encode(substring({} FROM 1 FOR 80), 'escape')" if column.kind == "bytea" else "left({}, 80)"
        query = SQL(
            "SELECT coalesce(substring({start} FROM {pattern}), ''), count(*) FROM {table} "
            "WHERE {name} IS NOT NULL GROUP BY 1"
        ).format(start=SQL(start).format(name), pattern=Literal(pattern), table=table, name=name)
    with connection.cursor() as cursor:
        cursor.execute(query)
        return {str(key_id): int(count) for key_id, count in cursor.fetchall()}


def _resealed(stored: str, place: str, ring: Keyring) -> str:
    if stored.startswith(f"{VERSION}.{ring.current}."):
        return stored
    return ring.seal_bytes(ring.open_bytes(stored, place), place)


def _resealed_file(stored: bytes, place: str, ring: Keyring) -> bytes:
    if stored.startswith(f"{VERSION}.{ring.current}.".encode()):
        return stored
    return ring.seal_file(ring.open_file(stored, place), place)
