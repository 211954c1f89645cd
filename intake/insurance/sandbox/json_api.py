"""The sandbox speaking the JSON API: {"x12": 270} in, {"x12": 271} out; a bad 270 is a 400 with `message`."""

from __future__ import annotations

import json
import uuid

from .speaking import NotTaken, Reply, password_is_right


def taken(headers: dict[str, str], body: bytes) -> tuple[bytes, str | None]:
    """The 270; the envelope names no sender."""
    if not password_is_right(headers.get("authorization", "")):
        raise _refusal(403, "FORBIDDEN", "The API key is not valid.")
    if headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise _refusal(400, "BAD_REQUEST", "The body must be application/json.")
    try:
        asked = json.loads(body)
    except (ValueError, RecursionError):
        raise _refusal(400, "BAD_REQUEST", "The body is not JSON.") from None
    raw = asked.get("x12") if isinstance(asked, dict) else None
    if not isinstance(raw, str) or not raw.isascii():
        raise _refusal(400, "BAD_REQUEST", "x12 must be a string in the X12 character set.")
    return raw.encode("ascii"), None


def given(kind: str, payload: bytes) -> Reply:
    """A 271 in `x12`; an acknowledgement is a refusal here."""
    if kind != "271":
        raise _refusal(400, "BAD_REQUEST", "x12 is not a valid 270.")
    meta = {"applicationMode": "test", "traceId": str(uuid.uuid4())}
    return Reply("application/json", json.dumps({"meta": meta, "x12": payload.decode("ascii")}).encode())


def _refusal(status: int, code: str, message: str) -> NotTaken:
    return NotTaken(Reply("application/json", json.dumps({"message": message, "code": code}).encode(), status=status))
