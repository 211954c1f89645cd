"""A code of the person's own: with it they see what they signed and take it back. Their caller's code does neither."""

from __future__ import annotations

import secrets
import uuid
from datetime import timedelta

from helpline.audit.acting import Actor, acting, record
from helpline.vault.models import LinkRefused, SignedLink
from intake.inquiries.models import CODE_ALPHABET

PURPOSE = "own_code"
LASTS = timedelta(days=365)


def give_own_code(inquiry_id: uuid.UUID, *, by: Actor) -> str:
    """Sixteen characters of 27 (76 bits), shown as ``BCD2-F3GH-4JK5-M6NP``; only their hash is kept."""
    code = "".join(secrets.choice(CODE_ALPHABET) for _ in range(16))
    with acting(by):
        link, _ = SignedLink.objects.make(purpose=PURPOSE, subject=inquiry_id, lasts=LASTS, secret=code)
        record(by, "made_code", "consent", [link.pk], inquiry_id=inquiry_id)
    return "-".join(code[at : at + 4] for at in range(0, 16, 4))


def behind_own_code(typed: str) -> SignedLink | None:
    """What the code opens, however it was typed; it may be used again and again."""
    try:
        return SignedLink.objects.open("".join(c for c in typed.upper() if c in CODE_ALPHABET), purpose=PURPOSE)
    except LinkRefused:
        return None
