"""The safe-contact gate: may we use this way of reaching them, for this, now? Plain Python.

Silence is "no": a number given without leave for voicemail gets no voicemail. ``at`` is the time of day at each place
they may be in (``inquiries.local_time``); with safe hours named and no such place known, the answer is no.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, time
from typing import Protocol

# In the caller's own time zone, as the form offers them (answers.PartOfDay)
HOURS = {
    "morning": (time(8), time(12)),
    "afternoon": (time(12), time(17)),
    "evening": (time(17), time(21)),
    "night": (time(21), time(8)),
}


class Reachable(Protocol):
    method: str
    shared: bool
    voicemail_ok: bool
    may_say_who_we_are: bool | None
    hours: str
    withdrawn_at: datetime | None


@dataclass(frozen=True)
class Leave:
    """Whether we may, and the reason in our own words when we may not."""

    given: bool
    why_not: str = ""


WITHDRAWN = Leave(False, "They took this back: do not use it")


def may_write(contact: Reachable, *, at: Collection[time]) -> Leave:
    """A text or e-mail says who we are by its nature, and whoever shares the device can read it."""
    if contact.withdrawn_at:
        return WITHDRAWN
    if contact.method not in {"text", "email"}:
        return Leave(False, "They did not choose to be written to")
    if contact.may_say_who_we_are is False:
        return Leave(False, "They said we may not say who we are, and a message does")
    if contact.shared and not contact.may_say_who_we_are:
        return Leave(False, "Somebody else uses this too, and they did not say we may name ourselves")
    return _in_safe_hours(contact, at) if contact.method == "text" else Leave(True)


def may_call(contact: Reachable, *, at: Collection[time]) -> Leave:
    if contact.withdrawn_at:
        return WITHDRAWN
    if contact.method != "call":
        return Leave(False, "They did not choose to be called")
    return _in_safe_hours(contact, at)


def may_leave_voicemail(contact: Reachable) -> Leave:
    if contact.withdrawn_at:
        return WITHDRAWN
    return Leave(True) if contact.voicemail_ok else Leave(False, "They did not say a voicemail is safe")


def _in_safe_hours(contact: Reachable, at: Collection[time]) -> Leave:
    parts = [part for part in contact.hours.split(",") if part]
    if not parts or "any" in parts:
        return Leave(True)
    if not at:
        return Leave(False, "We do not know what time it is where they are")
    if all(_within(parts, one) for one in at):
        return Leave(True)
    return Leave(False, "Outside the hours they said are safe")


def _within(parts: Collection[str], at: time) -> bool:
    return any(_between(*HOURS[part], at) for part in parts if part in HOURS)


def _between(start: time, end: time, at: time) -> bool:
    """Hours that begin before midnight may end after it."""
    return start <= at < end if start < end else at >= start or at < end
