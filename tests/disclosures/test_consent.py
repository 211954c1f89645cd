"""Nothing leaves without a consent that the person themselves signed, that stands, and that covers it."""

import hashlib
import uuid
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from helpline.audit.acting import CALLER, Actor, acting
from helpline.audit.models import AuditRecord
from intake.disclosures.consenting import NoConsent, disclose, give, ledger, revoke, standing
from intake.disclosures.models import Consent, Disclosure, Purpose, SignedHow
from intake.disclosures.wording import NOTICE_LONG, NOTICE_SHORT

pytestmark = pytest.mark.django_db
INQUIRY = uuid.UUID(int=7)


def signed(**changes: object) -> Consent:
    given = {
        "inquiry_id": INQUIRY, "purpose": Purpose.CHECK_INSURANCE, "patient_name": "Daniel Reyes",
        "signature": "Daniel Reyes", "how": SignedHow.FORM, "by_the_person": True, "by": CALLER,
    }  # fmt: skip
    return give(**given | changes)  # type: ignore[arg-type]


def leave(**changes: object) -> Disclosure:
    told = {
        "inquiry_id": INQUIRY, "purpose": Purpose.CHECK_INSURANCE, "recipient": "A plan", "fields": ["name"],
        "about": uuid.uuid4(), "carried": "with_it", "by": Actor.process("test"),
    }  # fmt: skip
    with acting(Actor.process("test")):
        return disclose(**told | changes)  # type: ignore[arg-type]


def test_the_ledger_row_names_the_consent_the_fields_the_recipient_and_the_notice() -> None:
    consent = signed()
    row = leave()
    assert (row.consent_id, row.fields, row.recipient, row.notice_version) == (
        consent.pk,
        ["name"],
        "A plan",
        "2.32(a) 2024",
    )
    assert ledger(INQUIRY) == [row]
    assert AuditRecord.objects.filter(action="disclosed", inquiry_id=INQUIRY).count() == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"how": SignedHow.SPOKEN},
        {"by_the_person": False},
        {"purpose": Purpose.REFER},
        {"inquiry_id": uuid.UUID(int=8)},
    ],
    ids=["spoken yes", "somebody else's wish", "for another purpose", "another person's"],
)
def test_these_unlock_nothing(changes: dict[str, object]) -> None:
    signed(**changes)
    with pytest.raises(NoConsent):
        leave()
    assert not Disclosure.objects.exists()


def test_revoked_or_expired_it_unlocks_nothing() -> None:
    signed()
    assert revoke(inquiry_id=INQUIRY, by=CALLER) == 1
    with pytest.raises(NoConsent):
        leave()
    again = signed()
    Consent.objects.filter(pk=again.pk).update(
        signed_at=Now() - timedelta(days=9), expires_at=Now() - timedelta(days=1)
    )
    with pytest.raises(NoConsent):
        leave()
    assert again.version == 2
    assert standing(INQUIRY) == {}


@pytest.mark.parametrize("missing", ["patient_name", "signature"])
def test_without_name_or_signature_it_is_no_consent(missing: str) -> None:
    with pytest.raises(ValueError, match="names the person"):
        signed(**{missing: "  "})


def test_the_database_holds_what_belongs_together() -> None:
    consent = signed()
    with pytest.raises(IntegrityError), transaction.atomic():
        Consent.objects.filter(pk=consent.pk).update(information="")
    with pytest.raises(IntegrityError), transaction.atomic():
        Consent.objects.filter(pk=consent.pk).update(expires_at=Now() - timedelta(days=999))


def test_one_act_has_one_ledger_row() -> None:
    signed()
    act = uuid.uuid4()
    leave(about=act)
    with pytest.raises(IntegrityError), transaction.atomic():
        leave(about=act)


def test_the_regulations_notice_is_word_for_word() -> None:
    """42 CFR 2.32(a) as amended in 2024; the wording before 2024 is all over the web."""
    assert (
        hashlib.sha256(NOTICE_SHORT.encode()).hexdigest()
        == "79fee3d6dff7e052183c61b66bfed589f0f45dcf330bb277e07b396bd12e9774"
    )
    assert (
        hashlib.sha256(NOTICE_LONG.encode()).hexdigest()
        == "d82205a18044f9f45776343d91e26d8ddb44bf13e136af169ec73d755facd9a8"
    )
