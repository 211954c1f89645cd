"""Generated consents and disclosures: none gets by, and what leaves is in the ledger once with what it rests on."""

from __future__ import annotations

import random
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpline.audit.acting import CALLER, Actor, acting
from intake.disclosures.consenting import NoConsent, disclose, give, release, revoke
from intake.disclosures.models import AccountingRequest, Carried, Consent, Disclosure, Purpose, Restriction, SignedHow
from intake.disclosures.rights import account_for, ask_restriction, decide_restriction

pytestmark = pytest.mark.django_db
PEOPLE = [uuid.UUID(int=1), uuid.UUID(int=2)]
TEST = Actor.process("test")

consents = st.fixed_dictionaries(
    {
        "inquiry_id": st.sampled_from(PEOPLE),
        "purpose": st.sampled_from(Purpose.values),
        "how": st.sampled_from(SignedHow.values),
        "by_the_person": st.booleans(),
        "held": st.sampled_from(["", "", "held", "released"]),
        "after": st.sampled_from(["", "", "", "revoked", "expired", "deficient"]),
    }
)
restrictions = st.fixed_dictionaries(
    {
        "inquiry_id": st.sampled_from(PEOPLE),
        "purpose": st.sampled_from(Purpose.values),
        "paid_in_full": st.booleans(),
        "state": st.sampled_from(["asked", "agreed", "refused", "ended"]),
    }
)
acts = st.tuples(st.sampled_from(PEOPLE), st.sampled_from(Purpose.values))


def signed(said: dict[str, Any]) -> bool:
    """Record the consent; returns whether it should count, by a reading of 2.31 that is independent of the code."""
    consent = give(
        inquiry_id=said["inquiry_id"], purpose=said["purpose"], patient_name="Ana Ruiz", signature="Ana Ruiz",
        how=said["how"], by_the_person=said["by_the_person"], held_because="minor" if said["held"] else "", by=CALLER,
    )  # fmt: skip
    if said["held"] == "released":
        release(consent, by=TEST)
    if said["after"] == "revoked":
        Consent.objects.filter(pk=consent.pk).update(revoked_at=Now())
    elif said["after"] == "expired":
        past = {"signed_at": Now() - timedelta(days=9), "expires_at": Now() - timedelta(seconds=1)}
        Consent.objects.filter(pk=consent.pk).update(**past)
    elif said["after"] == "deficient":
        consent.refresh_from_db()
        consent.signature = "  "
        consent.save(update_fields=["signature"])
    return said["by_the_person"] and said["how"] != "spoken" and said["held"] != "held" and not said["after"]


def limited(said: dict[str, Any]) -> tuple[uuid.UUID, str] | None:
    """Record the restriction; returns what it stops, if it binds."""
    with acting(TEST):
        asked = ask_restriction(
            inquiry_id=said["inquiry_id"], purpose=said["purpose"], what="?", paid_in_full=said["paid_in_full"], by=TEST
        )
        if said["state"] == "ended" or (said["state"] != "asked" and not said["paid_in_full"]):
            decide_restriction(asked, said["state"], by=TEST)
    asked.refresh_from_db()
    return (asked.inquiry_id, asked.purpose) if asked.state in ("asked", "agreed") else None


def leaves(inquiry_id: uuid.UUID, purpose: str) -> bool:
    try:
        with acting(TEST):
            disclose(
                inquiry_id=inquiry_id, purpose=purpose, recipient="A recipient", fields=["name"], about=uuid.uuid4(),
                carried=Carried.WITH_IT, by=TEST,
            )  # fmt: skip
    except NoConsent:
        return False
    return True


def no_bypass(given_: list[dict[str, Any]], limits: list[dict[str, Any]], wanted: list[tuple[uuid.UUID, str]]) -> None:
    with transaction.atomic():
        counting = {(c["inquiry_id"], c["purpose"]) for c in given_ if signed(c)}
        stopped = {limited(r) for r in limits}
        left = [act for act in wanted if leaves(*act)]
        assert left == [act for act in wanted if act in counting and act not in stopped]
        ledger = list(Disclosure.objects.order_by("id"))
        assert [(row.inquiry_id, row.purpose) for row in ledger] == left
        for row in ledger:
            rests_on = Consent.objects.get(pk=row.consent_id)
            assert (rests_on.inquiry_id, rests_on.purpose) == (row.inquiry_id, row.purpose)
            assert rests_on.deficiencies() == []
            assert row.notice_version
        for person in PEOPLE:
            request = AccountingRequest(inquiry_id=person, asked_on=ledger[0].at.date()) if ledger else None
            if request:
                mine = [row for row in ledger if row.inquiry_id == person]
                assert len(account_for(request, by=TEST)) == len(mine)
            revoke(inquiry_id=person, by=CALLER)
        assert not any(leaves(*act) for act in wanted)
        transaction.set_rollback(True)


GENERATED = {
    "given_": st.lists(consents, max_size=4),
    "limits": st.lists(restrictions, max_size=2),
    "wanted": st.lists(acts, min_size=1, max_size=4),
}
QUIET = {"deadline": None, "suppress_health_check": list(HealthCheck)}


@settings(max_examples=150, **QUIET)
@given(**GENERATED)
def test_nothing_gets_by(given_: Any, limits: Any, wanted: Any) -> None:
    no_bypass(given_, limits, wanted)


def a_copy(of: Consent, **changes: Any) -> Consent:
    return Consent(**{field.attname: getattr(of, field.attname) for field in Consent._meta.fields} | changes)


@pytest.mark.slow
@pytest.mark.timeout(120)
def test_nothing_gets_by_among_ten_thousand_consents() -> None:
    """One population instead of many small ones: 10,000 consents of 2,000 people, and each act tried on all of them."""
    chance, now = random.Random(20261124), timezone.now()  # a population, no secret
    people, counting, consents = [uuid.uuid4() for _ in range(2000)], {}, []
    for purpose in Purpose.values:
        like = give(
            inquiry_id=uuid.uuid4(), purpose=purpose, patient_name="Ana Ruiz", signature="Ana Ruiz", how="form",
            by_the_person=True, by=CALLER,
        )  # fmt: skip
        for person in people:
            for version in range(1, chance.choice([1, 2, 3, 4, 5]) + 1):
                how, own = chance.choice(SignedHow.values), chance.random() < 0.7
                held, after = (
                    chance.choice(["", "", "held", "released"]),
                    chance.choice(["", "revoked", "expired", "bare"]),
                )
                over = after == "expired"
                made = a_copy(
                    like, id=uuid.uuid4(), inquiry_id=person, version=version, signed_how=how, signer_is_the_person=own,
                    patient_name="Ana Ruiz", recipients="Them", signature="  " if after == "bare" else "Ana Ruiz",
                    held_because="minor" if held else "", released_at=now if held == "released" else None,
                    released_by="staff:x" if held == "released" else "", revoked_at=now if after == "revoked" else None,
                    signed_at=now - timedelta(days=9), expires_at=now + timedelta(days=-1 if over else 9),
                )  # fmt: skip
                consents.append(made)
                if own and how != "spoken" and held != "held" and not after:
                    counting.setdefault((person, purpose), set()).add(made.pk)
    Consent.objects.bulk_create(consents, batch_size=1000)
    acts = [(person, purpose) for person in people for purpose in Purpose.values]
    stopped = set(chance.sample(acts, 600))
    Restriction.objects.bulk_create(Restriction(inquiry_id=one, purpose=purpose, what="?") for one, purpose in stopped)
    left = {act for act in acts if leaves(*act)}
    assert left == set(counting) - stopped
    assert 500 < len(left) < 3500
    rows = list(Disclosure.objects.all())
    assert len(rows) == len(left)
    assert all(row.consent_id in counting[row.inquiry_id, row.purpose] and row.notice_version for row in rows)
    Consent.objects.update(revoked_at=now)
    assert not any(leaves(*act) for act in chance.sample(sorted(left), 300))
