"""How long somebody stays signed in, what ends it, and what they were typing meanwhile."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from helpline.accounts.models import KeptForm, User
from helpline.audit.models import AuditRecord
from intake.inquiries.models import Inquiry, Note
from tests.accounts.people import PASSWORD, sign_in, somebody
from tests.dashboard.conftest import opened

pytestmark = pytest.mark.django_db
NOTE = "She said the blue house, by the river"


@pytest.fixture
def clock() -> Iterator[Any]:
    with time_machine.travel("2026-11-24 22:00:00+00:00", tick=False) as clock:
        yield clock


@pytest.fixture
def client(user: User, clock: Any) -> Client:
    client = Client()
    assert sign_in(client, user).status_code == 302
    return client


def is_in(client: Client) -> bool:
    return client.get("/desk/queue/").status_code != 302


def test_signing_in_gives_a_new_session_key(user: User) -> None:
    client = Client()
    client.post("/accounts/login/", {"login": user.email, "password": "wrong"})
    session = client.session
    session["planted"] = "by somebody else"
    session.save()
    client.cookies["session"] = planted = session.session_key
    sign_in(client, user)
    assert client.cookies["session"].value != planted
    assert not session.exists(planted)


def test_idle_for_a_quarter_of_an_hour(client: Client, clock: Any) -> None:
    for _ in range(4):
        clock.shift(14 * 60)
        assert is_in(client)
    clock.shift(15 * 60)
    assert not is_in(client)
    assert AuditRecord.objects.filter(action="session_ended", reason="idle").count() == 1


def test_twelve_hours_at_most_however_busy(client: Client, clock: Any) -> None:
    for _ in range(12 * 6 - 1):
        clock.shift(10 * 60)
        assert is_in(client)
    clock.shift(10 * 60)
    assert not is_in(client)
    assert AuditRecord.objects.filter(action="session_ended", reason="too_long").exists()


def test_a_page_that_renews_itself_is_not_somebody_doing_something(client: Client, clock: Any) -> None:
    renew = {"HX-Request": "true", "HX-Target": "queue"}
    statuses = []
    for _ in range(4):
        clock.shift(5 * 60)
        statuses.append(client.get("/desk/queue/", headers=renew).status_code)
    # Refused, and not led elsewhere: the page around it stays as it is, with what is being typed in it
    assert statuses == [200, 200, 401, 401]


def test_a_search_by_hand_is(clock: Any) -> None:
    client = Client()
    sign_in(client, somebody("admin"))
    for _ in range(3):
        clock.shift(10 * 60)
        by_hand = {"HX-Request": "true", "X-By-Hand": "yes"}
        assert client.get("/desk/listings/?q=x", headers=by_hand).status_code == 200


def test_signing_out_clears_the_browser(client: Client, user: User) -> None:
    left = client.post("/accounts/logout/")
    assert left["Clear-Site-Data"] == '"cache", "cookies", "storage"'
    assert AuditRecord.objects.filter(action="signed_out", actor_id=str(user.pk)).exists()
    assert not is_in(client)


def test_signing_out_everywhere_else(client: Client, user: User) -> None:
    other = Client(headers={"User-Agent": "a phone left in a taxi"})
    sign_in(other, user)
    assert "a phone left in a taxi" in client.get("/accounts/sessions/").content.decode()
    client.post("/accounts/sessions/")
    assert (is_in(client), is_in(other)) == (True, False)


def test_a_changed_password_ends_all_other_sessions(client: Client, user: User) -> None:
    other = Client()
    sign_in(other, user)
    new = "four words that stay here"
    said = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    client.post("/accounts/password/change/", said)
    assert (is_in(client), is_in(other)) == (True, False)
    assert AuditRecord.objects.filter(action="password_changed", actor_id=str(user.pk)).exists()


@pytest.mark.parametrize("change", [{"is_active": False}, {"role": "verifier"}])
def test_a_closed_account_and_another_role_end_every_session(client: Client, change: dict[str, Any]) -> None:
    User.objects.update(**change)
    assert not is_in(client)


# What somebody was typing


def write_note(client: Client, inquiry: Inquiry, text: str = NOTE) -> HttpResponse:
    return client.post(reverse("desk_note", args=[inquiry.pk]), {"text": text})


def hidden(page: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))


def notes() -> list[str]:
    return [note.text for note in Note.objects.all()]


def test_a_note_typed_over_the_end_is_sent_after_signing_in(client: Client, user: User, clock: Any) -> None:
    inquiry = opened("mother")
    clock.shift(20 * 60)
    refused = write_note(client, inquiry)
    assert refused["Location"].startswith("/accounts/login/?next=/accounts/kept/")
    assert NOTE not in str(refused.headers) + str(client.cookies)
    with connection.cursor() as cursor:
        cursor.execute("SELECT typed FROM accounts_kept_form")
        assert all("river" not in row[0] for row in cursor.fetchall())
    assert "Nothing is lost" in client.get(refused["Location"]).content.decode()
    waits = refused["Location"].partition("next=")[2]
    assert sign_in(client, user, next=waits)["Location"] == waits
    page = client.get(waits).content.decode()
    assert NOTE in page
    address = re.search(r'<form method="post" action="(/desk/inquiries/[^"]+)"', page)
    assert address
    for _ in range(2):  # The second press changes nothing
        client.post(address[1], hidden(page))
    assert notes() == [NOTE]
    assert not KeptForm.objects.exists()


def test_a_renewing_page_that_noticed_first_loses_nothing(client: Client, user: User, clock: Any) -> None:
    inquiry = opened("mother")
    clock.shift(20 * 60)
    assert client.get("/desk/queue/", headers={"HX-Request": "true"}).status_code == 401
    assert "/accounts/kept/" in write_note(client, inquiry)["Location"]


def test_nobody_else_is_shown_what_was_typed(client: Client, clock: Any) -> None:
    inquiry = opened("mother")
    clock.shift(20 * 60)
    waits = write_note(client, inquiry)["Location"].partition("next=")[2]
    colleague = somebody(email="mia@example.org", name="Mia")
    sign_in(client, colleague, next=waits)
    page = client.get(waits, follow=True)
    assert NOTE not in page.content.decode()
    assert "only to the person who typed it" in page.content.decode()
    kept = KeptForm.objects.get()
    client.post(reverse("desk_note", args=[inquiry.pk]), {"kept_form": str(kept.pk), "text": "x"})
    assert KeptForm.objects.count() == 1
    assert notes() == []


def test_what_was_kept_is_gone_after_two_hours(client: Client, user: User, clock: Any) -> None:
    clock.shift(20 * 60)
    waits = write_note(client, opened("mother"))["Location"].partition("next=")[2]
    sign_in(client, user)
    KeptForm.objects.update(kept_at="2026-11-24T00:00Z")
    assert client.get(waits)["Location"] == "/desk/"
    KeptForm.objects.keep(user, "/desk/", "")
    assert KeptForm.objects.count() == 1


def test_after_signing_in_in_another_window_the_old_page_still_loses_nothing(user: User) -> None:
    inquiry, client = opened("mother"), Client(enforce_csrf_checks=True)
    client.get("/accounts/login/")
    token = client.cookies["csrf"].value
    client.post("/accounts/login/", {"login": user.email, "password": PASSWORD, "csrfmiddlewaretoken": token})
    assert client.cookies["csrf"].value != token
    old_page = {"text": NOTE, "csrfmiddlewaretoken": token}
    sent = client.post(reverse("desk_note", args=[inquiry.pk]), old_page)
    assert NOTE in client.get(sent["Location"]).content.decode()
    from_elsewhere = {"Origin": "https://elsewhere.example"}
    assert client.post(reverse("desk_note", args=[inquiry.pk]), old_page, headers=from_elsewhere).status_code == 403
    assert KeptForm.objects.count() == 1


def test_a_callers_page_is_not_kept_for_whoever_is_signed_in(user: User) -> None:
    """Its address may hold a secret, and it is not theirs to send."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(user)
    assert client.post("/consent/a-live-secret/", {"signature": "Ruth"}).status_code == 403
    assert not KeptForm.objects.exists()


def test_a_password_is_never_kept(client: Client, clock: Any) -> None:
    clock.shift(20 * 60)
    client.post("/accounts/password/change/", {"oldpassword": PASSWORD})
    assert not KeptForm.objects.exists()


def test_a_sensitive_act_asks_again_and_keeps_what_was_sent(clock: Any) -> None:
    sam, client = somebody("supervisor", "sam@example.org", "Sam"), Client()
    sign_in(client, sam)
    clock.shift(6 * 60)
    said = {"email": "new@example.org", "name": "Nia", "role": "consultant"}
    asked = client.post("/desk/staff/invite/", said)["Location"]
    assert asked.startswith("/accounts/reauthenticate/?next=/accounts/kept/")
    waits = client.post(asked, {"password": PASSWORD})["Location"]
    again = client.post("/desk/staff/invite/", hidden(client.get(waits).content.decode()))
    assert "/accounts/start/" in again.content.decode()
    assert User.objects.filter(email="new@example.org").exists()


def test_the_audit_is_read_by_who_proved_it_lately(clock: Any) -> None:
    client = Client()
    sign_in(client, somebody("privacy_officer"))
    assert client.get("/desk/audit/").status_code == 200
    clock.shift(6 * 60)
    assert client.get("/desk/audit/")["Location"].startswith("/accounts/reauthenticate/?next=/desk/audit/")


def test_a_session_opens_only_under_its_own_key(client: Client, user: User) -> None:
    from django.contrib.sessions.models import Session

    row = Session.objects.get(session_key=client.cookies["session"].value)
    other = uuid.uuid4().hex
    Session.objects.create(session_key=other, session_data=row.session_data, expire_date=row.expire_date)
    client.cookies["session"] = other
    assert not is_in(client)
