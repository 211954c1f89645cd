"""Asking a plan from the desk: again after a correction, or for the first time."""

from __future__ import annotations

from dataclasses import replace

from django.db import transaction
from django.db.models import ProtectedError
from django.db.models.functions import Now

from helpline.audit.acting import Actor, acting
from helpline.payers.models import Payer, PayerKind
from helpline.vault.blind import blind_indexes
from intake.calls.models import Call
from intake.disclosures.consenting import NoConsent, end_unfitting, standing
from intake.disclosures.models import Purpose
from intake.inquiries.answers import Answers
from intake.inquiries.events import announce
from intake.inquiries.models import CHANGED_MEANWHILE, ContactPoint, Inquiry, MoveRefused, normal_contact
from intake.inquiries.opening import answer_again, contact_points, put
from intake.insurance.models import Policy, Verification
from intake.insurance.nudging import nudge
from intake.insurance.policies import KINDS, keep_policy
from intake.insurance.verification import ask_for, hold_waiting, withdraw_waiting

OF_PAYERS = {str(payer): said for said, payer in KINDS.items() if payer != PayerKind.OTHER}
SAID_OF_A_CONTACT = ("address", "belongs_to_person", "shared", "voicemail_ok", "may_say_who_we_are", "hours")


class NothingToAsk(Exception):
    """No insurance is known for this inquiry."""


def correct(inquiry: Inquiry, answers: Answers, *, by: Actor) -> Inquiry:
    """Store what a consultant corrected or completed; triage is judged anew, and policy and contact rules follow.

    Raises ``MoveRefused`` when the inquiry was changed since ``inquiry`` was read.
    """
    with acting(by):
        hold_waiting(inquiry.pk)
        if not Inquiry.objects.select_for_update().filter(pk=inquiry.pk, version=inquiry.version).exists():
            raise MoveRefused(str(CHANGED_MEANWHILE))
        inquiry = answer_again(inquiry, answers)
        if put(inquiry.caller, name=answers.caller_name, relation=answers.relation or ""):
            inquiry.caller.save()
        _keep_contact_points(inquiry, answers)
        mind_consents(inquiry, keep_policy(inquiry, answers), by=by)
        announce("changed", inquiry.pk)
    return inquiry


def name_plan(inquiry: Inquiry, payer: Payer, *, by: Actor) -> Inquiry:
    """The insurer they meant, as the directory names it, with its kind where that is known. See ``correct``."""
    told = inquiry.answers.insurance
    kind = OF_PAYERS.get(payer.kind, told.kind)
    return correct(inquiry, replace(inquiry.answers, insurance=replace(told, payer_name=payer.name, kind=kind)), by=by)


def mind_consents(inquiry: Inquiry, policy: Policy | None, *, by: Actor) -> None:
    """What was signed for another person or plan ends, and what waits on it is not asked."""
    ended = end_unfitting(
        inquiry_id=inquiry.pk,
        person=inquiry.person.full_name,
        plans=[policy.payer_said, str(policy.payer or "")] if policy else [],
        caller_is_person=inquiry.caller_is_person,
        by=by,
    )
    if ended:
        withdraw_waiting(inquiry.pk)
        announce("revoked", inquiry.pk)


def _keep_contact_points(inquiry: Inquiry, answers: Answers) -> None:
    """What is safe is read from these rows: a voicemail no longer allowed is not left from now on."""
    wanted = {point.method: point for point in contact_points(answers)}
    wrong = Call.objects.wrong_numbers(inquiry.pk)
    for known in inquiry.contact_points.all():
        now = wanted.pop(known.method, None)
        if now is None:
            _forget(known)
            continue
        # Said again it may be used again, unless it was somebody else's when we called
        withdrawn_at = (
            known.withdrawn_at if wrong & set(blind_indexes("contact", normal_contact(now.address))) else None
        )
        said = {name: getattr(now, name) for name in SAID_OF_A_CONTACT}
        if put(known, withdrawn_at=withdrawn_at, **said):
            known.save()
    for point in wanted.values():
        point.inquiry = inquiry
        point.save(force_insert=True)


def _forget(point: ContactPoint) -> None:
    """A number no longer theirs goes; one that a callback or message names stays, taken back: the gate refuses it."""
    try:
        with transaction.atomic():
            point.delete()
    except ProtectedError:
        point.withdrawn_at = point.withdrawn_at or Now()
        point.save(update_fields=["withdrawn_at"])


def check_insurance(inquiry: Inquiry, *, by: Actor, anew: bool = False) -> Verification:
    """Put the question to the plan, with ``anew`` even if it answered today.

    Raises ``NoConsent`` when the person has not signed, ``NothingToAsk``.
    """
    with acting(by):
        if Purpose.CHECK_INSURANCE not in standing(inquiry.pk):
            raise NoConsent
        policy = keep_policy(inquiry, inquiry.answers)
        if policy is None or policy.kind == "none":
            raise NothingToAsk
        verification = ask_for(policy, anew=anew)
        nudge()
    return verification
