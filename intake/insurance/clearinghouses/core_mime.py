"""CAQH CORE Connectivity vC2.2.0, real time, HTTP MIME multipart (ELIGIBILITY.md 4.12).

One POST with the envelope's fields and the 270; the answer is multipart again. The one question this file
must answer rightly is whether the payer may have processed what we sent: before the first byte of the request
leaves, every failure is `TryAgain`; after it, `OutcomeUnknown`.
"""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime
from typing import Any

import httpx

from .errors import ClearinghouseError, FixConfiguration, OutcomeUnknown, TryAgain
from .mime_parts import NotMultipart, read_parts
from .road import Road

PAYLOAD_TYPE = "X12_270_Request_005010X279A1"
CORE_VERSION = "2.2.0"
LONGEST_WAIT = 86_400

TAKEN = frozenset({"", "success"})
NOT_NOW = re.compile(r"unavailable|timeout|try ?again", re.IGNORECASE)
CODE = re.compile(r"[A-Za-z0-9_.]{1,60}")


async def ask(road: Road, payload: bytes, *, payload_id: str, client: httpx.AsyncClient) -> bytes:
    """Send one 270 and return the payload that came back (a 271, 999 or TA1, unread).

    `payload_id` is a fresh UUID as text. Raises `TryAgain` (nothing was processed), `OutcomeUnknown` (sent,
    no readable answer), `FixConfiguration` (address, credentials or envelope refused). Redirects are never
    followed. Nothing of the envelope or the payload is logged or put in an error.
    """
    url = checked_url(road)
    sending = _Sending()
    try:
        async with asyncio.timeout(road.total_seconds):
            status, headers, body = await _exchange(road, url, payload, payload_id, client, sending)
    except ClearinghouseError:
        raise
    except TimeoutError:
        raise sending.failure("The payer did not answer in time.") from None
    except (httpx.InvalidURL, httpx.UnsupportedProtocol):
        raise FixConfiguration("The address of the clearinghouse cannot be used.") from None
    except (httpx.HTTPError, httpx.StreamError, OSError):
        raise sending.failure("The connection to the clearinghouse failed.") from None
    _check_status(status, headers)
    return _payload(headers.get("content-type", ""), body)


def checked_url(road: Road) -> httpx.URL:
    """The road's address, if it is one we may send to. Raises `FixConfiguration`."""
    try:
        url = httpx.URL(road.url)
    except httpx.InvalidURL:
        raise FixConfiguration("The address of the clearinghouse cannot be read.") from None
    if url.scheme != "https" and not (road.plain_http and url.scheme == "http"):
        raise FixConfiguration("The address of the clearinghouse must start with https.")
    if url.userinfo:
        raise FixConfiguration("The address of the clearinghouse must not contain a password.")
    if url.host not in road.allowed_hosts:
        raise FixConfiguration("The host of the clearinghouse is not in the list of allowed hosts.")
    return url


class _Sending:
    """Notes, from httpx's own events, whether any of the request may have left this machine."""

    def __init__(self) -> None:
        self.begun = False

    async def note(self, event: str, info: dict[str, Any]) -> None:
        if event.endswith("send_request_headers.started"):
            self.begun = True

    def failure(self, words: str) -> ClearinghouseError:
        if self.begun:
            return OutcomeUnknown(words + " It may have received our question.")
        return TryAgain(words + " Nothing was sent.")


async def _exchange(
    road: Road, url: httpx.URL, payload: bytes, payload_id: str, client: httpx.AsyncClient, sending: _Sending
) -> tuple[int, httpx.Headers, bytes]:
    request = client.build_request(
        "POST",
        url,
        files=_fields(road, payload, payload_id),
        headers={"Accept-Encoding": "identity"},
        timeout=httpx.Timeout(road.total_seconds, connect=road.connect_seconds),
        extensions={"trace": sending.note},
    )
    request.read()  # in one write: httpx would send each field by itself, in forty
    response = await client.send(request, stream=True, follow_redirects=False, auth=None)
    try:
        return response.status_code, response.headers, await _read(response, road.max_reply_bytes)
    finally:
        await response.aclose()


def _fields(road: Road, payload: bytes, payload_id: str) -> list[tuple[str, tuple[None, bytes]]]:
    values = {
        "PayloadType": PAYLOAD_TYPE,
        "ProcessingMode": "RealTime",
        "PayloadID": payload_id,
        "TimeStamp": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "UserName": road.user_name,
        "Password": road.password,
        "SenderID": road.sender_id,
        "ReceiverID": road.receiver_id,
        "CORERuleVersion": CORE_VERSION,
    }
    return [(name, (None, value.encode())) for name, value in values.items()] + [("Payload", (None, payload))]


async def _read(response: httpx.Response, most: int) -> bytes:
    if response.headers.get("content-encoding", "identity").lower() != "identity":
        raise OutcomeUnknown("The answer came compressed, which we do not accept.")
    body = bytearray()
    async for chunk in response.aiter_raw():
        body += chunk
        if len(body) > most:
            raise OutcomeUnknown("The answer was larger than any real one; it was not read.")
    return bytes(body)


def _check_status(status: int, headers: httpx.Headers) -> None:
    if status in (401, 403, 407):
        raise FixConfiguration("The clearinghouse refused our name or password.")
    if status in (429, 503):
        words = "The clearinghouse is busy." if status == 429 else "The clearinghouse is not available now."
        raise TryAgain(words, _wait(headers))
    if 300 <= status < 400:
        raise FixConfiguration("The clearinghouse sent us to another address, which we do not follow.")
    if status == 408 or status >= 500:
        raise OutcomeUnknown(f"The clearinghouse failed while working on our question (HTTP {status}).")
    if not 200 <= status < 300:
        raise FixConfiguration(f"The clearinghouse refused our request (HTTP {status}).")


def _wait(headers: httpx.Headers) -> int | None:
    text = headers.get("retry-after", "")
    return min(int(text), LONGEST_WAIT) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _payload(content_type: str, body: bytes) -> bytes:
    """The Payload part; a bare X12 body is accepted too, since some servers send one."""
    if body.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"ISA"):
        return body
    try:
        parts = read_parts(content_type, body)
    except NotMultipart:
        raise OutcomeUnknown("The clearinghouse answered with something that is not an answer.") from None
    _check_code(parts.get("ErrorCode", b"").decode("latin-1").strip())
    payload = parts.get("Payload", b"")
    if not payload.strip():
        raise OutcomeUnknown("The clearinghouse answered without a payload.")
    return payload


def _check_code(code: str) -> None:
    """CORE's ErrorCode names a fault of the envelope; only its name is repeated, never its message."""
    if code.lower() in TAKEN:
        return
    name = code if CODE.fullmatch(code) else "unreadable"
    if NOT_NOW.search(name):
        raise TryAgain(f"The clearinghouse is not available now ({name}).")
    if name.lower() == "receiver":
        raise OutcomeUnknown("The clearinghouse could not process our question (Receiver).")
    raise FixConfiguration(f"The clearinghouse refused our envelope ({name}).")
