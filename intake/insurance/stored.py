"""The same question, put to the same plan twice on one day, is answered from the first answer: plans bill each one.

That it found nobody is an answer too: asked again with nothing corrected, it would find nobody again.

What was asked is known again by a keyed fingerprint kept with the answer, so nothing is unsealed to compare. Two
inquiries asked for in the same moment are both asked: the first has no answer yet.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime

from helpline.vault.blind import newest
from intake.disclosures.consenting import standing
from intake.disclosures.models import Purpose
from intake.insurance.models import TOLD, Verification

EACH_TIME = (b"ISA", b"GS*", b"ST*", b"BHT", b"TRN", b"SE*", b"GE*", b"IEA")


def fingerprint(request: bytes) -> bytes:
    """12 bytes that are alike for 270s that ask the same of the same plan about the same person, by a key of ours.

    Envelope, numbers, times and trace differ each time and are left out; so a day asked about stays in.
    """
    said = [segment for segment in request.split(b"~") if not segment.startswith(EACH_TIME)]
    return newest("question", b"~".join(said).decode("ascii"))


def answers_since(day_began: datetime, questions: Mapping[uuid.UUID, bytes]) -> dict[uuid.UUID, Verification]:
    """The newest answer that a plan gave since then to each of these questions, where there is one.

    ``questions`` are fingerprints by whatever the caller knows them by.
    """
    given = Verification.objects.filter(
        state__in=TOLD, answered_at=None, finished_at__gte=day_began, question_index__in=set(questions.values())
    )
    newest_of = {bytes(one.question_index or b""): one for one in given.order_by("finished_at")}
    return {key: newest_of[asked] for key, asked in questions.items() if asked in newest_of}


def answer_from(verification: Verification, earlier: Verification) -> bool:
    """End this one with that answer and save it, if its own person's consent stands; returns whether it does."""
    if Purpose.CHECK_INSURANCE not in standing(verification.policy.inquiry_id):
        return False
    verification.move(earlier.state, why=earlier.why)
    verification.coverage, verification.summary_json = earlier.coverage, earlier.summary_json
    verification.answered_at, verification.answered_from = earlier.finished_at, earlier
    verification.save()
    return True
