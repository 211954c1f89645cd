"""The event stream of the desk: a bare ASGI application, apart from the pages (docs/decisions/0005-live.md).

One subscription to Redis feeds every open stream. The database is the truth: a browser that comes back says the last
event it saw and gets what it missed from the table, which is read every two seconds for what Redis did not bring.
Events carry an id, a kind and an inquiry's public id, nothing about anybody.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import urlsplit

import redis.asyncio
from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import DatabaseError, InterfaceError, close_old_connections

from helpline.accounts.permissions import Permission
from helpline.accounts.sessions import holders
from intake.inquiries.events import CHANNEL
from intake.inquiries.models import Event

log = logging.getLogger(__name__)

# Ids are handed out before their rows are committed, so an event may appear behind one already seen: look this far back
LOOK_BACK = 200
LOOK_SECONDS = 2.0
HEARTBEAT_SECONDS = 15.0
WATCH_SECONDS = 3.0
QUEUE_LENGTH = 100

Message = dict[str, Any]
Send = Callable[[Message], Awaitable[None]]
Receive = Callable[[], Awaitable[Message]]


class Streams:
    """Every open stream of this process."""

    def __init__(self) -> None:
        # Each with the session key it was opened by
        self.queues: dict[asyncio.Queue[bytes], str] = {}
        self.seen: deque[int] = deque(maxlen=LOOK_BACK * 5)

    def pass_on(self, number: int, kind: str, inquiry: str) -> None:
        if number in self.seen:
            return
        self.seen.append(number)
        event = written(number, kind, inquiry)
        for queue in list(self.queues):
            try:
                queue.put_nowait(event)
            except asyncio.QueueFull:
                # A reader this slow is dropped; its browser reconnects and asks for what it missed
                self.queues.pop(queue, None)

    async def watch(self) -> None:
        """End the streams of those who have signed out, were idle too long, or may no longer answer inquiries."""
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            asked = dict(self.queues)
            try:
                allowed = await may_watch(set(asked.values())) if asked else set()
            except (DatabaseError, InterfaceError) as error:
                log.warning("The database is away (%s)", type(error).__name__)
                continue
            for queue in [queue for queue, key in asked.items() if key not in allowed]:
                self.queues.pop(queue, None)
                with contextlib.suppress(asyncio.QueueFull):
                    queue.put_nowait(b"")

    async def listen(self) -> None:
        """Hear of events through Redis for as long as this process lives."""
        while True:
            try:
                client = redis.asyncio.from_url(settings.REDIS_URL, socket_connect_timeout=2, health_check_interval=10)
                async with client, client.pubsub(ignore_subscribe_messages=True) as channel:
                    await channel.subscribe(CHANNEL)
                    async for message in channel.listen():
                        number, kind, inquiry = message["data"].decode().split(":", 2)
                        self.pass_on(int(number), kind, inquiry)
            except (redis.RedisError, OSError, ValueError) as error:
                log.warning("Redis is away (%s): reading events from the database", type(error).__name__)
            await asyncio.sleep(1)

    async def look(self) -> None:
        """Read the table for what Redis did not bring."""
        last = None
        while True:
            try:
                rows = await events_after(last - LOOK_BACK if last is not None else None)
                for number, kind, inquiry in rows:
                    self.pass_on(number, kind, inquiry) if last is not None else self.seen.append(number)
                    last = max(last or 0, number)
                last = last or 0
            except (DatabaseError, InterfaceError) as error:
                log.warning("The database is away (%s)", type(error).__name__)
            await asyncio.sleep(LOOK_SECONDS)


def written(number: int, kind: str, inquiry: str) -> bytes:
    data = json.dumps({"id": number, "kind": kind, "inquiry": inquiry})
    return f"id: {number}\nevent: board\ndata: {data}\n\n".encode()


@sync_to_async
def events_after(number: int | None) -> list[tuple[int, str, str]]:
    """Events with a higher id; the newest few when ``number`` is None."""
    close_old_connections()
    events = Event.objects.order_by("-id")
    if number is not None:
        events = events.filter(id__gt=number)
    return [(e.id, e.kind, str(e.inquiry_id)) for e in reversed(events[: LOOK_BACK * 2])]


@sync_to_async
def may_watch(session_keys: set[str]) -> set[str]:
    """Those of the sessions that belong to somebody who answers inquiries, now: two queries, however many."""
    close_old_connections()
    return {key for key, user in holders(session_keys).items() if user.may(Permission.ANSWER_INQUIRIES)}


def session_key(scope: dict[str, Any]) -> str:
    header = dict(scope["headers"]).get(b"cookie", b"").decode("latin-1")
    with contextlib.suppress(CookieError):
        cookie = SimpleCookie(header).get(settings.SESSION_COOKIE_NAME)
        return cookie.value if cookie else ""
    return ""


def cors(scope: dict[str, Any]) -> list[tuple[bytes, bytes]]:
    """Only our own pages may read the stream from another port."""
    origin = dict(scope["headers"]).get(b"origin", b"").decode("latin-1")
    ours = urlsplit(settings.SITE_URL)
    if origin != f"{ours.scheme}://{ours.netloc}":
        return []
    return [
        (b"access-control-allow-origin", origin.encode()),
        (b"access-control-allow-credentials", b"true"),
        (b"vary", b"Origin"),
    ]


streams = Streams()


async def app(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    if scope["type"] == "lifespan":
        return await lifespan(receive, send)
    if scope["type"] != "http":
        return None
    path = scope["path"].removeprefix("/live")
    if path == "/health":
        return await plain(send, 200, b"ok")
    if path != "/stream":
        return await plain(send, 404, b"not found")
    if not await may_watch({session_key(scope)}):
        return await plain(send, 403, b"sign in first", cors(scope))
    return await stream(scope, receive, send)


async def lifespan(receive: Receive, send: Send) -> None:
    background: list[asyncio.Task[None]] = []
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            background = [asyncio.create_task(run()) for run in (streams.listen, streams.look, streams.watch)]
            await send({"type": "lifespan.startup.complete"})
        else:
            for task in background:
                task.cancel()
            await send({"type": "lifespan.shutdown.complete"})
            return


async def plain(send: Send, status: int, body: bytes, headers: list[tuple[bytes, bytes]] | None = None) -> None:
    start = [(b"content-type", b"text/plain"), (b"cache-control", b"no-store"), *(headers or [])]
    await send({"type": "http.response.start", "status": status, "headers": start})
    await send({"type": "http.response.body", "body": body})


async def stream(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    headers = [
        (b"content-type", b"text/event-stream"),
        (b"cache-control", b"no-store"),
        (b"x-accel-buffering", b"no"),
        *cors(scope),
    ]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    queue: asyncio.Queue[bytes] = asyncio.Queue(QUEUE_LENGTH)
    streams.queues[queue] = session_key(scope)
    gone = asyncio.create_task(wait_until_gone(receive))
    try:
        await send({"type": "http.response.body", "body": b"retry: 2000\n\n", "more_body": True})
        for number, kind, inquiry in await missed(scope):
            await send({"type": "http.response.body", "body": written(number, kind, inquiry), "more_body": True})
        await pass_along(queue, gone, send)
    finally:
        streams.queues.pop(queue, None)
        gone.cancel()


async def missed(scope: dict[str, Any]) -> list[tuple[int, str, str]]:
    last = dict(scope["headers"]).get(b"last-event-id", b"").decode("latin-1")
    return await events_after(int(last) - LOOK_BACK) if last.isdecimal() and len(last) < 19 else []


async def pass_along(queue: asyncio.Queue[bytes], gone: asyncio.Task[None], send: Send) -> None:
    while not gone.done() and queue in streams.queues:
        try:
            body = await asyncio.wait_for(queue.get(), HEARTBEAT_SECONDS)
        except TimeoutError:
            body = b": still here\n\n"
        if queue in streams.queues:
            await send({"type": "http.response.body", "body": body, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


async def wait_until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
