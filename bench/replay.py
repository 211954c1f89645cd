"""The floor of the form's final send: a bare Django view that sends the same statements and does nothing else.

At start it sends one form through the whole product and writes down every statement and parameter. Each request then
replays them in one transaction with fresh ids, so that constraints hold and triggers fire as for a real one.
"""

from __future__ import annotations

import os
import secrets
import uuid
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpline.settings")
application = get_wsgi_application()

from django.conf import settings  # noqa: E402  # after Django is set up
from django.db import connection, transaction  # noqa: E402
from django.http import HttpRequest, HttpResponse  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import path  # noqa: E402

from intake.inquiries.models import Draft  # noqa: E402
from intake.journey.demo import people  # noqa: E402

Statement = tuple[str, tuple[Any, ...]]


def cookie_for(draft: Draft) -> dict[str, str]:
    from django.core import signing

    signer = signing.get_cookie_signer(salt=settings.DRAFT_COOKIE_NAME + "intake.draft")
    return {settings.DRAFT_COOKIE_NAME: signer.sign(str(draft.pk))}


def ready_draft() -> Draft:
    """A filled-in form of somebody insured who signed: everything on."""
    draft = Draft()
    draft.keep(people(date(2026, 11, 22))["inactive"])
    return draft


def captured() -> list[Statement]:
    """The statements of one final send, without BEGIN, COMMIT and savepoints."""
    found: list[Statement] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if not sql.startswith(("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")):
            found.append((sql, tuple(params or ())))
        return execute(sql, params, many, context)

    draft, client = ready_draft(), Client()
    client.cookies.load(cookie_for(draft))
    with connection.execute_wrapper(note):
        answer = client.post("/get-help/check/", {"key": str(draft.idempotency_key)}, HTTP_HOST="localhost")
    assert answer.status_code == 302, answer.status_code
    return found


def freshened(statements: Sequence[Statement]) -> list[Statement]:
    """The same statements with new ids for new rows, and new values where they must be unique."""
    new: dict[Any, Any] = {}

    def fresh(value: Any, inserting: bool) -> Any:
        if isinstance(value, list):
            return [fresh(one, inserting) for one in value]
        if isinstance(value, uuid.UUID) and inserting and value not in new:
            new[value] = uuid.uuid4()
        held = getattr(value, "obj", value)  # psycopg wraps bytes in Binary
        if isinstance(held, bytes | memoryview) and inserting:
            return secrets.token_bytes(len(held))
        if isinstance(value, str) and value.startswith("HL") and len(value) == 18:
            return f"HL{secrets.token_hex(8)}"
        return new.get(value, value) if isinstance(value, uuid.UUID) else value

    return [(sql, tuple(fresh(v, sql.startswith("INSERT")) for v in values)) for sql, values in statements]


if __name__ == "bench.replay" and os.environ.get("BENCH_REPLAY"):
    STATEMENTS = captured()

    def replay(request: HttpRequest) -> HttpResponse:
        with transaction.atomic(), connection.cursor() as cursor:
            for sql, values in freshened(STATEMENTS):
                cursor.execute(sql, values)
                if cursor.description:
                    cursor.fetchall()
        return HttpResponse(status=302, headers={"Location": "/get-help/sent/"})

    urlpatterns = [path("replay/", replay)]
    settings.MIDDLEWARE = []
    settings.ROOT_URLCONF = "bench.replay"
    application = get_wsgi_application()
