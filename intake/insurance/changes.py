"""What changed between two answers, each line in words of the active language."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from intake.insurance.cover import APPROVAL, STATES, day_words, limit_words, money_words
from intake.insurance.x12 import codes
from intake.insurance.x12.comparing import CHANGED, SAME, Fact, Line, compare, ended
from intake.insurance.x12.summary import Coverage, Limit, Money, Summary

NETWORKS = {"in": "in network", "out": "out of network"}


@dataclass(frozen=True)
class Change:
    """``how``: changed, new, gone or same; empty words where that answer does not say it."""

    how: str
    about: str
    before: str
    after: str


def changes_in_words(before: Summary, after: Summary) -> tuple[list[Change], list[Change]]:
    """What differs, and what stayed the same."""
    every = [_change(line) for line in compare(before, after)]
    return [one for one in every if one.how != SAME], [one for one in every if one.how == SAME]


def what_matters(before: Summary, after: Summary) -> list[Change]:
    """What somebody at the desk has to hear of (``comparing.matters``), most important first."""
    told = [_change(line) for line in ended(before, after)]
    if before.substance_use is after.substance_use:
        return told
    stated = [_(STATES[summary.substance_use]) for summary in (before, after)]
    return [Change(CHANGED, _("Substance use care"), *stated), *told]


def _change(line: Line) -> Change:
    return Change(line.how, _about(line.fact), _words(line.before), _words(line.after))


def _about(fact: Fact) -> str:
    kinds = {
        "name": _("Name"),
        "status": _("Is it active"),
        "begins": _("Begins"),
        "ends": _("Ends"),
        "service": _("Covered"),
        "authorisation": _("Approval beforehand"),
        "suggestion": _("Somebody else to ask"),
    }
    parts = [fact.plan]
    if fact.kind in ("service", "authorisation", "money", "limit"):
        parts.append(codes.words("service_types", fact.about[0]))
    if isinstance(fact.item, Money | Limit) and fact.item.network in NETWORKS:
        parts.append(_(NETWORKS[fact.item.network]))
    parts.append(kinds.get(fact.kind, ""))
    return ": ".join(part for part in parts if part)


def _words(fact: Fact | None) -> str:
    if fact is None:
        return ""
    if isinstance(fact.item, Money):
        return money_words(fact.item)
    if isinstance(fact.item, Limit):
        return limit_words(fact.item)
    if fact.kind in ("status", "service"):
        active = {Coverage.COVERED: _("Active"), Coverage.NOT_COVERED: _("Not active")}
        stated = Coverage(fact.value)
        return active.get(stated, _("Not stated")) if fact.kind == "status" else _(STATES[stated])
    if fact.kind in ("begins", "ends"):
        return day_words(date.fromisoformat(fact.value))
    return _(APPROVAL[fact.value]) if fact.kind == "authorisation" else fact.value
