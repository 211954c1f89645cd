"""Statements over many rows, whose values travel beside them in binary.

Django writes values into a statement's text: looking through each sealed answer for what must be quoted cost a sixth
of a verification.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, LiteralString

import psycopg
from django.db import connection


def execute(statement: LiteralString, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    """What the statement returns. Lists are written ``%b`` with the type they are cast to.

    In the transaction of Django's connection; errors are Django's.
    """
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else []
