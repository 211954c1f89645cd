"""Questions that leave in files, and the answers that come back in files hours later.

The verification waits as one being asked, under a long lease: whoever loses the answer loses no verification, because
a lease that runs out makes it a person's. Every transaction of a file is matched by our trace, whatever the file's
name. What is not ours stays where it cannot be taken for anybody's (docs/decisions/0022-roads-to-payers.md).
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from enum import StrEnum
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from helpline.audit.acting import acting
from helpline.payers.models import ANSWERED_LATER, PayerRoad, RoadKind
from intake.insurance.claiming import WORKER
from intake.insurance.clearinghouses import file_drop, roads
from intake.insurance.clearinghouses.errors import ClearinghouseError
from intake.insurance.finishing import finish, read
from intake.insurance.models import Attempt, Verification
from intake.insurance.models import VerificationState as S
from intake.insurance.question import Claim, claim_of, road_of
from intake.insurance.x12.batches import split_batch
from intake.insurance.x12.reply import Answer, Reply, ReplyKind
from intake.insurance.x12.segments import NotX12, tokenise

log = logging.getLogger(__name__)


class Fate(StrEnum):
    """What became of one transaction of a file."""

    TAKEN = "taken"
    AGAIN = "again"
    LATE = "late"
    ACCEPTED = "accepted"
    NOT_OURS = "not_ours"
    UNREADABLE = "unreadable"
    NOT_FETCHED = "not_fetched"
    NOT_YET = "not_yet"


# A file with one of these is kept apart, for a person to look at
TO_LOOK_AT = {Fate.NOT_OURS, Fate.UNREADABLE}


def wait_for_file(claim: Claim) -> bool:
    """The question is out: nobody else takes it over for days. Returns whether this attempt still holds it."""
    held = Verification.objects.filter(pk=claim.verification_id, attempt=claim.attempt, state=S.SENDING)
    with acting(WORKER):
        return held.update(lease_until=Now() + timedelta(hours=settings.CLEARINGHOUSE_FILE_HOURS)) == 1


def exchange(*, seconds: float = 60) -> Counter[Fate]:
    """Take in what lies in the folders of all roads that go by file, for about so long; the rest waits."""
    until, fates = time.monotonic() + seconds, Counter[Fate]()
    kept = PayerRoad.objects.filter(kind__in=ANSWERED_LATER).order_by("receiver_id")
    for road in {(road.url, road.user_name): road for road in kept if road.folder}.values():
        fates += _fetch(road)
    for folder in dict.fromkeys(road.folder for road in kept if road.folder):
        for path in file_drop.arrived(Path(folder), before=time.time() - settings.CLEARINGHOUSE_FILE_SETTLES):
            fates += _take_file(path, until)
            if time.monotonic() > until:
                return fates
    return fates


def _fetch(road: PayerRoad) -> Counter[Fate]:
    """Put what lies ready at a clearinghouse into its folder, to be taken in like any other file; more next time."""
    if road.kind == RoadKind.FILE_DROP or not _is_waited_for(road):
        return Counter()
    try:
        content = asyncio.run(roads.pick_up(road_of(road)))
    except ClearinghouseError as error:
        log.warning("Answers could not be fetched: %s", error.words)
        return Counter({Fate.NOT_FETCHED: 1})
    found = [*([content] if content else []), *_acknowledgements(road)]
    return sum((_keep_fetched(one, Path(road.folder)) for one in found), Counter[Fate]())


def _acknowledgements(road: PayerRoad) -> list[bytes]:
    """What was made of what we handed in. No plan has to give these (ELIGIBILITY.md 4.11): without them we wait."""
    try:
        return asyncio.run(roads.pick_up_acknowledgements(road_of(road)))
    except ClearinghouseError as error:
        log.info("Acknowledgements could not be fetched: %s", error.words)
        return []


def _keep_fetched(content: bytes, folder: Path) -> Counter[Fate]:
    """On to the disk; when it takes nothing, what is ours is taken in at once, since nobody gives it out again."""
    try:
        file_drop.lay_in(folder, content)
    except OSError as error:
        log.error("What was fetched could not be laid into its folder (%s)", type(error).__name__)
        return take_in([content])
    return Counter()


def _is_waited_for(road: PayerRoad) -> bool:
    """Whether a question is out there, by whichever payer of the same clearinghouse."""
    same = PayerRoad.objects.filter(kind=road.kind, receiver_id=road.receiver_id).values("payer_id")
    asked = Q(policy__payer__in=same) | Q(payer__in=same)
    return Verification.objects.filter(asked, state=S.SENDING).exists()


def _take_file(path: Path, until: float) -> Counter[Fate]:
    """A file that was taken in whole is gone: what it said is in the attempts. One with something strange is kept."""
    try:
        fates = take_in(file_drop.chunks_of(path), until=until)
        if fates[Fate.NOT_YET]:
            return fates
        if any(fates[fate] for fate in TO_LOOK_AT) or not fates:
            log.warning("A file of answers holds what is not ours or cannot be read: it is in quarantine")
            file_drop.quarantine(path)
        else:
            path.unlink(missing_ok=True)
    except FileNotFoundError:
        return Counter()  # somebody else took it
    except OSError as error:
        log.error("A file of answers cannot be opened or moved (%s)", type(error).__name__)
        return Counter({Fate.UNREADABLE: 1})
    return fates


def take_in(chunks: Iterable[bytes], *, until: float = float("inf")) -> Counter[Fate]:
    """Match every transaction of a file to its verification; how many met which fate.

    Taking the same in twice changes nothing. After ``until`` it stops with NOT_YET: what was taken stays taken.
    """
    fates = Counter[Fate]()
    for raw, reply in split_batch(chunks):
        if time.monotonic() > until:
            fates[Fate.NOT_YET] += 1
            break
        fates[_fate_of(raw, reply)] += 1
    return fates


def _fate_of(raw: bytes, reply: Reply) -> Fate:
    """A transaction we stumble over holds up no other."""
    try:
        return _take(raw, reply)
    except DatabaseError:
        raise
    except Exception as error:
        log.error("an answer out of a file could not be kept (%s)", type(error).__name__)
        return Fate.UNREADABLE


def _take(raw: bytes, reply: Reply) -> Fate:
    if reply.kind in {ReplyKind.NOT_X12, ReplyKind.INCOMPLETE}:
        return Fate.UNREADABLE
    attempt = _answered_attempt(raw, reply)
    if attempt is None:
        return Fate.NOT_OURS
    if reply.kind is not ReplyKind.ELIGIBILITY and all(ack.accepted for ack in reply.acknowledgements):
        return Fate.ACCEPTED
    claim = claim_of(attempt)
    if attempt.is_open and finish(claim, read(claim, raw, on=timezone.localdate())):
        return Fate.TAKEN
    return _keep_late(attempt, raw)


def _keep_late(attempt: Attempt, raw: bytes) -> Fate:
    """Nobody waits for this any more: repeated, or it came after a person took over, for whom it is kept."""
    with acting(WORKER):
        attempt = Attempt.objects.select_for_update().get(pk=attempt.pk)
        if attempt.reply_271 is not None or attempt.is_open:
            return Fate.AGAIN
        attempt.reply_271 = raw.decode("latin-1").replace("\x00", "")
        attempt.save(update_fields=["reply_271"])
    return Fate.LATE


def _answered_attempt(raw: bytes, reply: Reply) -> Attempt | None:
    """The attempt a transaction answers: by our trace, or for an acknowledgement by the number of our interchange."""
    later = PayerRoad.objects.filter(kind__in=ANSWERED_LATER).values("payer_id")
    asked = Q(verification__policy__payer__in=later) | Q(verification__payer__in=later)
    attempts = Attempt.objects.filter(asked).select_related(
        "verification__policy__inquiry__person", "verification__policy__payer__road"
    )
    if reply.kind is ReplyKind.ELIGIBILITY:
        traces = {trace for answer in reply.answers for trace in _traces(answer)}
        # Two traces in one transaction are two people's answers, of which neither may see the other's
        return attempts.filter(verification__trace__in=traces).last() if len(traces) == 1 else None
    number = _acknowledged(raw)
    return attempts.filter(control_number=number).last() if number is not None else None


def _traces(answer: Answer) -> set[str]:
    echoed = {trace.number.upper() for member in answer.members for trace in member.traces if trace.kind == "2"}
    return echoed or ({answer.reference.upper()} if answer.reference else set())


def _acknowledged(raw: bytes) -> int | None:
    """The control number a 999 (AK102) or TA1 (TA101) speaks of: we number group and interchange alike."""
    try:
        segments = tokenise(raw)[1]
    except NotX12:
        return None
    at = {"AK1": 2, "TA1": 1}
    said = next((s[at[s[0]]] for s in segments if s[0] in at and len(s) > at[s[0]]), "")
    return int(said) if said.isascii() and said.isdigit() and len(said) <= 9 else None
