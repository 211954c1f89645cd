"""What an attacker would try first, kept (docs/attacks.md tells the rest)."""

from __future__ import annotations

import logging
import re
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from helpline.audit.acting import CALLER
from helpline.audit.models import AuditRecord
from helpline.programs.models import Program
from helpline.vault.models import LinkRefused, SignedLink
from intake.inquiries.models import Inquiry, Note
from intake.insurance.models import Verification
from intake.journey.demo import people
from intake.journey.open_inquiry import open_inquiry
from tests.dashboard import test_who_may
from tests.dashboard.conftest import a_program, opened

pytestmark = pytest.mark.django_db
addresses = test_who_may.addresses

MARKUP = """<img src=x onerror=alert(1)>'"{{7*7}}"""
OF_SQL = "x' OR '1'='1'; DROP TABLE inquiries_inquiry; --"
UP_AND_OUT = "../../../../etc/passwd"


def test_what_a_caller_writes_is_text_on_every_page_of_the_desk(desk: Client) -> None:
    told = people(timezone.localdate())["mother"]
    told = replace(
        told,
        caller_name=MARKUP,
        person=replace(told.person, first_name=MARKUP, last_name=MARKUP),
        insurance=replace(told.insurance, payer_name=MARKUP, member_id=MARKUP[:30]),
        uses=tuple(replace(use, text=MARKUP) for use in told.uses),
        contact=replace(told.contact, email="a@example.org"),
    )
    inquiry = open_inquiry(answers=told, idempotency_key=uuid.uuid4(), by=CALLER)
    desk.post(reverse("desk_note", args=[inquiry.pk]), {"text": MARKUP})
    pages = [
        reverse("desk_queue"),
        reverse("desk_inquiry", args=[inquiry.pk]),
        reverse("desk_correct", args=[inquiry.pk]),
    ]
    shown = "".join(desk.get(page).content.decode() for page in pages)
    assert "&lt;img src=x onerror=alert(1)&gt;" in shown
    assert "<img src=x" not in shown
    assert "49" not in re.findall(r"&#x27;&quot;(.{2,12})", shown)


def test_no_search_box_reaches_the_database_as_words_of_its_own(
    desk: Client, signed_in: Callable[[str], Client]
) -> None:
    opened("mother")
    a_program()
    listings, audit = signed_in("admin"), signed_in("privacy_officer")
    with CaptureQueriesContext(connection) as asked:
        assert desk.post(reverse("desk_find"), {"sought": OF_SQL}).status_code == 200
        assert (
            b"Birmingham Recovery House"
            not in listings.get(reverse("listings"), {"words": OF_SQL, "q": OF_SQL}).content
        )
        for name in ("inquiry", "who", "day", "page"):
            assert audit.get(reverse("desk_audit"), {name: OF_SQL}).status_code == 200
        assert Client().post(reverse("inquiry_status"), {"code": OF_SQL[:40]}).status_code == 200
    # The driver shows statements with their values put in: quotes of a value are doubled there
    assert not [each["sql"] for each in asked if "x' OR '1'='1'" in each["sql"]]
    assert Inquiry.objects.count() == 1


def test_looking_changes_nothing(desk: Client, addresses: dict[str, str]) -> None:
    before = AuditRecord.objects.order_by("-id").values_list("id", flat=True).first()
    for name in test_who_may.POSTED & test_who_may.ANSWERING | {"desk_phone_check"}:
        # Led to where its button is, or refused
        assert desk.get(addresses[name]).status_code in {302, 405}, name
    assert not AuditRecord.objects.filter(action="changed", actor_kind="staff", id__gt=before).exists()


def test_a_change_without_the_token_is_refused_everywhere(addresses: dict[str, str], desk: Client) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = desk.cookies
    for name in sorted(test_who_may.POSTED & (test_who_may.ANSWERING | test_who_may.VERIFYING)):
        assert strict.post(addresses[name]).status_code == 403, name
        # Another site's page carries the cookies, if anything, and its own origin
        assert strict.post(addresses[name], HTTP_ORIGIN="https://evil.example").status_code == 403, name
    for name in sorted(
        test_who_may.OPEN & {"get_help", "intake_step", "intake_check", "consent_by_link", "inquiry_status"}
    ):
        assert strict.post(addresses[name]).status_code == 403, name


def test_methods_nobody_needs_are_refused(desk: Client, addresses: dict[str, str]) -> None:
    for name in ("get_help", "inquiry_status", "desk_queue", "desk_note"):
        for method in ("TRACE", "PUT", "DELETE", "PATCH", "CONNECT"):
            assert desk.generic(method, addresses[name]).status_code == 405, (name, method)


def test_nobody_is_led_to_a_strangers_address(desk: Client, signed_in: Callable[[str], Client]) -> None:
    for there in (
        "https://evil.example/",
        "//evil.example",
        "javascript:alert(1)",
        "https:evil.example",
        "/\\evil.example",
    ):
        page = Client().post(
            f"/accounts/login/?next={there}", {"login": "x@example.org", "password": "x", "next": there}
        )
        assert f'value="{there}"' not in page.content.decode() or page.status_code == 200
        answer = desk.get("/accounts/login/", {"next": there})
        assert answer.status_code == 302
        assert "evil" not in answer["Location"]
        assert "javascript" not in answer["Location"]
        led = signed_in("admin").post(reverse("listings_together"), {"query": there, "next": there})
        assert led["Location"].startswith(reverse("listings"))
        assert "evil" not in Client().post("/get-help/who/", {"then": there, "next": there})["Location"]


def test_every_answer_says_what_it_is(desk: Client, addresses: dict[str, str]) -> None:
    for name in ("home", "healthy", "get_help", "inquiry_status", "desk_queue", "desk_inquiry"):
        kind = desk.get(addresses[name])["Content-Type"]
        assert kind in {"text/html; charset=utf-8", "text/plain"}, name
    assert desk.get("/no-such-page/")["Content-Type"] == "text/html; charset=utf-8"


def test_no_address_leads_out_of_its_folder(client: Client) -> None:
    for way in (
        UP_AND_OUT,
        UP_AND_OUT.replace("/", "%2f"),
        UP_AND_OUT.replace("..", "%2e%2e"),
        "....//....//etc/passwd",
    ):
        for start in ("/static/", "/guides/", "/get-help/", "/guides/about/"):
            answer = client.get(f"{start}{way}")
            assert answer.status_code in {301, 404}, (start, way)
    for folder in ("/static/", "/static/vendor/"):
        assert client.get(folder).status_code == 404


def test_a_large_form_is_refused(client: Client) -> None:
    assert client.post("/get-help/who/", {"caller_name": "x" * 300_000}).status_code == 400
    assert client.post("/get-help/who/", {f"f{n}": "x" for n in range(600)}).status_code == 400


def test_a_link_opens_only_what_it_was_made_for() -> None:
    subject = uuid.uuid4()
    link, secret = SignedLink.objects.make(purpose="consent", subject=subject, lasts=timedelta(days=1))
    assert len(secret) >= 32
    assert secret not in str(SignedLink.objects.values().get(pk=link.pk))
    assert SignedLink.objects.open(secret, purpose="consent").subject == subject
    for wrong in (secret[:-1], secret + "x", secret.swapcase(), ""):
        with pytest.raises(LinkRefused):
            SignedLink.objects.open(wrong, purpose="consent")
    with pytest.raises(LinkRefused):
        SignedLink.objects.open(secret, purpose="something else")


def test_fields_nobody_asked_for_are_not_written(desk: Client, signed_in: Callable[[str], Client]) -> None:
    inquiry, program = opened("mother"), a_program()
    before = Inquiry.objects.values().get(pk=inquiry.pk)
    more = {
        "id": str(uuid.uuid4()),
        "state": "closed",
        "urgency": "0",
        "owner": "1",
        "author": "1",
        "quarantined": "on",
    }
    desk.post(reverse("desk_note", args=[inquiry.pk]), {"text": "she will call again", **more})
    assert Inquiry.objects.values().get(pk=inquiry.pk) | {"changed_at": 0} == before | {"changed_at": 0}
    assert Note.objects.get().inquiry_id == inquiry.pk
    signed_in("admin").post(
        reverse("listing_verify", args=[program.pk]), {"note": "rang", "status": "withdrawn", "name1": "Ours"}
    )
    assert (Program.objects.get().status, Program.objects.get().name1) == ("listed", program.name1)


def test_an_address_with_a_line_break_reaches_no_mail(client: Client) -> None:
    client.post("/get-help/", {"substance": "alcohol"})
    said = {"contact__methods": ["email"], "contact__email": "a@example.org\r\nBcc: b@example.org"}
    page = client.post("/get-help/reach/", said)
    assert page.status_code == 200
    assert mail.outbox == []


def test_an_address_forges_no_line_of_the_log(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        client.get("/get-help/nowhere%0a2026-11-24 CRITICAL root everything is fine/")
    assert caplog.records
    assert all("\n" not in record.getMessage() for record in caplog.records)


def test_another_persons_row_is_no_more_reached_by_its_id(signed_in: Callable[[str], Client]) -> None:
    """The verifier's own room, with ids of rooms that are not theirs, and of nothing."""
    inquiry = opened("inactive")
    verifier = signed_in("verifier")
    for name in ("desk_inquiry", "desk_correct", "desk_inquiry_panel"):
        keys = [inquiry.pk, "next"] if name.endswith("panel") else [inquiry.pk]
        assert verifier.get(reverse(name, args=keys)).status_code == 403
    assert verifier.post(reverse("desk_phone_check", args=[uuid.uuid4()])).status_code == 404
    assert verifier.post(reverse("desk_phone_check", args=[inquiry.pk])).status_code == 404
    assert Verification.objects.count() == 1
