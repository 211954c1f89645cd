"""Signed links: one link, one purpose, one subject, an end, and a use that can be counted."""

from __future__ import annotations

import hashlib
import secrets
import uuid
from datetime import timedelta
from typing import ClassVar

from django.db import models
from django.db.models.functions import Now

from helpline.vault.ids import new_id
from helpline.vault.privacy import PLAIN, PrivacyClass
from helpline.vault.wall import within_reach


class LinkRefused(Exception):
    """The link is unknown, used, ended, or was made for something else. Says nothing about which."""


class SignedLinkQuerySet(models.QuerySet["SignedLink"]):
    def make(self, *, purpose: str, subject: uuid.UUID, lasts: timedelta, secret: str = "") -> tuple[SignedLink, str]:
        """Return the row and the secret that goes into the address. Only a hash of the secret is kept.

        A ``secret`` to be typed may be given; it must be as hard to guess.
        """
        secret = secret or secrets.token_urlsafe(24)
        link = self.create(purpose=purpose, subject=subject, secret_hash=hash_secret(secret), expires_at=Now() + lasts)
        return link, secret

    def open(self, secret: str, *, purpose: str) -> SignedLink:
        """The usable link behind this secret, which brings its subject into reach. Raises ``LinkRefused``."""
        hashed = hash_secret(secret)
        within_reach(hashed)
        link = self.filter(secret_hash=hashed, purpose=purpose, used_at=None, expires_at__gt=Now()).first()
        if link is None:
            raise LinkRefused
        within_reach(link.subject)
        return link


def hash_secret(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


class SignedLink(models.Model):
    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    purpose = models.CharField(max_length=40)
    subject = models.UUIDField()
    secret_hash = models.BinaryField(unique=True, max_length=32)
    made_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    objects = SignedLinkQuerySet.as_manager()
    privacy: ClassVar[dict[str, PrivacyClass]] = dict.fromkeys(
        ("id", "purpose", "subject", "secret_hash", "made_at", "expires_at", "used_at"), PLAIN
    )

    class Meta:
        db_table = "vault_signed_link"
        indexes = [models.Index(fields=["subject", "purpose"], name="signed_link_subject")]

    def __str__(self) -> str:
        return f"link for {self.purpose}"

    def use(self) -> None:
        """Spend the link; of two at once only one passes. Raises ``LinkRefused``."""
        if not SignedLink.objects.filter(pk=self.pk, used_at=None, expires_at__gt=Now()).update(used_at=Now()):
            raise LinkRefused
