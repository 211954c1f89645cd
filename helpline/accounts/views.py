"""Signing out, beginning with a one-time link, what was kept; and what went wrong, and whether we are alive."""

import sys
import uuid

from allauth.account import views as account
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn import views as webauthn
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db import InterfaceError, OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import REASON_CSRF_TOKEN_MISSING
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET

from helpline.accounts import kept
from helpline.accounts.factors import is_last_factor
from helpline.accounts.models import KeptForm
from helpline.accounts.requests import StaffRequest
from helpline.accounts.starting import PasswordForm, open_link
from helpline.vault.models import LinkRefused

# What Django says of a form whose token is an old one, as after signing in anew in another window
OLD_TOKEN = (REASON_CSRF_TOKEN_MISSING, "CSRF token from POST incorrect.")


@login_not_required
def sign_out(request: HttpRequest) -> HttpResponse:
    """allauth's page; the browser is told to forget all it holds of us. Also the way out halfway through signing in."""
    signed_in = request.user.is_authenticated
    answer: HttpResponse = account.logout(request)
    if signed_in and request.method == "POST":
        answer["Clear-Site-Data"] = '"cache", "cookies", "storage"'
    return answer


def change_password(request: StaffRequest) -> HttpResponse:
    """allauth's page, for those who have a password."""
    if not request.user.has_usable_password():
        messages.info(request, _("You sign in without a password of ours."))
        return redirect("mfa_index")
    answer: HttpResponse = account.password_change(request)
    return answer


def remove_passkey(request: StaffRequest, pk: int) -> HttpResponse:
    """allauth's page, but never for the last second step where one is required."""
    key = Authenticator.objects.filter(user=request.user, pk=pk).first()
    if key and settings.MFA_REQUIRED and is_last_factor(key):
        messages.error(request, _("A second step is required here: add another one first, then remove this."))
        return redirect("mfa_list_webauthn")
    answer: HttpResponse = webauthn.remove_webauthn(request, pk=pk)
    return answer


@login_not_required
@never_cache
@sensitive_post_parameters()
def start(request: HttpRequest, secret: str) -> HttpResponse:
    """Choose a password by a one-time link. Looking at the page does not use the link up."""
    try:
        link, user = open_link(secret)
        form = PasswordForm(request.POST if request.method == "POST" else None, user=user)
        if form.is_valid():
            form.save(link)
            messages.success(request, _("Your password is set. Sign in with it now."))
            return redirect("account_login")
    except LinkRefused:
        return render(request, "account/start_refused.html", status=410)
    return render(request, "account/start.html", {"form": form, "person": user})


@require_GET
@never_cache
def kept_form(request: StaffRequest, form_id: uuid.UUID) -> HttpResponse:
    """What somebody typed before they had to sign in, to be sent now. Nobody else is shown it."""
    form = KeptForm.objects.of(request.user).filter(pk=form_id).first()
    if form is None:
        messages.info(request, _("What was typed before is shown only to the person who typed it, for two hours."))
        return redirect("desk")
    context = {"form": form, "typed": kept.typed_in(form), "field": kept.FIELD, "unshown": kept.UNSHOWN}
    return render(request, "account/kept_form.html", context)


def page_expired(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form whose hidden token does not fit: the page was open very long, or cookies are off.

    Somebody who signed in again in another window has an old token in this one: what they typed is kept, and they are
    asked whether to send it. A form from another site is not kept.
    """
    if reason in OLD_TOKEN and request.user.is_authenticated and kept.may_keep(request):
        return redirect(kept.keep(request, request.user))
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
