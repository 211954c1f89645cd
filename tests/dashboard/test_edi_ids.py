"""Ids of insurers on the admin's page: typed, imported after a trial, taken back, used by a new road."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from helpline.payers.loading import load_payers
from helpline.payers.models import EdiChange, EdiId, Payer, PayerRoad
from helpline.programs.models import Place
from intake.inquiries.models import Inquiry
from tests.dashboard.conftest import opened
from tests.dashboard.test_desk import page_of, post
from tests.dashboard.test_roads import TYPED

pytestmark = pytest.mark.django_db
IDS = "/desk/insurers/ids/"


@pytest.fixture
def admin(signed_in: Callable[[str], Client]) -> Client:
    load_payers()
    return signed_in("admin")


def test_a_list_is_tried_then_kept_then_taken_back(admin: Client) -> None:
    file = SimpleUploadedFile("ids.csv", b"payer,clearinghouse,edi_payer_id\nCigna,CLEARING,62308\nNobody,CLEARING,1\n")
    page = admin.post(f"{IDS}import/", {"file": file})
    assert "No insurer here has that name" in page.text
    assert "Keep 1 id" in page.text
    assert not EdiId.objects.exists()
    given = {"keep": "1", "text": page.context["text"]}
    assert "62308" in admin.post(f"{IDS}import/", given, follow=True).text
    assert "Choose a CSV" in admin.post(f"{IDS}import/", {"file": SimpleUploadedFile("x", b"\xff")}, follow=True).text
    made = TYPED | {"payer": Payer.objects.get(name="Cigna Healthcare").pk, "edi_payer_id": "", "password": "x"}
    admin.post("/desk/insurers/new/", made)
    assert PayerRoad.objects.get().edi_payer_id == "62308"
    made["payer"] = Payer.objects.get(name="Humana").pk
    assert "none is kept for this clearinghouse" in admin.post("/desk/insurers/new/", made).text
    assert "1 id is again" in admin.post(f"{IDS}{EdiChange.objects.get().pk}/take-back/", follow=True).text
    assert not EdiId.objects.exists()


def test_one_is_typed_and_a_wrong_sign_is_said_at_its_field(admin: Client) -> None:
    typed = {"payer": Payer.objects.get(name="Humana").pk, "clearinghouse": "CLEARING", "edi_payer_id": "6*1"}
    page = admin.post(IDS, typed)
    assert page.context["form"].errors["edi_payer_id"] == ["Use letters, digits and simple signs only."]
    assert "Kept." in admin.post(IDS, typed | {"edi_payer_id": "61101"}, follow=True).text
    assert "says so already" in admin.post(IDS, typed | {"edi_payer_id": "61101"}, follow=True).text


def test_the_desk_says_whom_to_ask_about_substance_use_cover(desk: Client) -> None:
    load_payers()
    Place.objects.create(zip="83702", city="Boise", state="ID", latitude=43.63, longitude=-116.2)
    inquiry = opened("inactive")
    said = {"insurance_kind": "medicaid", "zip": "83702", "version": Inquiry.objects.get().version}
    post(desk, "desk_correct", inquiry.pk, **said)
    assert "Ask <strong>Magellan of Idaho</strong> about substance use cover" in page_of(desk, inquiry)
