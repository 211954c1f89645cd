"""What 42 CFR Part 2 makes of this installation: a setting with a written reason. Unknown, or without one, is Part 2.

Consent is asked whatever the answer: that is this house's own rule.
"""

from __future__ import annotations

from enum import StrEnum

from django.conf import settings


class Applicability(StrEnum):
    PART2_PROGRAM = "part2_program"
    QSO = "qso"
    INTERMEDIARY = "intermediary"
    NONE = "none"

    @property
    def notice_goes_along(self) -> bool:
        """The notice of 2.32 with every consented disclosure."""
        return self is not Applicability.NONE

    @property
    def notice_is_posted(self) -> bool:
        """The patient notice of 2.22, on a page and before the first form is sent."""
        return self is not Applicability.NONE

    @property
    def answers_with_a_list(self) -> bool:
        """The list of 2.24 instead of the accounting of 2.25 alone."""
        return self is Applicability.INTERMEDIARY


def stated() -> Applicability | None:
    """What the operator wrote down, if it can be read and carries its reason."""
    try:
        said = Applicability(settings.PART2_APPLICABILITY)
    except ValueError:
        return None
    return said if settings.PART2_REASON.strip() or said is Applicability.PART2_PROGRAM else None


def applicability() -> Applicability:
    return stated() or Applicability.PART2_PROGRAM
