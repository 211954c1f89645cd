"""What every protocol of the sandbox can do: take a 270 out of a request, and give a payload back."""

from __future__ import annotations

import hmac
import os
import typing
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reply:
    """An HTTP answer."""

    content_type: str
    body: bytes
    status: int = 200


class NotTaken(Exception):
    """The request is refused, in the protocol's own way."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(f"refused with {reply.status}")
        self.reply = reply


class Protocol(typing.Protocol):
    """A module that speaks one protocol."""

    def taken(self, headers: dict[str, str], body: bytes) -> tuple[bytes, str | None]:
        """(the 270, the sender the envelope names or None). Raises `NotTaken`."""

    def given(self, kind: str, payload: bytes) -> Reply:
        """`payload` as an answer; `kind` is 271, 999 or TA1. `NotTaken` where it has no such answer."""


def user_is_right(user: str, password: str) -> bool:
    """Whether these are the sandbox's own (SANDBOX_USER, SANDBOX_PASSWORD)."""
    named = hmac.compare_digest(user.encode(), os.environ.get("SANDBOX_USER", "helpline").encode())
    return password_is_right(password) and named


def password_is_right(password: str) -> bool:
    """Whether this is the sandbox's password, which is its API key too."""
    return hmac.compare_digest(password.encode(), os.environ.get("SANDBOX_PASSWORD", "sandbox").encode())
