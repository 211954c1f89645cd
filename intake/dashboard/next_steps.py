"""What to do next, in order, read off the state of an inquiry."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from intake.board.case import Case
from intake.inquiries.models import State
from intake.inquiries.triage import Urgency
from intake.insurance.models import Verification
from intake.insurance.models import VerificationState as S


@dataclass(frozen=True)
class Step:
    words: str | Promise
    anchor: str
    pressing: bool = False


def next_steps(case: Case, *, now: datetime) -> list[Step]:
    return list(_steps(case, now))


def _steps(case: Case, now: datetime) -> Iterator[Step]:
    inquiry, verification = case.inquiry, case.verification
    if inquiry.state == State.CLOSED:
        yield Step(_("Closed. Open it again if they come back."), "close")
        return
    if inquiry.urgency == Urgency.DANGER_NOW:
        yield Step(_("Danger now: tell them first what to do this minute."), "triage", pressing=True)
    if inquiry.quarantined:
        yield Step(_("Set aside as a likely machine: read it, and say whether it is a person."), "top", pressing=True)
    if inquiry.owner_id is None:
        yield Step(_("Take it, so that nobody else calls too."), "top", pressing=inquiry.urgency <= Urgency.TODAY)
    if case.callback and case.callback.due_at <= now:
        yield Step(_("The callback you promised is due."), "calls", pressing=True)
    for referral in case.referrals_to_nowhere:
        words = _("%(program)s is no longer offered: tell them, and look for another place.")
        # Steps are printed with the inquiry, and a hidden place is not
        name = _("A hidden place") if referral.program.confidential else referral.program.name
        yield Step(words % {"program": name}, "referrals", pressing=True)
    for _referral in case.to_give:
        yield Step(_("A packet is open: give it, and say that you gave it."), "referrals", pressing=True)
    if case.contact_points and not case.usable_contact_points:
        yield Step(_("The number was wrong or was taken back: wait for their call or their code."), "contact")
    elif not case.contact_points:
        yield Step(_("No way to reach them: wait for their call or their code."), "contact")
    if case.changed_answers:
        yield Step(_("What their plan covers has changed: look at it, and tell them."), "insurance", pressing=True)
    if not case.answers.zip:
        yield Step(_("Ask for a ZIP code: without it no program can be found."), "told")
    yield from _about_insurance(case)
    if verification and verification.state in {S.BY_PHONE, S.UNKNOWN, S.CONFIGURATION}:
        yield Step(_("The plan has to be asked by phone."), "insurance")
    if len(case.open_referrals) > len(case.to_give):
        yield Step(_("Ask the program what became of the referral."), "referrals")
    elif case.answers.zip and not case.open_referrals:
        yield Step(_("Call the programs that fit, with them on the line."), "programs")
    if not case.open_referrals and not case.callback and inquiry.state != State.WAITING:
        yield Step(_("Plan a callback, or say how it ended."), "calls")


def _about_insurance(case: Case) -> Iterator[Step]:
    if not case.is_insured:
        return
    verification = case.verification
    if verification and verification.state == S.REJECTED:
        yield Step(_("Something on the card does not match: correct it and ask again."), "insurance", pressing=True)
    if not case.may_check and verification is None:
        if case.inquiry.caller_is_person:
            yield Step(_("They have not agreed that we ask their plan: offer the one-time link."), "consent")
        else:
            yield Step(_("Only the person can agree: offer a one-time link for them."), "consent")
    if verification and verification.coverage == Verification.Coverage.NOT_STATED and not case.was_called:
        yield Step(_("The plan did not say whether it covers this care: ask it by phone."), "insurance")
    if case.points_elsewhere:
        yield Step(_("Their plan points to another company: ask that one, too."), "insurance")
    if case.may_check and verification is None:
        yield Step(_("Ask their plan what it covers."), "insurance")
