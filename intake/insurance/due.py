"""The questions that were picked, with all that each is made of: read by statements written once."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import cast

from helpline.payers.models import Payer, PayerRoad
from intake.inquiries.models import Inquiry, Person
from intake.insurance.binding import Columns, execute
from intake.insurance.models import Policy, Verification
from intake.insurance.other_payers import which_may_be_repeated

QUESTIONS = """
SELECT {asked}, clock_timestamp() - first.started_at
FROM insurance_verification v
JOIN insurance_policy p ON p.id = v.policy_id
JOIN inquiries_inquiry i ON i.id = p.inquiry_id
JOIN inquiries_person h ON h.id = i.person_id
LEFT JOIN insurance_attempt first ON first.verification_id = v.id AND first.number = 1
WHERE v.id = ANY(%b)
"""
PAYERS = """
SELECT r.id IS NOT NULL, {payer}, {road}
FROM payers_payer p LEFT JOIN payers_road r ON r.payer_id = p.id WHERE p.id = ANY(%b)
"""


@dataclass(frozen=True)
class Due:
    """One due question. ``asking_for`` is how long ago its first attempt began, if there was one; ``may_be_asked`` is
    false of a repeated check whose consent does not name repeated checks.
    """

    verification: Verification
    asking_for: timedelta
    may_be_asked: bool


class _Tables:
    """The columns that questions are made of; the models are ready when the first is read."""

    def __init__(self) -> None:
        self.verification = Columns(Verification, "v")
        self.policy = Columns(Policy, "p")
        self.inquiry = Columns(Inquiry, "i", "id", "person_id")
        self.person = Columns(Person, "h", "id", "first_name", "last_name", "birth_date")
        self.payer, self.road = Columns(Payer, "p"), Columns(PayerRoad, "r")
        asked = ", ".join(one.text for one in (self.verification, self.policy, self.inquiry, self.person))
        self.questions = QUESTIONS.format(asked=asked)
        self.payers = PAYERS.format(payer=self.payer.text, road=self.road.text)


_tables = cache(_Tables)


def read_due(ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, Due]:
    """Those verifications, by id. Many wait for few payers: each of these is read once."""
    if not ids:
        return {}
    found = [_question(row) for row in execute(_tables().questions, [list(ids)])]
    payers = _payers({payer for one, _ in found for payer in (one.payer_id, one.policy.payer_id) if payer})
    for one, _ in found:
        for asked in (one, one.policy):
            if asked.payer_id:
                asked.payer = payers[asked.payer_id]
    repeated = [one.policy.inquiry_id for one, _ in found if one.priority >= Verification.BATCH]
    repeatable = which_may_be_repeated(repeated)
    return {
        one.pk: Due(one, since, one.priority < Verification.BATCH or one.policy.inquiry_id in repeatable)
        for one, since in found
    }


def _question(values: tuple[object, ...]) -> tuple[Verification, timedelta]:
    tables, row = _tables(), iter(values)
    one, policy = tables.verification.take(row), tables.policy.take(row)
    policy.inquiry = tables.inquiry.take(row)
    policy.inquiry.person = tables.person.take(row)
    one.policy = policy
    return one, cast(timedelta | None, next(row)) or timedelta()


def _payers(ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, Payer]:
    found = {}
    for values in execute(_tables().payers, [list(ids)]):
        row = iter(values)
        has_road, payer = next(row), _tables().payer.take(row)
        if has_road:
            payer.road = _tables().road.take(row)
        found[payer.pk] = payer
    return found
