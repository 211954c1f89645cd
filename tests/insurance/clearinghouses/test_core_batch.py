"""Batches over CORE against a server that says exactly what each test tells it to."""

from __future__ import annotations

import asyncio
import base64
import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from intake.insurance.clearinghouses import mtom, roads
from intake.insurance.clearinghouses.core_soap import CORE, SOAP, named
from intake.insurance.clearinghouses.errors import ClearinghouseError, FixConfiguration, NotSignedIn, OutcomeUnknown
from intake.insurance.clearinghouses.posting import open_client
from intake.insurance.clearinghouses.road import Road
from tests.insurance.clearinghouses.test_core_mime import ISA, answering, http, local, mime

Act = Callable[[Road], Awaitable[bytes | None]]
QUESTION = b"ISA*270~\r\nA<B&C~"


def soap(inside: str) -> bytes:
    body = f'<e:Envelope xmlns:e="{SOAP}"><e:Body><c:X xmlns:c="{CORE}">{inside}</c:X></e:Body></e:Envelope>'
    return http("200 OK", body.encode(), "Content-Type: application/soap+xml")


def beside(payload: bytes) -> bytes:
    told = f"<ErrorCode>Success</ErrorCode><Payload>{mtom.INCLUDE}</Payload>"
    envelope = f'<e:Envelope xmlns:e="{SOAP}"><e:Body>{told}</e:Body></e:Envelope>'
    kind, body = mtom.write(envelope.encode(), payload, "x")
    return http("200 OK", body, f"Content-Type: {kind}")


def along(raw: bytes, kind: str, act: Act, seen: list[bytes] | None = None) -> bytes | None:
    async def go() -> bytes | None:
        server = await asyncio.start_server(answering(raw, seen), "127.0.0.1", 0)
        async with server:
            return await act(replace(local(server.sockets[0].getsockname()[1]), kind=kind))

    return asyncio.run(go())


async def submit(road: Road) -> bytes | None:
    async with open_client() as client:
        return await roads.ask(road, QUESTION, client=client)


@pytest.mark.parametrize(
    ("kind", "raw"),
    [
        ("mime_batch", mime(ErrorCode=b"Success", Payload=ISA)),
        ("soap_batch", beside(ISA)),
        ("soap_batch", soap(f"<ErrorCode>Success</ErrorCode><Payload>{base64.b64encode(ISA).decode()}</Payload>")),
        ("soap_batch", soap(f"<ErrorCode>Success</ErrorCode><Payload>{ISA.decode()}</Payload>")),
    ],
)
def test_what_lies_ready_is_found_however_it_is_wrapped(kind: str, raw: bytes) -> None:
    assert along(raw, kind, roads.pick_up) == ISA


@pytest.mark.parametrize(
    ("kind", "raw"),
    [("mime_batch", mime(ErrorCode=b"Success")), ("soap_batch", soap("<ErrorCode>Success</ErrorCode>"))],
)
def test_nothing_ready_is_nothing(kind: str, raw: bytes) -> None:
    assert along(raw, kind, roads.pick_up) == b""


@pytest.mark.parametrize("kind", ["mime_batch", "soap_batch"])
@pytest.mark.parametrize("act", [submit, roads.pick_up])
@pytest.mark.parametrize(
    ("code", "error"),
    [("UnAuthorized", NotSignedIn), ("CheckSumMismatched", FixConfiguration), ("Receiver", OutcomeUnknown)],
)
def test_a_refusal_has_its_error(kind: str, act: Act, code: str, error: type[ClearinghouseError]) -> None:
    raw = mime(ErrorCode=code.encode()) if kind == "mime_batch" else soap(f"<ErrorCode>{code}</ErrorCode>")
    with pytest.raises(error):
        along(raw, kind, act)


@pytest.mark.parametrize("kind", ["mime_batch", "soap_batch"])
def test_a_page_is_no_receipt(kind: str) -> None:
    for raw in (http("200 OK", b"<html>sorry</html>", "Content-Type: text/html"), soap(""), mime(Other=b"x")):
        with pytest.raises(OutcomeUnknown):
            along(raw, kind, submit)
    with pytest.raises(OutcomeUnknown):
        along(mime(ErrorCode=b"Success", Payload=b"<html>"), "mime_batch", roads.pick_up)


def test_a_submission_has_the_fields_of_the_rule_in_order_and_the_payload_beside_it() -> None:
    seen: list[bytes] = []
    along(soap("<ErrorCode>Success</ErrorCode>"), "soap_batch", submit, seen)
    kind = next(line for line in seen[0].split(b"\r\n") if line.lower().startswith(b"content-type:")).split(b":", 1)[1]
    root, parts = mtom.read(kind.strip().decode(), seen[1])
    fields = {part.tag: part.text for part in named(root, "COREEnvelopeBatchSubmission")}
    assert list(fields) == [
        "PayloadType", "ProcessingMode", "PayloadID", "PayloadLength", "TimeStamp", "SenderID", "ReceiverID",
        "CORERuleVersion", "CheckSum", "Payload",
    ]  # fmt: skip
    assert (fields["PayloadLength"], fields["CheckSum"]) == (
        str(len(QUESTION)),
        hashlib.sha1(QUESTION, usedforsecurity=False).hexdigest(),
    )
    assert mtom.payload_in(root, parts) == QUESTION
