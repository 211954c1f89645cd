"""The privacy officer's day: what waits, decided and answered, without opening an inquiry."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from helpline.accounts.models import User
from helpline.audit.acting import CALLER
from helpline.audit.models import AuditRecord
from intake.disclosures.consenting import give, standing
from intake.disclosures.models import (
    AccountingRequest,
    Breach,
    Consent,
    LegalText,
    OfficialRequest,
    Purpose,
    Restriction,
)
from intake.inquiries.models import Inquiry
from intake.journey.asked import take_official_request
from intake.journey.refer import refer
from tests.dashboard.conftest import a_program, opened, staff
from tests.dashboard.test_desk import agreed

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(signed_in: Callable[[str], Client]) -> Client:
    return signed_in("privacy_officer")


@pytest.fixture
def inquiry() -> Inquiry:
    return opened("mother")


def send(client: Client, name: str, *keys: object, **data: object) -> str:
    answer = client.post(reverse(name, args=keys), data, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_quiet_day_says_so_and_shows_what_nobody_signed(officer: Client) -> None:
    page = officer.get("/desk/", follow=True).content.decode()
    assert "9 things wait for you" in page
    assert "counts as a Part 2 program" in page
    for row in LegalText.objects.all():
        address = reverse("desk_privacy_sign_text", args=[row.pk])
        assert "Tick this when you have read it" in officer.post(address, {"role": "Privacy officer"}).content.decode()
        assert "Signed off." in send(officer, "desk_privacy_sign_text", row.pk, role="Privacy officer", read="on")
    assert "Nothing waits for you" in officer.get("/desk/privacy/").content.decode()
    assert LegalText.objects.get(kind="minors").signed_off_by == "Privacy_Officer"


def test_a_wish_is_kept_at_once_and_decided(officer: Client, desk: Client, inquiry: Inquiry) -> None:
    agreed(inquiry, Purpose.REFER)
    send(desk, "desk_rights", inquiry.pk, part="restriction", purpose="refer", what="No program in my town")
    assert "They asked us not to" in desk.get(reverse("desk_inquiry", args=[inquiry.pk])).content.decode()
    assert "binds us" in send(desk, "desk_open_packet", inquiry.pk, a_program().pk)
    row = Restriction.objects.get()
    page = officer.get(reverse("desk_privacy_restriction", args=[row.pk])).content.decode()
    assert "No program in my town" in page
    assert "Reyes" not in page
    assert "We do not agree" in send(officer, "desk_privacy_restriction", row.pk, to="refused")
    assert Purpose.REFER in standing(inquiry.pk)
    assert "tell them" in officer.get("/desk/privacy/").content.decode()
    assert "Requests to limit" not in send(officer, "desk_privacy_restriction", row.pk, to="told")


def test_what_was_paid_in_full_is_no_question(officer: Client, desk: Client, inquiry: Inquiry) -> None:
    send(
        desk, "desk_rights", inquiry.pk, part="restriction", purpose="check_insurance", what="Detox", paid_in_full="on"
    )
    row = Restriction.objects.get()
    assert row.state == "agreed"
    assert "cannot be refused" in send(officer, "desk_privacy_restriction", row.pk, to="refused")


def test_an_accounting_is_shown_printed_exported_and_answered(officer: Client, desk: Client, inquiry: Inquiry) -> None:
    agreed(inquiry, Purpose.REFER)
    refer(inquiry, a_program("Łódź House"), packet=True, by=User.objects.get(role="consultant"))
    send(desk, "desk_rights", inquiry.pk, part="accounting", kind="accounting", asked_on=timezone.localdate())
    row = AccountingRequest.objects.get()
    page = officer.get(reverse("desk_privacy_accounting", args=[row.pk])).content.decode()
    assert "Łódź House, Birmingham, AL 35203" in page
    assert "has a place for you" in page
    assert "clonazepam" not in page
    pdf = officer.get(reverse("desk_privacy_accounting_pdf", args=[row.pk]))
    assert pdf.content.startswith(b"%PDF")
    assert pdf["Cache-Control"] == "no-store"
    exported = AuditRecord.objects.filter(action="exported", inquiry_id=inquiry.pk, actor_kind="staff")
    assert exported.count() == 2
    assert "Answered." in send(officer, "desk_privacy_answered", row.pk)
    assert AccountingRequest.objects.get().answered_at


def test_a_breach_is_assessed_and_everybody_told(officer: Client) -> None:
    today = timezone.localdate()
    wrong = {"discovered_on": today + timedelta(1), "what": "kept words", "whom": "x"}
    page = send(officer, "desk_privacy_new_breach", **wrong)
    assert "has not come yet" in page
    assert "kept words" in page
    send(officer, "desk_privacy_new_breach", discovered_on=today, what="A lost phone", whom="Two people", people=2)
    row = Breach.objects.get()
    room = officer.get("/desk/privacy/").content.decode()
    assert "not assessed" in room
    assert f"{row.people_due_on:%b} {row.people_due_on.day}, {row.people_due_on.year}" in room
    page = send(officer, "desk_privacy_breach", row.pk, low_probability="yes", nature="Names")
    assert page.count("presumed until all four are answered") >= 3
    assert Breach.objects.get().low_probability is None
    send(officer, "desk_privacy_breach", row.pk, low_probability="no", people=2, people_told_on=today)
    row.refresh_from_db()
    assert (row.low_probability, row.is_settled, row.due_on) == (False, False, row.secretary_due_on)
    send(
        officer, "desk_privacy_breach", row.pk, low_probability="no", people=2, people_told_on=today,
        secretary_told_on=today,
    )  # fmt: skip
    assert Breach.objects.get().is_settled
    assert "Discovered" not in officer.get("/desk/privacy/").content.decode()


def test_an_official_is_answered_by_the_officer(officer: Client) -> None:
    row = take_official_request(by=staff("verifier"), kind="subpoena", who="A. Lawyer", asked="All records of J. Doe")
    page = officer.get(reverse("desk_privacy_official", args=[row.pk])).content.decode()
    assert "A subpoena alone opens nothing" in page
    assert "Write what was answered" in send(officer, "desk_privacy_official", row.pk, answer="")
    send(officer, "desk_privacy_official", row.pk, answer="Neither confirmed nor denied, by letter")
    assert OfficialRequest.objects.get().answered_by.role == "privacy_officer"


@pytest.mark.parametrize(("counts", "stands"), [("yes", True), ("no", False)])
def test_whether_a_minors_signature_counts_is_decided_here(
    officer: Client, inquiry: Inquiry, counts: str, stands: bool
) -> None:
    consent = give(
        inquiry_id=inquiry.pk, purpose=Purpose.REFER, patient_name="Daniel Reyes", signature="Daniel Reyes",
        how="link", by_the_person=True, held_because="minor", by=CALLER,
    )  # fmt: skip
    assert standing(inquiry.pk) == {}
    assert "Signed by somebody under 18" in officer.get("/desk/privacy/").content.decode()
    send(officer, "desk_privacy_held", consent.pk, counts=counts)
    assert (Purpose.REFER in standing(inquiry.pk)) is stands
    assert not Consent.objects.held().exists()


JUNK = ["", "\x00", "9" * 400, "💥", "-1", "2026-99-99", "<script>"]


@pytest.mark.parametrize("junk", JUNK)
def test_junk_is_answered_and_never_breaks(officer: Client, desk: Client, inquiry: Inquiry, junk: str) -> None:
    names = (
        "part", "purpose", "what", "kind", "asked_on", "reason", "name", "affiliation", "nature", "fields_told",
        "authority", "who", "reach", "asked", "answer_by", "discovered_on", "happened_on", "whom", "people", "to",
        "low_probability", "people_told_on", "outcome", "words", "role", "read", "readers", "counts", "answer",
    )  # fmt: skip
    data = dict.fromkeys(names, junk)
    for name in ("desk_rights", "desk_emergency", "desk_abuse_report", "desk_seal", "desk_open_sealed"):
        assert desk.post(reverse(name, args=[inquiry.pk]), data).status_code < 500, name
    for part in ("restriction", "accounting"):
        assert desk.post(reverse("desk_rights", args=[inquiry.pk]), data | {"part": part}).status_code < 500
    assert desk.post("/desk/official/", data).status_code < 500
    row = Breach.objects.create(discovered_on=timezone.localdate(), what="x", whom="x", recorded_by="x")
    text = LegalText.objects.get(kind="minors")
    assert officer.post(reverse("desk_privacy_breach", args=[row.pk]), data).status_code < 500
    assert officer.post(reverse("desk_privacy_new_breach"), data).status_code < 500
    assert officer.post(reverse("desk_privacy_sign_text", args=[text.pk]), data).status_code < 500
