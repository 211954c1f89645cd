"""What every answer goes through."""

from __future__ import annotations

from collections.abc import Callable

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

Answer = Callable[[HttpRequest], HttpResponse]


def database_down_page(get_response: Answer) -> Answer:
    """When PostgreSQL is away, say so with the phone number and 503, never a false success."""

    def middleware(request: HttpRequest) -> HttpResponse:
        try:
            return get_response(request)
        except (OperationalError, InterfaceError):
            return unavailable(request)

    return middleware


def unavailable(request: HttpRequest) -> HttpResponse:
    response = render(None, "503.html", status=503)  # type: ignore[arg-type]  # no request: no context that asks the database
    response["Retry-After"] = "10"
    return response


def private_pages(get_response: Answer) -> Answer:
    """A page made for a signed-in person, or from a form, is kept by no cache and no browser history."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.user.is_authenticated or request.method != "GET":
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    return middleware
