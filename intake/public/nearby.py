"""Programs a caller can ring themselves: what is published, nothing about them sent to anybody."""

from django.utils import timezone

from intake.inquiries.answers import Answers
from intake.inquiries.triage import Triage
from intake.matching.choosing import choose, need_of
from intake.matching.engine import Match

HOW_MANY = 5


def programs_to_ring(answers: Answers, triage: Triage) -> list[Match]:
    """The best with a phone near their ZIP, best first; none without a ZIP.

    Programs that say they give the care looked for; when none does, the nearest that do not say.
    """
    found = choose(need_of(answers, triage), today=timezone.localdate())
    return [each for each in found.likely or found.ranked if each.offer.phone or each.offer.intake_phone][:HOW_MANY]
