"""How each payer answers: what a supervisor needs to see which road to mend, and what the checks cost.

Source of the 20 seconds and nine in ten: CAQH CORE Phase II rule 156 (real-time response time), adopted by
45 CFR 162.1203; as noted in the project's research of 22 November 2026, not read in the original.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection

from intake.insurance.x12 import codes

SLOW_SECONDS = 20
WITHIN = 0.9


@dataclass(frozen=True)
class Refusal:
    """One reason for which a payer refused, by its code (AAA03), and how often."""

    code: str
    meaning: str
    times: int


@dataclass(frozen=True)
class Score:
    """One payer over some days. ``questions`` is how many were put to it by computer and ended; the rest are what
    became of them, but for ``by_phone``: also those that no computer could ask. Times are of the calls that were
    answered, in seconds, None without any.

    ``cost`` is of one call as the road's contract has it today, in dollars, None where nobody wrote it down; ``spent``
    that for every call that left. ``waiting`` are open now, however old; ``rests_until`` is None unless the road rests
    now, after ``failures`` in a row.
    """

    payer: str
    questions: int
    answered: int
    rejected: int
    ours_to_mend: int
    given_up: int
    by_phone: int
    calls: int
    half_within: float | None
    most_within: float | None
    in_time: float | None
    refusals: tuple[Refusal, ...]
    cost: Decimal | None
    waiting: int
    failures: int
    rests_until: datetime | None

    @property
    def spent(self) -> Decimal | None:
        return None if self.cost is None else self.cost * self.calls

    @property
    def cost_words(self) -> str:
        """``$0.25`` or ``$0.1275``: cents, and their parts where the contract has such."""
        return f"${self.cost:,.4f}".removesuffix("00")

    @property
    def answered_percent(self) -> int | None:
        return round(100 * self.answered / self.questions) if self.questions else None

    @property
    def keeps_the_rule(self) -> bool | None:
        return None if self.in_time is None else self.in_time >= WITHIN


# The codes by which an attempt that the payer answered with a refusal is kept: "ask_caller 75", "after 3 tries: ..."
SCORES = """
WITH asked AS (
    SELECT CASE WHEN verification.payer_said IS NULL THEN policy.payer_id ELSE verification.payer_id END AS payer_id,
           verification.id, verification.state, verification.attempt
      FROM insurance_verification verification
      JOIN insurance_policy policy ON policy.id = verification.policy_id
     WHERE verification.made_at >= now() - make_interval(days => %(days)s) AND verification.finished_at IS NOT NULL
), ended AS (
    SELECT payer_id,
           count(*) FILTER (WHERE attempt > 0) AS questions,
           count(*) FILTER (WHERE attempt > 0 AND state = 'answered') AS answered,
           count(*) FILTER (WHERE attempt > 0 AND state = 'rejected') AS rejected,
           count(*) FILTER (WHERE attempt > 0 AND state IN ('configuration', 'quarantined')) AS ours_to_mend,
           count(*) FILTER (WHERE attempt > 0 AND state IN ('by_phone', 'unknown')) AS given_up,
           count(*) FILTER (WHERE attempt = 0 AND state = 'by_phone') AS by_phone
      FROM asked GROUP BY payer_id
), called AS (
    SELECT asked.payer_id, call.state, extract(epoch FROM call.ended_at - call.started_at) AS took,
           substring(call.why FROM '(?:try_again|ask_caller|configuration|ask_a_person) (\\w\\w)$') AS code
      FROM asked JOIN insurance_attempt call ON call.verification_id = asked.id
     WHERE call.state <> 'not_sent'
), timed AS (
    SELECT payer_id, count(*) AS calls,
           percentile_cont(ARRAY[0.5, 0.95]) WITHIN GROUP (ORDER BY took) FILTER (WHERE state = 'answered') AS took,
           avg((took <= %(slow)s)::int) FILTER (WHERE state = 'answered') AS in_time
      FROM called GROUP BY payer_id
), refused AS (
    SELECT payer_id, array_agg(code ORDER BY times DESC, code) AS codes,
           array_agg(times ORDER BY times DESC, code) AS times
      FROM (SELECT payer_id, code, count(*) AS times FROM called WHERE code IS NOT NULL GROUP BY 1, 2) each_code
     GROUP BY payer_id
), open AS (
    SELECT payer_id, count(*) AS waiting FROM insurance_verification
     WHERE state IN ('waiting', 'retry_at', 'sending') GROUP BY payer_id
), resting AS (
    SELECT payer_id, failures, rests_until FROM insurance_gate WHERE rests_until > statement_timestamp()
)
SELECT payer.name, coalesce(ended.questions, 0), coalesce(ended.answered, 0), coalesce(ended.rejected, 0),
       coalesce(ended.ours_to_mend, 0), coalesce(ended.given_up, 0), coalesce(ended.by_phone, 0),
       coalesce(timed.calls, 0), timed.took[1], timed.took[2], timed.in_time, refused.codes, refused.times,
       road.cost_per_check, coalesce(open.waiting, 0), coalesce(resting.failures, 0), resting.rests_until
  FROM ended
  FULL JOIN open USING (payer_id)
  FULL JOIN resting USING (payer_id)
  JOIN payers_payer payer ON payer.id = payer_id
  LEFT JOIN payers_road road ON road.payer_id = payer.id
  LEFT JOIN timed ON timed.payer_id = payer.id
  LEFT JOIN refused ON refused.payer_id = payer.id
 ORDER BY 2 DESC, payer.name
"""


def scorecard(*, days: int) -> list[Score]:
    """Every payer that was asked in the last ``days`` days, or is waited for now, or rests: the most asked first.

    One statement.
    """
    with connection.cursor() as cursor:
        cursor.execute(SCORES, {"days": days, "slow": SLOW_SECONDS})
        return list(_scores(cursor.fetchall()))


def _scores(rows: list[tuple[Any, ...]]) -> Iterator[Score]:
    for payer, *counts, half, most, in_time, refused, times, cost, waiting, failures, rests_until in rows:
        each_code = zip(refused or (), times or (), strict=True)
        refusals = tuple(Refusal(code, codes.words("rejects", code), count) for code, count in each_code)
        questions, answered, rejected, ours_to_mend, given_up, by_phone, calls = counts
        yield Score(
            payer=payer,
            questions=questions,
            answered=answered,
            rejected=rejected,
            ours_to_mend=ours_to_mend,
            given_up=given_up,
            by_phone=by_phone,
            calls=calls,
            half_within=_number(half),
            most_within=_number(most),
            in_time=_number(in_time),
            refusals=refusals,
            cost=cost,
            waiting=waiting,
            failures=failures,
            rests_until=rests_until,
        )


def _number(value: Any) -> float | None:
    return None if value is None else float(value)
