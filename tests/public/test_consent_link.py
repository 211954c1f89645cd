"""He consents himself, by a link that works once; his mother's form alone sends nothing."""

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.conf import settings
from django.db.models.functions import Now
from django.test import Client
from django.urls import reverse

from helpline.audit.acting import CALLER
from helpline.audit.models import AuditRecord
from helpline.programs.models import Place
from intake.disclosures.codes import TooMany
from intake.disclosures.consenting import standing
from intake.disclosures.models import Consent, ConsentCode
from intake.inquiries.answers import Answers, ForWhom, Insurance, InsuranceKind
from intake.inquiries.models import Closing, Inquiry, State
from intake.insurance.models import Verification
from intake.journey.check_insurance import correct
from intake.journey.consent import make_consent_code, make_consent_link, open_link, sign
from intake.journey.erase import erase
from intake.journey.open_inquiry import open_inquiry
from intake.public.consent_page import ConsentLinkForm

pytestmark = pytest.mark.django_db
SIGNED = {
    "purposes": ["check_insurance", "refer"],
    "first_name": "Sam",
    "last_name": "Doe",
    "birth_date": "3/27/1999",
    "signature": "Sam Doe",
}


@pytest.fixture
def inquiry() -> Inquiry:
    told = Answers(
        for_whom=ForWhom.SOMEONE_ELSE,
        insurance=Insurance(kind=InsuranceKind.PRIVATE, payer_name="Sample Plan", member_id="W123"),
    )
    return open_inquiry(answers=told, idempotency_key="5f0c0f6e-0b0a-4b5f-9c55-5f1c2d8d9a01", by=CALLER)


@pytest.fixture
def link(inquiry: Inquiry) -> str:
    return "/consent/" + make_consent_link(inquiry, by=CALLER).split("/consent/")[1]


def test_the_mothers_form_alone_asks_nobody(inquiry: Inquiry) -> None:
    assert (Consent.objects.count(), Verification.objects.count()) == (0, 0)


def test_he_signs_once_and_only_then_is_his_plan_asked(client: Client, inquiry: Inquiry, link: str) -> None:
    page = client.get(link).text
    assert "your plan learns who asked" in page
    assert "Sample Plan" not in page
    assert "W123" not in page
    assert AuditRecord.objects.filter(actor_kind="link", action="read", inquiry_id=inquiry.pk).count() == 1
    assert "You have signed" in client.post(link, SIGNED).text
    assert set(Consent.objects.values_list("purpose", flat=True)) == {"check_insurance", "refer"}
    assert Verification.objects.count() == 1
    inquiry.refresh_from_db()
    assert inquiry.answers.person.birth_date == date(1999, 3, 27)
    assert client.post(link, SIGNED).status_code == 410


def test_he_gets_a_copy_and_a_code_of_his_own_that_takes_it_back(client: Client, link: str) -> None:
    page = client.post(link, SIGNED).text
    assert "Your name, birth date and member ID" in page
    assert settings.TOLL_FREE_NUMBER in page
    code = re.findall(r'class="reference-code">([^<]+)<', page)[0]
    copy = client.post(reverse("inquiry_status"), {"code": code.lower().replace("-", " ")}).text
    assert copy.count("Sam Doe") == page.count("Sam Doe") == 4
    assert (
        "From now on we send nothing" in client.post(reverse("inquiry_status"), {"code": code, "take_back": "yes"}).text
    )
    assert Consent.objects.filter(revoked_at=None).count() == 0


def test_his_mothers_code_tells_her_neither_what_he_signed_nor_that_a_program_was_asked(
    client: Client, inquiry: Inquiry, link: str
) -> None:
    client.post(link, SIGNED)
    inquiry.move(State.REFERRED)
    page = client.post(reverse("inquiry_status"), {"code": inquiry.reference_code, "take_back": "yes"}).text
    assert "Somebody here is working on it" in page
    assert not re.search(r"\b(Sam|Doe)\b", page)
    assert "program" not in page.split("<main")[1].split("</main")[0]
    assert Consent.objects.filter(revoked_at=None).count() == 2


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"signature": ""}, "Type your full name to sign."),
        ({"signature": "Mickey Mouse"}, "Sign with the first and last name you typed above"),
        ({"purposes": []}, "Choose what you agree to, or"),
        ({"birth_date": "soon"}, "Enter the birth date as month, day and year"),
        ({"holder_may_not_know": "yes"}, "for your safety"),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_signed(
    client: Client, link: str, change: dict[str, object], sentence: str
) -> None:
    assert sentence in client.post(link, SIGNED | change).text
    assert Consent.objects.count() == 0
    assert client.get(link).status_code == 200


@pytest.fixture
def code(inquiry: Inquiry) -> str:
    return make_consent_code(inquiry, by=CALLER)


def test_a_code_read_out_on_the_phone_opens_the_page_once(client: Client, inquiry: Inquiry, code: str) -> None:
    said = code.lower().replace("-", " ")
    page = client.post(reverse("consent_by_code"), {"code": said}).headers["Location"]
    assert "Sample Plan" not in client.get(page).text
    client.post(page, SIGNED)
    assert set(Consent.objects.values_list("signed_how", flat=True)) == {"code"}
    assert "opens nothing" in client.post(reverse("consent_by_code"), {"code": code}).text
    assert client.get(page).status_code == 410


def test_a_code_lasts_fifteen_minutes_and_a_new_one_ends_it(client: Client, inquiry: Inquiry, code: str) -> None:
    newer = make_consent_code(inquiry, by=CALLER)
    assert "opens nothing" in client.post(reverse("consent_by_code"), {"code": code}).text
    ConsentCode.objects.filter(used_at=None).update(expires_at=Now() - timedelta(seconds=1))
    assert "opens nothing" in client.post(reverse("consent_by_code"), {"code": newer}).text


def test_codes_cannot_be_guessed_from_one_address(client: Client, code: str) -> None:
    for _ in range(10):
        assert "opens nothing" in client.post(reverse("consent_by_code"), {"code": "2222-2222"}).text
    assert "Too many tries" in client.post(reverse("consent_by_code"), {"code": code}).text
    elsewhere = client.post(reverse("consent_by_code"), {"code": code}, REMOTE_ADDR="192.0.2.7")
    assert elsewhere.status_code == 302


def test_a_line_with_many_addresses_of_ipv6_is_one(client: Client, code: str) -> None:
    for number in range(10):
        client.post(reverse("consent_by_code"), {"code": "2222-2222"}, REMOTE_ADDR=f"2001:db8:1:2::{number}")
    said = [
        client.post(reverse("consent_by_code"), {"code": code}, REMOTE_ADDR=address).status_code
        for address in ("2001:db8:1:2:ffff::1", "2001:db8:1:3::1")
    ]
    assert said == [200, 302]


def test_a_code_ends_after_few_tries_from_however_many_addresses(client: Client, inquiry: Inquiry, code: str) -> None:
    for number in range(5):
        wrong = f"{code[:5]}{'2222' if code[5:] != '2222' else '3333'}"
        client.post(reverse("consent_by_code"), {"code": wrong}, REMOTE_ADDR=f"192.0.2.{number}")
    assert "opens nothing" in client.post(reverse("consent_by_code"), {"code": code}, REMOTE_ADDR="192.0.2.9").text
    newer = make_consent_code(inquiry, by=CALLER)
    for number in range(20):
        client.post(reverse("consent_by_code"), {"code": "ZZZZ-ZZZZ"}, REMOTE_ADDR=f"198.51.100.{number}")
    assert client.post(reverse("consent_by_code"), {"code": newer}).status_code == 302


def test_an_inquiry_gets_only_some_codes_an_hour(inquiry: Inquiry) -> None:
    for _ in range(6):
        make_consent_code(inquiry, by=CALLER)
    with pytest.raises(TooMany):
        make_consent_code(inquiry, by=CALLER)


@pytest.mark.parametrize(("zip", "born", "held"), [("94103", "3/27/2012", False), ("35203", "3/27/2012", True)])
def test_a_minors_yes_waits_where_nobody_read_the_law(
    client: Client, inquiry: Inquiry, link: str, zip: str, born: str, held: bool
) -> None:
    Place.objects.create(zip="94103", city="San Francisco", state="CA")
    Place.objects.create(zip="35203", city="Birmingham", state="AL")
    correct(inquiry, replace(inquiry.answers, zip=zip), by=CALLER)
    client.post(link, SIGNED | {"birth_date": born})
    assert Consent.objects.held().count() == (2 if held else 0)
    assert bool(standing(inquiry.pk)) is not held
    assert Verification.objects.count() == (0 if held else 1)


def test_a_correction_made_while_the_page_was_open_is_kept(inquiry: Inquiry, link: str) -> None:
    page = ConsentLinkForm(SIGNED, answers=inquiry.answers)
    assert page.is_valid()
    correct(inquiry, replace(inquiry.answers, zip="35203"), by=CALLER)
    sign(
        open_link(link.split("/")[2]), purposes=SIGNED["purposes"], name=("Sam", "Doe"), signature="Sam Doe",
        complete=page.complete,
    )  # fmt: skip
    answers = Inquiry.objects.get().answers
    assert (answers.zip, answers.person.first_name) == ("35203", "Sam")


def test_of_an_erased_inquiry_links_end_and_the_own_code_still_shows_what_was_signed(
    client: Client, inquiry: Inquiry, link: str, code: str
) -> None:
    own = re.findall(r'class="reference-code">([^<]+)<', client.post(link, SIGNED).text)[0]
    another = "/consent/" + make_consent_link(inquiry, by=CALLER).split("/consent/")[1]
    inquiry = Inquiry.objects.get()
    inquiry.move(State.CLOSED, closing=Closing.DECLINED, closed_at=Now())
    erase(inquiry, by=CALLER, reason="person_asked")
    assert [client.get(another).status_code, client.post(another, SIGNED).status_code] == [410, 410]
    assert client.post(reverse("consent_by_code"), {"code": code}, follow=True).status_code == 410
    page = client.post(reverse("inquiry_status"), {"code": own}).text
    assert "What you told us was deleted" in page
    assert page.count("Sam Doe") == 4
    taken_back = client.post(reverse("inquiry_status"), {"code": own, "take_back": "yes"}).text
    assert "From now on we send nothing" in taken_back
    assert not Consent.objects.filter(revoked_at=None).exists()


def test_an_unknown_link_says_what_to_do(client: Client) -> None:
    refused = client.get("/consent/nonsense/")
    assert refused.status_code == 410
    assert "Call us" in refused.text
