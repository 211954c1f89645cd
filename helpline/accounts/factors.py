"""The second step of signing in: an authenticator app or a passkey, by setting required of everybody."""

from __future__ import annotations

from allauth.account.authentication import get_authentication_records
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest

from helpline.accounts.models import User

FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]


def has_factor(user: User) -> bool:
    return bool(get_adapter().is_mfa_enabled(user, types=FACTORS))


def used_factor(request: HttpRequest) -> bool:
    """Whether a second step was taken in this session, by this person; a recovery code is one."""
    records = get_authentication_records(request, request.user)
    return any(one["method"] == "mfa" for one in records) or proven_elsewhere(request, request.user)


def proven_elsewhere(request: HttpRequest, user: User | AnonymousUser) -> bool:
    """Whether the identity provider saw a second step when this session was signed in (``sso.py``)."""
    return any(one.get("second_step") for one in get_authentication_records(request, user))


def second_step_missing(request: HttpRequest) -> bool:
    return settings.MFA_REQUIRED and not used_factor(request)


def is_last_factor(authenticator: Authenticator) -> bool:
    """Whether removing it would leave its owner without a second step."""
    others = Authenticator.objects.filter(user=authenticator.user, type__in=FACTORS).exclude(pk=authenticator.pk)
    return authenticator.type in FACTORS and not others.exists()
