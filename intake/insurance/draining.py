"""Working the queue: many questions in flight from one process, each finished as its answer arrives.

The main thread talks to PostgreSQL; one background thread runs the network. So no Django code runs inside an event
loop, and a payer that hangs holds up nobody else.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from functools import lru_cache, partial
from queue import Empty, SimpleQueue
from typing import TypeVar

import httpx
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone

from intake.insurance.clearinghouses import core_mime
from intake.insurance.verification import Claim, Outcome, claim_due, failed, finish_many, read

log = logging.getLogger(__name__)
LOOK_AGAIN_SECONDS = 0.5
PAUSES = (0.5, 1, 2, 4, 8)
T = TypeVar("T")


def drain(*, seconds: float = 30, renew: Callable[[], None] | None = None) -> int:
    """Claim and ask until nothing is due, or ``seconds`` have passed; returns how many attempts were finished.

    Questions in flight at the end are waited for (their own deadline is shorter than the lease); ``renew`` is called
    before, so that somebody else goes on claiming.
    """
    finished, until = 0, time.monotonic() + seconds
    answers: SimpleQueue[tuple[Claim, Future[bytes]]] = SimpleQueue()
    in_flight, claiming = 0, True
    while claiming or in_flight:
        room = settings.VERIFICATION_IN_FLIGHT - in_flight
        if claiming and time.monotonic() >= until:
            claiming = False
            if renew:
                renew()
        claims = patiently(partial(claim_due, room)) if claiming and room else []
        for claim in claims:
            asker()(claim).add_done_callback(partial(_put, answers, claim))
        in_flight += len(claims)
        if not in_flight:
            return finished
        answered = _waiting(answers)
        in_flight -= len(answered)
        finished += _finish(answered)
    return finished


def _put(answers: SimpleQueue[tuple[Claim, Future[bytes]]], claim: Claim, future: Future[bytes]) -> None:
    answers.put((claim, future))


def _waiting(answers: SimpleQueue[tuple[Claim, Future[bytes]]]) -> list[tuple[Claim, Future[bytes]]]:
    """All that has come, if need be after waiting for the first; nothing when it is time to look for new ones."""
    try:
        found = [answers.get(timeout=LOOK_AGAIN_SECONDS)]
    except Empty:
        return []
    while not answers.empty():
        found.append(answers.get())
    return found


def _finish(answered: Sequence[tuple[Claim, Future[bytes]]]) -> int:
    """Write down what became of these attempts; returns how many still held their jobs."""
    if not answered:
        return 0
    ended = [(claim, _outcome(claim, future)) for claim, future in answered]
    try:
        held = patiently(partial(finish_many, ended))
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        held = set().union(*(_kept(claim, outcome, error) for claim, outcome in ended))
    if len(held) < len(ended):
        log.warning("%s verification attempts came too late: others hold their leases", len(ended) - len(held))
    return len(held)


def _outcome(claim: Claim, future: Future[bytes]) -> Outcome:
    """An answer we stumble over is an unknown one, and no other's trouble."""
    error = future.exception()
    try:
        return failed(claim, error) if error else read(claim, future.result(), on=timezone.localdate())
    except Exception as error:
        log.error("the answer of attempt %s could not be read (%s)", claim.attempt_id, type(error).__name__)
        return failed(claim, error)


def _kept(claim: Claim, outcome: Outcome, together: Exception) -> set[uuid.UUID]:
    """One by one, since something stood in the way of keeping them together."""
    try:
        return patiently(partial(finish_many, [(claim, outcome)]))
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        log.error("the answer of attempt %s could not be kept (%s)", claim.attempt_id, type(error).__name__)
        return patiently(partial(finish_many, [(claim, failed(claim, together))]))


def patiently(act: Callable[[], T]) -> T:
    """Do ``act``, again after each pause while the database is away: an answer in hand is not thrown away.

    Raises the database's error when it stays away. ``act`` must be one transaction, so that a repeat is harmless.
    """
    for pause in PAUSES:
        try:
            return act()
        except (OperationalError, InterfaceError) as error:
            log.warning("The database is away (%s): trying again in %s s", type(error).__name__, pause)
            connection.close()
            time.sleep(pause)
    return act()


@lru_cache(maxsize=1)
def asker() -> Asker:
    """This process's own, opened once: it outlives a task, as the connections to the payers do."""
    return Asker()


class Asker:
    """An event loop in a thread of its own with one HTTP client. Call it with a claim to get the future answer."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, name="payers", daemon=True)
        self.thread.start()
        self.client = asyncio.run_coroutine_threadsafe(self._open(), self.loop).result()

    async def _open(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(trust_env=False, limits=httpx.Limits(max_connections=settings.VERIFICATION_IN_FLIGHT))

    def __call__(self, claim: Claim) -> Future[bytes]:
        asking = core_mime.ask(claim.road, claim.payload, payload_id=str(uuid.uuid4()), client=self.client)
        return asyncio.run_coroutine_threadsafe(asking, self.loop)
