"""The sandbox plan as a bare ASGI application: `uvicorn intake.insurance.sandbox.app:app`.

POST to a path with /batch in it takes batches and gives their answers out, one ending in /raw-x12 speaks the JSON API,
one ending in /soap CAQH CORE vC2.2.0 real time in SOAP, any other the same in MIME; GET /health answers `ok`. It
accepts the user `helpline` with the password `sandbox` (SANDBOX_USER, SANDBOX_PASSWORD), which is the API key too, and
only ever answers from its own table of invented members (`members.py`). Nothing is logged.
"""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

from ..x12.segments import NotX12, Segment, tokenise
from . import batch, json_api, mime, soap
from .answers import write_271, write_999, write_ta1
from .members import MEMBERS, Conduct
from .questions import Question, Refused, read_question
from .speaking import NotTaken, Protocol, Reply

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

MAX_REQUEST = 200_000
HUGE = 5_000_000
DELAYS = {Conduct.SLOW: ("SANDBOX_SLOW_SECONDS", "20"), Conduct.VERY_SLOW: ("SANDBOX_VERY_SLOW_SECONDS", "60")}
MAINTENANCE = Reply("text/html", b"<html><body><h1>Scheduled maintenance</h1></body></html>")

asked_before: Counter[str] = Counter()
"""How often each question, known by its trace, has been asked since this process started."""


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """The ASGI entry: lifespan, /health, and the one POST."""
    if scope["type"] == "lifespan":
        await _lifespan(receive, send)
    elif scope["type"] == "http" and scope["method"] == "POST":
        await _question(scope, receive, send)
    elif scope["type"] == "http":
        known = scope["path"] == "/health"
        reply = Reply("text/plain", b"ok\n") if known else Reply("text/plain", b"not here\n", status=404)
        await _send(send, reply)


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        event = (await receive())["type"]
        await send({"type": f"{event}.complete"})
        if event == "lifespan.shutdown":
            return


async def _question(scope: Scope, receive: Receive, send: Send) -> None:
    body = await _body(receive)
    if body is None:
        await _send(send, Reply("text/plain", b"too large\n", status=413))
        return
    headers = {name.lower().decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    if "/batch" in scope["path"]:
        await _send(send, batch.respond(scope["path"], headers, body, lambda payload: answer(payload, None)[:2]))
        return
    protocol = spoken_at(scope["path"])
    try:
        kind, payload, conduct = answer(*protocol.taken(headers, body))
        reply = protocol.given(kind, payload)
    except NotTaken as refused:
        await _send(send, refused.reply)
        return
    await _behave(conduct, reply, receive, send)


def spoken_at(path: str) -> Protocol:
    """Which protocol is spoken at a path."""
    if path.endswith("/raw-x12"):
        return json_api
    return soap if path.endswith("/soap") else mime


async def _behave(conduct: Conduct, reply: Reply, receive: Receive, send: Send) -> None:
    if conduct is Conduct.HANG:
        await _hung_up(receive, None)
    elif conduct in DELAYS:
        if not await _hung_up(receive, _seconds(*DELAYS[conduct])):
            await _send(send, reply)
    elif conduct is Conduct.GARBAGE:
        await _send(send, MAINTENANCE)
    elif conduct is Conduct.BREAK_OFF:
        await _begin(send, reply)
        await send({"type": "http.response.body", "body": reply.body[: len(reply.body) // 2], "more_body": True})
    elif conduct is Conduct.DRIP:
        await _drip(reply, receive, send)
    else:
        await _send(send, reply)


async def _drip(reply: Reply, receive: Receive, send: Send) -> None:
    await _begin(send, reply)
    for at in range(len(reply.body)):
        await send({"type": "http.response.body", "body": reply.body[at : at + 1], "more_body": True})
        if await _hung_up(receive, _seconds("SANDBOX_DRIP_SECONDS", "1")):
            return
    await send({"type": "http.response.body", "body": b""})


async def _hung_up(receive: Receive, seconds: float | None) -> bool:
    """Whether whoever asked hangs up within `seconds` (None: ever)."""
    try:
        async with asyncio.timeout(seconds):
            while (await receive())["type"] != "http.disconnect":
                pass
    except TimeoutError:
        return False
    return True


def _seconds(name: str, usual: str) -> float:
    return float(os.environ.get(name, usual))


def answer(payload: bytes, sender: str | None) -> tuple[str, bytes, Conduct]:
    """(kind of payload, payload, conduct) for a 270 whose envelope is good; `sender` is whom the envelope names."""
    try:
        question = read_question(payload)
    except NotX12:
        return "TA1", write_ta1(_no_isa(), "022"), Conduct.ANSWER
    except Refused as refused:
        return "999", write_999(*_envelope_of(payload), refused), Conduct.ANSWER
    if sender is not None and question.isa[6].strip() != sender.strip().upper():
        return "TA1", write_ta1(question.isa, "006"), Conduct.ANSWER
    row = MEMBERS.get(question.subscriber.member_id)
    if row and row.conduct is Conduct.REFUSE:
        return "999", write_999(*_envelope_of(payload), Refused("NM1", 8, "8")), Conduct.ANSWER
    if row and row.conduct is Conduct.REFUSE_ENVELOPE:
        return "TA1", write_ta1(question.isa, "006"), Conduct.ANSWER
    return "271", *_by_conduct(question)


def _by_conduct(question: Question) -> tuple[bytes, Conduct]:
    row = MEMBERS.get(question.subscriber.member_id)
    conduct = row.conduct if row else Conduct.ANSWER
    trace = question.trace[2] if len(question.trace) > 2 else ""
    if conduct is Conduct.OTHER_TRACE:
        question.trace = ["TRN", "1", "SOMEBODY-ELSE-1", "9SOMEBODY1"]
        question.bht[3] = "SOMEBODY-ELSE-1"
    payload = write_271(question, asked_before)
    asked_before[trace] += 1
    if conduct is Conduct.CUT_OFF:
        return payload[: len(payload) // 2], conduct
    if conduct is Conduct.TWICE:
        return payload * 2, conduct
    return (payload + b" " * HUGE if conduct is Conduct.HUGE else payload), conduct


def _envelope_of(payload: bytes) -> tuple[Segment, str]:
    """The ISA of a question that can be told apart into segments, and the control number of its group."""
    segments = tokenise(payload)[1]
    group = next((segment[6] for segment in segments if segment[0] == "GS" and len(segment) > 6), "1")
    return (segments[0] if len(segments[0]) > 16 else _no_isa()), group


def _no_isa() -> Segment:
    """The envelope of an acknowledgement when the question's own cannot be trusted."""
    blank = " " * 10
    isa = ["ISA", "00", blank, "00", blank, "ZZ", "UNKNOWN".ljust(15), "ZZ", "SANDBOX".ljust(15)]
    return [*isa, "260101", "0000", "^", "00501", "000000001", "0", "T", ":"]


async def _body(receive: Receive) -> bytes | None:
    body = bytearray()
    while True:
        event = await receive()
        body += event.get("body", b"")
        if len(body) > MAX_REQUEST:
            return None
        if not event.get("more_body"):
            return bytes(body)


async def _begin(send: Send, reply: Reply) -> None:
    headers = [(b"content-type", reply.content_type.encode()), (b"content-length", str(len(reply.body)).encode())]
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})


async def _send(send: Send, reply: Reply) -> None:
    await _begin(send, reply)
    await send({"type": "http.response.body", "body": reply.body})
