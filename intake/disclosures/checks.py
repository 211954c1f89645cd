"""What stops production from starting: ``check --deploy --database default`` (docs/running.md)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections
from django.db.utils import Error as DatabaseError

from intake.disclosures.applicability import stated
from intake.disclosures.legal_texts import unsigned


@register(deploy=True)
def part_2_is_stated_readably(app_configs: Sequence[AppConfig] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """A word we do not know, or one without its reason, would silently count as Part 2: say so instead."""
    if not settings.PART2_APPLICABILITY or stated():
        return []
    return [
        Error(
            "PART2_APPLICABILITY is none of part2_program, qso, intermediary, none, or PART2_REASON is empty.",
            hint="Leave both empty to be treated as a Part 2 program.",
            id="disclosures.E003",
        )
    ]


@register(Tags.database, deploy=True)
def texts_are_signed_off(
    app_configs: Sequence[AppConfig] | None = None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Every current text carries somebody's name. Run only where a database is named: ``--database default``."""
    if "default" not in (databases or ()):
        return []
    try:
        waiting = unsigned()
    except DatabaseError as error:
        connections["default"].close()
        return [Error(f"The legal texts cannot be read ({type(error).__name__}).", id="disclosures.E001")]
    return [
        Error(
            f"Nobody has signed off the text {one.kind}, version {one.version}.",
            hint="manage.py sign_off_texts --by NAME --role ROLE, by whoever may answer for it.",
            id="disclosures.E002",
        )
        for one in waiting
    ]
