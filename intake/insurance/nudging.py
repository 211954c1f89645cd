"""Telling a worker that there is something to do, without ever making a person wait for the broker."""

from __future__ import annotations

import logging
import threading

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
        verify_due.apply_async(producer=_producer(), retry=False, expires=60)
    except (OperationalError, KombuError, RedisError, OSError) as error:
        redis_failed()
        forget()
        log.warning("The broker is away (%s): the sweep will find the job", type(error).__name__)


_kept = threading.local()


def _producer() -> Producer:
    """This thread's open way to the broker: opening one a form costs more than all else about a nudge."""
    if not hasattr(_kept, "producer"):
        quick = {
            **settings.CELERY_BROKER_TRANSPORT_OPTIONS,
            "socket_timeout": settings.REDIS_CONNECT_SECONDS,
            "socket_connect_timeout": settings.REDIS_CONNECT_SECONDS,
            "max_retries": 0,
        }
        connection = Connection(  # type: ignore[no-untyped-call]  # kombu ships no types
            settings.CELERY_BROKER_URL, transport_options=quick, connect_timeout=settings.REDIS_CONNECT_SECONDS
        )
        _kept.producer = Producer(connection.channel())  # type: ignore[no-untyped-call]
    producer: Producer = _kept.producer
    return producer


def forget() -> None:
    """Open anew next time."""
    if hasattr(_kept, "producer"):
        del _kept.producer
