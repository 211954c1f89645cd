"""Telling many at once is held to the same rules as telling one: both run here on the same cases."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models.functions import Now

from helpline.audit.acting import CALLER, Actor, acting
from helpline.audit.models import AuditRecord
from helpline.vault.sealing import CannotOpen
from intake.disclosures.consenting import Act, NoConsent, Restricted, disclose, disclose_many, give, release, revoke
from intake.disclosures.models import Carried, Consent, Disclosure, Purpose, SignedHow
from intake.disclosures.rights import ask_restriction

pytestmark = pytest.mark.django_db
TEST = Actor.process("test")
KIND = {
    "purpose": Purpose.CHECK_INSURANCE,
    "fields": ("name", "member ID"),
    "carried": Carried.BY_AGREEMENT,
    "by": TEST,
}


def signed(inquiry_id: uuid.UUID, **changes: object) -> Consent:
    given = {
        "inquiry_id": inquiry_id, "purpose": Purpose.CHECK_INSURANCE, "patient_name": "Daniel Reyes",
        "signature": "Daniel Reyes", "how": SignedHow.FORM, "by_the_person": True, "by": CALLER,
    }  # fmt: skip
    return give(**given | changes)  # type: ignore[arg-type]


def limited(inquiry_id: uuid.UUID) -> None:
    signed(inquiry_id)
    with acting(TEST):
        ask_restriction(inquiry_id=inquiry_id, purpose="check_insurance", what="all", paid_in_full=False, by=TEST)


def spoilt(inquiry_id: uuid.UUID) -> None:
    consent = signed(inquiry_id)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE disclosures_consent SET signature = 'v1.gone.AAAA' WHERE id = %s", [consent.pk])


def unsigned(inquiry_id: uuid.UUID) -> None:
    consent = signed(inquiry_id)
    consent.signature = "  "
    consent.save(update_fields=["signature"])


def expired(inquiry_id: uuid.UUID) -> None:
    signed(inquiry_id)
    long_ago = Now() - timedelta(days=900)
    Consent.objects.filter(inquiry_id=inquiry_id).update(signed_at=long_ago, expires_at=Now() - timedelta(seconds=1))


def taken_back(inquiry_id: uuid.UUID) -> None:
    signed(inquiry_id)
    revoke(inquiry_id=inquiry_id, by=CALLER)


def given_again(inquiry_id: uuid.UUID) -> None:
    unsigned(inquiry_id)
    signed(inquiry_id)


CASES: dict[str, tuple[Callable[[uuid.UUID], object], type]] = {
    "sound": (signed, Disclosure),
    "of two the newest": (given_again, Disclosure),
    "held and released": (lambda one: release(signed(one, held_because="minor"), by=TEST), Disclosure),
    "none": (lambda one: None, NoConsent),
    "spoken": (lambda one: signed(one, how=SignedHow.SPOKEN), NoConsent),
    "somebody else's wish": (lambda one: signed(one, by_the_person=False), NoConsent),
    "for another purpose": (lambda one: signed(one, purpose=Purpose.REFER), NoConsent),
    "held": (lambda one: signed(one, held_because="minor"), NoConsent),
    "deficient": (unsigned, NoConsent),
    "expired": (expired, NoConsent),
    "taken back": (taken_back, NoConsent),
    "restricted": (limited, Restricted),
    "unreadable": (spoilt, CannotOpen),
}


def told_alone(inquiry_id: uuid.UUID) -> Disclosure | Exception:
    try:
        with acting(TEST):
            return disclose(inquiry_id=inquiry_id, recipient="A plan", about=uuid.uuid4(), **KIND)  # type: ignore[arg-type]
    except (NoConsent, CannotOpen) as refused:
        return refused


def said(row: Disclosure) -> dict[str, object]:
    """What the ledger keeps of it, as it was written."""
    row = Disclosure.objects.get(pk=row.pk)
    return {name: getattr(row, name) for name in Disclosure.privacy if name not in ("id", "at", "about_id")}


def test_one_and_many_are_refused_and_written_alike() -> None:
    people = {name: uuid.uuid4() for name in CASES}
    for name, (make, _) in CASES.items():
        make(people[name])
    alone = {name: told_alone(people[name]) for name in CASES}
    acts = {name: Act(people[name], "A plan", uuid.uuid4()) for name in CASES}
    with acting(TEST):
        together = disclose_many(list(acts.values()), **KIND)  # type: ignore[arg-type]
    for name, (_, expected) in CASES.items():
        one, many = alone[name], together[acts[name].about]
        assert (type(one), type(many)) == (expected, expected), name
        if isinstance(one, Disclosure) and isinstance(many, Disclosure):
            assert said(one) == said(many), name
            assert said(many)["recipient"] == "A plan"
            assert Disclosure.objects.get(pk=many.pk).about_id == acts[name].about
            assert AuditRecord.objects.filter(action="disclosed", subject_id=str(many.pk)).count() == 1
    assert Disclosure.objects.count() == 2 * 3
