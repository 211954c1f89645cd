"""The person themselves corrects what their plan did not know them by, and the plan is asked again."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import timedelta
from typing import Any

from django.db.models.functions import Now

from helpline.audit.acting import Actor, acting
from intake.disclosures.consenting import standing
from intake.disclosures.models import Purpose
from intake.inquiries.answers import Answers, Insurance, Person
from intake.inquiries.events import announce
from intake.inquiries.models import Inquiry, MoveRefused
from intake.inquiries.opening import answer_again
from intake.insurance.correcting import to_correct
from intake.insurance.models import Verification, VerificationState
from intake.insurance.nudging import nudge
from intake.insurance.policies import keep_policy
from intake.insurance.verification import ask_for, hold_waiting
from intake.journey.check_insurance import mind_consents

MOST_A_DAY = 3
"""Questions a plan refused, ours and theirs together: more would be guessing at somebody's record."""


class TooManyGuesses(Exception):
    """The plan refused often enough today: a person helps from here on."""


def newest_question(inquiry_id: uuid.UUID) -> Verification | None:
    """The newest question to their own plan."""
    asked = Verification.objects.of_their_plan().filter(policy__inquiry_id=inquiry_id)
    return asked.select_related("policy__payer", "payer").order_by("-made_at").first()


def may_correct(verification: Verification) -> bool:
    """Whether fewer questions were refused in a day than may be."""
    ours = verification.policy.verifications.of_their_plan()
    refused = ours.filter(state=VerificationState.REJECTED, answered_at=None)
    return refused.filter(made_at__gt=Now() - timedelta(days=1)).count() < MOST_A_DAY


def correct_plan(inquiry_id: uuid.UUID, said: Mapping[str, Any], *, by: Actor) -> bool:
    """Store what differs and ask again; returns whether the plan is asked. ``said`` is by the names of ``ToCorrect``.

    It is not asked when what they signed fits no more (another name, another plan). Raises ``MoveRefused`` when there
    is nothing to correct (any more), ``TooManyGuesses``.
    """
    with acting(by):
        hold_waiting(inquiry_id)
        inquiry = Inquiry.objects.hold_open(inquiry_id)
        verification = newest_question(inquiry_id)
        if verification is None or not to_correct(verification):
            raise MoveRefused
        if not may_correct(verification):
            raise TooManyGuesses
        asked = {each.field for each in to_correct(verification)}
        answers = _corrected(inquiry.answers, {name: value for name, value in said.items() if name in asked and value})
        inquiry = answer_again(inquiry, answers)
        policy = keep_policy(inquiry, answers)
        announce("changed", inquiry_id)
        if policy is None:
            return False
        mind_consents(inquiry, policy, by=by)
        if Purpose.CHECK_INSURANCE not in standing(inquiry_id):
            return False
        ask_for(policy)
        nudge()
    return True


def _corrected(answers: Answers, said: Mapping[str, Any]) -> Answers:
    of_person = {field.name for field in fields(Person)}
    of_policy = {field.name for field in fields(Insurance)}
    return replace(
        answers,
        person=replace(answers.person, **{name: value for name, value in said.items() if name in of_person}),
        insurance=replace(answers.insurance, **{name: value for name, value in said.items() if name in of_policy}),
    )
