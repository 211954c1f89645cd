"""Passwords as NIST SP 800-63B-4 (August 2025), section 3.1.1.2, asks: long, any character, none others know.

Fifteen characters, as for a password that is the only factor, although a second one is required: between being set and
adding the second step it is the only one. No rule of composition, no expiry, no upper limit that anyone meets.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from helpline.accounts.breached import is_breached

# What must remain of a password once our own names are taken out of it
LEAST_REST = 6


def normalised(password: Any) -> Any:
    """The same characters however a keyboard composes them (Unicode NFKC)."""
    return unicodedata.normalize("NFKC", password) if isinstance(password, str) else password


class Argon2(Argon2PasswordHasher):
    """Argon2id at 46 MiB, two passes, one lane: above OWASP's least (46 MiB and one pass, or 19 MiB and two: Password
    Storage Cheat Sheet), and half of Django's memory, so that many sign-ins at once do not exhaust a small server.
    """

    time_cost = 2
    memory_cost = 47_104
    parallelism = 1


class NotOurOwnNames:
    """Refuses a password that is little more than the name of the line, of its site or of the person."""

    def validate(self, password: str, user: Any = None) -> None:
        rest = normalised(password).casefold()
        for name in sorted(_names(user), key=len, reverse=True):
            rest = rest.replace(name, "")
        if len(re.sub(r"[\W\d_]", "", rest)) < LEAST_REST:
            raise ValidationError(
                _("This is little more than a name that others know. Take several words that do not belong together."),
                code="password_our_own_names",
            )

    def get_help_text(self) -> str:
        return _("Not the name of this line or your own name with something added.")


def _names(user: Any) -> set[str]:
    """Words of the line's name, the site's address, and the person's name and e-mail address."""
    texts = [settings.SITE_NAME, settings.SITE_URL, getattr(user, "name", ""), getattr(user, "email", "")]
    return {word for text in texts for word in re.split(r"[\W\d_]+", text.casefold()) if len(word) > 2}


class NotBreached:
    """Refuses a password that stands in the file of breached ones, if there is such a file."""

    def validate(self, password: str, user: Any = None) -> None:
        path = settings.PASSWORD_BREACHED_FILE
        if path and is_breached(normalised(password), path):
            raise ValidationError(
                _("This password stands in a list of stolen ones, so others will try it. Choose another."),
                code="password_breached",
            )

    def get_help_text(self) -> str:
        return _("Not one that was stolen somewhere before.")
