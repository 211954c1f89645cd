"""allauth's forms of the second step, each recording that it failed."""

from __future__ import annotations

from typing import Any

from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.forms import AddWebAuthnForm, AuthenticateWebAuthnForm, LoginWebAuthnForm
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from helpline.audit.acting import Actor, record


class SecondStepForm(AuthenticateForm):  # type: ignore[misc]  # allauth ships no types
    def _emit_authentication_failed(self, authenticator: Authenticator) -> None:
        record(Actor.staff(self.user), "second_step_failed", "accounts_user", [self.user.pk], reason=authenticator.type)
        super()._emit_authentication_failed(authenticator)


class SecondStepAgainForm(ReauthenticateForm):  # type: ignore[misc]  # as above
    def _emit_authentication_failed(self, authenticator: Authenticator) -> None:
        record(Actor.staff(self.user), "second_step_failed", "accounts_user", [self.user.pk], reason=authenticator.type)
        super()._emit_authentication_failed(authenticator)


class AddPasskeyForm(AddWebAuthnForm):  # type: ignore[misc]  # as above
    passwordless = forms.BooleanField(
        label=_("Sign in with it alone, without a password"),
        help_text=_("It then needs your fingerprint, face or PIN each time. Untick it for a plain key without these."),
        required=False,
        initial=True,
    )


def _refused(user: Any) -> None:
    """A passkey did not fit. Without a user nobody is known who could be named."""
    actor = Actor.staff(user) if user else Actor("stranger")
    record(actor, "second_step_failed", "accounts_user", [user.pk if user else ""], reason="webauthn")


class PasskeySecondForm(AuthenticateWebAuthnForm):  # type: ignore[misc]  # as above
    def clean_credential(self) -> Authenticator:
        try:
            return super().clean_credential()
        except ValidationError:
            _refused(self.user)
            raise


class PasskeyForm(LoginWebAuthnForm):  # type: ignore[misc]  # as above
    def clean_credential(self) -> Authenticator:
        try:
            return super().clean_credential()
        except ValidationError:
            _refused(self.user)
            raise
