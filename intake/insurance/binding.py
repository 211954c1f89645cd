"""Statements over many rows, written once, whose values travel beside them in binary.

Django writes values into a statement's text: looking through each sealed answer for what must be quoted cost a sixth
of a verification. It also writes the text of a query anew each time, which cost as much as five verifications.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Generic, LiteralString, TypeVar

import psycopg
from django.db import connection, models

M = TypeVar("M", bound=models.Model)


def execute(statement: LiteralString, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    """What the statement returns. Lists are written ``%b`` with the type they are cast to.

    In the transaction of Django's connection; errors are Django's.
    """
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else []


class Columns(Generic[M]):
    """Columns of a model's table in a statement of ours, and the instances made of what it gives for them.

    Without ``names`` all of them. What is left out is read when it is asked for, as after ``only``.
    """

    def __init__(self, model: type[M], alias: str, *names: str) -> None:
        self.model = model
        fields = [f for f in model._meta.concrete_fields if not names or f.attname in names]
        self.names = [f.attname for f in fields]
        self.text = ", ".join(f'{alias}."{f.column}"' for f in fields)
        self.converters = [getattr(f, "from_db_value", None) for f in fields]

    def take(self, row: Iterator[Any]) -> M:
        """The instance made of the next values of a row, and of no more: the converters end first."""
        values = [
            value if convert is None else convert(value, None, connection)
            for convert, value in zip(self.converters, row, strict=False)
        ]
        return self.model.from_db(connection.alias, self.names, values)
