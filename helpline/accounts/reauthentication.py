"""Proving again who is there, before an act that matters more than others."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from helpline.accounts import kept, sessions
from helpline.accounts.requests import StaffRequest

View = Callable[..., HttpResponse]


def recently_authenticated(view: View) -> View:
    """The gate of a sensitive act: the password or the second step within the last five minutes, else it is asked now.

    Stands below ``requires``, so that only who may do it is asked. A form that was sent is kept and can be sent after.
    """

    @wraps(view)
    def guarded(request: StaffRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if sessions.is_recent(request):
            return view(request, *args, **kwargs)
        then = kept.keep(request, request.user) if request.method == "POST" else request.get_full_path()
        ways = get_adapter(request).get_reauthentication_methods(request.user)
        if not ways:  # Signs in elsewhere, so that is what they do again
            get_adapter(request).logout(request)
        where = ways[0]["url"] if ways else reverse("account_login")
        return redirect(f"{where}?{urlencode({'next': then}, safe='/')}")

    return guarded
