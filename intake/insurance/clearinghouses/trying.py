"""Walking a road stage by stage, to say at which one it breaks: for whoever sets it up.

Each stage is made for real: the host is looked up, a connection opened, TLS spoken and left open long enough for a
refusal of our certificate to arrive, then one 270 is asked as every other would be. Nothing is logged.
"""

from __future__ import annotations

import asyncio
import socket
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from yarl import URL

from . import file_drop, roads
from .errors import ClearinghouseError, FixConfiguration, NotSignedIn
from .file_drop import IN, OUT
from .posting import checked_url, open_client
from .road import Road
from .tls import context_of, is_untrusted, refused_ours, usual_context

ALERT_SECONDS = 0.7
Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Stage(StrEnum):
    """In the order in which a question meets them."""

    ADDRESS = "address"
    FOLDER = "folder"
    HOST = "host"
    CONNECTION = "connection"
    ENCRYPTION = "encryption"
    SIGN_IN = "sign_in"
    QUESTION = "question"
    ANSWER = "answer"


@dataclass(frozen=True, slots=True)
class Step:
    """How one stage went. `words` are a plain sentence without any credential or any part of a message."""

    stage: Stage
    good: bool
    words: str


@dataclass(frozen=True, slots=True)
class Walk:
    """The stages up to the first that failed, and what came back if all did well (None by file)."""

    steps: tuple[Step, ...]
    reply: bytes | None = None

    @property
    def good(self) -> bool:
        return all(step.good for step in self.steps)


def walk(road: Road, payload: bytes) -> Walk:
    """Go along `road` with one 270. Raises nothing."""
    steps: list[Step] = []
    reply = asyncio.run(_walk(road, payload, steps))
    return Walk(tuple(steps), reply)


class _Stopped(Exception):
    """A stage failed, and says why."""


async def _walk(road: Road, payload: bytes, steps: list[Step]) -> bytes | None:
    if road.kind in ("file_drop", "mime_batch", "soap_batch"):
        good = await _stage(steps, Stage.FOLDER, lambda: asyncio.to_thread(_try_folder, road.folder))
        if road.kind == "file_drop" or not good:
            return None
    url = URL("")

    async def address() -> str:
        nonlocal url
        url = checked_url(road)
        return f"{url.host} may be asked."

    stages: list[tuple[Stage, Callable[[], Awaitable[str]]]] = [
        (Stage.ADDRESS, address),
        (Stage.HOST, lambda: _look_up(url)),
        (Stage.CONNECTION, lambda: _connect(url, road)),
    ]
    for stage, go in stages:
        if not await _stage(steps, stage, go):
            return None
    if url.scheme == "https" and not await _stage(steps, Stage.ENCRYPTION, lambda: _encrypt(url, road)):
        return None
    return await _ask(road, payload, steps)


async def _stage(steps: list[Step], stage: Stage, go: Callable[[], Awaitable[str]]) -> bool:
    try:
        steps.append(Step(stage, True, await go()))
    except _Stopped as why:
        steps.append(Step(stage, False, str(why)))
    except ClearinghouseError as error:
        steps.append(Step(stage, False, error.words))
    return steps[-1].good


async def _look_up(url: URL) -> str:
    try:
        async with asyncio.timeout(5):
            found = await asyncio.get_running_loop().getaddrinfo(url.host, _port(url), type=socket.SOCK_STREAM)
    except (OSError, UnicodeError, TimeoutError):
        raise _Stopped("No computer is known by this name. Is it spelled right? Does this server have DNS?") from None
    return f"The name leads to {found[0][4][0]}."


async def _connect(url: URL, road: Road) -> str:
    try:
        async with _open(url, road.connect_seconds):
            return f"Port {_port(url)} answers."
    except (OSError, TimeoutError):
        raise _Stopped(f"Port {_port(url)} does not answer. A firewall, here or there, may be in the way.") from None


async def _encrypt(url: URL, road: Road) -> str:
    context = context_of(road) or usual_context()
    try:
        async with _open(url, road.connect_seconds, ssl=context, server_hostname=url.host) as (reader, writer):
            spoken = writer.get_extra_info("ssl_object")
            try:
                async with asyncio.timeout(ALERT_SECONDS):
                    await reader.read(1)
            except TimeoutError:  # it waits for us to speak, as it should
                until = spoken.getpeercert().get("notAfter", "")
                return f"{spoken.version()}; their certificate is good until {until}."
    except (OSError, TimeoutError) as error:
        raise _Stopped(_refusal(error, road)) from None
    raise _Stopped(_hung_up(road))


def _refusal(error: BaseException, road: Road) -> str:
    if is_untrusted(error):
        return "Their certificate is not one we trust, or is not for this name. Nothing was sent."
    if refused_ours(error):
        return "They refused our certificate." if road.certificate else "They want a certificate from us."
    return _hung_up(road) if isinstance(error, ConnectionError) else "No encrypted connection came about."


def _hung_up(road: Road) -> str:
    ours = "our certificate" if road.certificate else "that we showed no certificate"
    return f"They hung up when the encryption stood: perhaps because of {ours}."


async def _ask(road: Road, payload: bytes, steps: list[Step]) -> bytes | None:
    try:
        reply = await _ask_now(road, payload)
    except NotSignedIn as error:
        steps.append(Step(Stage.SIGN_IN, False, error.words))
        return None
    except ClearinghouseError as error:
        signed_in = isinstance(error, FixConfiguration)
        steps += [Step(Stage.SIGN_IN, True, "They let us in.")] if signed_in else []
        steps.append(Step(Stage.QUESTION, False, error.words))
        return None
    steps += [Step(Stage.SIGN_IN, True, "They let us in."), Step(Stage.QUESTION, True, "They took the question.")]
    return reply


async def _ask_now(road: Road, payload: bytes) -> bytes | None:
    """The real question; in batch, whose answer to nobody would come back later, only what lies ready is fetched."""
    if road.kind in ("mime_batch", "soap_batch"):
        ready = await roads.pick_up(road)
        if ready:
            file_drop.lay_in(Path(road.folder), ready)
        return None
    async with open_client() as client:
        return await roads.ask(road, payload, client=client)


def _try_folder(folder: str) -> str:
    """Write and remove a file that nobody would take for a question."""
    if not folder:
        raise _Stopped("No place for files is set up: CLEARINGHOUSE_FILES is empty.")
    out, into = Path(folder) / OUT, Path(folder) / IN
    try:
        for place in (out, into):
            place.mkdir(mode=0o770, parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=out, prefix=".trying-", suffix=".part"):
            list(into.iterdir())
    except OSError:
        raise _Stopped(f"{out} or {into} cannot be used: they must be there and writable for this server.") from None
    return f"Questions go to {out}, answers are looked for in {into}. No question was dropped."


@asynccontextmanager
async def _open(url: URL, seconds: float, **options: Any) -> AsyncIterator[Streams]:
    """A bare connection, closed without waiting for anybody."""
    async with asyncio.timeout(seconds):
        reader, writer = await asyncio.open_connection(url.host, _port(url), **options)
    try:
        yield reader, writer
    finally:
        writer.transport.abort()


def _port(url: URL) -> int:
    return url.port or (443 if url.scheme == "https" else 80)
