"""Taking due questions: what to send is ready, and its ledger row written, before the first byte may leave.

The rules, and the faults this survives, are in docs/decisions/0004-the-queue.md. All times are the database's.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.models.functions import Now
from django.utils import timezone

from helpline.audit.acting import Actor, acting
from helpline.payers.models import PayerRoad
from helpline.vault.fields import sealed_field
from intake.disclosures.consenting import Act, NoConsent, Restricted, disclose_many
from intake.disclosures.models import Carried, Purpose
from intake.inquiries.events import announce_many
from intake.insurance.binding import execute
from intake.insurance.due import Due, read_due
from intake.insurance.gates import Picked, pick
from intake.insurance.models import Attempt, Verification
from intake.insurance.models import VerificationState as S
from intake.insurance.other_payers import consent_names
from intake.insurance.question import Claim, envelope_for, question_for, road_of
from intake.insurance.stored import answer_from, answers_since, fingerprint
from intake.insurance.x12.inquiry import CannotAsk, EligibilityInquiry
from intake.insurance.x12.writing import write_270

log = logging.getLogger(__name__)
WORKER = Actor.process("verification")
DISCLOSED_FIELDS = ("name", "birth date", "member ID", "service types")
# Somebody may be on the line: with a wait that is a tenth longer, two time-outs and a sweep, it ends within 15 minutes
LONGEST_SECONDS = 770
# A question that stops every worker who asks it is a person's to ask
MOST_DEAD_ATTEMPTS = 3
REQUEST = sealed_field(Attempt, "request_270")
BEGIN_SENDING = """
UPDATE insurance_verification v SET state = %s, why = '', attempt = attempt + 1, question_index = asked.question,
    lease_until = clock_timestamp() + make_interval(secs => %s)
FROM unnest(%b::uuid[], %b::bytea[]) AS asked (id, question) WHERE v.id = asked.id
"""
ADD_ATTEMPTS = """
INSERT INTO insurance_attempt (id, verification_id, number, state, control_number, request_270, why)
SELECT new.id, v.id, v.attempt, v.state, new.control, new.request, ''
FROM unnest(%b::uuid[], %b::uuid[], %b::int[], %b::text[]) AS new (id, verification_id, control, request)
JOIN insurance_verification v ON v.id = new.verification_id
"""
# What an operator corrects, not the caller
OURS_TO_MEND = ("provider", "payer", "envelope", "trace", "service_types")


def claim_due(limit: int) -> list[Claim]:
    """Take up to ``limit`` due jobs that their payers' gates let through, those of people on the line first.

    Each is committed as being sent, with its ledger row, before this returns. A job whose consent is gone becomes
    WITHDRAWN, one that cannot be asked becomes REJECTED or CONFIGURATION, one whose last attempt died unheard on a
    road that is not free to repeat becomes UNKNOWN, and one whose plan answered the same question today becomes
    ANSWERED: none of these is returned, and none holds up another. Empty only when nothing is due any more.
    """
    while True:
        with acting(WORKER):
            picked = pick(limit, longest_seconds=LONGEST_SECONDS)
            begun = _begin(picked) if picked.any else []
        if begun or not picked.any:
            return [asking.claim() for asking in begun]


def _begin(picked: Picked) -> list[_Asking]:
    """Those of the picked jobs that are being asked from now on; the others have ended."""
    ended = {pk: _Ended(S.BY_PHONE, "the plan could not be asked within 15 minutes") for pk in picked.overdue}
    due = read_due([*picked.due, *picked.overdue])
    controls = _control_numbers(len(picked.due))
    asked = [asking for pk in picked.due if (asking := _asking(due[pk], next(controls), ended))]
    _give_up_dead_attempts([pk for pk in picked.due if due[pk].verification.state == S.SENDING])
    asked, told = _told_today(asked)
    begun = _disclosed(asked, ended)
    _begin_attempts(begun)
    _end([(due[pk].verification, end) for pk, end in ended.items()])
    touched = [*(asking.verification for asking in begun), *told, *(due[pk].verification for pk in ended)]
    announce_many("verification", [one.policy.inquiry_id for one in touched])
    return begun


class _Ended(Exception):
    """The job ends here, unasked."""

    def __init__(self, state: str, why: str) -> None:
        super().__init__(state)
        self.state, self.why = state, why


@dataclass
class _Asking:
    """One due job that can be asked: the call about to be made."""

    verification: Verification
    road: PayerRoad
    attempt_id: uuid.UUID
    question: EligibilityInquiry
    fingerprint: bytes
    control: int
    payload: bytes
    asking_for: timedelta

    def claim(self) -> Claim:
        return Claim(
            self.verification.pk,
            self.verification.policy.inquiry_id,
            self.road.payer_id,
            self.verification.attempt + 1,
            self.attempt_id,
            self.question,
            road_of(self.road),
            self.payload,
            self.road.free_to_repeat,
            asking_for=self.asking_for.total_seconds(),
        )


def _asking(due: Due, control: int, ended: dict[uuid.UUID, _Ended]) -> _Asking | None:
    """The call to make for one due job, or None when it is noted in ``ended``.

    A row that cannot even be read (its key is gone, its text was altered) ends as CONFIGURATION.
    """
    verification = due.verification
    try:
        road = _open_road(verification)
        question = question_for(verification)
        payload = write_270(question, envelope_for(road, control))
        if not consent_names(verification):
            raise _Ended(S.WITHDRAWN, "the consent names another plan")
        if not due.may_be_asked:
            raise _Ended(S.WITHDRAWN, "the consent does not let us ask again")
        index = fingerprint(payload)
        return _Asking(verification, road, uuid.uuid4(), question, index, control, payload, due.asking_for)
    except _Ended as end:
        ended[verification.pk] = end
    except CannotAsk as problem:
        ours = problem.field.startswith(OURS_TO_MEND)
        ended[verification.pk] = _Ended(S.CONFIGURATION if ours else S.REJECTED, f"correct: {problem.field}")
    except DatabaseError:
        raise
    except Exception as error:
        ended[verification.pk] = _our_own(verification, error)
    return None


def _our_own(verification: Verification, error: Exception) -> _Ended:
    log.error("verification %s cannot be asked (%s)", verification.pk, type(error).__name__)
    return _Ended(S.CONFIGURATION, f"our own error: {type(error).__name__}")


def _open_road(verification: Verification) -> PayerRoad:
    """The road this question may go now. Ends the job when there is none, or when asking twice might bill twice."""
    payer = verification.asked_payer
    road: PayerRoad | None = getattr(payer, "road", None) if payer else None
    if verification.state == S.SENDING:
        if not (road and road.free_to_repeat):
            raise _Ended(S.UNKNOWN, "the question may have been sent before a crash")
        if verification.attempt >= MOST_DEAD_ATTEMPTS:
            raise _Ended(S.BY_PHONE, f"{verification.attempt} tries, and the worker stopped each time")
    if road is None or not road.enabled:
        raise _Ended(S.BY_PHONE, "no electronic road to this payer")
    return road


def _told_today(asked: list[_Asking]) -> tuple[list[_Asking], list[Verification]]:
    """Those still to be asked, and those that the plan's answer to the same question of today has ended."""
    repeated = {one.verification.pk: one.fingerprint for one in asked if not one.verification.anew}
    if not repeated:
        return asked, []
    day_began = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    earlier = answers_since(day_began, repeated)
    told = [one for one in asked if (known := earlier.get(one.verification.pk)) and _told(one.verification, known)]
    return [one for one in asked if one not in told], [one.verification for one in told]


def _told(verification: Verification, earlier: Verification) -> bool:
    try:
        return answer_from(verification, earlier)
    except DatabaseError:
        raise
    except Exception as error:
        log.error("the answer of verification %s cannot be read (%s)", earlier.pk, type(error).__name__)
        return False


def _disclosed(asked: list[_Asking], ended: dict[uuid.UUID, _Ended]) -> list[_Asking]:
    """Those whose ledger row is written now; the others are noted in ``ended``."""
    if not asked:
        return []
    told = disclose_many(
        [
            Act(
                one.verification.policy.inquiry_id,
                f"{one.verification.asked_name} by way of {one.road.receiver_id}",
                one.attempt_id,
            )
            for one in asked
        ],
        purpose=Purpose.CHECK_INSURANCE,
        fields=DISCLOSED_FIELDS,
        carried=Carried.BY_AGREEMENT,
        by=WORKER,
    )
    begun = []
    for one in asked:
        match told[one.attempt_id]:
            case Restricted():
                ended[one.verification.pk] = _Ended(S.WITHDRAWN, "they asked us not to tell the plan")
            case NoConsent():
                ended[one.verification.pk] = _Ended(S.WITHDRAWN, "no consent in force")
            case Exception() as error:
                ended[one.verification.pk] = _our_own(one.verification, error)
            case _:
                begun.append(one)
    return begun


def _begin_attempts(begun: list[_Asking]) -> None:
    """The rows of the calls about to be made, and the lease under which they are."""
    if not begun:
        return
    ids = [one.verification.pk for one in begun]
    attempts = [one.attempt_id for one in begun]
    questions = [one.fingerprint for one in begun]
    requests = [REQUEST.seal(one.payload.decode("ascii"), one.attempt_id) for one in begun]
    execute(BEGIN_SENDING, [str(S.SENDING), settings.VERIFICATION_LEASE_SECONDS, ids, questions])
    execute(ADD_ATTEMPTS, [attempts, ids, [one.control for one in begun], requests])


def _end(ended: Iterable[tuple[Verification, _Ended]]) -> None:
    for verification, end in ended:
        verification.move(end.state, why=end.why)
        verification.save()


def _give_up_dead_attempts(ids: list[uuid.UUID]) -> None:
    if ids:
        Attempt.objects.filter(verification__in=ids, state=Attempt.State.SENDING).update(
            state=Attempt.State.UNKNOWN, ended_at=Now(), why="its worker stopped"
        )


def _control_numbers(count: int) -> Iterator[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('insurance_control_number') FROM generate_series(1, %s)", [count])
        return iter([row[0] for row in cursor.fetchall()])
