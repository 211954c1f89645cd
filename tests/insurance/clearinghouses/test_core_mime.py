"""The road itself against raw sockets: what was sent decides which error it is."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from intake.insurance.clearinghouses import core_mime, posting
from intake.insurance.clearinghouses.errors import (
    ClearinghouseError,
    FixConfiguration,
    OutcomeUnknown,
    TryAgain,
)
from intake.insurance.clearinghouses.mime_parts import NotMultipart, read_parts
from intake.insurance.clearinghouses.posting import open_client
from intake.insurance.clearinghouses.road import Road
from intake.insurance.sandbox.core_fields import REQUIRED
from tests.ports import free_port

Streams = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
ISA = b"ISA*00*the rest is not read here~"


def local(port: int) -> Road:
    return Road(
        kind="core_mime",
        url=f"http://127.0.0.1:{port}/core",
        sender_id="HELPLINE",
        receiver_id="PLAN",
        user_name="helpline",
        password="very-secret",
        allowed_hosts=frozenset({"127.0.0.1"}),
        plain_http=True,
        total_seconds=1,
    )


def answering(raw: bytes, seen: list[bytes] | None = None) -> Streams:
    """A server that reads one whole request, writes `raw`, and closes."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(int(h.split(b":")[1]) for h in head.lower().split(b"\r\n") if b"content-length" in h)
        body = await reader.readexactly(length)
        if seen is not None:
            seen.extend((head, body))
        writer.write(raw)
        writer.close()

    return serve


def http(status: str, body: bytes = b"", *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def mime(**fields: bytes) -> bytes:
    parts = b"".join(
        b'--B1\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % (name.encode(), value)
        for name, value in fields.items()
    )
    return http("200 OK", parts + b"--B1--\r\n", "Content-Type: multipart/form-data; boundary=B1")


def ask(serve: Streams, **changes: object) -> bytes:
    async def go() -> bytes:
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        road = replace(local(server.sockets[0].getsockname()[1]), **changes)
        async with server, open_client() as client:
            return await core_mime.ask(road, b"ISA*270~", payload_id="an-id", client=client)

    return asyncio.run(go())


@pytest.mark.parametrize(
    ("raw", "error"),
    [
        (http("401 Unauthorized"), FixConfiguration),
        (http("403 Forbidden"), FixConfiguration),
        (http("404 Not Found"), FixConfiguration),
        (http("302 Found", b"", "Location: http://127.0.0.1:1/elsewhere"), FixConfiguration),
        (http("429 Too Many Requests"), TryAgain),
        (http("503 Service Unavailable"), TryAgain),
        (http("500 Internal Server Error"), OutcomeUnknown),
        (http("504 Gateway Timeout"), OutcomeUnknown),
        (http("200 OK", b"<html>sorry</html>", "Content-Type: text/html"), OutcomeUnknown),
        (http("200 OK", b"x" * 3000, "Content-Type: text/html"), OutcomeUnknown),
        (http("200 OK", ISA, "Content-Encoding: gzip"), OutcomeUnknown),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nISA*00*", OutcomeUnknown),
        (b"HTTP/1.1 200 OK\r\nContent-Le", OutcomeUnknown),
        (b"", OutcomeUnknown),
        (mime(ErrorCode=b"Success", Payload=b""), OutcomeUnknown),
        (mime(ErrorCode=b"Receiver"), OutcomeUnknown),
        (mime(ErrorCode=b"UnAuthorized"), FixConfiguration),
        (mime(ErrorCode=b"VersionMismatch", ErrorMessage=b"JANE DOE"), FixConfiguration),
        (mime(ErrorCode=b"ServiceUnavailable"), TryAgain),
    ],
)
def test_each_failure_has_its_error_and_no_secret_in_it(raw: bytes, error: type[ClearinghouseError]) -> None:
    with pytest.raises(error) as caught:
        ask(answering(raw), max_reply_bytes=2000)
    assert caught.value.words
    for secret in ("very-secret", "ISA", "JANE", "an-id"):
        assert secret not in str(caught.value)


def test_an_answer_is_found_by_name_in_any_order() -> None:
    assert ask(answering(mime(Payload=ISA, ErrorCode=b"Success"))) == ISA
    assert ask(answering(http("200 OK", ISA, "Content-Type: application/edi-x12"))) == ISA


def test_the_request_has_every_field_of_the_rule() -> None:
    seen: list[bytes] = []
    ask(answering(mime(Payload=ISA), seen))
    line = next(h for h in seen[0].split(b"\r\n") if h.lower().startswith(b"content-type:"))
    parts = read_parts(line.split(b":", 1)[1].strip().decode(), seen[1])
    assert set(REQUIRED) | {"UserName", "Password", "CORERuleVersion"} == set(parts)
    assert (parts["PayloadID"], parts["Payload"], parts["ProcessingMode"]) == (
        b"an-id",
        b"ISA*270~",
        b"RealTime",
    )


def test_silence_is_unknown_and_nobody_there_is_try_again() -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    with pytest.raises(OutcomeUnknown):
        ask(silent, total_seconds=0.3)
    port = free_port()
    with pytest.raises(TryAgain, match="Nothing was sent"):
        ask(silent, url=f"http://127.0.0.1:{port}/core")
    unknown = {"url": "http://nobody.invalid/core", "allowed_hosts": frozenset({"nobody.invalid"})}
    with pytest.raises(TryAgain, match="Nothing was sent"):
        ask(silent, **unknown)


def test_a_failed_tls_handshake_sent_nothing() -> None:
    async def no_tls(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        writer.write(b"this is not TLS")
        writer.close()

    async def go() -> None:
        server = await asyncio.start_server(no_tls, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        road = replace(local(port), url=f"https://127.0.0.1:{port}/core")
        async with server, open_client() as client:
            await core_mime.ask(road, b"ISA*270~", payload_id="an-id", client=client)

    with pytest.raises(TryAgain, match="Nothing was sent"):
        asyncio.run(go())


@pytest.mark.parametrize(
    "changes",
    [
        {"url": "http://127.0.0.1:9/core", "plain_http": False},
        {"url": "https://evil.example/core"},
        {"url": "https://user:pw@127.0.0.1/core"},
        {"url": "ftp://127.0.0.1/core"},
        {"url": "https://[broken/core"},
    ],
)
def test_an_address_that_is_not_allowed_is_refused(
    changes: dict[str, object],
) -> None:
    with pytest.raises(FixConfiguration):
        posting.checked_url(replace(local(9), **changes))


def test_a_password_is_not_in_the_representation() -> None:
    assert "very-secret" not in repr(local(1))


@pytest.mark.parametrize("boundary", ["B1", '"B1"'])
def test_parts_are_read_with_a_quoted_or_a_bare_boundary(boundary: str) -> None:
    body = b"--B1\r\nContent-Disposition: form-data; name=Payload\r\n\r\nISA*\x1d~\n\r\n--B1--\r\n"
    assert read_parts(f"multipart/form-data; boundary={boundary}", body) == {"Payload": b"ISA*\x1d~\n"}


def test_what_is_not_multipart_is_refused() -> None:
    for kind in ("text/html", "", "multipart/form-data"):
        with pytest.raises(NotMultipart):
            read_parts(kind, b"<html>")
