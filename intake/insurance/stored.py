"""The same question, put to the same plan twice on one day, is answered from the first answer: plans bill each one.

What was asked is known again by a keyed fingerprint kept with the answer, so nothing is unsealed to compare. Two who
ask in the same moment are both asked for: the first has no answer yet.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime

from helpline.vault.blind import newest
from intake.disclosures.consenting import standing
from intake.disclosures.models import Purpose
from intake.insurance.models import Verification
from intake.insurance.models import VerificationState as S
from intake.insurance.x12.inquiry import EligibilityInquiry


def fingerprint(question: EligibilityInquiry) -> bytes:
    """12 bytes that are alike for the same question about the same person, whatever its trace; by a key of ours."""
    said = asdict(replace(question, trace=""))
    return newest("question", json.dumps(said, default=str, sort_keys=True))


def answers_since(day_began: datetime, questions: Mapping[uuid.UUID, bytes]) -> dict[uuid.UUID, Verification]:
    """The newest answer that a plan gave since then to each of these questions, where there is one.

    ``questions`` are fingerprints by whatever the caller knows them by.
    """
    given = Verification.objects.filter(
        state=S.ANSWERED, answered_at=None, finished_at__gte=day_began, question_index__in=set(questions.values())
    )
    newest_of = {bytes(one.question_index or b""): one for one in given.order_by("finished_at")}
    return {key: newest_of[asked] for key, asked in questions.items() if asked in newest_of}


def answer_from(verification: Verification, earlier: Verification) -> bool:
    """End this one with that answer, if its own person's consent stands; not saved by anybody else."""
    if Purpose.CHECK_INSURANCE not in standing(verification.policy.inquiry_id):
        return False
    verification.move(S.ANSWERED)
    verification.coverage, verification.summary_json = earlier.coverage, earlier.summary_json
    verification.answered_at, verification.answered_from = earlier.finished_at, earlier
    verification.save()
    return True
