"""Our few differences from django-allauth: nobody signs up, everything is recorded, second factors are sealed."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import record_authentication
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from helpline.accounts import sessions
from helpline.accounts.factors import is_last_factor
from helpline.accounts.lockout import account_key
from helpline.accounts.models import User
from helpline.accounts.passwords import normalised
from helpline.audit.acting import Actor, acting, record
from helpline.vault.fields import keyring

MFA_PLACE = "mfa_authenticator.data"
STRANGER = Actor("stranger")
LOCK_TOLD_SECONDS = 300
# What allauth would tell somebody by e-mail about their account is what the audit is told: action and reason
TOLD = {
    "account/email/password_changed": ("password_changed", ""),
    "mfa/email/totp_activated": ("factor_added", "totp"),
    "mfa/email/totp_deactivated": ("factor_removed", "totp"),
    "mfa/email/webauthn_added": ("factor_added", "webauthn"),
    "mfa/email/webauthn_removed": ("factor_removed", "webauthn"),
    "mfa/email/recovery_codes_generated": ("codes_made", ""),
}
PROVEN = {"mfa/email/totp_activated": "totp", "mfa/email/webauthn_added": "webauthn"}
TOO_MANY = _(
    "Too many wrong tries for this e-mail address, or from this connection. Wait fifteen minutes and try again. If you "
    "cannot wait, sign in with a passkey, or ask a supervisor for a one-time link."
)


class StaffAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    error_messages = DefaultAccountAdapter.error_messages | {
        "too_many_login_attempts": TOO_MANY,
        "rate_limited": TOO_MANY,
        "email_password_mismatch": _("This e-mail address and password do not belong together. Check both."),
        "incorrect_password": _("That is not your password. Type it again."),
        "enter_current_password": _("That is not your password now. Type it again."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            # Once in a while is enough: whoever is refused may go on trying
            if cache.add(f"lock-told:{account_key(request, credentials)}", True, LOCK_TOLD_SECONDS):
                self._failed("locked_out", request, credentials)
            raise

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """An account out of use looks like one that does not exist."""
        user: User | None = super().authenticate(request, **credentials)
        if user is None or user.is_active:
            return user
        self.authentication_failed(request, **credentials)
        return None

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        self._failed(
            "locked_out" if getattr(request, "axes_locked_out", False) else "sign_in_failed", request, credentials
        )

    def _failed(self, action: str, request: HttpRequest, credentials: dict[str, Any]) -> None:
        """By account; where there is none, by the fingerprint of what was typed."""
        account = User.objects.filter(email__iexact=str(credentials.get("email", "")).strip()).first()
        if account:
            record(STRANGER, action, "accounts_user", [account.pk], reason="" if account.is_active else "not_in_use")
        else:
            record(STRANGER, action, "no_account", [account_key(request, credentials)])

    def login(self, request: HttpRequest, user: User) -> None:
        with acting(Actor.staff(user)):
            super().login(request, user)
        sessions.begin(request.session)

    def post_login(self, request: HttpRequest, user: User, **details: Any) -> HttpResponse:
        record(Actor.staff(user), "signed_in", "accounts_user", [user.pk])
        answer: HttpResponse = super().post_login(request, user, **details)
        return answer

    def logout(self, request: HttpRequest) -> None:
        record(Actor.staff(request.user), "signed_out", "accounts_user", [request.user.pk])
        super().logout(request)

    def get_login_stages(self) -> list[str]:
        ours = {"allauth.mfa.stages.AuthenticateStage": "helpline.accounts.stages.SecondStep"}
        return [ours.get(stage, stage) for stage in super().get_login_stages()]

    def respond_user_inactive(self, request: HttpRequest, user: User) -> HttpResponse:
        messages.error(request, str(self.error_messages["email_password_mismatch"]))
        return redirect("account_login")

    def clean_password(self, password: str, user: User | None = None) -> str:
        return str(super().clean_password(normalised(password), user))

    def set_password(self, user: User, password: str) -> None:
        with acting(Actor.staff(user)):
            super().set_password(user, password)

    def is_reauthentication_required(self, *, app: str, **_more: Any) -> bool:
        """Whoever signed in within five minutes is not asked again."""
        return not sessions.is_recent(context.request)

    def send_notification_mail(self, template_prefix: str, user: User, *_args: Any, **_more: Any) -> None:
        """What allauth calls after each change to how somebody signs in: recorded; a factor just added is proven."""
        action, reason = TOLD.get(template_prefix, ("", ""))
        if action:
            record(Actor.staff(user), action, "accounts_user", [user.pk], reason=reason)
        if kind := PROVEN.get(template_prefix):
            record_authentication(self.request or context.request, user, "mfa", type=kind)


class SealedMFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth ships no types
    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _("That code does not fit. Wait for the next one, or use a recovery code you have not used."),
        "cannot_delete_authenticator": _("A second step is required here: add another one first, then remove this."),
    }

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        return not (settings.MFA_REQUIRED and is_last_factor(authenticator))

    def generate_authenticator_name(self, user: User, type: str) -> str:  # allauth's name for it
        count = Authenticator.objects.filter(user=user, type=type).count()
        return _("Passkey %(number)d") % {"number": count + 1}

    def encrypt(self, text: str) -> str:
        return keyring().seal(text, MFA_PLACE)

    def decrypt(self, encrypted_text: str) -> str:
        return keyring().open(encrypted_text, MFA_PLACE)
