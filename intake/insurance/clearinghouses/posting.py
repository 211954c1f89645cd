"""One POST to a clearinghouse, the same for every road: where it may go, how long it may take, what its failure means.

The one question this file must answer rightly is whether the payer may have processed what we sent: before the first
byte of the request leaves, every failure is `TryAgain`; after it, `OutcomeUnknown`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx

from .errors import ClearinghouseError, FixConfiguration, NotSignedIn, OutcomeUnknown, TryAgain
from .road import Road
from .tls import is_untrusted, refused_ours

LONGEST_WAIT = 86_400
Parts = list[tuple[str, tuple[None, bytes]]]


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back with a good status. The body may hold anything, and is never logged."""

    content_type: str
    body: bytes


async def post(
    road: Road,
    client: httpx.AsyncClient,
    *,
    headers: dict[str, str] | None = None,
    content: bytes | None = None,
    parts: Parts | None = None,
    heed: Callable[[bytes], None] | None = None,
) -> Answer:
    """POST `content`, or `parts` as multipart/form-data, to the road's address.

    Raises `TryAgain` (nothing was processed), `OutcomeUnknown` (sent, no readable answer), `FixConfiguration`
    (address, credentials or request refused). Redirects are never followed. Nothing that was sent or came back
    is logged or put in an error. `heed` is for protocols that refuse in the body: it is given that of a bad status
    and raises what it understands.
    """
    url = checked_url(road)
    sending = _Sending()
    request = client.build_request(
        "POST",
        url,
        content=content,
        files=parts,
        headers={"Accept-Encoding": "identity", **(headers or {})},
        timeout=httpx.Timeout(road.total_seconds, connect=road.connect_seconds),
        extensions={"trace": sending.note},
    )
    request.read()  # in one write: httpx would send each part by itself, in forty
    try:
        async with asyncio.timeout(road.total_seconds):
            status, replied, body = await _exchange(road, request, client)
    except ClearinghouseError:
        raise
    except TimeoutError:
        raise sending.failure("The payer did not answer in time.") from None
    except (httpx.InvalidURL, httpx.UnsupportedProtocol):
        raise FixConfiguration("The address of the clearinghouse cannot be used.") from None
    except (httpx.HTTPError, httpx.StreamError, OSError) as error:
        if refused_ours(error):
            raise FixConfiguration("The clearinghouse refused our certificate, or wants one.") from None
        if is_untrusted(error):
            raise TryAgain("The certificate of the clearinghouse is not one we trust. Nothing was sent.") from None
        raise sending.failure("The connection to the clearinghouse failed.") from None
    if heed and status >= 400:
        heed(body)
    _check_status(status, replied)
    return Answer(replied.get("content-type", ""), body)


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


def is_x12(body: bytes) -> bool:
    """Whether a body is a bare interchange, without any envelope."""
    return body.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"ISA")


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


async def _exchange(road: Road, request: httpx.Request, client: httpx.AsyncClient) -> tuple[int, httpx.Headers, bytes]:
    response = await client.send(request, stream=True, follow_redirects=False, auth=None)
    try:
        return response.status_code, response.headers, await _read(response, road.max_reply_bytes)
    finally:
        await response.aclose()


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
        raise NotSignedIn("The clearinghouse refused our name or password.")
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
