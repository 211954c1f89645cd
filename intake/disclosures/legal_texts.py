"""Loading the texts of this release, and which of them still wait for somebody's name."""

from __future__ import annotations

from intake.disclosures.models.texts import LegalText
from intake.disclosures.wording import Wording, wordings

KEPT = ("kind", "language", "version", "text", "sha256", "verbatim", "source", "source_date", "read_where")


class TextChanged(Exception):
    """A file says something else under a version that was loaded already: give it a new version."""


def load_texts(model: type[LegalText] = LegalText) -> int:
    """Add what this release carries and the table has not; returns how many. Raises ``TextChanged``.

    ``model`` lets the migration that makes the table fill it.
    """
    added = 0
    for one in wordings().values():
        known = model.objects.filter(kind=one.kind, language=one.language, version=one.version).first()
        if known is None:
            model.objects.create(**{name: getattr(one, name) for name in KEPT})
            added += 1
        elif known.sha256 != one.sha256:
            raise TextChanged(f"{one.kind} {one.version}")
    return added


def current_texts() -> list[tuple[Wording, LegalText | None]]:
    """Each text of this release with its row; None when it was never loaded."""
    rows = {row.sha256: row for row in LegalText.objects.all()}
    return [(one, rows.get(one.sha256)) for one in wordings().values()]


def unsigned() -> list[Wording]:
    """Texts of this release that nobody has signed off."""
    return [one for one, row in current_texts() if row is None or row.signed_off_at is None]
