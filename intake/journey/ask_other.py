"""The plan pointed to somebody else: that company is asked too, if the person's consent names it."""

from __future__ import annotations

from django.utils.translation import gettext as _

from helpline.accounts.models import User
from helpline.audit.acting import Actor, acting
from intake.disclosures.consenting import NoConsent, standing
from intake.disclosures.models import Purpose
from intake.inquiries.events import announce
from intake.inquiries.models import Inquiry, MoveRefused
from intake.insurance.models import Verification
from intake.insurance.nudging import nudge
from intake.insurance.other_payers import ask_other_payer, covers, known_payer, standing_question
from intake.insurance.verification import payer_has_road
from intake.insurance.x12.summary import Suggestion, Summary


class NotNamed(NoConsent):
    """The person agreed that their plan is asked, and named it: ``name`` is not in what they signed."""

    def __init__(self, name: str) -> None:
        super().__init__("names another plan")
        self.name = name


def ask_other(verification: Verification, at: int, *, member_id: str = "", by: User) -> Verification:
    """Put the question to the company that line ``at`` of this answer points to; pressed twice it is asked once.

    ``member_id`` is theirs at that company; without one the plan's is used.

    Raises ``MoveRefused``, ``NoConsent`` or, when the consent names other plans only, ``NotNamed``.
    """
    policy = verification.policy
    with acting(Actor.staff(by)):
        Inquiry.objects.hold_open(policy.inquiry_id)
        suggestion = _suggested(verification, at)
        payer = known_payer(suggestion)
        if Purpose.CHECK_INSURANCE not in standing(policy.inquiry_id):
            raise NoConsent
        if not covers(policy, [suggestion.name, str(payer or "")]):
            raise NotNamed(suggestion.name)
        known = standing_question(policy, suggestion.name, payer)
        if known:
            return known
        electronically = payer_has_road(payer.pk if payer else None) and not policy.holder_may_not_know
        asked = ask_other_payer(policy, suggestion.name, payer, member_id=member_id, has_road=electronically)
        announce("verification", policy.inquiry_id)
        nudge()
    return asked


def _suggested(verification: Verification, at: int) -> Suggestion:
    summary = Summary.from_json(verification.summary_json) if verification.summary_json else None
    found = next((s for s in summary.suggestions if s.source.at == at), None) if summary else None
    if found is None or not found.name:
        raise MoveRefused(_("The answer names no other company there. Ask the plan by phone."))
    return found
