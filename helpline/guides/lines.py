"""Numbers to call: ours from the settings, the crisis lines from a file. No database anywhere here."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

CRISIS_LINES = Path(__file__).parent / "data" / "crisis_lines.json"


@dataclass(frozen=True, slots=True)
class Way:
    """One more way to reach a crisis line."""

    words: str
    href: str


@dataclass(frozen=True, slots=True)
class CrisisLine:
    """`when`, `action`, `number` (empty if the action names it) are for the strip, `detail` for a page."""

    id: str
    name: str
    when: str
    action: str
    number: str
    href: str
    detail: str
    ways: tuple[Way, ...]
    publisher: str
    url: str
    seen: date


@dataclass(frozen=True, slots=True)
class PublicLine:
    """What every page says about reaching us. `number` is E.164, `pretty` is for eyes."""

    name: str
    number: str
    pretty: str
    open_24_hours: bool
    hours_text: str
    crisis: tuple[CrisisLine, ...]
    exit_url: str
    left_cookie: str
    is_demo: bool


def _crisis_line(entry: dict[str, Any]) -> CrisisLine:
    source = entry["source"]
    return CrisisLine(
        **{field: entry[field] for field in ("id", "name", "when", "action", "number", "href", "detail")},
        ways=tuple(Way(**way) for way in entry["ways"]),
        publisher=source["publisher"],
        url=source["url"],
        seen=date.fromisoformat(source["seen"]),
    )


@cache
def crisis_lines() -> tuple[CrisisLine, ...]:
    return tuple(_crisis_line(entry) for entry in json.loads(CRISIS_LINES.read_text(encoding="utf-8")))


def pretty_number(number: str) -> str:
    """ "+18005550123" as "1-800-555-0123"; any other number as it stands."""
    if len(number) == 12 and number.startswith("+1"):
        return f"1-{number[2:5]}-{number[5:8]}-{number[8:]}"
    return number


def hours_text() -> str:
    """The hours of the roster, in words; "open 24 hours" only when the roster says so."""
    if settings.ROSTER_OPEN_24_HOURS:
        return _("Open 24 hours, every day")
    return settings.ROSTER_HOURS_TEXT or _("Not open around the clock. Outside our hours, use the crisis lines.")


def public_line() -> PublicLine:
    return PublicLine(
        name=settings.SITE_NAME,
        number=settings.TOLL_FREE_NUMBER,
        pretty=pretty_number(settings.TOLL_FREE_NUMBER),
        open_24_hours=settings.ROSTER_OPEN_24_HOURS,
        hours_text=hours_text(),
        crisis=crisis_lines(),
        exit_url=settings.EXIT_URL,
        left_cookie=settings.LEFT_COOKIE,
        is_demo=settings.HELPLINE_ENV == "demo",
    )
