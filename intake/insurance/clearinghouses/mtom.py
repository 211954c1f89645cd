"""SOAP with the payload beside the envelope (MTOM/XOP), as CORE vC2.2.0 wants it for batches."""

from __future__ import annotations

import base64
import binascii
import uuid
from email import policy
from email.message import Message
from email.parser import BytesParser
from xml.etree.ElementTree import Element

from .core_soap import NotSoap, local, named, read_root

XOP = "http://www.w3.org/2004/08/xop/include"
INCLUDE = f'<xop:Include xmlns:xop="{XOP}" href="cid:payload"/>'


def write(envelope: bytes, payload: bytes, action: str) -> tuple[str, bytes]:
    """(content type, body) of an envelope that says `INCLUDE` where the payload belongs."""
    boundary = f"part-{uuid.uuid4().hex}"
    kind = f'type="application/xop+xml"; start="<envelope>"; start-info="application/soap+xml"; action="{action}"'
    head = f'Content-Type: application/xop+xml; charset=UTF-8; type="application/soap+xml"; action="{action}"'
    parts = (
        f"--{boundary}\r\n{head}\r\nContent-Transfer-Encoding: binary\r\nContent-ID: <envelope>\r\n\r\n".encode(),
        envelope,
        f"\r\n--{boundary}\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: binary\r\n".encode(),
        b"Content-ID: <payload>\r\n\r\n",
        payload,
        f"\r\n--{boundary}--\r\n".encode(),
    )
    return f'multipart/related; boundary="{boundary}"; {kind}', b"".join(parts)


def read(content_type: str, body: bytes) -> tuple[Element, dict[str, bytes]]:
    """The root of the envelope, and the parts beside it by their Content-ID. Raises `NotSoap`."""
    if not content_type.lower().startswith("multipart/related"):
        return read_root(body), {}
    head = f"Content-Type: {' '.join(content_type.split())}\r\n\r\n".encode("latin-1", "replace")
    message = BytesParser(policy=policy.compat32).parsebytes(head + body)
    parts = [part for part in message.get_payload() if isinstance(part, Message)] if message.is_multipart() else []
    if not parts:
        raise NotSoap
    beside = {part.get("Content-ID", "").strip().strip("<>"): _bytes(part) for part in parts[1:]}
    return read_root(_bytes(parts[0])), beside


def payload_in(root: Element, beside: dict[str, bytes]) -> bytes:
    """The payload: the part it points to, or what stands inside, clear or in base64; b"" when there is none."""
    try:
        payload = named(root, "Payload")
    except NotSoap:
        return b""
    for part in payload.iter():
        if local(part) == "Include":
            return beside.get(part.get("href", "").removeprefix("cid:"), b"")
    text = (payload.text or "").strip().encode("latin-1", "replace")
    if not text or text.startswith(b"ISA"):
        return text
    try:
        return base64.b64decode(text, validate=False)
    except binascii.Error:
        return text


def _bytes(part: Message) -> bytes:
    value = part.get_payload(decode=True)
    return value if isinstance(value, bytes) else b""
