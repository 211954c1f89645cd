"""What each stored field is, so that nobody has to guess and a test can fail on a field nobody thought about."""

from enum import StrEnum


class PrivacyClass(StrEnum):
    """How a model field is treated.

    HEALTH and PERSONAL are protected health information in the sense of 45 CFR 160.103 and are stored encrypted, or
    as a keyed blind index; the few exceptions (a coarse state the queue is ordered by) are listed with their reason
    in docs/decisions/0003-what-is-encrypted.md.
    """

    HEALTH = "health"
    PERSONAL = "personal"
    PLAIN = "plain"


HEALTH, PERSONAL, PLAIN = PrivacyClass.HEALTH, PrivacyClass.PERSONAL, PrivacyClass.PLAIN
