"""A person's requests about their own records: asked, decided, answered."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models.functions import Now

from helpline.audit.acting import Actor, record
from intake.disclosures.applicability import applicability
from intake.disclosures.models import AccountingRequest, Basis, Consent, Disclosure, Purpose, Restriction

YEARS = 3


class MustAgree(Exception):
    """A plan may not be told of a service paid in full without it: this cannot be refused (2.26(a)(6))."""


class DecidedAlready(Exception):
    """Somebody decided it, and the person may have been told: a page that is out of date does not turn it round."""


# What may come before each decision
BEFORE: dict[str, set[str]] = {
    Restriction.State.AGREED: {Restriction.State.ASKED},
    Restriction.State.REFUSED: {Restriction.State.ASKED},
    Restriction.State.ENDED: {Restriction.State.ASKED, Restriction.State.AGREED},
}


def ask_restriction(*, inquiry_id: uuid.UUID, purpose: str, what: str, paid_in_full: bool, by: Actor) -> Restriction:
    """Write a request down; it binds from now on. One about a service paid in full is agreed to at once.

    Call inside ``acting``. Consents are locked first, so that a disclosure is either committed or sees this.
    """
    list(Consent.objects.filter(inquiry_id=inquiry_id).select_for_update())
    asked = Restriction.objects.create(
        inquiry_id=inquiry_id,
        purpose=Purpose.CHECK_INSURANCE if paid_in_full else purpose,
        paid_in_full=paid_in_full,
        what=what,
    )
    return decide_restriction(asked, Restriction.State.AGREED, by=by) if paid_in_full else asked


def decide_restriction(restriction: Restriction, state: str, *, by: Actor) -> Restriction:
    """Agree, refuse or end, once each. Raises ``MustAgree``, ``DecidedAlready``. Call inside ``acting``."""
    if restriction.paid_in_full and state == Restriction.State.REFUSED:
        raise MustAgree
    restriction = Restriction.objects.select_for_update().get(pk=restriction.pk)
    if restriction.state not in BEFORE[state]:
        raise DecidedAlready
    restriction.state, restriction.decided_at, restriction.decided_by = state, Now(), f"{by.kind}:{by.id}"
    restriction.save(update_fields=["state", "decided_at", "decided_by"])
    restriction.refresh_from_db()
    return restriction


def tell(restriction: Restriction) -> None:
    """The person knows what was decided. Call inside ``acting``."""
    restriction.told_at = Now()
    restriction.save(update_fields=["told_at"])


def ask_accounting(*, inquiry_id: uuid.UUID, kind: str, asked_on: date) -> AccountingRequest:
    """A request for an accounting or a list; one that is open already is given back. Call inside ``acting``.

    Raises ``ValueError`` for a list where we are no intermediary.
    """
    if kind == AccountingRequest.Kind.LIST and not applicability().answers_with_a_list:
        raise ValueError("Only an intermediary answers with a list (2.24).")
    request, _ = AccountingRequest.objects.get_or_create(
        inquiry_id=inquiry_id, kind=kind, answered_at=None, defaults={"asked_on": asked_on}
    )
    return request


@dataclass(frozen=True)
class Accounted:
    """One disclosure as 164.528(b)(2) asks: when, to whom with the address if known, what, and why."""

    at: datetime
    to_whom: str
    what: str
    why: str


def account_for(request: AccountingRequest, *, by: Actor) -> list[Accounted]:
    """What was disclosed in the three years before the request, oldest first; reading it is recorded as an export.

    An accounting has every consented disclosure, also those for treatment and payment, and those that rest on
    something else; a list of 2.24 has the consented ones.
    """
    since = years_before(request.asked_on)
    rows = Disclosure.objects.filter(inquiry_id=request.inquiry_id, at__date__gte=since).order_by("at")
    if request.kind == AccountingRequest.Kind.LIST:
        rows = rows.filter(basis=Basis.CONSENT)
    purposes = {consent.pk: consent.purpose_text for consent in Consent.objects.filter(inquiry_id=request.inquiry_id)}
    found = [Accounted(row.at, row.recipient, ", ".join(row.fields), _why(row, purposes)) for row in rows]
    record(by, "exported", "accounting", [request.pk], inquiry_id=request.inquiry_id, reason=request.kind)
    return found


def years_before(day: date) -> date:
    try:
        return day.replace(year=day.year - YEARS)
    except ValueError:  # 29 February
        return day.replace(year=day.year - YEARS, day=28)


def _why(row: Disclosure, purposes: dict[uuid.UUID, str]) -> str:
    if row.basis == Basis.CONSENT and row.consent_id:
        return purposes.get(row.consent_id) or row.get_purpose_display()
    return Basis(row.basis).label


def answer(request: AccountingRequest, *, by: Actor) -> None:
    """The person has it; said again, the first day stays. Call inside ``acting``."""
    still_open = AccountingRequest.objects.filter(pk=request.pk, answered_at=None)
    still_open.update(answered_at=Now(), answered_by=f"{by.kind}:{by.id}")
