"""What every request and answer goes through."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from helpline.accounts import kept, sessions
from helpline.accounts.factors import has_factor, second_step_missing
from helpline.accounts.models import User
from helpline.accounts.permissions import ROLES, SEES_PEOPLE
from helpline.vault.wall import BY_LINK, LISTINGS, stand, wall, within_reach

Answer = Callable[[HttpRequest], HttpResponse]
# All that somebody who has yet to add a second step can do, and all that somebody who has yet to use it can
ENROLLING = {"mfa_index", "mfa_activate_totp", "mfa_add_webauthn", "account_reauthenticate", "account_logout"}
PROVING = {"mfa_reauthenticate", "mfa_reauthenticate_webauthn", "account_logout"}


def private_pages(get_response: Answer) -> Answer:
    """A page made for a signed-in person, or from a form, is kept by no cache and no browser history."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.method != "GET" or request.user.is_authenticated:
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    return middleware


class StaffOnly:
    """Stands before every address that is not marked as open: is the session over, was the second step taken.

    Works before the view and after the check of the form's token, so that only forms of ours are kept.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        if request.user.is_authenticated:
            if why := sessions.over(request.session):
                sessions.end(request, why)
            else:
                sessions.touch(request)
        if not getattr(view, "login_required", True):
            return None
        if not request.user.is_authenticated:
            return signed_out(request)
        return second_step_first(request) or kept.sent_again(request)


def signed_out(request: HttpRequest) -> HttpResponse | None:
    """Nobody is signed in: a page is led to signing in (by Django's middleware), a form is kept, a fragment refused."""
    if "HX-Request" in request.headers:
        return HttpResponse(_("You have been signed out."), status=401, content_type="text/plain")
    if request.method != "POST":
        return None
    whose = sessions.ended_for(request)
    if whose is not None and kept.may_keep(request):
        return redirect(f"{reverse('account_login')}?{urlencode({'next': kept.keep(request, whose)}, safe='/')}")
    messages.warning(request, _("You were signed out, and what you sent was not saved. Sign in and send it again."))
    return redirect("account_login")


def second_step_first(request: HttpRequest) -> HttpResponse | None:
    """Where somebody must go who has only given a password, although more is required of everybody."""
    if not second_step_missing(request):
        return None
    proving = has_factor(cast(User, request.user))
    name = request.resolver_match.url_name if request.resolver_match else None
    if name in (PROVING if proving else ENROLLING):
        return None
    if not proving:
        return redirect("mfa_index")
    ways = get_adapter().get_reauthentication_methods(request.user)
    first = next(way["url"] for way in ways if way["id"].startswith("mfa_reauthenticate"))
    then = request.path if request.method == "GET" else reverse("desk")
    return redirect(f"{first}?{urlencode({'next': then}, safe='/')}")


class SecondWall:
    """Holds the database to what a request may touch (helpline/vault/wall.py), as soon as it is known whose it is.

    Only staff who may see people work without it; the addresses that are open to everybody keep it for them, too.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with wall():
            return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> None:
        if not getattr(view, "login_required", True) or not request.user.is_authenticated:
            stand(BY_LINK)
        elif not ROLES[request.user.role].permissions & SEES_PEOPLE:
            stand(LISTINGS)
            within_reach(request.user.pk)
