"""What a person, or somebody official, asks about records; and a report that the law asks of us."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import date

from helpline.accounts.models import User
from helpline.audit.acting import Actor, acting
from helpline.vault.ids import new_id
from intake.disclosures import rights
from intake.disclosures.consenting import disclose_without_consent, release, revoke
from intake.disclosures.models import (
    AccountingRequest,
    Basis,
    Consent,
    CourtOrder,
    Disclosure,
    LegalText,
    OfficialRequest,
    Restriction,
)
from intake.inquiries.events import announce
from intake.inquiries.models import Inquiry
from intake.journey.own_code import behind_own_code

# 2.12(c)(6) covers the report itself and nothing of the records behind it
REPORT_FIELDS = (
    "child's name", "child's age", "where the child is", "what was said or seen", "who is suspected",
    "who said it", "how to reach us",
)  # fmt: skip

# What there is of a person here, for the scope of a court's order
ORDER_FIELDS = (
    "name", "age and birth date", "how to reach them", "when they contacted us", "substances and health",
    "what was said on calls", "insurance", "referrals",
)  # fmt: skip


def ask_restriction(inquiry: Inquiry, *, purpose: str, what: str, paid_in_full: bool, by: User) -> Restriction:
    actor = Actor.staff(by)
    with acting(actor):
        asked = rights.ask_restriction(
            inquiry_id=inquiry.pk, purpose=purpose, what=what, paid_in_full=paid_in_full, by=actor
        )
        announce("revoked", inquiry.pk)
    return asked


def decide_restriction(restriction: Restriction, state: str, *, by: User) -> None:
    """Raises ``MustAgree`` when the law leaves no choice, ``DecidedAlready``."""
    with acting(Actor.staff(by)):
        rights.decide_restriction(restriction, state, by=Actor.staff(by))
        announce("revoked", restriction.inquiry_id)


def tell_decision(restriction: Restriction, *, by: User) -> None:
    with acting(Actor.staff(by)):
        rights.tell(restriction)


def ask_accounting(inquiry: Inquiry, *, kind: str, asked_on: date, by: User) -> AccountingRequest:
    """Raises ``ValueError`` for a list of 2.24 where we are no intermediary."""
    with acting(Actor.staff(by)):
        return rights.ask_accounting(inquiry_id=inquiry.pk, kind=kind, asked_on=asked_on)


def behind_code(code: str) -> uuid.UUID | None:
    """Whose records a reference code, or the person's own code, names; the own code also after they were erased."""
    inquiry = Inquiry.objects.only("pk").by_reference(code)
    link = None if inquiry else behind_own_code(code)
    return inquiry.pk if inquiry else link.subject if link else None


def ask_accounting_by_code(code: str, *, kind: str, asked_on: date, by: User) -> AccountingRequest | None:
    """As ``ask_accounting``, for whoever a code names; None when it names nobody."""
    inquiry_id = behind_code(code)
    if inquiry_id is None:
        return None
    with acting(Actor.staff(by)):
        return rights.ask_accounting(inquiry_id=inquiry_id, kind=kind, asked_on=asked_on)


def record_court_order(
    request: OfficialRequest, inquiry_id: uuid.UUID, *, recipient: str, fields: Iterable[str], by: User, **order: object
) -> CourtOrder:
    """The order, its subpoena, and the ledger row of what they make us disclose. It sends nothing.

    Once a request and record: a second time gives back what is there. Raises ``ValueError`` for a field that we have
    nothing of.
    """
    told, actor = list(fields), Actor.staff(by)
    if beyond := set(told) - set(ORDER_FIELDS):
        raise ValueError(f"Nothing we keep: {', '.join(sorted(beyond))}")
    with acting(actor):
        OfficialRequest.objects.select_for_update().get(pk=request.pk)
        if known := CourtOrder.objects.filter(request=request, inquiry_id=inquiry_id).first():
            return known
        made = CourtOrder.objects.create(request=request, inquiry_id=inquiry_id, recorded_by=by, **order)
        disclose_without_consent(
            inquiry_id=inquiry_id,
            basis=Basis.COURT_ORDER,
            recipient=recipient,
            fields=told,
            reason=f"{made.court}, {made.number}; {made.subpoena}. {made.scope}",
            about=made.pk,
            by=actor,
        )
        announce("changed", inquiry_id)
    return made


def answer_accounting(request: AccountingRequest, *, by: User) -> None:
    with acting(Actor.staff(by)):
        rights.answer(request, by=Actor.staff(by))


def take_official_request(*, by: User, **told: object) -> OfficialRequest:
    """Write down who asked and for what. Nothing is looked up, and nothing is disclosed."""
    with acting(Actor.staff(by)):
        return OfficialRequest.objects.create(taken_by=by, **told)


def report_abuse(inquiry: Inquiry, *, authority: str, fields: Iterable[str], what: str, by: User) -> Disclosure:
    """The ledger row of a report of suspected child abuse or neglect. Raises ``ValueError`` for a field beyond it."""
    told = list(fields)
    if beyond := set(told) - set(REPORT_FIELDS):
        raise ValueError(f"Not part of a report: {', '.join(sorted(beyond))}")
    actor = Actor.staff(by)
    with acting(actor):
        row = disclose_without_consent(
            inquiry_id=inquiry.pk,
            basis=Basis.CHILD_ABUSE_REPORT,
            recipient=authority,
            fields=told,
            reason=what,
            about=new_id(),
            by=actor,
        )
        announce("changed", inquiry.pk)
    return row


def decide_held(consent: Consent, *, counts: bool, by: User) -> None:
    """Whether a minor's own signature is enough where they live; if not, the consent is ended."""
    actor = Actor.staff(by)
    with acting(actor):
        if counts:
            release(consent, by=actor)
        else:
            revoke(inquiry_id=consent.inquiry_id, purpose=consent.purpose, by=actor)
        announce("consented" if counts else "revoked", consent.inquiry_id)


def sign_off(text: LegalText, *, role: str, by: User) -> None:
    """Raises ``ValueError`` without a role, ``AlreadySigned``."""
    with acting(Actor.staff(by)):
        text.sign_off(name=by.name, role=role)
