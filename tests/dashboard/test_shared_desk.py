"""Many hands on one desk: what is done twice, too late, by mistake, or by a colleague meanwhile."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from helpline.accounts.models import User
from helpline.audit.acting import CALLER, Actor
from helpline.audit.models import AuditRecord
from helpline.programs.models import Place
from intake.board.case import last_change
from intake.board.waiting import board_for
from intake.calls.models import Call, Callback
from intake.dashboard.forms import TellForm
from intake.disclosures.models import Disclosure, Purpose
from intake.inquiries.answers import Answers, Frequency, Said, Use
from intake.inquiries.models import Closing, Inquiry, MoveRefused, State
from intake.inquiries.triage import Urgency
from intake.insurance.models import Verification
from intake.insurance.models import VerificationState as S
from intake.journey.check_insurance import correct
from intake.journey.close import close, reopen
from intake.journey.demo import people
from intake.journey.log_call import plan_callback, take, write_note
from intake.journey.open_inquiry import open_inquiry
from intake.journey.refer import follow, refer
from intake.matching.models import Referral, ReferralState
from tests.dashboard.conftest import a_program, opened, staff
from tests.dashboard.test_desk import CALLED, agreed, page_of, post, told_again

pytestmark = pytest.mark.django_db


@pytest.fixture
def consultant() -> User:
    return User.objects.filter(role="consultant").first() or staff("consultant")


def later() -> timezone.datetime:
    return timezone.now() + timedelta(hours=1)


def test_nothing_is_begun_on_a_closed_inquiry(consultant: User) -> None:
    inquiry, program = opened("inactive"), a_program()
    close(inquiry, closing=Closing.DECLINED, by=consultant)
    for begin in (
        lambda: plan_callback(inquiry, due_at=later(), contact_point=None, by=consultant),
        lambda: refer(inquiry, program, packet=False, by=consultant),
        lambda: take(inquiry, by=consultant),
        lambda: close(inquiry, closing=Closing.ADMITTED, by=consultant),
    ):
        with pytest.raises(MoveRefused, match="Open it again first"):
            begin()
    reopen(inquiry, by=consultant)
    with pytest.raises(MoveRefused, match="open already"):
        reopen(inquiry, by=consultant)
    assert Inquiry.objects.get().owner == consultant


def test_a_person_set_aside_as_a_machine_is_let_in_and_their_plan_asked(desk: Client) -> None:
    inquiry, user = opened("inactive", quarantined=True), User.objects.get(role="consultant")
    assert not Verification.objects.exists()
    assert "This is a person" in page_of(desk, inquiry)
    for _ in range(2):
        assert "in the queue like any other" in post(desk, "desk_let_in", inquiry.pk)
    assert Verification.objects.count() == 1
    board = board_for(user, now=timezone.now())
    assert (len(board.waiting), len(board.set_aside)) == (1, 0)
    done = AuditRecord.objects.get(subject_kind="inquiries_inquiry", action="changed", fields__contains=["quarantined"])
    assert done.actor_id == str(user.pk)
    assert "Said that it comes from a person" in page_of(desk, inquiry)


def test_an_empty_press_cancels_no_callback(desk: Client) -> None:
    inquiry, user = opened("mother"), User.objects.get(role="consultant")
    callback = plan_callback(inquiry, due_at=later(), contact_point=None, by=user)
    assert "Nothing was changed" in post(desk, "desk_callback", callback.pk)
    assert Callback.objects.open().exists()
    assert "The callback is cancelled" in post(desk, "desk_callback", callback.pk, cancel="")
    assert "over already" in post(desk, "desk_callback", callback.pk, cancel="")


def test_who_changed_it_is_not_who_wrote_a_note(consultant: User) -> None:
    inquiry, colleague = opened("inactive"), staff("supervisor")
    correct(inquiry, replace(inquiry.answers, zip="10001"), by=Actor.staff(colleague))
    write_note(inquiry, "nothing to do with it", by=consultant)
    plan_callback(inquiry, due_at=later(), contact_point=None, by=consultant)
    assert last_change(inquiry.pk) == "Supervisor"


def test_a_correction_is_audited_for_what_it_changed_and_nothing_else(desk: Client) -> None:
    inquiry = opened("inactive")
    before = AuditRecord.objects.order_by("-id").values_list("id", flat=True).first()
    told_again(desk, inquiry)
    changes = AuditRecord.objects.filter(id__gt=before, action__in=["created", "changed", "removed"])
    assert not changes.exists()
    assert Inquiry.objects.get().version == inquiry.version
    told_again(desk, inquiry, voicemail_ok="no")
    assert {row.subject_kind: row.fields for row in changes} == {
        "inquiries_inquiry": ["answers_json", "version"],
        "inquiries_contact_point": ["voicemail_ok"],
    }


def test_an_error_that_is_not_the_same_key_again_is_not_hidden() -> None:
    answers = people(timezone.localdate())["anonymous"]
    with pytest.raises(IntegrityError):
        open_inquiry(answers=answers, idempotency_key=uuid.uuid4(), by=CALLER, quarantined=None)  # type: ignore[arg-type]


def test_a_wrong_number_is_not_used_again_until_somebody_is_reached_there(desk: Client) -> None:
    inquiry = opened("inactive")
    assert "The call is written down" in post(
        desk, "desk_log_call", inquiry.pk, direction="out", disposition="wrong_number"
    )
    page = page_of(desk, inquiry)
    assert "Wrong number: do not use it" in page
    assert "The number was wrong or was taken back" in page
    told_again(desk, inquiry, zip="10001")
    assert inquiry.contact_points.get().withdrawn_at is not None
    point = str(inquiry.contact_points.get().pk)
    day = (timezone.localdate() + timedelta(2)).isoformat()
    post(desk, "desk_plan_callback", inquiry.pk, day=day, at="12:00", contact_point=point)
    assert not Callback.objects.exists()
    post(desk, "desk_log_call", inquiry.pk, direction="out", disposition="talked")
    assert inquiry.contact_points.get().withdrawn_at is None


def test_a_voicemail_that_was_not_safe_is_explained_or_not_written_down(desk: Client) -> None:
    inquiry = opened("mother")
    said = {"direction": "out", "disposition": "voicemail", "note": "kept words"}
    page = post(desk, "desk_log_call", inquiry.pk, **said)
    assert "NO voicemail here" in page
    assert "kept words" in page
    assert not Call.objects.exists()
    post(desk, "desk_log_call", inquiry.pk, **said, voicemail_anyway="on")
    assert Call.objects.get().note == "kept words"


def test_a_new_call_says_in_our_words_what_is_wrong_and_presumes_nobody(desk: Client) -> None:
    page = post(desk, "desk_new_call", phone="123", age="150", email="x", substance="w" * 99)
    for words in ("205 555 0123", "0 to 120", "name@example.org", "Substance: use 80 characters", 'value="123"'):
        assert words in page
    assert "Ensure this value" not in page
    assert "checked" not in desk.get("/desk/calls/new/").content.decode()
    told = {"phone": "(205) 555-0177", "language": "Spanish", "hours": ["morning"], "second_substance": "wine"}
    page = post(desk, "desk_new_call", **told, second_last_use="today", caller_name="Ruth", email="r@example.org")
    inquiry = Inquiry.objects.get()
    assert not inquiry.caller_is_person
    assert "Caller: Ruth" in page
    assert "Is the caller the person who needs help?" in page
    assert (inquiry.language, inquiry.answers.preferences.language) == ("es", "es")
    assert {p.method: (p.address, p.hours) for p in inquiry.contact_points.all()} == {
        "call": ("+12055550177", "morning"),
        "email": ("r@example.org", "morning"),
    }
    assert [use.last_use for use in inquiry.answers.uses] == ["today"]
    assert 'href="tel:+1-205-555-0177"' in page


def test_a_correction_typed_over_itself_gives_the_same_answers() -> None:
    for answers in people(timezone.localdate()).values():
        shown = TellForm.showing(answers, 1).initial
        data = {name: value for name, value in shown.items() if value not in (None, "", [])}
        form = TellForm({**data, "birth_date": shown["birth_date"] and f"{shown['birth_date']:%m/%d/%Y}"})
        assert form.is_valid(), form.errors
        assert form.applied(answers) is answers
        assert form.applied(Answers()) != Answers()


def test_a_referral_by_mistake_is_taken_back_on_its_day(consultant: User) -> None:
    inquiry, program = opened("mother"), a_program()
    follow(refer(inquiry, program, packet=False, by=consultant), ReferralState.MISTAKE, by=consultant)
    assert Inquiry.objects.get().state == State.IN_PROGRESS
    again = refer(inquiry, program, packet=False, by=consultant)
    Referral.objects.filter(pk=again.pk).update(made_at=timezone.now() - timedelta(days=2))
    again.refresh_from_db()
    assert ReferralState.MISTAKE not in again.may_become
    with pytest.raises(MoveRefused):
        follow(again, ReferralState.MISTAKE, by=consultant)


def test_a_packet_not_given_asks_no_program_and_can_end_unsent(consultant: User) -> None:
    inquiry, program = opened("mother"), a_program()
    agreed(inquiry, Purpose.REFER)
    packet = refer(inquiry, program, packet=True, by=consultant)
    assert (packet.state, Inquiry.objects.get().state) == (ReferralState.PREPARED, State.IN_PROGRESS)
    with pytest.raises(MoveRefused, match="referral is still open"):
        close(inquiry, closing=Closing.DECLINED, by=consultant)
    Referral.objects.update(made_at=timezone.now() - timedelta(days=2))
    packet.refresh_from_db()
    follow(packet, ReferralState.MISTAKE, by=consultant)
    assert Disclosure.objects.count() == 1  # the ledger is never taken back
    close(inquiry, closing=Closing.DECLINED, by=consultant)


def test_a_program_that_declined_comes_last_and_one_that_is_asked_is_not_asked_again(
    desk: Client, consultant: User
) -> None:
    Place.objects.create(zip="35203", city="Birmingham", state="AL", latitude=33.52, longitude=-86.81)
    inquiry, programs = opened("mother"), [a_program(f"House {number}") for number in range(3)]

    def order() -> list[str]:
        context = desk.get(reverse("desk_inquiry_panel", args=[inquiry.pk, "programs"])).context
        return [card.match.offer.name for card in (*context["fits"], *context["ask_first"])]

    first = order()[0]
    asked = next(program for program in programs if program.name1 == first)
    referral = refer(inquiry, asked, packet=False, by=consultant)
    assert "Already asked" in page_of(desk, inquiry)
    follow(referral, ReferralState.DECLINED, by=consultant)
    assert order()[-1] == first
    assert "Declined by the program" in page_of(desk, inquiry)


def test_without_a_place_programs_ask_for_one_and_say_nothing_else(desk: Client) -> None:
    inquiry = opened("inactive")  # its ZIP code is unknown here
    page = desk.get(reverse("desk_inquiry_panel", args=[inquiry.pk, "programs"])).content.decode()
    assert "We do not know where this ZIP code is" in page
    assert "to ask first" not in page


def test_what_is_said_stands_at_the_part_it_is_about(desk: Client, consultant: User) -> None:
    inquiry = opened("mother")
    plan_callback(inquiry, due_at=later(), contact_point=None, by=consultant)
    answer = desk.post(reverse("desk_close", args=[inquiry.pk]), {"closing": "declined"})
    assert answer["Location"].endswith("#end-said")
    page = desk.get(answer["Location"].split("#", maxsplit=1)[0]).content.decode()
    said = page.split('id="end-said"', 1)[1][:400]
    assert 'role="alert"' in said
    assert "callback is still planned" in said
    assert page.count("callback is still planned") == 1


def test_the_phone_list_costs_the_same_however_long_and_is_pressed_twice_in_peace(desk: Client) -> None:
    def costs() -> int:
        with CaptureQueriesContext(connection) as captured:
            desk.get("/desk/phone-checks/")
        return len(captured)

    opened("inactive")
    Verification.objects.update(state=S.BY_PHONE, finished_at=timezone.now())
    few = costs()
    for _ in range(5):
        opened("inactive")
    Verification.objects.update(state=S.BY_PHONE, finished_at=timezone.now())
    assert costs() == few
    first = Verification.objects.first()
    assert first
    for _ in range(2):
        assert "SBX100003" in post(desk, "desk_phone_check", first.pk)
    post(desk, "desk_phone_check", first.pk, answer="Active", **CALLED)
    assert "written down already" in post(desk, "desk_phone_check", first.pk, answer="Active", **CALLED)
    assert first.phone_calls.count() == 1


def test_a_button_s_address_opened_by_hand_leads_somewhere(desk: Client) -> None:
    inquiry = opened("mother")
    assert desk.get(reverse("desk_take", args=[inquiry.pk]))["Location"] == reverse("desk_inquiry", args=[inquiry.pk])
    assert desk.get(reverse("desk_callback", args=[uuid.uuid4()]))["Location"] == "/desk/"


def test_staff_who_are_lost_find_back_to_the_desk(desk: Client) -> None:
    for address, status in (("/desk/nonsense/", 404), ("/desk/audit/", 403)):
        page = desk.get(address)
        assert page.status_code == status
        assert "Back to the desk" in page.content.decode()
    assert "Back to the desk" not in Client().get("/nonsense/", follow=True).content.decode()


def test_a_corrected_name_loses_nothing_else_that_was_told(desk: Client) -> None:
    use = Use(text="zanex", how_often=Frequency.DAILY, amount="8 mg", used_with="vodka", stopped=Said.YES)
    unnamed = Use(used_with="xanax and vodka", stopped=Said.YES)
    for before, changes, text in ((use, {"substance": "xanax"}, "xanax"), (unnamed, {"zip": "10001"}, "")):
        told = replace(people(timezone.localdate())["inactive"], uses=(before,))
        inquiry = open_inquiry(answers=told, idempotency_key=uuid.uuid4(), by=CALLER)
        told_again(desk, inquiry, **changes)
        inquiry.refresh_from_db()
        [after] = inquiry.answers.uses
        assert after == replace(before, text=text)
        assert inquiry.urgency == Urgency.DANGER_NOW


@pytest.mark.parametrize("day", ["9999-12-31", "2200-01-01", "2029-01-01"])
def test_a_callback_beyond_a_year_is_a_slip_and_takes_no_board_down(desk: Client, day: str) -> None:
    inquiry = opened("mother")
    assert "within a year" in post(desk, "desk_plan_callback", inquiry.pk, day=day, at="23:59")
    assert desk.get("/desk/").status_code == 200


@pytest.mark.parametrize("born", ["01/01/0001", "12/31/9999", "1/1/1850"])
def test_a_birth_date_nobody_has_is_asked_again(desk: Client, born: str) -> None:
    assert "Nobody was born on that day" in told_again(desk, opened("inactive"), birth_date=born)
