"""Telling the board that something changed: a row in the same transaction, a nudge through Redis after it."""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Iterable
from functools import lru_cache

import redis
from django.conf import settings
from django.db import connection, transaction

from intake.inquiries.models import Event

ADD = "INSERT INTO inquiries_event (kind, inquiry_id) SELECT %s, unnest(%s::uuid[]) RETURNING id, inquiry_id"
CHANNEL = "helpline-events"
log = logging.getLogger(__name__)


@lru_cache(maxsize=1)
def _redis() -> redis.Redis:
    # Never retried here: a slow broker must not hold up a form (RELIABILITY: Redis frozen)
    return redis.Redis.from_url(
        settings.REDIS_URL,
        socket_timeout=settings.REDIS_CONNECT_SECONDS,
        socket_connect_timeout=settings.REDIS_CONNECT_SECONDS,
        retry=None,
    )


def announce(kind: str, inquiry_id: uuid.UUID) -> Event:
    """Add the event and, once committed, pass its id on. Without Redis the board hears of it by its next look."""
    event = Event.objects.create(kind=kind, inquiry_id=inquiry_id)
    transaction.on_commit(lambda: publish(event), robust=True)
    return event


def announce_many(kind: str, inquiry_ids: Iterable[uuid.UUID]) -> None:
    """As ``announce``, in one statement and one message to Redis."""
    with connection.cursor() as cursor:
        cursor.execute(ADD, [kind, list(inquiry_ids)])
        events = [Event(id=event_id, kind=kind, inquiry_id=inquiry_id) for event_id, inquiry_id in cursor.fetchall()]
    if events:
        transaction.on_commit(lambda: publish(*events), robust=True)


_away_until = 0.0
SULK_SECONDS = 5.0


def redis_answers() -> bool:
    """False for a few seconds after Redis failed this process, so that only one request in that time waits for it."""
    return time.monotonic() >= _away_until


def redis_failed() -> None:
    global _away_until
    _away_until = time.monotonic() + SULK_SECONDS


def publish(*events: Event) -> None:
    if not redis_answers():
        return
    try:
        with _redis().pipeline(transaction=False) as pipeline:
            for event in events:
                pipeline.publish(CHANNEL, f"{event.pk}:{event.kind}:{event.inquiry_id}")
            pipeline.execute()
    except (redis.RedisError, OSError):
        redis_failed()
        log.warning("Redis is away: the board learns of event %s when it looks in the database", events[0].pk)
