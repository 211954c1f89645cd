"""A photo of the insurance card, from the form without a script to the desk, and away again."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from helpline.accounts.models import User
from helpline.audit.acting import CALLER
from helpline.audit.models import AuditRecord, OldValue
from helpline.vault.files import MOST_BYTES
from intake.inquiries.models import Draft, Inquiry
from intake.insurance.models import CardPhoto
from intake.journey.close import close
from intake.journey.erase import erase
from tests.dashboard.conftest import signed_in  # noqa: F401  # a fixture
from tests.public.test_caller import say, send
from tests.vault.test_files import with_position

pytestmark = pytest.mark.django_db
PLAN = "/get-help/plan/"
SignedIn = Callable[[str], Client]


@pytest.fixture
def insured(client: Client) -> Client:
    client.post(reverse("get_help"))
    say(client, "who", for_whom="self")
    say(client, "insurance", insurance__kind="private")
    return client


def card(content: bytes | None = None, name: str = "IMG_0001 Daniel Reyes.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, with_position() if content is None else content, "text/html")


def sent_with_photo(client: Client) -> Inquiry:
    say(client, "plan", insurance__payer_name="Sample Plan", card_photo=card())
    assert send(client).status_code == 302
    return Inquiry.objects.get()


def test_it_goes_with_the_form_to_the_inquiry(insured: Client) -> None:
    page = insured.get(PLAN).text
    assert 'enctype="multipart/form-data"' in page
    assert 'type="file"' in page
    answer = say(insured, "plan", insurance__payer_name="Sample Plan", card_photo=card())
    assert answer["Location"] == "/get-help/consent/"
    assert CardPhoto.objects.get().draft == Draft.objects.get()
    assert "We have a photo of the card" in insured.get(PLAN).text
    assert "A photo of the front of the card" in insured.get(reverse("intake_check")).text
    send(insured)
    photo = CardPhoto.objects.get()
    assert (photo.draft, photo.inquiry) == (None, Inquiry.objects.get())
    assert not Image.open(BytesIO(photo.content)).getexif()


def test_it_is_kept_though_something_else_is_wrong_on_the_page(insured: Client) -> None:
    answer = say(insured, "plan", insurance__payer_name="x" * 90, card_photo=card())
    assert answer.status_code == 200
    assert "We have a photo of the card" in answer.text
    assert CardPhoto.objects.exists()


def test_it_is_kept_by_who_stops_here_and_of_who_said_nothing_else(client: Client) -> None:
    client.get("/get-help/")
    client.post(reverse("get_help"))
    assert not Draft.objects.exists()
    answer = client.post(PLAN, {"card_photo": card(), "later": "yes"})
    assert answer["Location"].startswith(reverse("intake_save"))
    assert CardPhoto.objects.get().draft.resume_code


def test_it_is_taken_away_again(insured: Client) -> None:
    say(insured, "plan", card_photo=card())
    say(insured, "plan", card_gone="yes")
    assert not CardPhoto.objects.exists()
    assert not OldValue.objects.exists()
    assert "We have a photo" not in insured.get(PLAN).text


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"<svg onload=alert(1)>", "not a photo we can read"),
        (b"%PDF-1.7", "not a photo we can read"),
        (b"", ""),
        (b"\xff\xd8\xff" + bytes(MOST_BYTES), "larger than 10 MB"),
    ],
    ids=["svg", "pdf", "empty", "large"],
)
def test_what_is_no_photo_is_refused_and_what_was_typed_stays(insured: Client, content: bytes, says: str) -> None:
    answer = say(insured, "plan", insurance__member_id="ABC 123", card_photo=card(content, "card.jpg"))
    assert answer.status_code == (200 if says else 302)
    if says:
        assert says in answer.text
        assert 'href="#id_card_photo"' in answer.text
        assert "ABC123" in answer.text or "ABC 123" in answer.text
    assert not CardPhoto.objects.exists()


def test_nothing_uploaded_is_written_to_a_disk_and_more_than_one_is_refused(insured: Client) -> None:
    assert settings.FILE_UPLOAD_HANDLERS == ["helpline.vault.files.InMemory"]
    assert insured.post(PLAN, {"card_photo": card(), "another": card()}).status_code == 400
    assert insured.post("/get-help/who/", {"for_whom": "self", "card_photo": card()}).status_code == 302
    assert not CardPhoto.objects.exists()


def test_the_desk_shows_it_to_who_may_see_the_inquiry_and_the_look_is_recorded(
    insured: Client,
    signed_in: SignedIn,  # noqa: F811
) -> None:
    inquiry = sent_with_photo(insured)
    address, desk = reverse("desk_card_photo", args=[inquiry.pk]), signed_in("consultant")
    assert address in desk.get(reverse("desk_inquiry", args=[inquiry.pk])).text
    answer = desk.get(address)
    assert Image.open(BytesIO(answer.content)).format == "JPEG"
    assert {name: answer[name] for name in ("Content-Type", "Cache-Control", "X-Content-Type-Options")} == {
        "Content-Type": "image/jpeg", "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff",
    }  # fmt: skip
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox; frame-ancestors 'none'"
    assert answer["Content-Disposition"] == 'inline; filename="card.jpg"'
    read = AuditRecord.objects.latest("id")
    assert (read.action, read.subject_kind, read.inquiry_id) == ("read", "insurance_card_photo", inquiry.pk)
    assert desk.get(reverse("desk_card_photo", args=[inquiry.person_id])).status_code == 404
    for role in ("admin", "verifier", "privacy_officer"):
        assert signed_in(role).get(address).status_code == 403


def test_it_goes_with_the_inquiry_and_leaves_nothing(insured: Client) -> None:
    inquiry = sent_with_photo(insured)
    by = User.objects.create_user("b@example.org", "a long enough password", name="B", role="consultant")
    close(inquiry, closing="information", by=by)
    erase(inquiry, by=CALLER, reason="test")
    assert not CardPhoto.objects.exists()
    assert not OldValue.objects.filter(table_name="insurance_card_photo").exists()
    changes = AuditRecord.objects.filter(subject_kind="insurance_card_photo").values_list("action", flat=True)
    assert list(changes.order_by("id")) == ["created", "changed", "removed"]


def test_a_flood_of_photos_from_one_address_does_not_fill_the_disk(insured: Client, settings: object) -> None:
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "card_photo": "2/10m/key"}  # type: ignore[attr-defined]
    kept = [say(insured, "plan", card_photo=card()).status_code for _ in range(2)]
    page = say(insured, "plan", insurance__payer_name="Sample Plan", card_photo=card())
    assert (kept, page.status_code) == ([302, 302], 200)
    assert "Too many photos came from your connection" in page.text
    assert "Sample Plan" in page.text
    # The form itself goes on
    assert say(insured, "plan", insurance__payer_name="Sample Plan")["Location"] == "/get-help/consent/"
