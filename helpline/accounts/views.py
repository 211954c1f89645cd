"""Answers that are about no room in particular: what went wrong, and whether we are alive."""

import sys

from django.contrib.auth.decorators import login_not_required
from django.db import InterfaceError, OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache


def page_expired(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form whose hidden token does not fit: the page was open very long, or cookies are off."""
    return render(request, "403_csrf.html", status=403)


def server_error(request: HttpRequest) -> HttpResponse:
    """Something broke. When it is the database that is away: 503 and "try again soon", never a false success.

    Rendered without a request, since nothing on an error page may need the database.
    """
    away = isinstance(sys.exc_info()[1], OperationalError | InterfaceError)
    body = render(None, "503.html" if away else "500.html", status=503 if away else 500)
    if away:
        body["Retry-After"] = "10"
    return body


@login_not_required
@never_cache
def healthy(request: HttpRequest) -> HttpResponse:
    """200 when this process reaches the database: for the reverse proxy and compose."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok", content_type="text/plain")
