"""What an answer, or its failure, means for a verification; written only by the attempt that still holds it."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from helpline.audit.acting import acting
from helpline.vault.fields import sealed_field
from intake.inquiries.events import announce_many
from intake.insurance.binding import execute
from intake.insurance.claiming import LONGEST_SECONDS, WORKER
from intake.insurance.clearinghouses.errors import AskAPerson, ClearinghouseError, FixConfiguration, TryAgain
from intake.insurance.gates import heard
from intake.insurance.models import Attempt, Verification
from intake.insurance.models import VerificationState as S
from intake.insurance.question import Claim
from intake.insurance.x12.reading import read_reply
from intake.insurance.x12.reply import ReplyKind
from intake.insurance.x12.summarising import NOT_OURS, summarise
from intake.insurance.x12.summary import StepKind, Summary

# CORE vC2.2.0 asks a sender not to ask again within 90 s of an unanswered real-time request
BACKOFF_SECONDS = (100, 240, 300)
SOONER_SECONDS = (5, 30, 120)
REPLY = sealed_field(Attempt, "reply_271")
SUMMARY = sealed_field(Verification, "summary_json")
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
