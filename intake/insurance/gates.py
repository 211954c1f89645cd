"""What may go to each payer now: places in flight, questions a minute, and the rest its road takes after failures.

Every claim first locks the gates of the payers that are waited for, so that two workers never count the same place
twice; the locks end with the claim's short transaction. Times are the database's.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db import connection

from intake.insurance.models import Verification

# Each payer once, however many questions wait for it
WAITED_FOR = """
WITH RECURSIVE asked (payer_id) AS (
    (SELECT payer_id FROM insurance_verification
     WHERE state IN ('waiting', 'retry_at', 'sending') ORDER BY payer_id LIMIT 1)
    UNION ALL
    SELECT (SELECT v.payer_id FROM insurance_verification v
            WHERE v.state IN ('waiting', 'retry_at', 'sending') AND v.payer_id > asked.payer_id
            ORDER BY v.payer_id LIMIT 1)
    FROM asked WHERE asked.payer_id IS NOT NULL
)
SELECT asked.payer_id, gate.payer_id IS NULL FROM asked LEFT JOIN insurance_gate gate USING (payer_id)
WHERE asked.payer_id IS NOT NULL
"""
NEW = "INSERT INTO insurance_gate (payer_id) SELECT unnest(%s::uuid[]) ON CONFLICT DO NOTHING"
LOCK = "SELECT FROM insurance_gate WHERE payer_id = ANY(%s) ORDER BY payer_id FOR UPDATE"
# A statement of its own: it must see what whoever held the lock before us has claimed. A lease longer than a worker's
# is that of a question whose answer comes by file: it takes no place
LOOK = """
SELECT payer_id, most_in_flight, per_minute, left_over,
       extract(epoch FROM clock_timestamp() - left_at)::float8,
       (SELECT count(*) FROM insurance_verification v
        WHERE v.payer_id = gate.payer_id AND v.state = 'sending' AND v.lease_until > clock_timestamp()
          AND v.lease_until <= clock_timestamp() + make_interval(secs => %s)),
       rests_until > clock_timestamp(), rests_until IS NOT NULL
FROM insurance_gate gate WHERE payer_id = ANY(%s)
"""
DUE = """
SELECT due.id, due.payer_id FROM unnest(%s::uuid[], %s::int[]) AS gate (payer_id, places)
CROSS JOIN LATERAL (
    SELECT id, v.payer_id, priority, next_at FROM insurance_verification v
    WHERE v.payer_id = gate.payer_id AND v.state IN ('waiting', 'retry_at', 'sending') AND v.priority BETWEEN %s AND %s
      AND CASE v.state WHEN 'sending' THEN v.lease_until ELSE v.next_at END <= statement_timestamp()
    ORDER BY v.priority, v.next_at LIMIT gate.places FOR UPDATE SKIP LOCKED
) due ORDER BY due.priority, due.next_at LIMIT %s
"""
TAKEN = """
UPDATE insurance_gate gate SET left_over = taken.left_over, left_at = clock_timestamp(),
    rests_until = CASE WHEN taken.probe THEN clock_timestamp() + make_interval(secs => %s) ELSE gate.rests_until END
FROM unnest(%s::uuid[], %s::float8[], %s::bool[]) AS taken (payer_id, left_over, probe)
WHERE gate.payer_id = taken.payer_id
"""
OVERDUE = """
SELECT id FROM insurance_verification v
WHERE v.payer_id = ANY(%(shut)s) AND v.state IN ('waiting', 'retry_at') AND (
    v.priority < %(batch)s AND v.made_at < statement_timestamp() - make_interval(secs => %(seconds)s)
    OR EXISTS (SELECT FROM insurance_attempt a WHERE a.verification_id = v.id AND a.number = 1
               AND a.started_at < statement_timestamp() - make_interval(secs => %(seconds)s)))
FOR UPDATE SKIP LOCKED
"""
# In a row: an answer among them begins the count anew
HEARD = """
UPDATE insurance_gate gate SET
    failures = least(heard.failures + CASE WHEN heard.answered THEN 0 ELSE gate.failures END, 32767),
    rests_until = CASE
        WHEN heard.failures > 0
             AND heard.failures + CASE WHEN heard.answered THEN 0 ELSE gate.failures END >= gate.rests_after
        THEN clock_timestamp() + make_interval(secs => gate.rests_seconds)
        WHEN heard.answered THEN NULL ELSE gate.rests_until END
FROM (SELECT * FROM unnest(%s::uuid[], %s::bool[], %s::int[]) AS said (payer_id, answered, failures)
      ORDER BY payer_id) heard
WHERE gate.payer_id = heard.payer_id
  AND (heard.failures > 0 OR gate.failures > 0 OR gate.rests_until IS NOT NULL)
"""


@dataclass(frozen=True)
class Passage:
    """What one payer's gate lets through at this moment."""

    payer_id: uuid.UUID
    most_in_flight: int
    per_minute: int | None
    left_over: float
    left_seconds: float | None
    in_flight: int
    rests: bool | None
    has_rested: bool

    @property
    def is_probe(self) -> bool:
        """The road has rested: one question shows whether it answers again."""
        return self.has_rested and not self.rests

    @property
    def allowance(self) -> float:
        """Questions that may be begun now. A store for half a minute's worth, filled by the other half in a minute,
        never lets more than ``per_minute`` begin within any minute.
        """
        if self.per_minute is None:
            return float("inf")
        half = self.per_minute / 2
        if self.left_seconds is None:
            return half
        return min(half, self.left_over + max(self.left_seconds, 0) * half / 60)

    @property
    def places(self) -> int:
        if self.rests:
            return 0
        free = int(min(self.most_in_flight - self.in_flight, self.allowance))
        return max(min(free, 1) if self.is_probe else free, 0)

    def places_for_batch(self, taken: int) -> int:
        """After ``taken`` went to people on the line: one place stays free for the next of them."""
        return max(self.places - taken - (0 if self.is_probe else 1), 0)


@dataclass(frozen=True)
class Picked:
    """Due questions, locked, those of people on the line first; and those that waited too long at a shut gate."""

    due: list[uuid.UUID]
    overdue: list[uuid.UUID]

    @property
    def any(self) -> bool:
        return bool(self.due or self.overdue)


def pick(limit: int, *, longest_seconds: float) -> Picked:
    """Lock up to ``limit`` due questions that their payers' gates let through. Call inside the claim's transaction."""
    passages = _passages()
    live = _due(passages, {p.payer_id: p.places for p in passages}, (0, Verification.BATCH - 1), limit)
    taken = Counter(payer_id for _, payer_id in live)
    for_batch = {p.payer_id: p.places_for_batch(taken[p.payer_id]) for p in passages}
    batch = _due(passages, for_batch, (Verification.BATCH, 32767), limit - len(live) - 1)
    taken.update(payer_id for _, payer_id in batch)
    _take(passages, taken)
    shut = [p.payer_id for p in passages if not p.places]
    return Picked([one for one, _ in [*live, *batch]], _overdue(shut, longest_seconds))


def _passages() -> list[Passage]:
    with connection.cursor() as cursor:
        cursor.execute(WAITED_FOR)
        found = cursor.fetchall()
        if not found:
            return []
        payers = [payer_id for payer_id, _ in found]
        if new := [payer_id for payer_id, is_new in found if is_new]:
            cursor.execute(NEW, [new])
        cursor.execute(LOCK, [payers])
        cursor.execute(LOOK, [settings.VERIFICATION_LEASE_SECONDS, payers])
        return [Passage(*row) for row in cursor.fetchall()]


def _due(
    passages: Sequence[Passage], places: dict[uuid.UUID, int], priorities: tuple[int, int], limit: int
) -> list[tuple[uuid.UUID, uuid.UUID]]:
    open_gates = [p.payer_id for p in passages if places[p.payer_id]]
    if not open_gates or limit <= 0:
        return []
    with connection.cursor() as cursor:
        cursor.execute(DUE, [open_gates, [places[one] for one in open_gates], *priorities, limit])
        return list(cursor.fetchall())


def _take(passages: Iterable[Passage], taken: Counter[uuid.UUID]) -> None:
    counted = [p for p in passages if taken[p.payer_id] and (p.per_minute is not None or p.is_probe)]
    if not counted:
        return
    left = [0.0 if p.per_minute is None else p.allowance - taken[p.payer_id] for p in counted]
    with connection.cursor() as cursor:
        cursor.execute(
            TAKEN,
            [
                settings.VERIFICATION_LEASE_SECONDS,
                [p.payer_id for p in counted],
                left,
                [p.is_probe for p in counted],
            ],
        )


def _overdue(shut: list[uuid.UUID], seconds: float) -> list[uuid.UUID]:
    if not shut:
        return []
    with connection.cursor() as cursor:
        cursor.execute(OVERDUE, {"shut": shut, "seconds": seconds, "batch": Verification.BATCH})
        return [row[0] for row in cursor.fetchall()]


def heard(answers: Iterable[tuple[uuid.UUID, bool]]) -> None:
    """Tell the gates, in their order, which payers answered and which failed to."""
    answered: dict[uuid.UUID, bool] = {}
    failures: Counter[uuid.UUID] = Counter()
    for payer_id, is_answer in answers:
        answered[payer_id] = answered.get(payer_id, False) or is_answer
        failures[payer_id] = 0 if is_answer else failures[payer_id] + 1
    with connection.cursor() as cursor:
        cursor.execute(HEARD, [list(answered), list(answered.values()), [failures[one] for one in answered]])
