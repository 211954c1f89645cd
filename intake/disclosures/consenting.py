"""Giving, revoking and relying on a consent."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from helpline.audit.acting import Actor, record
from intake.disclosures.models import Consent, Disclosure, SignedHow
from intake.disclosures.wording import NOTICE_VERSION, WORDINGS


class NoConsent(Exception):
    """There is no consent in force for this purpose: nothing may leave."""


def give(
    *,
    inquiry_id: uuid.UUID,
    purpose: str,
    patient_name: str,
    signature: str,
    how: str,
    recipients: str = "",
    by_the_person: bool,
    by: Actor,
) -> Consent:
    """Record a consent for one purpose as a new version. Raises ``ValueError`` when the name or signature is empty."""
    if not patient_name.strip() or not signature.strip():
        raise ValueError("A consent names the person and carries their signature.")
    wording = WORDINGS[purpose]
    versions = Consent.objects.filter(inquiry_id=inquiry_id, purpose=purpose)
    consent = Consent.objects.create(
        inquiry_id=inquiry_id,
        version=versions.count() + 1,
        patient_name=patient_name.strip(),
        discloser=settings.SITE_NAME,
        information=wording.information,
        recipients=f"{wording.recipients}{': ' + recipients if recipients else ''}",
        purpose=purpose,
        revocation_text=wording.revocation,
        signed_at=Now(),
        expires_at=Now() + timedelta(days=wording.days),
        signature=signature.strip(),
        signed_how=how,
        signer_is_the_person=by_the_person,
        wording_version=wording.version,
        wording_sha256=wording.sha256,
    )
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


def disclose(
    *, inquiry_id: uuid.UUID, purpose: str, recipient: str, fields: Iterable[str], about: uuid.UUID, by: Actor
) -> Disclosure:
    """Write the ledger row of an act about to happen. Call inside the transaction that commits to the act.

    The consent row is locked against revocation until that transaction ends, so a revocation is either seen here or
    comes after. Raises ``NoConsent``.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("disclose() belongs inside a transaction")
    consent = Consent.objects.allowing(purpose, inquiry_id=inquiry_id).select_for_update(no_key=True).first()
    if consent is None:
        raise NoConsent
    disclosure = Disclosure.objects.create(
        inquiry_id=inquiry_id,
        consent_id=consent.pk,
        purpose=purpose,
        recipient=recipient,
        fields=list(fields),
        notice_version=NOTICE_VERSION,
        made_by=f"{by.kind}:{by.id}",
        about_id=about,
    )
    record(by, "disclosed", "disclosure", [disclosure.pk], inquiry_id=inquiry_id, reason=purpose)
    return disclosure


def standing(inquiry_id: uuid.UUID) -> dict[str, Consent]:
    """The consent in force for each purpose, by purpose."""
    return {c.purpose: c for c in Consent.objects.in_force().filter(inquiry_id=inquiry_id).order_by("version")}


def ledger(inquiry_id: uuid.UUID) -> list[Disclosure]:
    return list(Disclosure.objects.filter(inquiry_id=inquiry_id).order_by(F("at").desc()))
