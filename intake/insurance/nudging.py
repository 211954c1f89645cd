"""Telling a worker that there is something to do, without ever making a person wait for the broker."""

from __future__ import annotations

import logging
from functools import lru_cache

from django.conf import settings
from django.db import transaction
from kombu.connection import Connection
from kombu.exceptions import KombuError, OperationalError
from kombu.messaging import Producer
from redis import RedisError

from intake.inquiries.events import redis_answers, redis_failed

log = logging.getLogger(__name__)


def nudge() -> None:
    """Once committed, wake a worker. If Redis is away the sweep finds the row within ten seconds."""
    transaction.on_commit(publish, robust=True)


def publish() -> None:
    from intake.insurance.tasks import verify_due

    if not redis_answers():
        return
    try:
        with _connection().channel() as channel:  # type: ignore[no-untyped-call]  # kombu ships no types
            producer = Producer(channel)  # type: ignore[no-untyped-call]
            verify_due.apply_async(producer=producer, retry=False, expires=60)
    except (OperationalError, KombuError, RedisError, OSError) as error:
        redis_failed()
        log.warning("The broker is away (%s): the sweep will find the job", type(error).__name__)


@lru_cache(maxsize=1)
def _connection() -> Connection:
    quick = {
        **settings.CELERY_BROKER_TRANSPORT_OPTIONS,
        "socket_timeout": settings.REDIS_CONNECT_SECONDS,
        "socket_connect_timeout": settings.REDIS_CONNECT_SECONDS,
        "max_retries": 0,
    }
    return Connection(  # type: ignore[no-untyped-call]  # kombu ships no types
        settings.CELERY_BROKER_URL, transport_options=quick, connect_timeout=settings.REDIS_CONNECT_SECONDS
    )
