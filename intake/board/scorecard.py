"""How each payer answers: what a supervisor needs to see which road to mend, and what the checks cost.

Source of the 20 seconds and nine in ten: CAQH CORE Phase II rule 156 (real-time response time), adopted by
45 CFR 162.1203; as noted in the project's research of 22 November 2026, not read in the original.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
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

    @property
    def answered_percent(self) -> int | None:
        return round(100 * self.answered / self.questions) if self.questions else None

    @property
    def keeps_the_rule(self) -> bool | None:
        return None if self.in_time is None else self.in_time >= WITHIN


# The codes by which an attempt that the payer answered with a refusal is kept: "ask_caller 75", "after 3 tries: ..."
SCORES = """
WITH asked AS (
    SELECT policy.payer_id, verification.id, verification.state, verification.attempt
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
           substring(call.why FROM '(?:try_again|ask_caller|configuration|ask_a_person) (\\w+)$') AS code
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
)
SELECT payer.name, ended.questions, ended.answered, ended.rejected, ended.ours_to_mend, ended.given_up, ended.by_phone,
       coalesce(timed.calls, 0), timed.took[1], timed.took[2], timed.in_time, refused.codes, refused.times
  FROM ended
  JOIN payers_payer payer ON payer.id = ended.payer_id
  LEFT JOIN timed USING (payer_id)
  LEFT JOIN refused USING (payer_id)
 ORDER BY ended.questions DESC, payer.name
"""


def scorecard(*, days: int) -> list[Score]:
    """Every payer that was asked, or was to be, in the last ``days`` days: the most asked first. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(SCORES, {"days": days, "slow": SLOW_SECONDS})
        return list(_scores(cursor.fetchall()))


def _scores(rows: list[tuple[Any, ...]]) -> Iterator[Score]:
    for payer, *counts, half, most, in_time, refused, times in rows:
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
        )


def _number(value: Any) -> float | None:
    return None if value is None else float(value)
