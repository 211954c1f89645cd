"""The desk as a consultant uses it, without JavaScript."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import time, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from helpline.accounts.models import User
from helpline.audit.acting import CALLER, Actor
from helpline.audit.models import AuditRecord
from helpline.payers.loading import load_payers
from helpline.payers.models import Payer
from helpline.programs.curation import withdraw
from helpline.programs.models import Place
from intake.board.waiting import board_for
from intake.calls.models import Call, Callback
from intake.dashboard.forms import CallbackForm, CallForm, CloseForm, NoteForm, TellForm
from intake.disclosures.consenting import give
from intake.disclosures.models import Consent, Disclosure, Purpose
from intake.disclosures.wording import WORDINGS
from intake.inquiries.answers import InsuranceKind
from intake.inquiries.models import Inquiry, Note, State
from intake.insurance.models import PhoneCall, Policy, Verification
from intake.insurance.models import VerificationState as S
from intake.journey.check_insurance import correct
from intake.journey.consent import take_back
from intake.journey.demo import people
from intake.journey.log_call import log_call, take
from intake.journey.merge_listings import merge_listings
from intake.journey.open_inquiry import open_inquiry
from intake.journey.refer import refer
from intake.matching.models import Referral
from intake.matching.past import came_of
from intake.messages.gate import may_call, may_leave_voicemail
from tests.dashboard.conftest import a_program, opened, staff

pytestmark = pytest.mark.django_db
CALLED = {"day": "2024-11-20", "at": "09:30"}


def page_of(desk: Client, inquiry: Inquiry) -> str:
    return desk.get(reverse("desk_inquiry", args=[inquiry.pk])).content.decode()


def post(desk: Client, name: str, *keys: Any, **data: Any) -> str:
    """Send a form and follow it to the page it ends on."""
    answer = desk.post(reverse(name, args=keys), data, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def agreed(inquiry: Inquiry, purpose: str) -> None:
    give(
        inquiry_id=inquiry.pk,
        purpose=purpose,
        patient_name="Daniel Reyes",
        signature="Daniel Reyes",
        how="link",
        by_the_person=True,
        by=CALLER,
    )


def test_the_queue_is_in_order_of_danger_and_keeps_machines_apart(desk: Client) -> None:
    routine, danger, today = opened("closed"), opened("mother"), opened("no_cover")
    machine = open_inquiry(
        answers=people(timezone.localdate())["suicide"], idempotency_key=uuid.uuid4(), by=CALLER, quarantined=True
    )
    page = desk.get("/desk/").content.decode()
    shown = re.findall(r"/desk/inquiries/([0-9a-f-]{36})/", page)
    assert shown == [str(one.pk) for one in (danger, today, routine, machine)]


def test_the_queue_costs_the_same_however_long_and_records_who_appears(desk: Client) -> None:
    def look() -> object:
        return desk.get("/desk/queue/")

    opened("mother")
    few = statements(look)
    for _ in range(20):
        opened("no_cover")
    # Who appears for the first time is recorded, and remembered in the session: three statements, one savepoint
    assert statements(look) == few <= 10
    assert statements(look) < few
    listed = AuditRecord.objects.filter(action="listed").order_by("id")
    assert [len(row.fields) for row in listed] == [1, 20]


def test_a_full_board_hides_nobody_it_says_how_many_more_and_shows_every_due_callback(desk: Client) -> None:
    user = User.objects.get(role="consultant")
    for _ in range(3):
        opened("mother")
    late = opened("no_cover")
    take(late, by=user)
    Callback.objects.create(inquiry=late, due_at=timezone.now() - timedelta(minutes=5), planned_by=user)
    aside = opened("teen", quarantined=True)
    board = board_for(user, now=timezone.now(), most=2)
    assert (len(board.waiting), board.more["waiting"]) == (2, 1)
    assert [row.id for row in board.due] == [row.id for row in board.mine] == [late.pk]
    assert [row.id for row in board.set_aside] == [aside.pk]
    take(opened("mother"), by=user)
    take(opened("mother"), by=user)
    board = board_for(user, now=timezone.now(), most=2)
    assert late.pk in [row.id for row in board.due]
    assert board.more["mine"] == 0


def statements(act: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as captured:
        act()
    return len(captured)


def test_opening_an_inquiry_is_audited_and_costs_a_fixed_number_of_statements(desk: Client) -> None:
    inquiry = opened("mother")
    # One of them is who manages substance use benefits of Medicaid where they live
    assert statements(lambda: page_of(desk, inquiry)) <= 35
    assert AuditRecord.objects.filter(action="read", subject_id=str(inquiry.pk), actor_kind="staff").count() == 1


def test_a_part_of_the_page_costs_what_it_shows_and_several_are_one_reading(desk: Client) -> None:
    inquiry = opened("mother")

    def costs(names: str) -> int:
        return statements(lambda: desk.get(reverse("desk_inquiry_panel", args=[inquiry.pk, names])))

    costs("history")
    # Session, user, whether it is sealed, the inquiry, the reading, the records, their names
    assert costs("history") <= 7
    assert costs("notes") <= 6
    before = AuditRecord.objects.count()
    assert costs("head-next-calls-referrals-notes") <= 18
    assert AuditRecord.objects.count() == before + 1
    assert desk.get(reverse("desk_inquiry_panel", args=[inquiry.pk, "head-nonsense"])).status_code == 404


def test_an_action_reads_no_more_than_the_inquiry(desk: Client) -> None:
    inquiry = opened("mother")
    take(inquiry, by=User.objects.get(role="consultant"))
    address = reverse("desk_put_back", args=[inquiry.pk])
    # Session, user, whether it is sealed (twice: to come in, to put it back), the row, begin, actor, the row held, the
    # move, the row again, the event, commit, the words kept
    assert statements(lambda: desk.post(address)) <= 15


def test_without_the_persons_own_consent_nothing_is_offered_and_nothing_can_be_forged(desk: Client) -> None:
    inquiry, program = opened("mother"), a_program()
    page = page_of(desk, inquiry)
    assert "The caller is not the person" in page
    assert "Refer with a packet" not in page
    assert "Ask the plan</button>" not in page
    assert (
        "nothing may be told" in desk.get(reverse("desk_open_packet", args=[inquiry.pk, program.pk])).content.decode()
    )
    assert "has not agreed" in post(desk, "desk_open_packet", inquiry.pk, program.pk)
    assert "has not agreed" in post(desk, "desk_ask_plan", inquiry.pk)
    assert not Disclosure.objects.exists()
    assert not Referral.objects.exists()
    assert not Verification.objects.exists()


def test_a_packet_carries_the_notice_and_closes_with_the_consent(desk: Client) -> None:
    inquiry, program = opened("mother"), a_program()
    agreed(inquiry, Purpose.REFER)
    assert (
        "Write it in the ledger"
        in desk.get(reverse("desk_open_packet", args=[inquiry.pk, program.pk])).content.decode()
    )
    assert not Disclosure.objects.exists()
    page = post(desk, "desk_open_packet", inquiry.pk, program.pk)
    assert "42 CFR part 2" in page
    assert "Reyes" in page
    for not_theirs_to_know in ("205-555-0114", "Elena", "Their parent", "suicide questions", "families"):
        assert not_theirs_to_know not in page
    # Written in the ledger before it could be read out; the program counts as asked once it was given
    assert Disclosure.objects.count() == 1
    assert Inquiry.objects.get().state == State.IN_PROGRESS
    assert "Packet given to the program" in post(desk, "desk_referral", Referral.objects.get().pk, to="sent")
    assert Inquiry.objects.get().state == State.REFERRED
    packet = reverse("desk_packet", args=[Referral.objects.get().pk])
    take_back(inquiry.pk, by=CALLER)
    assert desk.get(packet).status_code == 404


@pytest.mark.parametrize(
    ("name", "data", "kept", "told"),
    [
        ("desk_log_call", {"direction": "in", "note": "kept words"}, "kept words", "Say what came of the call"),
        ("desk_note", {"text": ""}, "", "Write something"),
        ("desk_plan_callback", {"day": "2020-01-01", "at": "10:00", "why": "kept words"}, "kept words", "has passed"),
        ("desk_plan_callback", {"day": "soon", "at": "x", "why": "kept words"}, "kept words", "2026-11-30"),
        ("desk_close", {"closing": "nonsense"}, "", "nonsense"),
        ("desk_correct", {"birth_date": "31/31/1999", "first_name": "kept words"}, "kept words", "3/27/1985"),
        ("desk_correct", {"zip": "352", "member_id": "kept words"}, "kept words", "five digits"),
    ],
)
def test_what_was_typed_is_kept_when_something_is_wrong(
    desk: Client, name: str, data: dict[str, str], kept: str, told: str
) -> None:
    inquiry = opened("inactive")
    page = post(desk, name, inquiry.pk, **data)
    assert kept in page
    assert told in page
    assert [model.objects.count() for model in (Call, Note, Callback)] == [0, 0, 0]


def test_somebody_elses_change_is_not_written_over(desk: Client) -> None:
    inquiry = opened("inactive")
    version = Inquiry.objects.get().version
    correct(inquiry, replace(inquiry.answers, zip="60602"), by=Actor.staff(staff("supervisor")))
    log_call(inquiry, direction="in", disposition="talked", by=User.objects.get(role="consultant"))
    page = post(desk, "desk_correct", inquiry.pk, first_name="Tomas", version=version, symptoms=[])
    assert "Supervisor changed this inquiry" in page
    assert "Tomas" in page
    assert Inquiry.objects.get().person.first_name == "Thomas"


def test_cover_by_service_is_asked_kept_and_told(desk: Client) -> None:
    Place.objects.create(zip="35203", city="Birmingham", state="AL", latitude=33.52, longitude=-86.81)
    inquiry, version = opened("inactive"), Inquiry.objects.get().version
    wrong = {"insurance_kind": "private", "service": "tricare_active", "version": version, "zip": "35203"}
    assert "That goes with “TRICARE or Veterans Affairs”" in post(desk, "desk_correct", inquiry.pk, **wrong)
    page = post(desk, "desk_correct", inquiry.pk, **{**wrong, "insurance_kind": ""})
    assert "TRICARE, on active duty" in page
    assert "AL is East (Humana Military)" in page
    assert "referral or authorization from their primary care manager" in page
    assert Inquiry.objects.get().answers.insurance.kind == InsuranceKind.TRICARE_VA


def test_correcting_judges_danger_anew_and_keeps_what_was_not_asked(desk: Client) -> None:
    inquiry = opened("inactive")
    form = desk.get(reverse("desk_correct", args=[inquiry.pk])).context["form"]
    data = {k: v for k, v in form.initial.items() if v not in (None, "", [])}
    data["birth_date"] = "11/30/1979"
    page = post(desk, "desk_correct", inquiry.pk, **{**data, "symptoms": ["seizure"]})
    assert "A seizure now is an emergency" in page
    again = Inquiry.objects.get()
    assert again.urgency == 0
    assert again.answers.uses[0].klass == inquiry.answers.uses[0].klass
    assert again.answers.insurance.signed_name == inquiry.answers.insurance.signed_name


def test_a_call_that_comes_in_opens_an_inquiry_once(desk: Client) -> None:
    key = str(uuid.uuid4())
    told = {"for_whom": "self", "substance": "xanax", "stopped": "yes", "last_use": "yesterday", "key": key}
    assert "seizures" in post(desk, "desk_new_call", **told)
    post(desk, "desk_new_call", **told)
    inquiry = Inquiry.objects.get()
    assert (inquiry.channel, inquiry.state, inquiry.owner) == ("call", "in_progress", User.objects.get())


def test_take_log_refer_together_follow_and_close(desk: Client) -> None:
    inquiry, program = opened("mother"), a_program()
    assert "It is yours" in post(desk, "desk_take", inquiry.pk)
    post(desk, "desk_log_call", inquiry.pk, direction="out", disposition="talked", note="went well")
    call = ("desk_shared_call", inquiry.pk, program.pk)
    assert "say nothing" in desk.get(reverse(call[0], args=call[1:])).content.decode().lower()
    kept = post(desk, *call, came_of="together", note="kept words")
    assert "Tick this once they are on the line" in kept
    assert "kept words" in kept
    assert not Referral.objects.exists()
    assert "they spoke for themselves" in post(desk, *call, on_the_line="on", came_of="together", note="asked for Kim")
    assert "already being asked" in post(desk, *call, on_the_line="on", came_of="together")
    assert "referral is still open" in post(desk, "desk_close", inquiry.pk, closing="admitted")
    post(desk, "desk_referral", Referral.objects.get().pk, to="admitted")
    post(desk, "desk_close", inquiry.pk, closing="admitted")
    assert Inquiry.objects.get().state == State.CLOSED
    assert not Disclosure.objects.exists()


def test_a_colleague_was_quicker(desk: Client) -> None:
    inquiry = opened("mother")
    take(inquiry, by=staff("supervisor"))
    assert "Supervisor was quicker: since" in post(desk, "desk_take", inquiry.pk)


@pytest.mark.parametrize("said", ["(312) 555-0142", "312.555.0142", "+1 312 555 0142", "3125550142"])
def test_found_by_the_number_however_it_is_said(desk: Client, said: str) -> None:
    inquiry = opened("inactive")
    answer = desk.post("/desk/find/", {"sought": said})
    assert answer["Location"] == reverse("desk_inquiry", args=[inquiry.pk])


def test_found_by_code_in_any_case_and_not_found_says_what_to_do(desk: Client) -> None:
    inquiry = opened("anonymous")
    said = inquiry.reference_code.lower().replace("-", " ")
    assert desk.post("/desk/find/", {"sought": said})["Location"] == reverse("desk_inquiry", args=[inquiry.pk])
    assert "Nothing found" in post(desk, "desk_find", sought="no such thing")


def test_a_name_suggests_and_a_person_picks_and_the_list_is_a_reading(desk: Client) -> None:
    inquiry = opened("inactive")
    page = post(desk, "desk_find", sought="Tomas Web")
    assert "Thomas Webb" in page
    assert reverse("desk_inquiry", args=[inquiry.pk]) in page
    read = AuditRecord.objects.latest("id")
    assert (read.action, read.fields) == ("listed", [str(inquiry.pk)])
    assert not AuditRecord.objects.filter(action="read").exists()


def test_asking_by_phone_needs_the_consent_and_is_in_the_ledger_once(desk: Client) -> None:
    inquiry = opened("inactive")
    Verification.objects.update(state=S.BY_PHONE, finished_at=timezone.now())
    verification = Verification.objects.get()
    for _ in range(2):
        assert "SBX100003" in post(desk, "desk_phone_check", verification.pk)
    assert Disclosure.objects.count() == 1
    post(desk, "desk_phone_check", verification.pk, answer="Active, authorization needed", spoke_to="Ms Bell", **CALLED)
    assert PhoneCall.objects.get().spoke_to == "Ms Bell"
    assert not Verification.objects.for_phone().exists()
    Verification.objects.update(asked_by_phone_at=None)
    take_back(inquiry.pk, by=CALLER)
    page = desk.get("/desk/phone-checks/").content.decode()
    assert "has not agreed in writing" in page


def test_each_call_to_a_plan_is_a_disclosure_of_its_own(desk: Client) -> None:
    inquiry = opened("inactive")
    verification = Verification.objects.get()
    Verification.objects.update(state=S.BY_PHONE, finished_at=timezone.now(), lease_until=None)
    calls = [
        re.findall(r'name="call" value="([^"]+)"', desk.get("/desk/phone-checks/").content.decode())[0] for _ in "ab"
    ]
    for call in (calls[0], calls[0], calls[1]):
        assert f'name="call" value="{call}"' in post(desk, "desk_phone_check", verification.pk, call=call)
    assert Disclosure.objects.filter(inquiry_id=inquiry.pk).count() == 2
    post(desk, "desk_phone_check", verification.pk, call="never begun", answer="made up", **CALLED)
    assert Verification.objects.for_phone().exists()
    post(desk, "desk_phone_check", verification.pk, call=calls[1], answer="Active", **CALLED)
    assert not Verification.objects.for_phone().exists()


def test_who_is_let_in_later_signed_when_they_sent_the_form(desk: Client) -> None:
    inquiry = opened("inactive", quarantined=True)
    sent = timezone.now() - timedelta(days=3)
    Inquiry.objects.update(opened_at=sent)
    post(desk, "desk_let_in", inquiry.pk)
    consent = Consent.objects.get()
    assert consent.signed_at == sent
    assert consent.expires_at - sent == timedelta(days=WORDINGS["check_insurance"].days)


def test_without_consent_a_forged_phone_check_shows_nothing(desk: Client) -> None:
    inquiry = opened("inactive")
    take_back(inquiry.pk, by=CALLER)
    Verification.objects.update(state=S.BY_PHONE, finished_at=timezone.now())
    assert "SBX100003" not in post(desk, "desk_phone_check", Verification.objects.get().pk)
    assert "SBX100003" not in post(desk, "desk_phone_check", Verification.objects.get().pk, answer="")
    post(desk, "desk_phone_check", Verification.objects.get().pk, answer="made up", **CALLED)
    assert not PhoneCall.objects.exists()
    assert not Disclosure.objects.exists()


def test_nothing_of_a_person_is_in_titles_and_pages_are_not_kept(desk: Client) -> None:
    inquiry = opened("mother")
    for address in ("/desk/", reverse("desk_inquiry", args=[inquiry.pk]), reverse("desk_correct", args=[inquiry.pk])):
        answer = desk.get(address)
        title = re.search(r"<title>(.*?)</title>", answer.content.decode(), re.S)
        assert title
        assert not re.search(r"Reyes|Elena|clonazepam|SBX", title[1])
        assert answer["Cache-Control"] == "no-store"


JUNK = ["", "\x00", "'; DROP TABLE", "9" * 400, "💥", "-1", "2026-99-99", "<script>"]


@pytest.mark.parametrize("junk", JUNK)
def test_junk_is_answered_and_never_breaks(desk: Client, junk: str) -> None:
    inquiry, client_error = opened("mother"), 500
    for address in ("/desk/queue/", reverse("desk_inquiry", args=[inquiry.pk])):
        assert desk.get(address, {"miles": junk, "here": junk, "page": junk}).status_code < client_error
    data = {name: junk for form in (CallForm, CallbackForm, NoteForm, CloseForm, TellForm) for name in form.base_fields}
    data |= {"sought": junk, "purpose": junk, "to": junk, "send_to": junk, "key": junk}
    for name in ("desk_log_call", "desk_plan_callback", "desk_note", "desk_close", "desk_spoken_yes", "desk_correct"):
        assert desk.post(reverse(name, args=[inquiry.pk]), data).status_code < client_error
    for name in ("desk_find", "desk_new_call"):
        assert desk.post(reverse(name), data).status_code < client_error


def test_the_audit_page_filters_and_takes_junk(signed_in: Any) -> None:
    inquiry = opened("mother")
    officer = signed_in("privacy_officer")
    page = officer.get("/desk/audit/", {"inquiry": str(inquiry.pk)}).content.decode()
    assert "Wrote down a way to reach them" in page
    assert "The caller, on our pages" in page
    found = officer.post("/desk/audit/find/", {"code": inquiry.reference_code.lower()})
    assert found["Location"] == f"/desk/audit/?inquiry={inquiry.pk}"
    assert "No inquiry has this code" in officer.post("/desk/audit/find/", {"code": "no"}, follow=True).content.decode()
    for junk in JUNK:
        assert (
            officer.get("/desk/audit/", {"inquiry": junk, "day": junk, "before": junk, "who": junk}).status_code == 200
        )


def test_the_board_says_when_a_callback_is_due(desk: Client) -> None:
    inquiry, user = opened("mother"), User.objects.get(role="consultant")
    Callback.objects.create(inquiry=inquiry, due_at=timezone.now() - timedelta(minutes=5), planned_by=user)
    assert "Callbacks due" in desk.get("/desk/").content.decode()


def told_again(desk: Client, inquiry: Inquiry, **changed: str) -> str:
    """The correction form as it stands, with some of it changed."""
    form = desk.get(reverse("desk_correct", args=[inquiry.pk])).context["form"]
    known = {name: value for name, value in form.initial.items() if value not in (None, "", [])}
    for name in ("birth_date", "subscriber_birth_date"):
        known[name] = known[name].strftime("%m/%d/%Y") if name in known else ""
    return post(desk, "desk_correct", inquiry.pk, **(known | changed))


def test_what_is_safe_follows_the_correction(desk: Client) -> None:
    inquiry = opened("inactive")
    told_again(desk, inquiry, phone="312-555-0199", voicemail_ok="no", say_who_we_are="no", for_whom="someone_else")
    point = inquiry.contact_points.get(method="call")
    assert (point.voicemail_ok, point.may_say_who_we_are, point.belongs_to_person) == (False, False, False)
    assert "NO voicemail" in page_of(desk, inquiry)
    assert desk.post("/desk/find/", {"sought": "312 555 0199"}).status_code == 302
    assert not Inquiry.objects.get().caller_is_person


def test_a_number_taken_back_is_gone_or_nothing_is_allowed_there(desk: Client) -> None:
    inquiry, user = opened("inactive"), User.objects.get(role="consultant")
    point = inquiry.contact_points.get(method="call")
    later = timezone.now() + timedelta(1)
    Callback.objects.create(inquiry=inquiry, contact_point=point, due_at=later, planned_by=user)
    told_again(desk, inquiry, phone="")
    point.refresh_from_db()
    noon = (time(12),)
    assert not may_call(point, at=noon).given
    assert not may_leave_voicemail(point).given
    assert "They took this back" in page_of(desk, inquiry)
    Callback.objects.all().delete()
    told_again(desk, inquiry, phone="")
    assert not inquiry.contact_points.filter(method="call").exists()


def test_who_was_quicker_and_what_differs_is_said(desk: Client) -> None:
    inquiry = opened("inactive")
    version = inquiry.version
    correct(inquiry, replace(inquiry.answers, caller_name="Ruth"), by=Actor.staff(staff("supervisor")))
    page = told_again(desk, inquiry, zip="10001", version=str(version), caller_name="Ruth")
    assert "Supervisor changed this inquiry" in page
    assert "what you typed: ZIP code" in page
    assert "10001" in page


def test_a_callback_being_dialled_is_still_seen_and_can_be_ended(desk: Client) -> None:
    inquiry, user = opened("mother"), User.objects.get(role="consultant")
    callback = Callback.objects.create(inquiry=inquiry, due_at=timezone.now(), planned_by=user)
    assert "is dialling" in post(desk, "desk_callback", callback.pk, dial="")
    assert "callback is still planned" in post(desk, "desk_close", inquiry.pk, closing="information")
    assert "is dialling" not in post(desk, "desk_callback", callback.pk, cancel="")
    assert "Closed." in post(desk, "desk_close", inquiry.pk, closing="information")


def test_a_callback_outside_the_safe_hours_is_meant(desk: Client) -> None:
    inquiry = opened("inactive")
    point = inquiry.contact_points.get(method="call")
    point.hours = "morning"
    point.save()
    day = (timezone.localdate() + timedelta(2)).isoformat()
    asked = {"day": day, "at": "19:00", "contact_point": str(point.pk)}
    assert "only these hours are safe, in their own time zone: morning" in post(
        desk, "desk_plan_callback", inquiry.pk, **asked
    )
    assert "The callback is planned" in post(desk, "desk_plan_callback", inquiry.pk, **asked, unsafe_hour="on")


def test_the_audit_is_read_by_who_it_was(signed_in: Any) -> None:
    consultant, officer = signed_in("consultant"), signed_in("privacy_officer")
    page_of(consultant, opened("mother"))
    who = User.objects.get(role="consultant").pk
    rows = officer.get("/desk/audit/", {"who": str(who)}).context["page"].rows
    assert {row.actor_id for row in rows} == {str(who)}


def test_a_place_that_is_no_longer_offered_is_shown_to_the_owner_of_an_open_referral(desk: Client) -> None:
    inquiry, program, owner = opened("inactive"), a_program(), User.objects.get(role="consultant")
    take(inquiry, by=owner)
    referral = refer(inquiry, program, packet=False, by=owner)
    told = f"{program.name1} is no longer offered"
    assert told not in page_of(desk, inquiry)
    withdraw(program.pk, by=staff("admin"), reason="Not in the new directory")
    assert told in page_of(desk, inquiry)
    assert "Not in the new directory" in page_of(desk, inquiry)
    assert "no longer offered" in desk.get("/desk/").content.decode()
    post(desk, "desk_referral", referral.pk, to="declined")
    assert told not in page_of(desk, inquiry)
    assert "no longer offered" not in desk.get("/desk/").content.decode()


def test_a_referral_to_a_listing_that_was_joined_into_another_names_that_one(desk: Client) -> None:
    inquiry, program, owner = opened("inactive"), a_program(), User.objects.get(role="consultant")
    take(inquiry, by=owner)
    other = a_program("New Birmingham House")
    referral = refer(inquiry, program, packet=False, by=owner)
    referral.move("declined")
    merge_listings(other.pk, program.pk, {}, by=staff("admin"))
    page = page_of(desk, inquiry)
    assert f"Its listing is now: <strong>{escape(other.name)}</strong>" in page
    assert "no longer offered" not in page
    assert came_of([other.pk, program.pk], now=timezone.now()) == {other.pk: (0, 1)}


def test_the_insurer_they_meant_is_chosen_by_one_click(desk: Client) -> None:
    load_payers()
    inquiry = opened("inactive")
    told = inquiry.answers
    said = replace(told.insurance, payer_name="Aetna Beter Helth", kind=InsuranceKind.PRIVATE)
    inquiry = correct(inquiry, replace(told, insurance=said), by=CALLER)
    page = page_of(desk, inquiry)
    assert "No insurer here has that name" in page
    assert "Probably Medicaid managed care" in page
    payer = Payer.objects.get(name="Aetna Better Health")
    assert "press the insurer they meant" in post(desk, "desk_plan_is", inquiry.pk, payer="nonsense")
    page = post(desk, "desk_plan_is", inquiry.pk, payer=str(payer.pk))
    assert "Written down: Aetna Better Health" in page
    assert "No insurer here has that name" not in page
    policy = Policy.objects.get(inquiry=inquiry)
    assert (policy.payer, policy.kind) == (payer, "medicaid")
