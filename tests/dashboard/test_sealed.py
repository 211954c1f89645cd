"""A sealed record opens for its owner, those who are named, and a broken glass; nothing of it is shown elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from helpline.accounts.models import User
from helpline.accounts.permissions import ROLES
from helpline.audit.models import AuditRecord
from intake.disclosures.models import BreakGlass, Disclosure, SealedRecord
from intake.inquiries.models import Event, Inquiry
from intake.insurance.models import CardPhoto, Verification
from intake.insurance.models import VerificationState as S
from intake.journey import break_glass
from intake.journey.log_call import plan_callback, take
from intake.journey.refer import refer
from tests.dashboard.conftest import a_program, opened, staff
from tests.dashboard.test_who_may import POSTED, _wanted, is_for_signing_in, names
from tests.insurance.answered import CARVED_OUT, answered

pytestmark = pytest.mark.django_db
# They name an inquiry and are meant for somebody who may not open it
FOR_OUTSIDERS = {"desk_open_sealed"}


@pytest.fixture
def owner() -> User:
    return staff("supervisor")


@pytest.fixture
def sealed(owner: User) -> Inquiry:
    inquiry = opened("inactive")
    take(inquiry, by=owner)
    break_glass.seal(inquiry, "A colleague's brother", by=owner)
    return inquiry


@pytest.fixture
def addresses(sealed: Inquiry, owner: User) -> dict[str, str]:
    """Every address of the desk that leads to this inquiry: by its id, or by that of something of it."""
    callback = plan_callback(sealed, due_at=timezone.now() + timedelta(1), contact_point=None, by=owner)
    referral = refer(sealed, a_program(), packet=False, by=owner)
    verification = Verification.objects.get()
    answered(verification, *CARVED_OUT)
    CardPhoto.objects.create(inquiry=sealed, content=b"a picture")
    given = {
        "inquiry_id": sealed.pk, "callback_id": callback.pk, "referral_id": referral.pk,
        "verification_id": verification.pk, "at": 1, "program_id": a_program("Another").pk, "name": "next",
    }  # fmt: skip
    return {name: reverse(name, kwargs=_wanted(name, given)) for name in _leading_there(set(given))}


def _leading_there(keys: set[str]) -> Iterator[str]:
    from django.urls import get_resolver

    for name in names():
        if not name.startswith("desk") or is_for_signing_in(name) or name in FOR_OUTSIDERS:
            continue
        [(_, parameters)] = get_resolver().reverse_dict.getlist(name)[0][0]
        if set(parameters) & keys and set(parameters) <= keys:
            yield name


def asked(client: Client, name: str, address: str) -> tuple[int, str]:
    answer = client.post(address) if name in POSTED else client.get(address)
    return answer.status_code, answer.content.decode(errors="replace")


def test_no_address_of_it_opens_for_a_colleague(addresses: dict[str, str], desk: Client) -> None:
    assert len(addresses) > 20
    for name, address in addresses.items():
        status, page = asked(desk, name, address)
        assert status == 403, name
        assert "This record is sealed" in page, name
        assert "Webb" not in page
        assert "cocaine" not in page


def test_who_tried_is_in_the_record(sealed: Inquiry, desk: Client, signed_in: Callable[[str], Client]) -> None:
    desk.get(reverse("desk_inquiry", args=[sealed.pk]))
    refused = AuditRecord.objects.get(action="refused", inquiry_id=sealed.pk)
    assert (refused.actor_id, refused.reason) == (str(staff("consultant").pk), "sealed")
    page = signed_in("privacy_officer").get("/desk/audit/", {"inquiry": sealed.pk}).content.decode()
    assert "Was refused the inquiry, because it is sealed" in page


def test_every_address_of_it_opens_for_its_owner(
    addresses: dict[str, str], signed_in: Callable[[str], Client], owner: User
) -> None:
    client = signed_in("supervisor")
    for name, address in addresses.items():
        assert asked(client, name, address)[0] < 400 or name == "desk_packet", name


def test_the_queue_says_sealed_and_nothing_else(
    sealed: Inquiry, desk: Client, signed_in: Callable[[str], Client]
) -> None:
    page = desk.get("/desk/").content.decode()
    assert "Sealed" in page
    assert "60601" not in page
    assert "60601" in signed_in("supervisor").get("/desk/").content.decode()


def test_finding_it_leads_to_a_closed_door(sealed: Inquiry, desk: Client) -> None:
    found = desk.post("/desk/find/", {"sought": sealed.reference_code}, follow=True)
    assert found.status_code == 403
    opened("inactive")
    page = desk.post("/desk/find/", {"sought": "312-555-0142"}).content.decode()
    assert page.count("Sealed") == 1


def test_the_phone_list_shows_no_plan_of_it(sealed: Inquiry, signed_in: Callable[[str], Client]) -> None:
    Verification.objects.update(state=S.BY_PHONE, finished_at=Now())
    page = signed_in("verifier").get("/desk/phone-checks/").content.decode()
    assert "Sealed" in page
    assert "Sandbox" not in page


def test_breaking_the_glass_lets_in_for_an_hour_and_tells_two_others(
    sealed: Inquiry, desk: Client, signed_in: Callable[[str], Client]
) -> None:
    address = reverse("desk_open_sealed", args=[sealed.pk])
    assert "Say why" in desk.post(address, {"reason": " "}).content.decode()
    page = desk.post(address, {"reason": "She says he took pills"}, follow=True)
    assert page.status_code == 200
    assert "Webb" in page.content.decode()
    assert Event.objects.filter(kind="break_glass", inquiry_id=sealed.pk).exists()
    assert AuditRecord.objects.filter(action="broke_glass", inquiry_id=sealed.pk).exists()
    for role in ("supervisor", "privacy_officer"):
        assert "to review" in signed_in(role).get("/desk/", follow=True).content.decode()
    BreakGlass.objects.update(until=Now() - timedelta(seconds=1))
    assert desk.get(reverse("desk_inquiry", args=[sealed.pk])).status_code == 403


def test_another_person_reviews_it_once(sealed: Inquiry, owner: User, signed_in: Callable[[str], Client]) -> None:
    glass = break_glass.break_open(sealed.pk, "danger", by=owner)
    address = reverse("desk_review_glass", args=[glass.pk])
    said = {"outcome": "right", "words": "Read the call note"}
    assert "Nobody reviews what they did" in signed_in("supervisor").post(address, said, follow=True).content.decode()
    officer = signed_in("privacy_officer")
    page = officer.get(address).content.decode()
    assert "danger" in page
    assert "Webb" not in page
    officer.post(address, said)
    glass.refresh_from_db()
    assert (glass.outcome, glass.reviewed_by.role) == ("right", "privacy_officer")
    assert "Somebody else had reviewed" in officer.post(address, said, follow=True).content.decode()
    with pytest.raises(IntegrityError), transaction.atomic():
        BreakGlass.objects.filter(pk=glass.pk).update(reviewed_by=glass.by)


def test_the_officer_names_readers_and_takes_the_seal_off(
    sealed: Inquiry, desk: Client, signed_in: Callable[[str], Client]
) -> None:
    officer, row = signed_in("privacy_officer"), SealedRecord.objects.get()
    address = reverse("desk_privacy_sealed", args=[row.pk])
    inquiry = reverse("desk_inquiry", args=[sealed.pk])
    officer.post(address, {"readers": [str(User.objects.get(role="consultant").pk)]})
    assert desk.get(inquiry).status_code == 200
    officer.post(address, {"readers": []})
    assert desk.get(inquiry).status_code == 403
    officer.post(address, {"unseal": ""})
    assert desk.get(inquiry).status_code == 200
    assert not officer.get(inquiry).content.decode().count("Webb")


def test_an_emergency_is_documented_as_2_51_asks_and_reviewed(desk: Client) -> None:
    inquiry = opened("mother")
    address = reverse("desk_emergency", args=[inquiry.pk])
    told = {
        "name": "R. Bell, RN", "affiliation": "St Mary, Birmingham", "nature": "Seizure, not breathing well",
        "reason": "Unconscious", "fields_told": ["substances", "amounts and last use"],
    }  # fmt: skip
    page = desk.post(address, told | {"name": ""}).content.decode()
    assert "Ask for their name" in page
    assert "not breathing well" in page
    assert not Disclosure.objects.exists()
    desk.post(address, told)
    row, glass = Disclosure.objects.get(), BreakGlass.objects.get()
    assert (row.basis, row.consent_id, row.about_id) == ("medical_emergency", None, glass.pk)
    assert (row.recipient, row.fields) == ("R. Bell, RN, St Mary, Birmingham", ["substances", "amounts and last use"])
    assert (glass.told_name, glass.until, glass.by.role) == ("R. Bell, RN", None, "consultant")


def test_a_report_of_abuse_tells_no_more_than_the_report(desk: Client) -> None:
    inquiry = opened("mother")
    address = reverse("desk_abuse_report", args=[inquiry.pk])
    page = desk.get(address).content.decode()
    assert "911 first" in page
    assert "is not the authority" in page
    said = {"authority": "County children's services", "what": "Bruises, report 123", "fields_told": ["substances"]}
    desk.post(address, said)
    assert not Disclosure.objects.exists()
    desk.post(address, said | {"fields_told": ["child's name", "what was said or seen"]})
    row = Disclosure.objects.get()
    assert (row.basis, row.reason, row.notice_version) == ("child_abuse_report", "Bruises, report 123", "")


@pytest.mark.parametrize("role", sorted(ROLES))
def test_whoever_takes_the_call_says_neither_yes_nor_no(role: str, signed_in: Callable[[str], Client]) -> None:
    client = signed_in(role)
    assert "neither confirm nor deny" in client.get("/desk/official/").content.decode()
    said = {"kind": "police", "who": "Sgt Hale, 2nd precinct", "asked": "Did she call?"}
    assert "Write who asked" in client.post("/desk/official/", said | {"who": ""}).content.decode()
    assert "neither yes nor no" in client.post("/desk/official/", said, follow=True).content.decode()
    assert not Disclosure.objects.exists()
    room = signed_in("privacy_officer").get("/desk/privacy/").content.decode()
    assert "Police or another agency" in room
