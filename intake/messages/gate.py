"""The safe-contact gate: may we use this way of reaching them, for this, now? Plain Python.

Silence is "no": a number given without leave for voicemail gets no voicemail.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time
from typing import Protocol

# Hours in the caller's own time zone, as the form offers them (answers.PartOfDay)
HOURS = {"morning": (time(8), time(12)), "afternoon": (time(12), time(17)), "evening": (time(17), time(21))}


class Reachable(Protocol):
    method: str
    shared: bool
    voicemail_ok: bool
    may_say_who_we_are: bool
    hours: str


@dataclass(frozen=True)
class Leave:
    """Whether we may, and the reason in our own words when we may not."""

    given: bool
    why_not: str = ""


def may_write(contact: Reachable, *, at: time) -> Leave:
    """A text or e-mail says who we are by its nature, and whoever shares the device can read it."""
    if contact.method not in {"text", "email"}:
        return Leave(False, "They did not choose to be written to")
    if contact.shared and not contact.may_say_who_we_are:
        return Leave(False, "Somebody else uses this too, and they did not say we may name ourselves")
    if contact.method == "text" and not within(contact.hours, at):
        return Leave(False, "Outside the hours they said are safe")
    return Leave(True)


def may_call(contact: Reachable, *, at: time) -> Leave:
    if contact.method != "call":
        return Leave(False, "They did not choose to be called")
    return Leave(True) if within(contact.hours, at) else Leave(False, "Outside the hours they said are safe")


def may_leave_voicemail(contact: Reachable) -> Leave:
    return Leave(True) if contact.voicemail_ok else Leave(False, "They did not say a voicemail is safe")


def within(hours: str, at: time) -> bool:
    """``hours`` is a comma-separated list of parts of the day; empty or "any" means any time."""
    parts = [part for part in hours.split(",") if part]
    return not parts or "any" in parts or any(HOURS[p][0] <= at < HOURS[p][1] for p in parts if p in HOURS)
