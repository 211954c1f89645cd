"""Asking a payer: the row in PostgreSQL is the job.

``ask_for`` adds it, ``claim_due`` takes it with a lease and an attempt number, and ``finish`` may only be done by the
attempt that still holds it. All times are the database's. No transaction is open while a payer answers.
The rules, and the faults this survives, are in docs/decisions/0004-the-queue.md.
"""

from __future__ import annotations

import logging
import secrets
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.models import OuterRef, Subquery
from django.db.models.functions import Now
from django.utils import timezone

from helpline.audit.acting import Actor, acting
from helpline.payers.models import PayerRoad
from intake.disclosures.consenting import NoConsent, Restricted, disclose
from intake.disclosures.models import Carried, Purpose
from intake.inquiries.events import announce
from intake.insurance.clearinghouses.errors import AskAPerson, ClearinghouseError, FixConfiguration, TryAgain
from intake.insurance.clearinghouses.road import Road
from intake.insurance.models import Attempt, Policy, Verification
from intake.insurance.models import VerificationState as S
from intake.insurance.other_payers import consent_names
from intake.insurance.x12.inquiry import CannotAsk, EligibilityInquiry, Envelope, Payer, Person, Provider
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
# Somebody may be on the line: after a quarter of an hour a person asks by phone
LONGEST_SECONDS = 900
# A question that stops every worker who asks it is a person's to ask
MOST_DEAD_ATTEMPTS = 3
# What an operator corrects, not the caller
OURS_TO_MEND = ("provider", "payer", "envelope", "trace", "service_types")


@dataclass(frozen=True)
class Claim:
    """One attempt this process holds: what to send, where, and the fence it must show to finish.

    ``asking_for`` is how many seconds ago the first attempt began.
    """

    verification_id: uuid.UUID
    inquiry_id: uuid.UUID
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


def ask_for(policy: Policy, *, priority: int = Verification.LIVE) -> Verification:
    """Add the job in the caller's transaction. Without an electronic road, or a provider in whose name to ask, it
    goes to the phone worklist.

    Returns the open verification when there already is one, or the one on the phone worklist while no computer can ask.
    """
    policy = Policy.objects.select_for_update(of=("self",)).get(pk=policy.pk)
    of_plan = policy.verifications.of_their_plan()
    standing = of_plan.filter(finished_at=None).first() or of_plan.for_phone().first()
    if standing and (not standing.is_final or not _has_road(policy)):
        return standing
    made = ask_first(policy, priority=priority)
    announce("verification", policy.inquiry_id)
    return made


def ask_first(policy: Policy, *, priority: int = Verification.LIVE) -> Verification:
    """As ``ask_for``, for a policy made in this transaction: nobody else can have asked, and no page shows it yet."""
    if _has_road(policy):
        return policy.verifications.create(priority=priority)
    return policy.verifications.create(
        state=S.BY_PHONE, priority=priority, finished_at=Now(), why=_why_by_phone(policy)
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
    """Take up to ``limit`` due jobs. Each is committed as being sent, with its ledger row, before this returns.

    A job whose consent is gone becomes WITHDRAWN, one that cannot be asked becomes REJECTED or CONFIGURATION, and one
    whose last attempt died unheard on a road that is not free to repeat becomes UNKNOWN: none of these is returned.
    """
    claims = []
    first = Attempt.objects.filter(verification=OuterRef("pk")).order_by("number")
    with acting(WORKER):
        due = (
            Verification.objects.due()
            .annotate(asking_for=Now() - Subquery(first.values("started_at")[:1]))
            .select_for_update(skip_locked=True, of=("self",))
            .select_related("policy__inquiry__person", "policy__payer__road", "payer__road")[:limit]
        )
        for verification in due:
            claim = _claim(verification)
            if claim:
                claims.append(claim)
    return claims


class _Ended(Exception):
    """The job ends here, unasked."""

    def __init__(self, state: str, why: str) -> None:
        super().__init__(state)
        self.state, self.why = state, why


def _claim(verification: Verification) -> Claim | None:
    """One due job: the claim to work on, or None when it ended here.

    A row that cannot even be read (its key is gone, its text was altered) ends as CONFIGURATION and holds up no other.
    """
    try:
        with transaction.atomic():
            return _begin_or_end(verification)
    except DatabaseError:
        raise
    except Exception as error:
        log.error("verification %s cannot be asked (%s)", verification.pk, type(error).__name__)
        verification.refresh_from_db(fields=["state", "attempt", "lease_until"])
        _settle(verification, S.CONFIGURATION, f"our own error: {type(error).__name__}")
        return None


def _begin_or_end(verification: Verification) -> Claim | None:
    try:
        return _begin(verification)
    except _Ended as end:
        _settle(verification, end.state, end.why)
        return None


def _begin(verification: Verification) -> Claim:
    road_row = _open_road(verification)
    control, attempt_id = next_control_number(), uuid.uuid4()
    try:
        question = question_for(verification)
        payload = write_270(question, envelope_for(road_row, control))
    except CannotAsk as problem:
        ours = problem.field.startswith(OURS_TO_MEND)
        raise _Ended(S.CONFIGURATION if ours else S.REJECTED, f"correct: {problem.field}") from None
    inquiry_id = verification.policy.inquiry_id
    if not consent_names(verification):
        raise _Ended(S.WITHDRAWN, "the consent names another plan")
    try:
        disclose(
            inquiry_id=inquiry_id,
            purpose=Purpose.CHECK_INSURANCE,
            recipient=f"{verification.asked_name} by way of {road_row.receiver_id}",
            fields=DISCLOSED_FIELDS,
            about=attempt_id,
            carried=Carried.BY_AGREEMENT,
            by=WORKER,
        )
    except Restricted:
        raise _Ended(S.WITHDRAWN, "they asked us not to tell the plan") from None
    except NoConsent:
        raise _Ended(S.WITHDRAWN, "no consent in force") from None
    number = _begin_attempt(verification, attempt_id, control, payload)
    since = getattr(verification, "asking_for", None) or timedelta(0)
    return Claim(
        verification.pk,
        inquiry_id,
        number,
        attempt_id,
        question,
        road_of(road_row),
        payload,
        road_row.free_to_repeat,
        asking_for=since.total_seconds(),
    )


def _open_road(verification: Verification) -> PayerRoad:
    """The road this question may go now. Ends the job when there is none, or when asking twice might bill twice."""
    payer = verification.asked_payer
    road: PayerRoad | None = getattr(payer, "road", None) if payer else None
    if verification.state == S.SENDING:
        _give_up_dead_attempt(verification)
        if not (road and road.free_to_repeat):
            raise _Ended(S.UNKNOWN, "the question may have been sent before a crash")
        if verification.attempt >= MOST_DEAD_ATTEMPTS:
            raise _Ended(S.BY_PHONE, f"{verification.attempt} tries, and the worker stopped each time")
    if road is None or not road.enabled:
        raise _Ended(S.BY_PHONE, "no electronic road to this payer")
    return road


def _begin_attempt(verification: Verification, attempt_id: uuid.UUID, control: int, payload: bytes) -> int:
    """The row of a call about to be made, and the lease under which it is; returns its number, the fence."""
    number = verification.attempt + 1
    Attempt.objects.create(
        id=attempt_id,
        verification=verification,
        number=number,
        control_number=control,
        request_270=payload.decode("ascii"),
    )
    verification.attempt = number
    verification.move(S.SENDING, lease=timedelta(seconds=settings.VERIFICATION_LEASE_SECONDS))
    verification.save(update_fields=["state", "why", "attempt", "lease_until", "finished_at"])
    announce("verification", verification.policy.inquiry_id)
    return number


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
        payer=Payer(payer.name, payer.road.edi_payer_id),
        provider=provider_for(payer.road),
        member_id=policy.member_id,
        subscriber=patient if policy.person_is_subscriber else holder,
        dependent=None if policy.person_is_subscriber else patient,
        trace=verification.trace,
        service_types=tuple(payer.road.service_types) or ("30",),
    )


def claim_of(attempt: Attempt) -> Claim:
    """The claim of an attempt that was made earlier, for whoever brings its answer. Raises as ``question_for``."""
    verification = attempt.verification
    payer = verification.policy.payer
    if payer is None:
        raise CannotAsk("payer.edi_id", "The insurer is not known.")
    road = payer.road
    return Claim(
        verification.pk,
        verification.policy.inquiry_id,
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
        StepKind.TRY_AGAIN: S.RETRY_AT,
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
    with acting(WORKER):
        mine = Verification.objects.select_for_update(of=("self",)).filter(
            pk=claim.verification_id, attempt=claim.attempt, state=S.SENDING
        )
        verification = mine.first()
        if verification is None:
            return False
        attempt = Attempt.objects.get(pk=claim.attempt_id)
        attempt.state, attempt.why, attempt.ended_at = outcome.attempt_state, outcome.why[:60], Now()
        attempt.reply_271 = outcome.reply.decode("latin-1").replace("\x00", "") if outcome.reply is not None else None
        attempt.save(update_fields=["state", "why", "ended_at", "reply_271"])
        verification.summary_json = outcome.summary.to_json() if outcome.summary else None
        if outcome.state == S.ANSWERED and outcome.summary:
            verification.coverage = outcome.summary.substance_use.value
        if outcome.state == S.RETRY_AT:
            verification.next_at = Now() + timedelta(seconds=outcome.after * (0.9 + 0.2 * secrets.randbelow(100) / 100))
        _settle(verification, outcome.state, outcome.why)
    return True


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


def _give_up_dead_attempt(verification: Verification) -> None:
    verification.attempts.filter(state=Attempt.State.SENDING).update(
        state=Attempt.State.UNKNOWN, ended_at=Now(), why="its worker stopped"
    )


def _settle(verification: Verification, state: str, why: str) -> None:
    verification.move(state, why=why)
    verification.save()
    announce("verification", verification.policy.inquiry_id)


def next_control_number() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('insurance_control_number')")
        return int(cursor.fetchone()[0])


def _date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
