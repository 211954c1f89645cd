"""Working the queue: many questions in flight from one process, each finished as its answer arrives.

The main thread talks to PostgreSQL; one background thread runs the network. So no Django code runs inside an event
loop, and a payer that hangs holds up nobody else.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import contextmanager
from functools import partial
from typing import TypeVar

import httpx
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone

from intake.insurance.clearinghouses import roads
from intake.insurance.exchanging import wait_for_file
from intake.insurance.verification import Claim, claim_due, failed, finish, read

log = logging.getLogger(__name__)
LOOK_AGAIN_SECONDS = 0.5
PAUSES = (0.5, 1, 2, 4, 8)
T = TypeVar("T")


def drain(*, seconds: float = 30) -> int:
    """Claim and ask until nothing is due, or ``seconds`` have passed; returns how many attempts were finished.

    Questions in flight at the end are waited for (their own deadline is shorter than the lease).
    """
    finished, until = 0, time.monotonic() + seconds
    in_flight: dict[Future[bytes | None], Claim] = {}
    claims = patiently(partial(claim_due, settings.VERIFICATION_IN_FLIGHT))
    if not claims:
        return 0
    with network() as ask:
        while claims or in_flight:
            in_flight |= {ask(claim): claim for claim in claims}
            done, _ = wait(in_flight, timeout=LOOK_AGAIN_SECONDS, return_when=FIRST_COMPLETED)
            for future in done:
                finished += _finish(in_flight.pop(future), future)
            room = settings.VERIFICATION_IN_FLIGHT - len(in_flight) if time.monotonic() < until else 0
            claims = patiently(partial(claim_due, room)) if room > 0 else []
    return finished


def _finish(claim: Claim, future: Future[bytes | None]) -> bool:
    """Write down what became of one attempt. An answer we stumble over is an unknown one, and no other's trouble."""
    try:
        error = future.exception()
        if error is None and future.result() is None:
            return patiently(partial(wait_for_file, claim))
        outcome = failed(claim, error) if error else read(claim, future.result() or b"", on=timezone.localdate())
        held = patiently(partial(finish, claim, outcome))
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        log.error("the answer of attempt %s could not be kept (%s)", claim.attempt_id, type(error).__name__)
        held = patiently(partial(finish, claim, failed(claim, error)))
    if not held:
        log.warning("verification attempt came too late: its lease had passed to another worker")
    return held


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


@contextmanager
def network() -> Iterator[Asker]:
    """An event loop in a thread of its own with one HTTP client; both are gone when this ends."""
    asker = Asker()
    try:
        yield asker
    finally:
        asker.close()


class Asker:
    """Call it with a claim to get the future answer."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, name="payers", daemon=True)
        self.thread.start()
        self.client = asyncio.run_coroutine_threadsafe(self._open(), self.loop).result()

    async def _open(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(trust_env=False, limits=httpx.Limits(max_connections=settings.VERIFICATION_IN_FLIGHT))

    def __call__(self, claim: Claim) -> Future[bytes | None]:
        return asyncio.run_coroutine_threadsafe(roads.ask(claim.road, claim.payload, client=self.client), self.loop)

    def close(self) -> None:
        asyncio.run_coroutine_threadsafe(self.client.aclose(), self.loop).result()
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()
