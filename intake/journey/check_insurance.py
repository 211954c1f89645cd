"""Asking a plan from the desk: again after a correction, or for the first time."""

from __future__ import annotations

from helpline.audit.acting import Actor, acting
from intake.disclosures.consenting import NoConsent, standing
from intake.disclosures.models import Purpose
from intake.inquiries.answers import Answers
from intake.inquiries.events import announce
from intake.inquiries.models import Inquiry
from intake.inquiries.opening import answer_again
from intake.insurance.models import Verification
from intake.insurance.nudging import nudge
from intake.insurance.policies import keep_policy
from intake.insurance.verification import ask_for


class NothingToAsk(Exception):
    """No insurance is known for this inquiry."""


def correct(inquiry: Inquiry, answers: Answers, *, by: Actor) -> Inquiry:
    """Store what a consultant corrected or completed; triage is judged anew and the policy follows."""
    with acting(by):
        inquiry = answer_again(inquiry, answers)
        keep_policy(inquiry, answers)
        announce("changed", inquiry.pk)
    return inquiry


def check_insurance(inquiry: Inquiry, *, by: Actor) -> Verification:
    """Put the question to the plan. Raises ``NoConsent`` when the person has not signed, ``NothingToAsk``."""
    with acting(by):
        if Purpose.CHECK_INSURANCE not in standing(inquiry.pk):
            raise NoConsent
        policy = keep_policy(inquiry, inquiry.answers)
        if policy is None or policy.kind == "none":
            raise NothingToAsk
        verification = ask_for(policy)
        nudge()
    return verification
