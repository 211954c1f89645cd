"""Signing in by the organisation's own identity provider (OpenID Connect), where it has one: ``OIDC_ISSUER``.

Only accounts that exist are let in, found the first time by an address the provider calls verified, later by its own
name for the person alone: an address may be given to somebody else. It replaces our second step only where it says that
it saw one, or where a setting says that it always does. We keep nothing else of what it tells.

Imported only where it is switched on.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import jwt
import requests
from allauth.account.internal.flows.login import record_authentication
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.internal import jwtkit
from allauth.socialaccount.models import SocialApp, SocialLogin
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from helpline.accounts.lockout import account_key
from helpline.accounts.models import User
from helpline.audit.acting import Actor, acting, record

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
SECONDS = 5


class OnlyTheProvider(requests.Session):
    """Asks no host but those of the setting, follows no redirect, waits five seconds."""

    def request(self, method: str, url: str | bytes, *args: Any, **kwargs: Any) -> requests.Response:
        if urlsplit(str(url)).hostname not in settings.OIDC_ALLOWED_HOSTS:
            raise OAuth2Error("The provider's configuration names a host that is not in OIDC_ALLOWED_HOSTS.")
        return super().request(method, url, *args, **{**kwargs, "allow_redirects": False, "timeout": SECONDS})


class Provider(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]  # allauth ships no types
    """allauth's, which trusts a token that came over TLS; here its signature and issuer are always checked."""

    def _decode_id_token(self, app: SocialApp, id_token: str) -> dict[str, Any]:
        try:
            if jwt.get_unverified_header(id_token).get("alg") not in ALGORITHMS:
                raise OAuth2Error("The id_token is signed in a way we do not take.")
            claims: dict[str, Any] = jwtkit.verify_and_decode(
                credential=id_token,
                keys_url=self.openid_config["jwks_uri"],
                issuer=settings.OIDC_ISSUER,
                audience=app.client_id,
                lookup_kid=jwtkit.lookup_kid_jwk,
            )
        except (jwt.PyJWTError, KeyError, TypeError, ValueError) as error:
            raise OAuth2Error("The id_token cannot be read.") from error
        return claims


class SSOAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]  # as above
    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return False

    def get_requests_session(self) -> requests.Session:
        return OnlyTheProvider()

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        token, claims = claims_of(sociallogin)
        sociallogin.account.extra_data = {}
        if sociallogin.is_existing:
            sociallogin.account.save(update_fields=["extra_data"])
        else:
            user = _whose(claims)
            if user is None:
                stranger = account_key(request, {"email": claims.get("email")})
                record(Actor("stranger"), "sign_in_failed", "no_account", [stranger], reason="sso")
                raise _turned_away(
                    request, _("You have no account here. Ask a supervisor to make one for your address.")
                )
            with acting(Actor.staff(user)):
                sociallogin.connect(request, user)
            record(Actor.staff(user), "factor_added", "accounts_user", [user.pk], reason="sso")
        record_authentication(request, sociallogin.user, "sso", second_step=saw_second_step(token) or None)

    def on_authentication_error(self, request: HttpRequest, provider: object, **_details: Any) -> None:
        raise _turned_away(request, _("Signing in there did not work. Try again, or sign in with your password."))


def claims_of(sociallogin: SocialLogin) -> tuple[dict[str, Any], dict[str, Any]]:
    """The signed token, and all that is told about the person. Raises ``OAuth2Error`` when they are of two people."""
    told = sociallogin.account.extra_data
    token, more = told.get("id_token"), told.get("userinfo") or {}
    if not token or (more and more.get("sub") != token.get("sub")):
        raise OAuth2Error("No id_token, or user information about somebody else (OpenID Connect Core 5.3.2).")
    return token, {**token, **more}


def saw_second_step(token: dict[str, Any]) -> bool:
    """``amr`` holds ``mfa`` (RFC 8176), ``acr`` is one of those that mean it here, or the setting says always."""
    methods = token.get("amr")
    said = isinstance(methods, list) and "mfa" in methods
    return settings.OIDC_SECOND_STEP or said or token.get("acr") in settings.OIDC_SECOND_STEP_ACR


def _whose(claims: dict[str, Any]) -> User | None:
    """The account with this address, if the provider calls it verified (some in words) and nobody there has it yet."""
    if str(claims.get("email_verified")).lower() != "true" or not claims.get("email"):
        return None
    return User.objects.filter(email__iexact=claims["email"], is_active=True, socialaccount=None).first()


def _turned_away(request: HttpRequest, words: str) -> ImmediateHttpResponse:
    messages.error(request, words)
    return ImmediateHttpResponse(redirect("account_login"))


@login_not_required
@require_POST
def begin(request: HttpRequest, provider_id: str) -> HttpResponse:
    """To the provider. Only to sign in: nobody ties another identity to an account here, or asks for more."""
    if request.GET or set(request.POST) - {"csrfmiddlewaretoken", "next"}:
        raise Http404
    return _answer(OAuth2LoginView, request, provider_id)


@login_not_required
@require_GET
def callback(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Back from the provider."""
    return _answer(OAuth2CallbackView, request, provider_id)


def _answer(view: Any, request: HttpRequest, provider_id: str) -> HttpResponse:
    try:
        answer: HttpResponse = view.adapter_view(Provider(request, provider_id))(request)
    except SocialApp.DoesNotExist:
        raise Http404 from None
    except (OAuth2Error, requests.RequestException):
        messages.error(
            request, _("The sign-in page of your organisation cannot be reached. Sign in with your password.")
        )
        return redirect("account_login")
    return answer
