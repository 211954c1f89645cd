"""Asking a payer: the row in PostgreSQL is the job.

``ask_for`` adds it, ``claim_due`` takes it with a lease and an attempt number, and ``finish`` may only be done by the
attempt that still holds it. All times are the database's. No transaction is open while a payer answers.
The rules, and the faults this survives, are in docs/decisions/0004-the-queue.md.
"""

from __future__ import annotations

import logging
import secrets
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.models.functions import Now
from django.utils import timezone

from helpline.audit.acting import Actor, acting
from helpline.payers.models import PayerRoad
from helpline.vault.fields import sealed_field
from intake.disclosures.consenting import Act, NoConsent, Restricted, disclose_many
from intake.disclosures.models import Carried, Purpose
from intake.inquiries.events import announce, announce_many
from intake.insurance.binding import execute
from intake.insurance.clearinghouses.errors import AskAPerson, ClearinghouseError, FixConfiguration, TryAgain
from intake.insurance.clearinghouses.road import Road
from intake.insurance.due import Due, read_due
from intake.insurance.gates import Picked, heard, pick
from intake.insurance.models import Attempt, Policy, Verification
from intake.insurance.models import VerificationState as S
from intake.insurance.other_payers import consent_names
from intake.insurance.stored import answer_from, answers_since, fingerprint
from intake.insurance.x12.inquiry import CannotAsk, EligibilityInquiry, Envelope, Person, Provider
from intake.insurance.x12.inquiry import Payer as AskedPayer
from intake.insurance.x12.reading import read_reply
from intake.insurance.x12.reply import ReplyKind
from intake.insurance.x12.summarising import NOT_OURS, summarise
from intake.insurance.x12.summary import StepKind, Summary
from intake.insurance.x12.writing import write_270

log = logging.getLogger(__name__)

WORKER = Actor.process("verification")
DISCLOSED_FIELDS = ("name", "birth date", "member ID", "service types")
# CORE vC2.2.0 asks a sender not to ask again within 90 s of an unanswered real-time request
BACKOFF_SECONDS = (100, 240, 300)
SOONER_SECONDS = (5, 30, 120)
# Somebody may be on the line: with a wait that is a tenth longer, two time-outs and a sweep, it ends within 15 minutes
LONGEST_SECONDS = 770
# A question that stops every worker who asks it is a person's to ask
MOST_DEAD_ATTEMPTS = 3
REQUEST, REPLY = sealed_field(Attempt, "request_270"), sealed_field(Attempt, "reply_271")
SUMMARY = sealed_field(Verification, "summary_json")
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
FINISH = """
UPDATE insurance_verification v SET state = now.state, why = now.why, lease_until = NULL,
    coverage = now.coverage, summary_json = now.summary,
    next_at = CASE WHEN now.is_retry THEN clock_timestamp() + make_interval(secs => now.after) ELSE v.next_at END,
    finished_at = CASE WHEN now.is_retry THEN NULL ELSE clock_timestamp() END
FROM (SELECT *, state = %s AS is_retry FROM unnest(
    %b::uuid[], %b::uuid[], %b::int[], %b::text[], %b::text[], %b::text[], %b::text[], %b::float8[]
) AS said (attempt_id, id, attempt, state, why, coverage, summary, after)) AS now
WHERE v.id = now.id AND v.attempt = now.attempt AND v.state = 'sending'
RETURNING now.attempt_id
"""
END_ATTEMPTS = """
UPDATE insurance_attempt a SET state = now.state, why = now.why, ended_at = clock_timestamp(), reply_271 = now.reply
FROM unnest(%b::uuid[], %b::text[], %b::text[], %b::text[]) AS now (id, state, why, reply) WHERE a.id = now.id
"""
# What an operator corrects, not the caller
OURS_TO_MEND = ("provider", "payer", "envelope", "trace", "service_types")


@dataclass(frozen=True)
class Claim:
    """One attempt this process holds: what to send, where, and the fence it must show to finish.

    ``asking_for`` is how many seconds ago the first attempt began.
    """

    verification_id: uuid.UUID
    inquiry_id: uuid.UUID
    payer_id: uuid.UUID
    attempt: int
    attempt_id: uuid.UUID
    question: EligibilityInquiry
    road: Road
    payload: bytes
    free_to_repeat: bool
    asking_for: float = 0


@dataclass(frozen=True)
class Outcome:
    """Where an attempt leaves its verification. ``after`` is seconds until the next try, for RETRY_AT only."""

    state: str
    attempt_state: str
    why: str
    after: float = 0
    summary: Summary | None = None
    reply: bytes | None = None

    @property
    def coverage(self) -> str | None:
        return self.summary.substance_use.value if self.state == S.ANSWERED and self.summary else None

    @property
    def is_answer(self) -> bool:
        """Whether the payer answered at all, be it with a refusal: what its gate wants to know."""
        return self.state != S.RETRY_AT and self.attempt_state in {Attempt.State.ANSWERED, Attempt.State.FAILED}


def ask_for(policy: Policy, *, priority: int = Verification.LIVE, anew: bool = False) -> Verification:
    """Add the job in the caller's transaction. Without an electronic road, or a provider in whose name to ask, it
    goes to the phone worklist.

    Returns the open verification when there already is one, or the one on the phone worklist while no computer can ask.
    With ``anew`` the plan is asked even if it answered the same question today.
    """
    policy = Policy.objects.select_for_update(of=("self",)).get(pk=policy.pk)
    of_plan = policy.verifications.of_their_plan()
    standing = of_plan.filter(finished_at=None).first() or of_plan.for_phone().first()
    if standing and (not standing.is_final or not _has_road(policy)):
        return standing
    made = ask_first(policy, priority=priority, anew=anew)
    announce("verification", policy.inquiry_id)
    return made


def ask_first(policy: Policy, *, priority: int = Verification.LIVE, anew: bool = False) -> Verification:
    """As ``ask_for``, for a policy made in this transaction: nobody else can have asked, and no page shows it yet."""
    if _has_road(policy):
        return policy.verifications.create(payer_id=policy.payer_id, priority=priority, anew=anew)
    return policy.verifications.create(
        payer_id=policy.payer_id,
        state=S.BY_PHONE,
        priority=priority,
        finished_at=Now(),
        why=_why_by_phone(policy),
    )


def _why_by_phone(policy: Policy) -> str:
    return "the holder may not know" if policy.holder_may_not_know else "no electronic road to this payer"


def _has_road(policy: Policy) -> bool:
    # Not the row: behind the second wall nobody reads a road's password
    if policy.holder_may_not_know:
        return False
    return payer_has_road(policy.payer_id)


def payer_has_road(payer_id: uuid.UUID | None) -> bool:
    """Whether this payer can be asked electronically, in somebody's name."""
    if payer_id is None or not settings.PROVIDER_NPI:
        return False
    return PayerRoad.objects.filter(payer_id=payer_id, enabled=True).exists()


def hold_waiting(inquiry_id: uuid.UUID) -> list[Verification]:
    """What was not asked yet, locked: whoever claims it has committed, or comes after.

    A claim locks the job first and then the consents. Whoever ends a consent calls this before, in the same order, or
    the two wait for each other and one of them fails. Call inside ``acting``.
    """
    waiting = Verification.objects.filter(policy__inquiry_id=inquiry_id, state__in=[S.WAITING, S.RETRY_AT])
    return list(waiting.select_for_update(of=("self",)).select_related("policy"))


def withdraw_waiting(inquiry_id: uuid.UUID) -> None:
    """What was not asked yet is not asked any more. Call inside ``acting``; one being asked right now is left."""
    for verification in hold_waiting(inquiry_id):
        _settle(verification, S.WITHDRAWN, "no consent in force")


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


def envelope_for(row: PayerRoad, control: int) -> Envelope:
    return Envelope(row.sender_id, row.receiver_id, control, timezone.localtime(), production=row.production)


def road_of(row: PayerRoad) -> Road:
    return Road(
        kind=row.kind,
        url=row.url,
        sender_id=row.sender_id,
        receiver_id=row.receiver_id,
        user_name=row.user_name,
        password=row.password or "",
        certificate=row.certificate,
        private_key=row.private_key or "",
        authorities=row.authorities,
        folder=row.folder,
        allowed_hosts=frozenset(settings.CLEARINGHOUSE_ALLOWED_HOSTS),
        plain_http=not settings.PRODUCTION,
        total_seconds=settings.VERIFICATION_REQUEST_SECONDS,
    )


def question_for(verification: Verification) -> EligibilityInquiry:
    """The 270 in plain values. Raises ``CannotAsk`` naming the field that is missing."""
    policy = verification.policy
    person, payer = policy.inquiry.person, verification.asked_payer
    if payer is None:
        raise CannotAsk("payer.edi_id", "The insurer is not known.")
    patient = Person(person.last_name, person.first_name, birth_date=_date(person.birth_date))
    holder = Person(
        policy.subscriber_last_name,
        policy.subscriber_first_name,
        birth_date=_date(policy.subscriber_birth_date),
    )
    return EligibilityInquiry(
        payer=AskedPayer(payer.name, payer.road.edi_payer_id),
        provider=provider_for(payer.road),
        member_id=verification.asked_member_id,
        subscriber=patient if policy.person_is_subscriber else holder,
        dependent=None if policy.person_is_subscriber else patient,
        trace=verification.trace,
        service_types=tuple(payer.road.service_types) or ("30",),
    )


def claim_of(attempt: Attempt) -> Claim:
    """The claim of an attempt that was made earlier, for whoever brings its answer. Raises as ``question_for``."""
    verification = attempt.verification
    payer = verification.asked_payer
    if payer is None:
        raise CannotAsk("payer.edi_id", "The insurer is not known.")
    road = payer.road
    return Claim(
        verification.pk,
        verification.policy.inquiry_id,
        payer.pk,
        attempt.number,
        attempt.pk,
        question_for(verification),
        road_of(road),
        attempt.request_270.encode("ascii"),
        road.free_to_repeat,
        asking_for=(timezone.now() - attempt.started_at).total_seconds(),
    )


def provider_for(road: PayerRoad) -> Provider:
    """In whose name this payer is asked: its road may name another provider than the house's."""
    if road.provider_npi:
        return Provider(road.provider_name, road.provider_npi)
    return Provider(settings.PROVIDER_NAME, settings.PROVIDER_NPI)


def read(claim: Claim, body: bytes, *, on: date) -> Outcome:
    """What an answer means for its verification. Raises nothing."""
    reply = read_reply(body)
    if reply.kind in {ReplyKind.NOT_X12, ReplyKind.INCOMPLETE}:
        return _unknown(claim, f"unreadable answer: {reply.kind.value}", body)
    if reply.kind is not ReplyKind.ELIGIBILITY:
        return Outcome(S.CONFIGURATION, Attempt.State.FAILED, f"refused with {reply.kind.value}", reply=body)
    summary = summarise(reply, asked=claim.question, on=on)
    if summary.next_step == NOT_OURS:
        return Outcome(S.QUARANTINED, Attempt.State.FAILED, "answer about somebody else", reply=body)
    step, why = (
        summary.next_step.kind,
        f"{summary.next_step.kind.value} {summary.next_step.code}".strip()[:60],
    )
    state = {
        StepKind.NONE: S.ANSWERED,
        # We ask about today: a plan that refuses the date would refuse it each time
        StepKind.TRY_AGAIN: S.BY_PHONE if "service_date" in summary.next_step.fields else S.RETRY_AT,
        StepKind.ASK_CALLER: S.REJECTED,
        StepKind.CONFIGURATION: S.CONFIGURATION,
        StepKind.ASK_A_PERSON: S.BY_PHONE,
    }[step]
    if state == S.RETRY_AT:
        return _again(claim, Attempt.State.ANSWERED, why, BACKOFF_SECONDS, reply=body)
    return Outcome(state, Attempt.State.ANSWERED, "" if state == S.ANSWERED else why, summary=summary, reply=body)


def failed(claim: Claim, error: BaseException) -> Outcome:
    """What a failed attempt means for its verification."""
    match error:
        case TryAgain():
            return _again(claim, Attempt.State.NOT_SENT, error.words, SOONER_SECONDS, error.after_seconds)
        case FixConfiguration():
            return Outcome(S.CONFIGURATION, Attempt.State.FAILED, error.words[:60])
        case AskAPerson():
            return Outcome(S.BY_PHONE, Attempt.State.FAILED, error.words[:60])
        case ClearinghouseError():
            return _unknown(claim, error.words)
        case _:
            return _unknown(claim, f"our own error: {type(error).__name__}")


def finish(claim: Claim, outcome: Outcome) -> bool:
    """Write the outcome if this attempt still holds the job; returns whether it did."""
    return claim.attempt_id in finish_many([(claim, outcome)])


def finish_many(ended: Sequence[tuple[Claim, Outcome]]) -> set[uuid.UUID]:
    """Write the outcomes of those attempts that still hold their jobs, in one transaction; gives their ids."""
    summaries = [o.summary and SUMMARY.seal_text(o.summary.to_text(), c.verification_id) for c, o in ended]
    with acting(WORKER):
        rows = execute(
            FINISH,
            [
                str(S.RETRY_AT),
                [c.attempt_id for c, _ in ended],
                [c.verification_id for c, _ in ended],
                [c.attempt for c, _ in ended],
                [str(o.state) for _, o in ended],
                [o.why[:60] for _, o in ended],
                [o.coverage for _, o in ended],
                summaries,
                [o.after * (0.9 + 0.2 * secrets.randbelow(100) / 100) for _, o in ended],
            ],
        )
        held = {row[0] for row in rows}
        mine = [(c, o) for c, o in ended if c.attempt_id in held]
        execute(
            END_ATTEMPTS,
            [
                [c.attempt_id for c, _ in mine],
                [str(o.attempt_state) for _, o in mine],
                [o.why[:60] for _, o in mine],
                [REPLY.seal(_text(o.reply), c.attempt_id) for c, o in mine],
            ],
        )
        heard((c.payer_id, o.is_answer) for c, o in mine)
        announce_many("verification", [c.inquiry_id for c, _ in mine])
    return held


def _text(reply: bytes | None) -> str | None:
    return None if reply is None else reply.decode("latin-1").replace("\x00", "")


def _again(
    claim: Claim,
    attempt_state: str,
    why: str,
    waits: Iterable[int],
    asked_to_wait: int | None = None,
    reply: bytes | None = None,
) -> Outcome:
    """Another try later, or the phone when the tries are used up or the next would begin too long after the first."""
    left = list(waits)[claim.attempt - 1 :]
    wait = max(left[0], asked_to_wait or 0) if left else 0
    if not left or claim.asking_for + wait > LONGEST_SECONDS:
        return Outcome(S.BY_PHONE, attempt_state, f"after {claim.attempt} tries: {why}"[:60], reply=reply)
    return Outcome(S.RETRY_AT, attempt_state, why[:60], after=wait, reply=reply)


def _unknown(claim: Claim, why: str, reply: bytes | None = None) -> Outcome:
    if claim.free_to_repeat:
        return _again(claim, Attempt.State.UNKNOWN, why, BACKOFF_SECONDS, reply=reply)
    return Outcome(S.UNKNOWN, Attempt.State.UNKNOWN, why[:60], reply=reply)


def _give_up_dead_attempts(ids: list[uuid.UUID]) -> None:
    if ids:
        Attempt.objects.filter(verification__in=ids, state=Attempt.State.SENDING).update(
            state=Attempt.State.UNKNOWN, ended_at=Now(), why="its worker stopped"
        )


def _settle(verification: Verification, state: str, why: str) -> None:
    verification.move(state, why=why)
    verification.save()
    announce("verification", verification.policy.inquiry_id)


def next_control_number() -> int:
    return next(_control_numbers(1))


def _control_numbers(count: int) -> Iterator[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('insurance_control_number') FROM generate_series(1, %s)", [count])
        return iter([row[0] for row in cursor.fetchall()])


def _date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
