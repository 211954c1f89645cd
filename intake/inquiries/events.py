"""Telling the board that something changed: a row in the same transaction, a nudge through Redis after it."""

from __future__ import annotations

import logging
import uuid
from functools import lru_cache

import redis
from django.conf import settings
from django.db import transaction

from intake.inquiries.models import Event

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


def publish(event: Event) -> None:
    try:
        _redis().publish(CHANNEL, f"{event.pk}:{event.kind}:{event.inquiry_id}")
    except (redis.RedisError, OSError):
        log.warning("Redis is away: the board learns of event %s when it looks in the database", event.pk)
