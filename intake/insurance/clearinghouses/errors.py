"""What can go wrong on the road, by what to do next.

Every error carries `words`: one short plain sentence, safe to log and to show to staff (no PHI, no password,
no body of a message).
"""

from __future__ import annotations


class ClearinghouseError(Exception):
    """The parent of all; never raised itself."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


class TryAgain(ClearinghouseError):
    """The payer has not processed anything: asking again soon is safe.

    `after_seconds` is the wait the other side asked for (Retry-After), or None.
    """

    def __init__(self, words: str, after_seconds: int | None = None) -> None:
        super().__init__(words)
        self.after_seconds = after_seconds


class OutcomeUnknown(ClearinghouseError):
    """The question left, and no readable answer came: it may have been processed and billed.

    Ask again with the same trace and a new control number, and not sooner than 90 seconds (CORE vC2.2.0).
    """


class FixConfiguration(ClearinghouseError):
    """Our settings, credentials or enrolment are wrong: stop this road and tell the operator."""


class NotSignedIn(FixConfiguration):
    """Our name, password or key is not taken."""


class AskAPerson(ClearinghouseError):
    """No machine can go on from here: a consultant has to look or call the plan."""
