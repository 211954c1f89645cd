"""How the tables of this room are classed: they hold programs, and no people who call."""

from helpline.vault.privacy import PLAIN, PrivacyClass


def plain(*names: str) -> dict[str, PrivacyClass]:
    return dict.fromkeys(names, PLAIN)
