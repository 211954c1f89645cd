"""Working the queue: many questions in flight from one process, each finished as its answer arrives.

One thread does both in turns: the event loop runs while answers are waited for and stands still while statements over
many rows go to PostgreSQL. So no Django code runs inside a loop, no thread waits for another's, and a payer that hangs
holds up nobody else. What comes meanwhile waits in its socket.
"""

from __future__ import annotations

import asyncio
import atexit
import logging
import time
import uuid
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from functools import lru_cache, partial
from typing import TypeVar

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone

from intake.insurance.claiming import claim_due
from intake.insurance.clearinghouses import roads
from intake.insurance.clearinghouses.posting import Client, open_client
from intake.insurance.exchanging import wait_for_file
from intake.insurance.finishing import Outcome, failed, finish_many, read
from intake.insurance.question import Claim

log = logging.getLogger(__name__)
LOOK_AGAIN_SECONDS = 0.5
# Claimed and asked in parts, so that some are prepared or read while others are with the payer
AT_ONCE = 32
# Answers that come this soon after the first are written down with it
TOGETHER_SECONDS = 0.005
# One to see that something came, one to read it, one to close
TURNS_TO_CATCH_UP = 3
PAUSES = (0.5, 1, 2, 4, 8)
T = TypeVar("T")
Answer = asyncio.Future[bytes | None] | Future[bytes | None]


def drain(*, seconds: float = 30, renew: Callable[[], None] | None = None) -> int:
    """Claim and ask until nothing is due, or ``seconds`` have passed; returns how many attempts were finished.

    Questions in flight at the end are waited for (their own deadline is shorter than the lease); ``renew`` is called
    before, so that somebody else goes on claiming.
    """
    finished, until = 0, time.monotonic() + seconds
    in_flight: dict[asyncio.Task[bytes | None], Claim] = {}
    claiming = True
    while claiming or in_flight:
        if claiming and time.monotonic() >= until:
            claiming = False
            if renew:
                renew()
        room = settings.VERIFICATION_IN_FLIGHT - len(in_flight) if claiming else 0
        wanted = min(room, AT_ONCE)
        claims = patiently(partial(claim_due, wanted)) if wanted else []
        in_flight |= asker().ask(claims)
        if not in_flight:
            break
        is_more_to_do = len(claims) == wanted < room
        answered = asker().answered(in_flight, seconds=0 if is_more_to_do else LOOK_AGAIN_SECONDS)
        finished += _finish([(in_flight.pop(task), task) for task in answered])
    return finished


def _finish(answered: Sequence[tuple[Claim, Answer]]) -> int:
    """Write down what became of these attempts; returns how many still held their jobs."""
    by_file = [claim for claim, answer in answered if not answer.exception() and answer.result() is None]
    finished = sum(patiently(partial(wait_for_file, claim)) for claim in by_file)
    ended = [(claim, _outcome(claim, answer)) for claim, answer in answered if claim not in by_file]
    if not ended:
        return finished
    try:
        held = patiently(partial(finish_many, ended))
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        held = set().union(*(_kept(claim, outcome, error) for claim, outcome in ended))
    if len(held) < len(ended):
        log.warning("%s verification attempts came too late: others hold their leases", len(ended) - len(held))
    return finished + len(held)


def _outcome(claim: Claim, answer: Answer) -> Outcome:
    """An answer we stumble over is an unknown one, and no other's trouble."""
    error = answer.exception()
    try:
        return failed(claim, error) if error else read(claim, answer.result() or b"", on=timezone.localdate())
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
    made = Asker()
    atexit.register(made.close)
    return made


class Asker:
    """An event loop that runs only while we wait for answers."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.client = self.loop.run_until_complete(self._open())

    async def _open(self) -> Client:
        return open_client()

    def close(self) -> None:
        self.loop.run_until_complete(self.client.close())
        self.loop.close()

    def ask(self, claims: Sequence[Claim]) -> dict[asyncio.Task[bytes | None], Claim]:
        """Put the questions; gives what to wait for."""
        self.loop.run_until_complete(self._catch_up())
        return {
            self.loop.create_task(roads.ask(claim.road, claim.payload, client=self.client)): claim for claim in claims
        }

    async def _catch_up(self) -> None:
        """A payer that hung up while the loop stood still is noticed before its connection is used again."""
        for _ in range(TURNS_TO_CATCH_UP):
            await asyncio.sleep(0)

    def answered(
        self, in_flight: Iterable[asyncio.Task[bytes | None]], seconds: float
    ) -> set[asyncio.Task[bytes | None]]:
        """What has come, if need be after waiting so long for the first; nothing when it is time to look for new."""
        return self.loop.run_until_complete(self._answered(in_flight, seconds))

    async def _answered(
        self, in_flight: Iterable[asyncio.Task[bytes | None]], seconds: float
    ) -> set[asyncio.Task[bytes | None]]:
        done, others = await asyncio.wait(in_flight, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        if done and others and seconds:
            done |= (await asyncio.wait(others, timeout=TOGETHER_SECONDS))[0]
        return done
