"""Our few differences from django-allauth: nobody signs up, signing in is recorded, second factors are sealed."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.http import HttpRequest, HttpResponse

from helpline.accounts.models import User
from helpline.audit.acting import Actor, record
from helpline.vault.fields import keyring

MFA_PLACE = "mfa_authenticator.data"


class StaffAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def post_login(self, request: HttpRequest, user: User, **details: Any) -> HttpResponse:
        record(Actor.staff(user), "signed_in", "accounts_user", [user.pk])
        answer: HttpResponse = super().post_login(request, user, **details)
        return answer


class SealedMFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth ships no types
    def encrypt(self, text: str) -> str:
        return keyring().seal(text, MFA_PLACE)

    def decrypt(self, encrypted_text: str) -> str:
        return keyring().open(encrypted_text, MFA_PLACE)
