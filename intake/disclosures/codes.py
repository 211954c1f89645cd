"""Giving a short code, and opening what it opens: once, within 15 minutes, and by few tries, whoever makes them."""

from __future__ import annotations

import secrets
import uuid
from datetime import timedelta

from django.db.models import F
from django.db.models.functions import Now

from helpline.vault.blind import newest
from helpline.vault.wall import within_reach
from intake.disclosures.models.codes import CodeTry, ConsentCode

# No vowels, no look-alikes; 27 letters, so eight of them are 38 bits
ALPHABET = "23456789BCDFGHJKMNPQRSTVWXZ"
LENGTH = 8
LASTS = timedelta(minutes=15)
TRIES_FROM_AN_ADDRESS = 10
TRIES_AT_A_CODE = 5
"""Whoever tries, from however many addresses: who knows four letters guesses the others once in 100,000 times."""
TRIES_KEPT = timedelta(days=1)
CODES_AN_HOUR = 6


class CodeRefused(Exception):
    """The code is unknown, used or too old. Says nothing about which."""


class TooMany(Exception):
    """Too many tries from this address, or too many codes for this inquiry, in a short time."""


def make_code(inquiry_id: uuid.UUID) -> str:
    """A new code, shown as ``BCDF-2345``; older ones of this inquiry stop working. Raises ``TooMany``.

    Call inside a transaction.
    """
    codes = ConsentCode.objects.filter(inquiry_id=inquiry_id)
    if codes.filter(made_at__gt=Now() - timedelta(hours=1)).count() >= CODES_AN_HOUR:
        raise TooMany
    codes.filter(used_at=None, expires_at__gt=Now()).update(expires_at=Now())
    letters = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    whole, half = _indexes(letters)
    ConsentCode.objects.create(inquiry_id=inquiry_id, code_index=whole, half_index=half, expires_at=Now() + LASTS)
    return f"{letters[:4]}-{letters[4:]}"


def spend_code(typed: str, *, address: str) -> ConsentCode:
    """The code somebody typed, now spent; of two at once only one passes. Raises ``CodeRefused``, ``TooMany``.

    Call outside a transaction that may be undone: a try counts whatever comes of it.
    """
    _count_try(address)
    whole, half = _indexes(typed)
    within_reach(half)
    near = ConsentCode.objects.filter(half_index=half, used_at=None, expires_at__gt=Now())
    # Counted before it is compared, so that many at once do not slip through
    near.filter(tries__lte=TRIES_AT_A_CODE).update(tries=F("tries") + 1)
    if not near.filter(code_index=whole, tries__lte=TRIES_AT_A_CODE).update(used_at=Now()):
        raise CodeRefused
    code = ConsentCode.objects.get(code_index=whole)
    within_reach(code.inquiry_id)
    return code


def _count_try(address: str) -> None:
    """The try is written first and counted with the others, so that many at once do not slip through."""
    here = newest("consent_code_address", address)
    CodeTry.objects.create(address_index=here)
    if CodeTry.objects.filter(address_index=here, at__gt=Now() - LASTS).count() > TRIES_FROM_AN_ADDRESS:
        raise TooMany


def _indexes(typed: str) -> tuple[bytes, bytes]:
    """Of the whole code and of its first half, which says which code a wrong try was meant for."""
    letters = "".join(letter for letter in typed.upper() if letter in ALPHABET)
    return newest("consent_code", letters), newest("consent_code_half", letters[: LENGTH // 2])
