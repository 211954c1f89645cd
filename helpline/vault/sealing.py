"""Authenticated encryption of single values, and keyed blind indexes. Plain Python over ``cryptography``.

A sealed value reads ``v1.<key id>.<base64url of nonce, ciphertext and tag>``. It is bound to the place it belongs to
(table, column and row), so a value copied into another row does not open. AES-256-GCM with a random 96-bit nonce,
as NIST SP 800-38D section 8.2.2 allows for up to 2**32 values a key.
"""

from __future__ import annotations

import base64
import hmac
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

VERSION = "v1"
NONCE_BYTES = 12
INDEX_BYTES = 12
# 32 random bytes have about 30 different values; fewer than 16 happen by chance once in 10**19 keys
FEWEST_VALUES = 16


class CannotOpen(Exception):
    """A sealed value was altered, moved from its row, or its key is missing. Carries no value."""


class BadKeyring(Exception):
    """The configured keys cannot be used; the message says what to mend."""


@dataclass(frozen=True)
class Keyring:
    """Keys by id; the first one seals, all of them open."""

    keys: Mapping[str, bytes]
    current: str

    @classmethod
    def from_settings(cls, entries: Iterable[str]) -> Keyring:
        """Read ``["k2:base64", "k1:base64"]``, newest first. Raises ``BadKeyring``."""
        keys: dict[str, bytes] = {}
        for entry in entries:
            key_id, _, encoded = entry.strip().partition(":")
            if not (key_id.isalnum() and key_id.isascii()):
                raise BadKeyring("VAULT_KEYS: write each key as <id>:<base64 of 32 bytes>, ids of letters and digits.")
            if key_id in keys:
                raise BadKeyring(f"VAULT_KEYS: two keys have the id {key_id}.")
            keys[key_id] = decode_key(encoded, f"VAULT_KEYS entry {key_id}")
        if not keys:
            raise BadKeyring("VAULT_KEYS is empty: see .env.example for how to make a key.")
        return cls(keys=keys, current=next(iter(keys)))

    def seal(self, text: str, place: str) -> str:
        return self.seal_bytes(text.encode(), place)

    def seal_bytes(self, content: bytes, place: str) -> str:
        nonce = os.urandom(NONCE_BYTES)
        body = nonce + AESGCM(self.keys[self.current]).encrypt(nonce, content, place.encode())
        return f"{VERSION}.{self.current}.{base64.urlsafe_b64encode(body).decode()}"

    def seal_file(self, content: bytes, place: str) -> bytes:
        """As ``seal``, and the body as it is: a file would grow by a third in base64."""
        nonce = os.urandom(NONCE_BYTES)
        body = AESGCM(self.keys[self.current]).encrypt(nonce, content, place.encode())
        return f"{VERSION}.{self.current}.".encode() + nonce + body

    def open_file(self, sealed: bytes, place: str) -> bytes:
        """As ``open``."""
        head = sealed.split(b".", 2)
        if len(head) != 3 or head[0] != VERSION.encode():
            raise CannotOpen(f"{place.split(':')[0]}: altered, or not sealed")
        return self._opened(head[1].decode("ascii", "replace"), head[2], place)

    def open(self, sealed: str, place: str) -> str:
        """Raise ``CannotOpen`` rather than ever return what was stored."""
        try:
            return self.open_bytes(sealed, place).decode()
        except UnicodeDecodeError:
            raise CannotOpen(f"{place.split(':')[0]}: not text") from None

    def open_bytes(self, sealed: str, place: str) -> bytes:
        """As ``open``."""
        try:
            version, key_id, encoded = sealed.split(".")
            body = base64.urlsafe_b64decode(encoded)
        except ValueError:
            raise CannotOpen(f"{place.split(':')[0]}: altered, or not sealed") from None
        if version != VERSION:
            raise CannotOpen(f"{place.split(':')[0]}: unknown version of sealing")
        return self._opened(key_id, body, place)

    def _opened(self, key_id: str, body: bytes, place: str) -> bytes:
        try:
            return AESGCM(self.keys[key_id]).decrypt(body[:NONCE_BYTES], body[NONCE_BYTES:], place.encode())
        except KeyError:
            raise CannotOpen(f"{place.split(':')[0]}: its key is not in VAULT_KEYS") from None
        except (InvalidTag, ValueError):
            raise CannotOpen(f"{place.split(':')[0]}: altered, or moved from another row") from None


def decode_key(encoded: str, what: str) -> bytes:
    try:
        key = base64.b64decode(encoded, validate=True)
    except ValueError:
        key = b""
    if len(key) != 32:
        raise BadKeyring(f"{what} is not the base64 of 32 bytes: see .env.example for how to make a key.")
    if len(set(key)) < FEWEST_VALUES:
        raise BadKeyring(f"{what} is no random key but a placeholder: see .env.example for how to make a key.")
    return key


def blind(key: bytes, kind: str, value: str) -> bytes:
    """A keyed fingerprint by which an exact value can be found again without being stored in clear."""
    return hmac.digest(key, f"{kind}\x00{value}".encode(), "sha256")[:INDEX_BYTES]
