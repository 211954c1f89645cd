"""The sandbox speaking CAQH CORE vC2.2.0 real time in HTTP MIME multipart."""

from __future__ import annotations

import uuid

from ..clearinghouses.mime_parts import NotMultipart, read_parts
from . import core_fields
from .speaking import NotTaken, Reply


def taken(headers: dict[str, str], body: bytes) -> tuple[bytes, str | None]:
    """The 270 and its sender, out of the parts of a form."""
    try:
        parts = read_parts(headers.get("content-type", ""), body)
    except NotMultipart:
        raise NotTaken(Reply("text/plain", b"multipart/form-data expected\n", status=400)) from None
    fault = core_fields.fault_of({name: value.decode("latin-1") for name, value in parts.items()})
    if fault:
        raise NotTaken(_multipart(core_fields.refused(fault)))
    return parts["Payload"], parts["SenderID"].decode("latin-1")


def given(kind: str, payload: bytes) -> Reply:
    """Any payload, as the parts of a form."""
    return _multipart(core_fields.answered(kind, payload))


def _multipart(fields: dict[str, bytes]) -> Reply:
    boundary = uuid.uuid4().hex
    lines = [
        b'--%s\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % (boundary.encode(), k.encode(), v)
        for k, v in fields.items()
    ]
    body = b"".join(lines) + f"--{boundary}--\r\n".encode()
    return Reply(f'multipart/form-data; boundary="{boundary}"', body)
