"""Somebody who signs in as a person does: by the pages."""

from __future__ import annotations

import time

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.http import HttpResponse
from django.test import Client

from helpline.accounts.models import User

PASSWORD = "a long enough password"
SECRET = "JBSWY3DPEHPK3PXP"


def somebody(role: str = "consultant", email: str = "cora@example.org", name: str = "Cora Nguyen") -> User:
    return User.objects.create_user(email, PASSWORD, name=name, role=role)


def with_app(user: User) -> Authenticator:
    return TOTP.activate(user, SECRET).instance


def code(later: int = 0, secret: str = SECRET) -> str:
    """What the authenticator app shows now, or ``later`` periods from now."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + later))


def sign_in(client: Client, user: User, password: str = PASSWORD, next: str = "") -> HttpResponse:
    return client.post("/accounts/login/", {"login": user.email, "password": password, "next": next})


def signed_in_by_app(user: User) -> Client:
    """A browser of somebody who has an authenticator app and has just used it."""
    client = Client()
    sign_in(client, user)
    assert client.post("/accounts/2fa/authenticate/", {"code": code()}).status_code == 302
    return client
