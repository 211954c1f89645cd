"""multipart/form-data, written; and read: parts by their name, whatever their order or the quoting of the boundary."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from email import policy
from email.message import Message
from email.parser import BytesParser


class NotMultipart(ValueError):
    """The body is not a multipart message or a part has no name."""


def write_parts(parts: Mapping[str, bytes]) -> tuple[dict[str, str], bytes]:
    """Header and body for these fields, in their order (RFC 7578). Names are our own: plain ASCII without quotes."""
    boundary = secrets.token_hex(16)
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="%s"\r\n\r\n'
    inside = b"".join((head % name).encode("ascii") + value + b"\r\n" for name, value in parts.items())
    return {"Content-Type": f"multipart/form-data; boundary={boundary}"}, inside + f"--{boundary}--\r\n".encode()


def read_parts(content_type: str, body: bytes) -> dict[str, bytes]:
    """`{field name: value}` of a multipart body, first value of each name. Raises `NotMultipart`."""
    if not content_type.lower().startswith("multipart/") or not content_type.isascii():
        raise NotMultipart
    head = f"Content-Type: {' '.join(content_type.split())}\r\n\r\n".encode("ascii")
    message = BytesParser(policy=policy.compat32).parsebytes(head + body)
    if not message.is_multipart():
        raise NotMultipart
    parts: dict[str, bytes] = {}
    for part in message.get_payload():
        if isinstance(part, Message):
            parts.setdefault(_name(part), _value(part))
    parts.pop("", None)
    return parts


def _name(part: Message) -> str:
    name = part.get_param("name", header="content-disposition", failobj="")
    return name if isinstance(name, str) else ""


def _value(part: Message) -> bytes:
    value = part.get_payload(decode=True)
    return value if isinstance(value, bytes) else b""
