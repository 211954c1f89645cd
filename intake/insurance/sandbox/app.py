"""The sandbox plan as a bare ASGI application: `uvicorn intake.insurance.sandbox.app:app`.

POST any path with a CAQH CORE vC2.2.0 real-time MIME request; GET /health answers `ok`. It accepts the user
`helpline` with the password `sandbox` (SANDBOX_USER, SANDBOX_PASSWORD) and only ever answers from its own
table of invented members (`members.py`). Nothing is logged.
"""

from __future__ import annotations

import asyncio
import hmac
import os
import uuid
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

from ..clearinghouses.mime_parts import NotMultipart, read_parts
from ..x12.segments import NotX12, Segment
from .answers import write_271, write_999, write_ta1
from .members import MEMBERS, Conduct
from .questions import Question, Refused, read_question

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

MAX_REQUEST = 200_000
PAYLOAD_TYPES = {
    "271": "X12_271_Response_005010X279A1",
    "999": "X12_999_Response_005010X231A1",
    "TA1": "X12_TA1_Response_00501X231A1",
}
REQUIRED = ("PayloadType", "ProcessingMode", "PayloadID", "TimeStamp", "SenderID", "ReceiverID", "Payload")

asked_before: Counter[str] = Counter()
"""How often each member id has been asked about since this process started."""


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """The ASGI entry: lifespan, /health, and the one POST."""
    if scope["type"] == "lifespan":
        await _lifespan(receive, send)
    elif scope["type"] == "http" and scope["method"] == "POST":
        await _question(scope, receive, send)
    elif scope["type"] == "http":
        known = scope["path"] == "/health"
        await _reply(send, 200 if known else 404, "text/plain", b"ok\n" if known else b"not here\n")


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        event = (await receive())["type"]
        await send({"type": f"{event}.complete"})
        if event == "lifespan.shutdown":
            return


async def _question(scope: Scope, receive: Receive, send: Send) -> None:
    body = await _body(receive)
    if body is None:
        await _reply(send, 413, "text/plain", b"too large\n")
        return
    headers = {name.lower(): value for name, value in scope["headers"]}
    try:
        parts = read_parts(headers.get(b"content-type", b"").decode("latin-1"), body)
    except NotMultipart:
        await _reply(send, 400, "text/plain", b"multipart/form-data expected\n")
        return
    fault = envelope_fault(parts)
    if fault:
        await _reply(send, 200, *_multipart({"PayloadType": b"CoreEnvelopeError", "ErrorCode": fault.encode()}))
        return
    await _answer(parts, receive, send)


async def _answer(parts: dict[str, bytes], receive: Receive, send: Send) -> None:
    kind, payload, conduct = answer(parts)
    if conduct is Conduct.HANG:
        while (await receive())["type"] != "http.disconnect":
            pass
        return
    if conduct is Conduct.SLOW:
        await asyncio.sleep(float(os.environ.get("SANDBOX_SLOW_SECONDS", "20")))
    if conduct is Conduct.GARBAGE:
        await _reply(send, 200, "text/html", b"<html><body><h1>Scheduled maintenance</h1></body></html>")
        return
    reply = {"PayloadType": PAYLOAD_TYPES[kind].encode(), "ErrorCode": b"Success", "Payload": payload}
    await _reply(send, 200, *_multipart(reply))


def envelope_fault(parts: dict[str, bytes]) -> str:
    """The CORE ErrorCode for these fields, or "" when the envelope is good."""
    if parts.get("CORERuleVersion") != b"2.2.0":
        return "VersionMismatch"
    user = os.environ.get("SANDBOX_USER", "helpline").encode()
    password = os.environ.get("SANDBOX_PASSWORD", "sandbox").encode()
    named = hmac.compare_digest(parts.get("UserName", b""), user)
    if not (hmac.compare_digest(parts.get("Password", b""), password) and named):
        return "UnAuthorized"
    missing = next((name for name in REQUIRED if not parts.get(name, b"").strip()), "")
    if missing:
        return f"{missing}Required"
    if parts["PayloadType"] != b"X12_270_Request_005010X279A1":
        return "PayloadTypeIllegal"
    return "" if parts["ProcessingMode"] == b"RealTime" else "ProcessingModeIllegal"


def answer(parts: dict[str, bytes]) -> tuple[str, bytes, Conduct]:
    """(kind of payload, payload, conduct) for a request whose envelope is good."""
    try:
        question = read_question(parts["Payload"])
    except NotX12:
        return "TA1", write_ta1(_no_isa(), "022"), Conduct.ANSWER
    except Refused as refused:
        return "999", write_999(_no_isa(), refused), Conduct.ANSWER
    sender = parts["SenderID"].decode("latin-1").strip().upper()
    if question.isa[6].strip() != sender:
        return "TA1", write_ta1(question.isa, "006"), Conduct.ANSWER
    return "271", *_by_conduct(question)


def _by_conduct(question: Question) -> tuple[bytes, Conduct]:
    row = MEMBERS.get(question.subscriber.member_id)
    conduct = row.conduct if row else Conduct.ANSWER
    if conduct is Conduct.OTHER_TRACE:
        question.trace = ["TRN", "1", "SOMEBODY-ELSE-1", "9SOMEBODY1"]
        question.bht[3] = "SOMEBODY-ELSE-1"
    payload = write_271(question, asked_before)
    asked_before[question.subscriber.member_id] += 1
    return payload[: len(payload) // 2] if conduct is Conduct.CUT_OFF else payload, conduct


def _no_isa() -> Segment:
    """The envelope of an acknowledgement when the question's own cannot be trusted."""
    blank = " " * 10
    isa = ["ISA", "00", blank, "00", blank, "ZZ", "UNKNOWN".ljust(15), "ZZ", "SANDBOX".ljust(15)]
    return [*isa, "260101", "0000", "^", "00501", "000000001", "0", "T", ":"]


def _multipart(fields: dict[str, bytes]) -> tuple[str, bytes]:
    boundary = uuid.uuid4().hex
    defaults = {
        "ProcessingMode": b"RealTime",
        "PayloadID": str(uuid.uuid4()).encode(),
        "CORERuleVersion": b"2.2.0",
    }
    lines = [
        b'--%s\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % (boundary.encode(), k.encode(), v)
        for k, v in (defaults | fields).items()
    ]
    return f'multipart/form-data; boundary="{boundary}"', b"".join(lines) + f"--{boundary}--\r\n".encode()


async def _body(receive: Receive) -> bytes | None:
    body = bytearray()
    while True:
        event = await receive()
        body += event.get("body", b"")
        if len(body) > MAX_REQUEST:
            return None
        if not event.get("more_body"):
            return bytes(body)


async def _reply(send: Send, status: int, content_type: str, body: bytes) -> None:
    headers = [(b"content-type", content_type.encode()), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
