"""One POST to a clearinghouse, the same for every road: where it may go, how long it may take, what its failure means.

The one question this file must answer rightly is whether the payer may have processed what we sent: before the first
byte of the request leaves, every failure is `TryAgain`; after it, `OutcomeUnknown`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import SimpleNamespace

import aiohttp
from yarl import URL

from .errors import ClearinghouseError, FixConfiguration, NotSignedIn, OutcomeUnknown, TryAgain
from .road import Road
from .tls import context_of, is_untrusted, refused_ours, usual_context

Client = aiohttp.ClientSession
LONGEST_WAIT = 86_400
# How long a connection without a question is kept: shorter than servers commonly keep theirs
IDLE_SECONDS = 5


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back with a good status. The body may hold anything, and is never logged."""

    content_type: str
    body: bytes


def open_client() -> Client:
    """For any number of questions at once, from within a running event loop. Close it there.

    It follows no redirect, keeps no cookie, reads no proxy from the environment and unpacks nothing.
    """
    tracing = aiohttp.TraceConfig()
    tracing.on_connection_create_end.append(_note)
    tracing.on_connection_reuseconn.append(_note)
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=IDLE_SECONDS),
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=None),
        headers={"User-Agent": "helpline", "Accept-Encoding": "identity"},
        auto_decompress=False,
        trace_configs=[tracing],
    )


async def post(
    road: Road,
    client: Client,
    *,
    headers: dict[str, str],
    content: bytes,
    heed: Callable[[bytes], None] | None = None,
) -> Answer:
    """POST `content` to the road's address.

    Raises `TryAgain` (nothing was processed), `OutcomeUnknown` (sent, no readable answer), `FixConfiguration`
    (address, credentials or request refused). Redirects are never followed. Nothing that was sent or came back
    is logged or put in an error. `heed` is for protocols that refuse in the body: it is given that of a bad status
    and raises what it understands.
    """
    url, context, sending = checked_url(road), context_of(road) or usual_context(), _Sending()
    request = client.post(
        url,
        data=content,
        headers=headers,
        ssl=context,
        allow_redirects=False,
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=road.connect_seconds),
        trace_request_ctx=sending,
    )
    try:
        async with asyncio.timeout(road.total_seconds), request as response:
            status, replied, body = response.status, response.headers, await _read(response, road.max_reply_bytes)
    except ClearinghouseError:
        raise
    except TimeoutError:
        raise sending.failure("The payer did not answer in time.") from None
    except aiohttp.InvalidURL:
        raise FixConfiguration("The address of the clearinghouse cannot be used.") from None
    except (aiohttp.ClientError, OSError) as error:
        if refused_ours(error):
            raise FixConfiguration("The clearinghouse refused our certificate, or wants one.") from None
        if is_untrusted(error):
            raise TryAgain("The certificate of the clearinghouse is not one we trust. Nothing was sent.") from None
        raise sending.failure("The connection to the clearinghouse failed.") from None
    if heed and status >= 400:
        heed(body)
    _check_status(status, replied)
    return Answer(replied.get("content-type", ""), body)


def checked_url(road: Road) -> URL:
    """The road's address, if it is one we may send to. Raises `FixConfiguration`."""
    try:
        url = URL(road.url)
        host, _ = url.raw_host, url.port
    except ValueError:
        raise FixConfiguration("The address of the clearinghouse cannot be read.") from None
    if url.scheme != "https" and not (road.plain_http and url.scheme == "http"):
        raise FixConfiguration("The address of the clearinghouse must start with https.")
    if url.user is not None or url.password is not None:
        raise FixConfiguration("The address of the clearinghouse must not contain a password.")
    if host not in road.allowed_hosts:
        raise FixConfiguration("The host of the clearinghouse is not in the list of allowed hosts.")
    return url


def is_x12(body: bytes) -> bool:
    """Whether a body is a bare interchange, without any envelope."""
    return body.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"ISA")


class _Sending:
    """Whether any of the request may have left this machine: from when it has a connection, a moment too early."""

    begun = False

    def failure(self, words: str) -> ClearinghouseError:
        if self.begun:
            return OutcomeUnknown(words + " It may have received our question.")
        return TryAgain(words + " Nothing was sent.")


async def _note(client: Client, context: SimpleNamespace, _event: object) -> None:
    context.trace_request_ctx.begun = True


async def _read(response: aiohttp.ClientResponse, most: int) -> bytes:
    if response.headers.get("content-encoding", "identity").lower() != "identity":
        raise OutcomeUnknown("The answer came compressed, which we do not accept.")
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > most:
            raise OutcomeUnknown("The answer was larger than any real one; it was not read.")
    return bytes(body)


def _check_status(status: int, headers: Mapping[str, str]) -> None:
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


def _wait(headers: Mapping[str, str]) -> int | None:
    text = headers.get("retry-after", "")
    return min(int(text), LONGEST_WAIT) if text.isascii() and text.isdigit() and len(text) < 10 else None
