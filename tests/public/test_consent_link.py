"""He consents himself, by a link that works once; his mother's form alone sends nothing."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from helpline.audit.acting import CALLER
from intake.disclosures.models import Consent
from intake.inquiries.answers import Answers, ForWhom, Insurance, InsuranceKind
from intake.inquiries.models import Inquiry
from intake.insurance.models import Verification
from intake.journey.consent import make_consent_link
from intake.journey.open_inquiry import open_inquiry

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
    assert client.post(link, SIGNED).headers["Location"] == reverse("consent_given")
    assert set(Consent.objects.values_list("purpose", flat=True)) == {"check_insurance", "refer"}
    assert Verification.objects.count() == 1
    inquiry.refresh_from_db()
    assert inquiry.answers.person.birth_date == date(1999, 3, 27)
    assert client.post(link, SIGNED).status_code == 410


def test_he_takes_it_back_with_the_reference_code(client: Client, inquiry: Inquiry, link: str) -> None:
    client.post(link, SIGNED)
    page = client.post(reverse("inquiry_status"), {"code": inquiry.reference_code, "take_back": "yes"}).text
    assert "From now on we send nothing" in page
    assert Consent.objects.filter(revoked_at=None).count() == 0


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"signature": ""}, "Type your full name to sign."),
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


def test_an_unknown_link_says_what_to_do(client: Client) -> None:
    refused = client.get("/consent/nonsense/")
    assert refused.status_code == 410
    assert "Call us" in refused.text
