"""Programs a caller can ring themselves: what is published, nothing about them sent to anybody."""

from django.utils import timezone

from intake.inquiries.answers import Answers
from intake.inquiries.triage import Triage
from intake.matching.choosing import choose, need_of
from intake.matching.engine import Match

HOW_MANY = 5


def programs_to_ring(answers: Answers, triage: Triage) -> list[Match]:
    """The best fits with a phone near their ZIP, best first; none without a ZIP."""
    need = need_of(answers, triage)
    ranked = choose(need, today=timezone.localdate()).ranked
    return [each for each in ranked if each.offer.phone or each.offer.intake_phone][:HOW_MANY]
