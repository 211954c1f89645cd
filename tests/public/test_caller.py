"""The caller's way through the form: kept on our side, nothing required, sent once."""

import re
import uuid

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from helpline.programs.models import Place
from intake.inquiries.answers import Contact, ContactMethod
from intake.inquiries.models import Draft, Inquiry
from intake.inquiries.triage import Care, Urgency
from intake.public.steps import STEPS

pytestmark = pytest.mark.django_db


@pytest.fixture
def started(client: Client) -> Client:
    client.post(reverse("get_help"))
    return client


def say(client: Client, slug: str, **said: object):
    return client.post(reverse("intake_step", args=[slug]), said)


def substance(client: Client, number: int, **said: object):
    return client.post(reverse("intake_substance", args=[number]), said)


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]+)"', page)
    assert found
    return found[1]


def key_of(client: Client) -> str:
    return hidden(client.get(reverse("intake_check")).text, "key")


def send(client: Client, **more: object):
    return client.post(reverse("intake_check"), {"key": key_of(client), **more})


def test_every_step_can_be_skipped_and_an_empty_form_can_be_sent(started: Client) -> None:
    page = reverse("intake_step", args=["who"])
    for _ in range(len(STEPS) + 3):
        if page == reverse("intake_check"):
            break
        shown = started.get(page, follow=True)
        assert shown.status_code == 200
        here = shown.redirect_chain[-1][0] if shown.redirect_chain else page
        page = started.post(here, {}).headers["Location"]
    assert page == reverse("intake_check")
    assert started.get(page).status_code == 200
    assert send(started).headers["Location"] == reverse("intake_sent")
    assert Inquiry.objects.get().triage().urgency is Urgency.SOON


def test_the_mothers_story(started: Client) -> None:
    say(started, "who", for_whom="someone_else", relation="parent")
    for number, name in ((1, "clonazepam"), (2, "alcohol")):
        substance(started, number, text=name, stopped="yes", last_use="yesterday")
    say(started, "where", zip="35203")
    say(started, "insurance", insurance__kind="private")
    say(started, "plan", insurance__payer_name="Sample Plan", insurance__member_id="ABC 123")
    assert started.get(reverse("intake_step", args=["consent"])).status_code == 302
    assert "do this first" in started.get(reverse("intake_check")).text
    send(started)
    inquiry = Inquiry.objects.get()
    assert inquiry.triage().care[:2] == (Care.EMERGENCY_DEPARTMENT, Care.WITHDRAWAL_MEDICAL_24H)
    assert inquiry.answers.uses[0].klass == "benzodiazepine"
    assert not inquiry.answers.may_verify
    page = started.get(reverse("intake_sent")).text
    assert inquiry.reference_code in page
    assert "Do not make them stop suddenly" in page
    assert "We send nothing to an insurer" in page


def test_sending_twice_makes_one_inquiry(started: Client) -> None:
    key = key_of(started)
    for _ in range(2):
        sent = started.post(reverse("intake_check"), {"key": key})
        assert sent.headers["Location"] == reverse("intake_sent")
    assert Inquiry.objects.count() == 1


def test_a_key_of_another_draft_sends_nothing(started: Client) -> None:
    assert started.post(reverse("intake_check"), {"key": uuid.uuid4()}).status_code == 200
    assert Inquiry.objects.count() == 0


def test_after_sending_the_draft_holds_no_answers(started: Client) -> None:
    substance(started, 1, text="clonazepam")
    send(started)
    draft = Draft.objects.get()
    assert (draft.answers_json, draft.inquiry) == ({}, Inquiry.objects.get())
    assert started.get(reverse("intake_step", args=["who"])).headers["Location"] == reverse("intake_sent")


def test_a_filled_honeypot_is_set_aside_not_refused(started: Client) -> None:
    send(started, website="http://spam.example")
    assert Inquiry.objects.get().quarantined


def test_the_cookie_holds_only_a_signed_id(started: Client) -> None:
    say(started, "who", caller_name="Ruth")
    cookie = started.cookies[settings.DRAFT_COOKIE_NAME]
    assert cookie.value.split(":")[0] == str(Draft.objects.get().pk)
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert not cookie["max-age"]
    started.cookies[settings.DRAFT_COOKIE_NAME] = f"{uuid.uuid4()}:forged"
    assert started.get(reverse("intake_check")).status_code == 302


def test_no_cookie_outlives_the_browser(started: Client) -> None:
    for name in ("get_help", "inquiry_status", "consent_by_code"):
        started.get(reverse(name))
    assert {settings.CSRF_COOKIE_NAME, settings.DRAFT_COOKIE_NAME} <= set(started.cookies)
    assert not [name for name, one in started.cookies.items() if one["max-age"] or one["expires"]]


def test_pages_are_kept_by_no_cache(started: Client) -> None:
    for page in (reverse("get_help"), reverse("intake_step", args=["who"]), reverse("intake_check")):
        assert "no-store" in started.get(page).headers["Cache-Control"]


def test_a_substance_comes_with_the_link(client: Client) -> None:
    assert 'value="clonazepam"' in client.get(reverse("get_help"), {"substance": "clonazepam"}).text
    assert Draft.objects.count() == 0
    client.post(reverse("get_help"), {"substance": "clonazepam"})
    (use,) = Draft.objects.get().answers.uses
    assert (use.text, use.canonical, use.klass) == ("clonazepam", "clonazepam", "benzodiazepine")


def test_a_word_with_several_meanings_is_asked_about_once(started: Client) -> None:
    asked = substance(started, 1, text="boy")
    assert asked.headers["Location"] == reverse("intake_substance", args=[1])
    assert "can mean several things" in started.get(asked.headers["Location"]).text
    gone_on = substance(started, 1, text="boy", meaning="heroin")
    assert gone_on.headers["Location"] == reverse("intake_step", args=["substances"])
    assert Draft.objects.get().answers.uses[0].klass == "opioid"
    assert substance(started, 1, text="boy", meaning="other").status_code == 302
    assert Draft.objects.get().answers.uses[0].klass is None


def test_slang_alone_pins_nothing_and_a_brand_is_not_asked_about(started: Client) -> None:
    asked = substance(started, 1, text="lemons")
    assert asked.headers["Location"] == reverse("intake_substance", args=[1])
    assert Draft.objects.get().answers.uses[0].klass is None
    gone_on = substance(started, 2, text="Bud Light")
    assert gone_on.headers["Location"] == reverse("intake_step", args=["substances"])
    assert Draft.objects.get().answers.uses[1].klass == "alcohol"


def test_a_substance_can_be_removed(started: Client) -> None:
    substance(started, 1, text="beer")
    substance(started, 2, text="xanax")
    substance(started, 1, remove="yes")
    assert [use.text for use in Draft.objects.get().answers.uses] == ["xanax"]


def test_danger_shows_help_first_and_lets_them_go_on(started: Client) -> None:
    there = say(started, "danger", symptoms=["cannot_wake"])
    assert there.headers["Location"] == reverse("intake_step", args=["help-now"])
    page = started.get(there.headers["Location"]).text
    assert 'Call <a class="text-nowrap" href="tel:911">911</a> now' in page
    assert "1-800-222-1222" in page
    assert "988" in page
    assert say(started, "help-now").headers["Location"] == reverse("intake_substance", args=[1])


def test_a_change_leads_back_to_the_check_page(started: Client) -> None:
    assert say(started, "where", zip="35203", then="check").headers["Location"] == reverse("intake_check")


def test_errors_say_what_to_do_link_to_the_field_and_keep_what_was_typed(started: Client) -> None:
    page = say(started, "reach", contact__methods=["call"], contact__phone="12").text
    assert "Enter the phone number with its area code" in page
    assert 'href="#id_contact__phone"' in page
    assert 'value="12"' in page
    page = say(started, "where", zip="ABC").text
    assert "five digits" in page
    assert 'value="ABC"' in page


def test_what_is_typed_after_the_draft_is_gone_is_not_lost(client: Client) -> None:
    assert say(client, "who", for_whom="self").status_code == 302
    assert Draft.objects.get().answers.for_whom == "self"


def test_come_back_with_a_code_on_another_device(started: Client) -> None:
    say(started, "where", zip="35203")
    started.post(reverse("intake_save"))
    code = Draft.objects.get().resume_code
    assert code in started.get(reverse("intake_save")).text
    other = Client()
    resumed = other.post(reverse("intake_resume"), {"code": code.lower()})
    assert resumed.headers["Location"] == reverse("intake_step", args=["who"])
    assert "35203" in other.get(reverse("intake_check")).text
    assert "We know no saved form" in other.post(reverse("intake_resume"), {"code": "nothing"}).text


def contact() -> Contact:
    return Draft.objects.get().answers.contact


def test_a_number_without_a_way_to_use_it_is_asked_about_and_never_lost(started: Client) -> None:
    typed = {"contact__phone": "205 555 0114", "contact__email": "ruth@example.org"}
    page = say(started, "reach", **typed).text
    assert "May we call or text this number?" in page
    assert "May we write to this address?" in page
    assert 'value="205 555 0114"' in page
    say(started, "reach", contact__methods=["text", "email"], **typed)
    assert (contact().phone, contact().email) == ("+12055550114", "ruth@example.org")
    check = started.get(reverse("intake_check")).text
    assert "(205) 555-0114" in check
    assert "+1205" not in check


def test_whoever_wants_no_contact_is_told_that_the_number_is_not_kept(started: Client) -> None:
    there = say(started, "reach", contact__methods=["none"], contact__phone="12", contact__email="x").headers[
        "Location"
    ]
    assert contact() == Contact(methods=(ContactMethod.NONE,))
    assert "did not keep the phone number" in started.get(there).text


@pytest.mark.parametrize("nonsense", ["000-000-0000", "1234567890", "555-555-5555", "call me"])
def test_a_number_that_cannot_exist_is_asked_again(started: Client, nonsense: str) -> None:
    page = say(started, "reach", contact__methods=["call"], contact__phone=nonsense).text
    assert "Enter the phone number with its area code" in page
    assert "<title>Error: " in page


def test_stopping_on_a_page_keeps_what_is_right_on_it_and_says_what_is_not(started: Client) -> None:
    stopped = say(started, "home", being_hurt="no", person__age="many", later="yes")
    page = started.get(stopped.headers["Location"]).text
    assert "We could not read what you wrote here" in page
    assert "How old are you?" in page
    assert Draft.objects.get().resume_code in page
    assert Draft.objects.get().answers.being_hurt == "no"


def test_stopping_at_a_substance_and_at_the_end_keeps_it_too(started: Client) -> None:
    substance(started, 1, text="beer", later="yes")
    assert Draft.objects.get().answers.uses[0].text == "beer"
    assert started.post(reverse("intake_check"), {"later": "yes"}).headers["Location"] == reverse("intake_save")
    assert Inquiry.objects.count() == 0


def test_start_leaves_nothing_behind_until_something_is_answered(client: Client) -> None:
    for _ in range(3):
        client.post(reverse("get_help"))
        assert say(client, "who").status_code == 302
    assert Draft.objects.count() == 0
    say(client, "who", for_whom="self")
    client.post(reverse("get_help"), {"substance": "beer"})
    assert [use.text for use in Draft.objects.get().answers.uses] == ["beer"]


def test_leaving_locks_the_form_on_this_device_and_a_code_still_opens_it(started: Client) -> None:
    say(started, "where", zip="35203", later="yes")
    left = started.post(reverse("leave"))
    assert left.headers["Location"] == settings.EXIT_URL
    for page in ("intake_check", "intake_save", "intake_sent"):
        assert started.get(reverse(page)).headers["Location"] == reverse("get_help")
    started.post(reverse("intake_resume"), {"code": Draft.objects.get().resume_code})
    assert "35203" in started.get(reverse("intake_check")).text
    assert started.post(reverse("leave"), {"quietly": "yes"}).headers["Clear-Site-Data"] == '"cache"'
    assert started.get(reverse("intake_check")).status_code == 302


def test_coming_back_goes_to_the_first_open_question(started: Client) -> None:
    say(started, "who", for_whom="self")
    say(started, "danger", danger_now="no")
    assert f'href="{reverse("intake_substance", args=[1])}"' in started.get(reverse("get_help")).text
    substance(started, 1, text="beer")
    assert f'href="{reverse("intake_step", args=["history"])}"' in started.get(reverse("get_help")).text


def test_back_from_a_change_leads_to_the_check_page(started: Client) -> None:
    substance(started, 1, text="beer")
    for page in (reverse("intake_step", args=["where"]), reverse("intake_substance", args=[1])):
        shown = started.get(page, {"then": "check"}).text
        assert f'class="back-link" href="{reverse("intake_check")}"' in shown


def test_an_answer_can_be_taken_back(started: Client) -> None:
    say(started, "feelings", suicide__wished_dead="yes")
    page = started.get(reverse("intake_step", args=["feelings"])).text
    assert page.count("I would rather not say") == len(re.findall("<fieldset", page))
    assert not re.search(r'value=""[^>]*checked', page)
    say(started, "feelings", suicide__wished_dead="")
    assert Draft.objects.get().answers.suicide.wished_dead is None


def test_a_zip_code_we_do_not_know_is_asked_about_once(started: Client) -> None:
    Place.objects.create(zip="35203", city="Birmingham", state="AL")
    page = say(started, "where", zip="00000").text
    assert "We do not know this ZIP code" in page
    assert say(started, "where", zip="00000", zip_as_typed=hidden(page, "zip_as_typed")).status_code == 302
    assert Draft.objects.get().answers.zip == "00000"


def test_it_speaks_to_the_person_or_about_them(started: Client) -> None:
    say(started, "who", for_whom="self")
    say(started, "insurance", insurance__kind="private")
    danger, plan = (started.get(reverse("intake_step", args=[slug])).text for slug in ("danger", "plan"))
    assert "I cannot stay awake" in danger
    assert "My parent" in plan
    say(started, "who", for_whom="someone_else")
    danger, plan = (started.get(reverse("intake_step", args=[slug])).text for slug in ("danger", "plan"))
    assert "Cannot be woken up" in danger
    assert "The person who needs help" in plan


def test_status_says_the_state_and_nothing_else(started: Client) -> None:
    substance(started, 1, text="clonazepam")
    send(started)
    page = Client().post(reverse("inquiry_status"), {"code": Inquiry.objects.get().reference_code}).text
    assert "Nobody has started on it yet" in page
    assert "clonazepam" not in page
    assert "We know no inquiry" in Client().post(reverse("inquiry_status"), {"code": "x"}).text


def test_the_sent_page_can_be_taken_off_the_device(started: Client) -> None:
    send(started)
    started.post(reverse("intake_sent"))
    assert started.get(reverse("intake_sent")).headers["Location"] == reverse("get_help")


ASKED = {
    "insurance__check": "electronic",
    "person__first_name": "Sam",
    "person__last_name": "Doe",
    "person__birth_date": "3/27/1985",
    "insurance__signed_name": "Sam Doe",
}


def insured(client: Client, **plan: object) -> None:
    say(client, "who", for_whom="self")
    say(client, "insurance", insurance__kind="private")
    say(client, "plan", insurance__payer_name="Sample Plan", insurance__member_id="W1", **plan)


def test_the_person_is_told_before_they_agree(started: Client) -> None:
    insured(started)
    page = started.get(reverse("intake_step", args=["consent"])).text
    assert "your plan learns who asked and for which kinds of care" in page
    assert say(started, "consent", **ASKED).status_code == 302
    assert Draft.objects.get().answers.may_verify


def test_somebody_elses_name_is_no_signature(started: Client) -> None:
    insured(started)
    page = say(started, "consent", **(ASKED | {"insurance__signed_name": "Mickey Mouse"})).text
    assert "Sign with the first and last name you typed above" in page
    assert not Draft.objects.get().answers.may_verify


def test_a_yes_without_a_signature_is_no_consent(started: Client) -> None:
    insured(started)
    page = say(started, "consent", **(ASKED | {"insurance__signed_name": " "})).text
    assert "Type your full name to sign" in page
    assert not Draft.objects.get().answers.may_verify


def test_a_holder_who_may_not_know_closes_the_electronic_road(started: Client) -> None:
    insured(started)
    say(started, "consent", **ASKED)
    say(started, "plan", insurance__payer_name="Sample Plan", insurance__holder_may_not_know="not_sure")
    assert not Draft.objects.get().answers.may_verify
    page = started.get(reverse("intake_step", args=["consent"])).text
    assert 'value="electronic"' not in page
    assert "Somebody else holds this policy" in page
    assert say(started, "consent", **ASKED).status_code == 200
    say(started, "plan", insurance__payer_name="Sample Plan", insurance__holder_may_not_know="no")
    page = started.get(reverse("intake_step", args=["consent"])).text
    assert 'value="electronic"' in page
    assert "Somebody else holds this policy" not in page


def test_a_consent_does_not_outlive_the_answer_that_it_is_for_someone_else(started: Client) -> None:
    insured(started)
    say(started, "consent", **ASKED)
    say(started, "who", for_whom="someone_else")
    insurance = Draft.objects.get().answers.insurance
    assert (insurance.check, insurance.signed_name) == (None, "")
