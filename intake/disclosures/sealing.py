"""Who may open a sealed record, and what happens when somebody does."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import timedelta

from django.db.models import Exists, OuterRef
from django.db.models.functions import Now

from helpline.accounts.models import User
from helpline.audit.acting import Actor, record
from intake.disclosures.consenting import disclose_without_consent
from intake.disclosures.models import Basis, BreakGlass, SealedRecord

OPEN_FOR = timedelta(minutes=60)


class SamePerson(Exception):
    """Nobody reviews what they did themselves."""


def closed_to(user: User, inquiry_ids: Iterable[uuid.UUID] | None = None) -> set[uuid.UUID]:
    """Sealed inquiries this user is no reader of and has not broken open; whoever owns one is not considered here."""
    sealed = SealedRecord.objects.standing().exclude(readers__contains=[user.pk])
    if inquiry_ids is not None:
        sealed = sealed.filter(inquiry_id__in=list(inquiry_ids))
    opened = BreakGlass.objects.open_for(user.pk).filter(inquiry_id=OuterRef("inquiry_id"))
    return set(sealed.exclude(Exists(opened)).values_list("inquiry_id", flat=True))


def is_sealed(inquiry_id: uuid.UUID) -> bool:
    return SealedRecord.objects.standing().filter(inquiry_id=inquiry_id).exists()


def seal(inquiry_id: uuid.UUID, reason: str, *, by: User) -> SealedRecord:
    """Seal it, or give back the seal there is. Call inside ``acting``."""
    sealed, _ = SealedRecord.objects.standing().get_or_create(
        inquiry_id=inquiry_id, unsealed_at=None, defaults={"reason": reason, "sealed_by": by}
    )
    return sealed


def unseal(sealed: SealedRecord, *, by: User) -> None:
    """Call inside ``acting``."""
    SealedRecord.objects.standing().filter(pk=sealed.pk).update(unsealed_by=by, unsealed_at=Now())


def break_open(inquiry_id: uuid.UUID, reason: str, *, by: User) -> BreakGlass:
    """Let this user into a sealed record for an hour. Call inside ``acting``."""
    glass = BreakGlass.objects.create(
        inquiry_id=inquiry_id, kind=BreakGlass.Kind.SEALED_RECORD, by=by, reason=reason, until=Now() + OPEN_FOR
    )
    record(Actor.staff(by), "broke_glass", "inquiry", [inquiry_id], inquiry_id=inquiry_id, reason=glass.kind)
    return glass


def tell_in_emergency(
    inquiry_id: uuid.UUID, *, name: str, affiliation: str, nature: str, reason: str, fields: Iterable[str], by: User
) -> BreakGlass:
    """Document what medical personnel were told without a consent (2.51(c)). Call inside ``acting``."""
    glass = BreakGlass.objects.create(
        inquiry_id=inquiry_id,
        kind=BreakGlass.Kind.MEDICAL_EMERGENCY,
        by=by,
        reason=reason,
        told_name=name,
        told_affiliation=affiliation,
        nature=nature,
    )
    disclose_without_consent(
        inquiry_id=inquiry_id,
        basis=Basis.MEDICAL_EMERGENCY,
        recipient=f"{name}, {affiliation}",
        fields=fields,
        reason=f"{nature}. {reason}",
        about=glass.pk,
        by=Actor.staff(by),
    )
    return glass


def review(glass: BreakGlass, *, outcome: str, words: str, by: User) -> bool:
    """Look at it afterwards; returns whether nobody had. Raises ``SamePerson``. Call inside ``acting``."""
    if glass.by_id == by.pk:
        raise SamePerson
    still_open = BreakGlass.objects.select_for_update().filter(pk=glass.pk, reviewed_at=None).first()
    if still_open is None:
        return False
    still_open.reviewed_by, still_open.reviewed_at, still_open.outcome = by, Now(), outcome
    still_open.review = words
    still_open.save(update_fields=["reviewed_by", "reviewed_at", "outcome", "review"])
    return True
