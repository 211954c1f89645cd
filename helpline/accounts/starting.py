"""One-time links by which somebody chooses a password: when they begin, and when they can no longer sign in.

There is no reset by e-mail: a mailbox would be a way into the records, and its page would tell who works here.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from allauth.account.adapter import get_adapter
from django import forms
from django.conf import settings
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from helpline.accounts.models import User
from helpline.accounts.passwords import normalised
from helpline.audit.acting import Actor, acting, record
from helpline.vault.models import LinkRefused, SignedLink

PURPOSE = "choose_password"
LASTS = timedelta(hours=24)


def make_link(user: User, *, by: Actor) -> str:
    """A new link for ``user``, to be shown once; earlier ones stop working."""
    SignedLink.objects.filter(purpose=PURPOSE, subject=user.pk, used_at=None).update(used_at=Now())
    _link, secret = SignedLink.objects.make(purpose=PURPOSE, subject=user.pk, lasts=LASTS)
    record(by, "link_made", "accounts_user", [user.pk])
    return f"{settings.SITE_URL}{reverse('account_start', args=[secret])}"


def open_link(secret: str) -> tuple[SignedLink, User]:
    """The usable link and whose it is. Raises ``LinkRefused``, also for an account out of use."""
    link = SignedLink.objects.open(secret, purpose=PURPOSE)
    user = User.objects.filter(pk=link.subject, is_active=True).first()
    if user is None:
        raise LinkRefused
    return link, user


class PasswordForm(forms.Form):
    """Typed once and shown if wanted by the browser's own means; a password manager fills it in."""

    password = forms.CharField(
        label=_("Choose a password"),
        strip=False,
        help_text=_(
            "At least 15 characters: several words that do not belong together are easy to keep and hard to guess. "
            "Spaces and every alphabet are welcome. Your browser or a password manager can make one and keep it."
        ),
        error_messages={"required": _("Type the password you choose.")},
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=_("The same once more"),
        strip=False,
        error_messages={"required": _("Type the same password once more.")},
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_password(self) -> str:
        return str(get_adapter().clean_password(self.cleaned_data["password"], self.user))

    def clean_again(self) -> str:
        if normalised(self.cleaned_data["again"]) != self.cleaned_data.get(
            "password", normalised(self.data.get("password"))
        ):
            raise forms.ValidationError(_("The two are not the same. Type both again."))
        return str(self.cleaned_data["again"])

    def save(self, link: SignedLink) -> None:
        """Set the password and use the link up, both or neither. Raises ``LinkRefused``."""
        with acting(Actor.link(link)):
            link.use()
            self.user.set_password(self.cleaned_data["password"])
            self.user.save(update_fields=["password"])
            record(Actor.link(link), "password_changed", "accounts_user", [self.user.pk], reason="by_link")
