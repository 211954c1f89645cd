"""Giving, revoking and relying on a consent; and the few disclosures that rest on something else."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from helpline.audit.acting import Actor, record, record_each
from helpline.vault.sealing import CannotOpen
from intake.disclosures.applicability import applicability
from intake.disclosures.fitting import names_one_of, same_name
from intake.disclosures.models import Basis, Carried, Consent, Disclosure, Purpose, Restriction, SignedHow
from intake.disclosures.wording import NOTICE_VERSION, WORDINGS


class NoConsent(Exception):
    """There is no consent in force for this purpose: nothing may leave."""


class Restricted(NoConsent):
    """They asked us not to, and we must not, or agreed not to (42 CFR 2.26): nothing may leave, whatever was signed."""


def give(
    *,
    inquiry_id: uuid.UUID,
    purpose: str,
    patient_name: str,
    signature: str,
    how: str,
    recipients: str = "",
    by_the_person: bool,
    held_because: str = "",
    repeats: bool = False,
    signed_at: datetime | None = None,
    by: Actor,
) -> Consent:
    """Record a consent for one purpose as a new version. Raises ``ValueError`` when an element of 2.31(a) is missing.

    One that is ``held_because`` of something unlocks nothing until the privacy officer releases it. ``repeats`` lets us
    do it more than once, until it ends. ``signed_at`` is when they signed, if not now: its time runs from then.
    """
    wording = WORDINGS[purpose]
    versions = Consent.objects.filter(inquiry_id=inquiry_id, purpose=purpose)
    consent = Consent(
        inquiry_id=inquiry_id,
        version=versions.count() + 1,
        patient_name=patient_name.strip(),
        discloser=settings.SITE_NAME,
        information=wording.information,
        recipients=f"{wording.recipients}{': ' + recipients if recipients else ''}",
        redisclosure_text=wording.redisclosure,
        purpose=purpose,
        purpose_text=f"{wording.purpose} {wording.repeats}" if repeats else wording.purpose,
        repeats=repeats,
        revocation_text=wording.revocation,
        refusal_text=wording.refusal,
        signed_at=signed_at or Now(),
        expires_at=(signed_at or Now()) + timedelta(days=wording.days),
        signature=signature.strip(),
        signed_how=how,
        signer_is_the_person=by_the_person,
        held_because=held_because,
        wording_version=wording.version,
        wording_sha256=wording.sha256,
    )
    if missing := consent.deficiencies():
        raise ValueError(f"A consent names the person and carries their signature: missing {', '.join(missing)}.")
    consent.save(force_insert=True)
    record(
        by,
        "consented" if how != SignedHow.SPOKEN else "spoken_yes",
        "consent",
        [consent.pk],
        inquiry_id=inquiry_id,
    )
    return consent


def revoke(*, inquiry_id: uuid.UUID, purpose: str | None = None, by: Actor) -> int:
    """Take consents back at once; returns how many were in force. What waits to be sent will not be sent."""
    taken_back = Consent.objects.filter(inquiry_id=inquiry_id, revoked_at=None)
    if purpose:
        taken_back = taken_back.filter(purpose=purpose)
    ids = list(taken_back.values_list("pk", flat=True))
    Consent.objects.filter(pk__in=ids).update(revoked_at=Now())
    record(by, "revoked", "consent", ids, inquiry_id=inquiry_id)
    return len(ids)


def end_unfitting(*, inquiry_id: uuid.UUID, person: str, plans: list[str], caller_is_person: bool, by: Actor) -> int:
    """Revoke what was signed for somebody else, or names another plan, than the inquiry does now; and what was signed
    in the form, when the one who filled it in turns out not to be the person.

    A corrected spelling ends nothing. Returns how many ended; the person may sign again.
    """
    written = Consent.objects.filter(inquiry_id=inquiry_id, revoked_at=None).exclude(signed_how=SignedHow.SPOKEN)
    unfitting = [
        consent.pk
        for consent in written
        if not same_name(consent.patient_name, person)
        or (consent.purpose == Purpose.CHECK_INSURANCE and not names_one_of(consent.recipients, plans))
        or (consent.signed_how == SignedHow.FORM and not caller_is_person)
    ]
    Consent.objects.filter(pk__in=unfitting).update(revoked_at=Now())
    record(by, "revoked", "consent", unfitting, inquiry_id=inquiry_id, reason="names another person or plan")
    return len(unfitting)


def release(consent: Consent, *, by: Actor) -> bool:
    """Let a held consent count from now on; returns whether it was still held."""
    held = Consent.objects.held().filter(pk=consent.pk)
    released = bool(held.update(released_at=Now(), released_by=f"{by.kind}:{by.id}"))
    if released:
        record(by, "released", "consent", [consent.pk], inquiry_id=consent.inquiry_id)
    return released


def disclose(
    *,
    inquiry_id: uuid.UUID,
    purpose: str,
    recipient: str,
    fields: Iterable[str],
    about: uuid.UUID,
    carried: str,
    by: Actor,
) -> Disclosure:
    """Write the ledger row of an act about to happen. Call inside the transaction that commits to the act.

    The consents are locked against revocation and restriction until that transaction ends, so either is seen here or
    comes after. ``carried`` says how the notice and the consent's scope go along. Raises ``NoConsent``, ``Restricted``.
    """
    told = disclose_many([Act(inquiry_id, recipient, about)], purpose=purpose, fields=fields, carried=carried, by=by)[
        about
    ]
    if isinstance(told, Disclosure):
        return told
    raise told


@dataclass(frozen=True)
class Act:
    """One act about to happen: to whom we tell it, and the id of what carries it out."""

    inquiry_id: uuid.UUID
    recipient: str
    about: uuid.UUID


def disclose_many(
    acts: Sequence[Act], *, purpose: str, fields: Iterable[str], carried: str, by: Actor
) -> dict[uuid.UUID, Disclosure | Exception]:
    """As ``disclose``, for many acts of one kind in few statements: by ``about``, the ledger row or what forbids it.

    That is ``NoConsent``, ``Restricted``, or the error by which a consent cannot be read: none stops the others.
    """
    _in_a_transaction()
    inquiry_ids = [act.inquiry_id for act in acts]
    signed: dict[uuid.UUID, list[Consent]] = defaultdict(list)
    for one in Consent.objects.allowing(purpose, inquiry_ids).select_for_update(no_key=True):
        signed[one.inquiry_id].append(one)
    stopped = restricted(inquiry_ids, purpose)
    told: dict[uuid.UUID, Disclosure | Exception] = {}
    for act in acts:
        if act.inquiry_id in stopped:
            told[act.about] = Restricted()
            continue
        try:
            relied_on = next(iter(_sound(signed[act.inquiry_id])), None)
        except CannotOpen as error:
            told[act.about] = error
            continue
        told[act.about] = _ledger_row(act, relied_on, purpose, fields, carried, by) if relied_on else NoConsent()
    rows = [row for row in told.values() if isinstance(row, Disclosure)]
    Disclosure.objects.add(rows)
    record_each(by, "disclosed", "disclosure", [(row.pk, row.inquiry_id) for row in rows], reason=purpose)
    return told


def _ledger_row(act: Act, consent: Consent, purpose: str, fields: Iterable[str], carried: str, by: Actor) -> Disclosure:
    goes_along = applicability().notice_goes_along
    return Disclosure(
        inquiry_id=act.inquiry_id,
        consent_id=consent.pk,
        purpose=purpose,
        recipient=act.recipient,
        fields=list(fields),
        notice_version=NOTICE_VERSION if goes_along else "",
        carried=carried if goes_along else Carried.NOTHING,
        made_by=f"{by.kind}:{by.id}",
        about_id=act.about,
    )


def disclose_without_consent(
    *,
    inquiry_id: uuid.UUID,
    basis: Basis,
    recipient: str,
    fields: Iterable[str],
    reason: str,
    about: uuid.UUID,
    by: Actor,
) -> Disclosure:
    """The ledger row of a disclosure that the law allows without a consent. Raises ``ValueError`` without a reason."""
    _in_a_transaction()
    if basis == Basis.CONSENT or not reason.strip() or not recipient.strip():
        raise ValueError("Without a consent a disclosure says on what else it rests, to whom, and why.")
    disclosure = Disclosure.objects.create(
        inquiry_id=inquiry_id,
        basis=basis,
        recipient=recipient,
        fields=list(fields),
        reason=reason,
        made_by=f"{by.kind}:{by.id}",
        about_id=about,
    )
    record(by, "disclosed", "disclosure", [disclosure.pk], inquiry_id=inquiry_id, reason=basis)
    return disclosure


def restricted(inquiry_ids: Iterable[uuid.UUID], purpose: str) -> set[uuid.UUID]:
    """Those of which they asked us not to."""
    stopping = Restriction.objects.in_force().filter(inquiry_id__in=list(inquiry_ids), purpose=purpose)
    return set(stopping.values_list("inquiry_id", flat=True))


@dataclass(frozen=True)
class Agreed:
    """Where somebody's consents stand: what may be relied on, what they forbade, what the privacy officer holds."""

    consents: dict[str, Consent]
    restricted: frozenset[str]
    held: frozenset[str]


def agreed(inquiry_id: uuid.UUID) -> Agreed:
    stopped = Restriction.objects.in_force().filter(inquiry_id=inquiry_id).values_list("purpose", flat=True)
    restricted = frozenset(stopped)
    signed = list(Consent.objects.signed().filter(inquiry_id=inquiry_id).order_by("version"))
    relied_on = [one for one in _sound(signed) if not one.is_held and one.purpose not in restricted]
    held = frozenset(one.purpose for one in signed if one.is_held)
    return Agreed({one.purpose: one for one in relied_on}, restricted, held)


def standing(inquiry_id: uuid.UUID) -> dict[str, Consent]:
    """The consent that may be relied on for each purpose, by purpose; a restricted purpose has none."""
    return agreed(inquiry_id).consents


def sound(consent_id: uuid.UUID) -> Consent | None:
    """This very consent, if it may still be relied on and nothing restricts its purpose."""
    consent = next(iter(_sound(Consent.objects.in_force().filter(pk=consent_id))), None)
    return consent if consent and not restricted([consent.inquiry_id], consent.purpose) else None


def _sound(consents: Iterable[Consent]) -> list[Consent]:
    """Those that lack nothing on their face: the one place where a deficient consent is refused (2.31(c)(2))."""
    return [consent for consent in consents if not consent.deficiencies()]


def _in_a_transaction() -> None:
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("a disclosure belongs inside a transaction")


def ledger(inquiry_id: uuid.UUID) -> list[Disclosure]:
    return list(Disclosure.objects.filter(inquiry_id=inquiry_id).order_by(F("at").desc()))
