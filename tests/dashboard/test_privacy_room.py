"""The privacy officer's day: what waits, decided and answered, without opening an inquiry."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

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
    CourtOrder,
    Disclosure,
    LegalText,
    OfficialRequest,
    Purpose,
    Restriction,
)
from intake.inquiries.models import Inquiry
from intake.journey.asked import ask_accounting, ask_restriction, take_official_request
from intake.journey.own_code import give_own_code
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


def test_a_page_that_is_out_of_date_does_not_turn_round_what_was_agreed(officer: Client, inquiry: Inquiry) -> None:
    row = ask_restriction(inquiry, purpose="refer", what="x", paid_in_full=False, by=staff("consultant"))
    send(officer, "desk_privacy_restriction", row.pk, to="agreed")
    assert "decided this already" in send(officer, "desk_privacy_restriction", row.pk, to="refused")
    assert Restriction.objects.get().state == "agreed"
    send(officer, "desk_privacy_restriction", row.pk, to="ended")
    assert "decided this already" in send(officer, "desk_privacy_restriction", row.pk, to="agreed")


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
    answered = AccountingRequest.objects.get().answered_at
    assert answered
    send(officer, "desk_privacy_answered", row.pk)
    assert AccountingRequest.objects.get().answered_at == answered


def test_a_year_mistyped_is_said_before_it_counts(officer: Client, desk: Client, inquiry: Inquiry) -> None:
    for day in ("0001-01-01", "2020-11-24"):
        page = send(desk, "desk_rights", inquiry.pk, part="accounting", kind="accounting", asked_on=day)
        assert "more than three years ago" in page
        code = {"code": inquiry.reference_code, "kind": "accounting", "asked_on": day}
        assert "more than three years ago" in send(officer, "desk_privacy_ask_accounting", **code)
    assert not AccountingRequest.objects.exists()


def test_the_log_names_no_letter_of_a_name_that_the_font_lacks(
    officer: Client, inquiry: Inquiry, caplog: pytest.LogCaptureFixture
) -> None:
    give(
        inquiry_id=inquiry.pk, purpose=Purpose.REFER, patient_name="王小明", signature="王小明", how="form",
        by_the_person=True, by=CALLER,
    )  # fmt: skip
    row = ask_accounting(inquiry, kind="accounting", asked_on=timezone.localdate(), by=staff("consultant"))
    assert officer.get(reverse("desk_privacy_accounting_pdf", args=[row.pk])).content.startswith(b"%PDF")
    assert not set("王小明") & set(caplog.text)


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


@pytest.mark.parametrize(
    ("people", "most", "media"),
    [(None, None, True), (501, None, True), (900, 500, False), (900, 501, True), (500, None, False)],
)
def test_who_is_told_of_a_breach_by_when(people: int | None, most: int | None, media: bool) -> None:
    found = date(2026, 3, 1)
    row = Breach(discovered_on=found, people=people, most_in_a_state=most)
    assert row.media_due_on == (date(2026, 4, 30) if media else None)
    assert row.secretary_due_on == date(2026, 4, 30)
    row.people_told_on = date(2026, 3, 20)
    assert row.secretary_due_on == date(2026, 3, 20)
    row.secretary_told_on = date(2026, 3, 20)
    assert row.is_settled is not media
    assert Breach(discovered_on=found, people=499).secretary_due_on == date(2027, 3, 1)


def test_a_large_breach_is_open_until_the_newspapers_know(officer: Client) -> None:
    today = timezone.localdate()
    row = Breach.objects.create(discovered_on=today, what="x", whom="x", recorded_by="x", people=900)
    told = {"low_probability": "no", "people_told_on": today, "secretary_told_on": today}
    page = send(officer, "desk_privacy_breach", row.pk, **told, people=900, most_in_a_state=901)
    assert "one of the two is wrong" in page
    send(officer, "desk_privacy_breach", row.pk, **told, people=900, most_in_a_state=900)
    assert "newspapers and broadcasters are to be told by" in officer.get("/desk/privacy/").content.decode()
    send(officer, "desk_privacy_breach", row.pk, **told, people=900, most_in_a_state=900, media_told_on=today)
    assert Breach.objects.get().is_settled


@pytest.mark.parametrize("own", [False, True])
def test_a_code_opens_the_accounting_without_the_inquiry(officer: Client, inquiry: Inquiry, own: bool) -> None:
    agreed(inquiry, Purpose.REFER)
    refer(inquiry, a_program("Łódź House"), packet=True, by=staff("consultant"))
    code = give_own_code(inquiry.pk, by=CALLER) if own else inquiry.reference_code
    asked = {"kind": "accounting", "asked_on": timezone.localdate()}
    assert "Nobody has this code" in send(officer, "desk_privacy_ask_accounting", code="BCDF-2345", **asked)
    assert "Łódź House" in send(officer, "desk_privacy_ask_accounting", code=code.lower(), **asked)
    assert AccountingRequest.objects.get().inquiry_id == inquiry.pk


def test_a_court_order_goes_into_the_ledger_and_the_accounting_once(officer: Client, inquiry: Inquiry) -> None:
    row = take_official_request(by=staff("verifier"), kind="court_order", who="A. Clerk", asked="Records of J. Doe")
    order = {
        "code": inquiry.reference_code, "court": "District Court of Jefferson", "number": "26-CV-11",
        "ordered_on": "2026-11-02", "subpoena_on": "2026-11-03", "scope": "Dates of contact, for a custody matter",
        "recipient": "Clerk of the court", "fields_told": ["name", "when they contacted us"], "counsel": "on",
    }  # fmt: skip
    page = send(officer, "desk_privacy_court_order", row.pk, **order)
    assert "Without a subpoena" in page
    assert "26-CV-11" in page
    assert not Disclosure.objects.exists()
    for _ in range(2):
        page = send(officer, "desk_privacy_court_order", row.pk, **order, subpoena="Attorney Bell, 5512")
    assert "Nothing was sent" in page
    assert "Attorney Bell, 5512" in page
    ledger = Disclosure.objects.get()
    assert (ledger.basis, ledger.about_id, ledger.consent_id) == ("court_order", CourtOrder.objects.get().pk, None)
    request = ask_accounting(inquiry, kind="accounting", asked_on=timezone.localdate(), by=staff("consultant"))
    page = officer.get(reverse("desk_privacy_accounting", args=[request.pk])).content.decode()
    assert "Clerk of the court" in page
    assert "Court order with a subpoena" in page
    assert "Reyes" not in officer.get(reverse("desk_privacy_official", args=[row.pk])).content.decode()


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
        "code", "court", "number", "ordered_on", "subpoena", "subpoena_on", "scope", "recipient", "counsel",
        "most_in_a_state", "media_told_on",
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
    assert officer.post(reverse("desk_privacy_ask_accounting"), data).status_code < 500
    paper = take_official_request(by=staff("verifier"), kind="subpoena", who="x", asked="x")
    assert officer.post(reverse("desk_privacy_court_order", args=[paper.pk]), data).status_code < 500
    assert officer.post(reverse("desk_privacy_sign_text", args=[text.pk]), data).status_code < 500
