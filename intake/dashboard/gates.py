"""Who may come in, and how: the gates of the desk's views."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect

from helpline.accounts.permissions import Permission, requires

Answer = Callable[..., HttpResponse]


def posted(view: Answer) -> Answer:
    """What only a button sends. Opened by address, as after signing in again, it leads to the inquiry or the desk."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method == "POST":
            return view(request, *args, **kwargs)
        if request.method not in {"GET", "HEAD"}:
            return HttpResponseNotAllowed(["POST"])
        return redirect("desk_inquiry", kwargs["inquiry_id"]) if "inquiry_id" in kwargs else redirect("desk")

    return guarded


def answering(view: Answer) -> Answer:
    return requires(Permission.ANSWER_INQUIRIES)(posted(view))
