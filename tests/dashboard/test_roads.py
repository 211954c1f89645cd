"""How an admin says how insurers are asked, and tests it: secrets go in and never come out."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db.models.functions import Now
from django.test import Client

from helpline.audit.models import AuditRecord
from helpline.payers.models import Payer, PayerKind, PayerRoad
from intake.insurance.models import Attempt, Gate
from intake.insurance.sandbox.members import PAYER_ID
from tests.dashboard.conftest import a_road
from tests.insurance.clearinghouses.certificates import Authority
from tests.insurance.clearinghouses.conftest import sandbox

__all__ = ["sandbox"]
pytestmark = pytest.mark.django_db
STORED = "a stored secret"
TYPED = {
    "kind": "core_soap", "url": "http://127.0.0.1:9/soap", "edi_payer_id": "60054", "sender_id": "HELPLINE",
    "receiver_id": "CLEARING", "service_types": "30, mh AI", "user_name": "us",
    "cost_per_check": "0.1250", "enabled": "on",
}  # fmt: skip


@pytest.fixture
def admin(signed_in: Callable[[str], Client]) -> Client:
    return signed_in("admin")


def test_a_road_is_made_changed_and_its_secrets_never_shown(admin: Client) -> None:
    certificate, key = Authority("a").vouch("us", days=60)
    payer = Payer.objects.create(name="Plan of Maine", kind=PayerKind.PRIVATE, source="test")
    made = TYPED | {"payer": payer.pk, "password": STORED, "certificate": certificate, "private_key": key}
    page = admin.post("/desk/insurers/new/", made, follow=True)
    road = PayerRoad.objects.get()
    assert (road.kind, road.service_types, str(road.cost_per_check)) == ("core_soap", ["30", "MH", "AI"], "0.1250")
    assert (road.password, road.private_key is None) == (STORED, False)
    listed = admin.get("/desk/insurers/").content.decode()
    for seen in (page.content.decode(), listed):
        assert STORED not in seen
        assert "PRIVATE KEY" not in seen
        assert "good until" in seen

    admin.post(f"/desk/insurers/{road.pk}/", TYPED | {"edi_payer_id": "60055", "certificate": certificate})
    road = PayerRoad.objects.get()
    assert (road.edi_payer_id, road.password, bool(road.private_key)) == ("60055", STORED, True)
    admin.post(f"/desk/insurers/{road.pk}/", TYPED | {"user_name": ""})
    road = PayerRoad.objects.get()
    assert (road.password, road.certificate, road.private_key) == ("", "", None)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"url": "https://169.254.169.254/latest"}, "CLEARINGHOUSE_ALLOWED_HOSTS"),
        ({"url": "https://us:pw@127.0.0.1/"}, "Leave name and password out"),  # pragma: allowlist secret
        ({"url": "ftp://127.0.0.1/"}, "by https only"),
        ({"url": "https://[broken"}, "cannot be read"),
        ({"kind": "file_drop"}, "CLEARINGHOUSE_FILES"),
        ({"provider_npi": "1234567890", "provider_name": "Clinic"}, "check digit"),
        ({"provider_npi": "1234567893"}, "or neither"),
        ({"service_types": "30, DROP TABLE"}, "one or two letters"),
        ({"sender_id": "A*B~"}, "simple signs"),
        ({"certificate": "-----BEGIN NOTHING-----"}, "certificate cannot be read"),
        ({"authorities": "x"}, "certificate cannot be read"),
        ({"cost_per_check": "-1"}, "greater than or equal"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_kept(admin: Client, changes: dict[str, str], said: str) -> None:
    road = a_road()
    page = admin.post(f"/desk/insurers/{road.pk}/", TYPED | changes).content.decode()
    assert said in page
    assert PayerRoad.objects.values().get() == PayerRoad.objects.values().get(pk=road.pk)
    assert PayerRoad.objects.get().kind == "core_mime"


def test_in_production_only_by_https(admin: Client, settings: Any) -> None:
    road = a_road()
    settings.PRODUCTION = True
    assert "by https only" in admin.post(f"/desk/insurers/{road.pk}/", TYPED).content.decode()


def test_who_changed_a_road_is_recorded_and_no_secret_with_it(admin: Client) -> None:
    road = a_road()
    admin.post(f"/desk/insurers/{road.pk}/", TYPED | {"password": "another secret"})  # pragma: allowlist secret
    record = AuditRecord.objects.filter(subject_kind="payers_road", action="changed").latest("at")
    assert "password" in record.fields
    assert "secret" not in str(AuditRecord.objects.values())


def tried(admin: Client, road: PayerRoad, **member: str) -> str:
    return admin.post(f"/desk/insurers/{road.pk}/try/", member).content.decode()


@pytest.fixture
def working(sandbox: str) -> PayerRoad:
    return a_road(
        kind="core_soap",
        url=f"{sandbox}/core/soap",
        edi_payer_id=PAYER_ID,
        user_name="helpline",
        password="sandbox",  # pragma: allowlist secret
    )


def test_a_road_that_works_is_walked_to_the_answer(admin: Client, working: PayerRoad, caplog: Any) -> None:
    caplog.set_level(logging.DEBUG)
    page = tried(admin, working)
    assert "It works" in page
    assert "does not know this member" in page
    daniel = {"member_id": "SBX100001", "first_name": "Daniel", "last_name": "Reyes", "birth_date": "1996-04-12"}
    assert "answered with benefits" in tried(admin, working, **daniel)
    assert "Enter all four" in tried(admin, working, member_id="SBX100001")
    assert not Attempt.objects.exists()
    assert not [line for line in caplog.messages if "sandbox" in line.lower() and "password" in line.lower()]


@pytest.mark.parametrize(
    ("changes", "stage", "words"),
    [
        ({"url": "https://elsewhere.example/"}, "The address", "not in the list of allowed hosts"),
        ({"url": "http://127.0.0.1:9/core"}, "The connection", "Port 9 does not answer"),
        ({"password": "wrong"}, "Signing in", "refused our name or password"),  # pragma: allowlist secret
        ({"sender_id": "A" * 15, "receiver_id": ""}, "The question", "No question can be written"),
        ({"edi_payer_id": "SBX99"}, "The answer", "does not take questions from us"),
        ({"provider_name": "Clinic", "provider_npi": "1234567890"}, "The question", "No question can be written"),
        ({"kind": "json_api"}, "The question", "HTTP 4"),
    ],
)
def test_where_it_breaks_is_said(
    admin: Client, working: PayerRoad, changes: dict[str, str], stage: str, words: str
) -> None:
    for name, value in changes.items():
        setattr(working, name, value)
    working.save()
    page = tried(admin, working)
    assert "It stops here" in page
    assert f"<strong>{stage}</strong>" in page
    assert words in page


def test_a_name_nobody_knows_and_a_server_without_encryption(admin: Client, working: PayerRoad, settings: Any) -> None:
    settings.CLEARINGHOUSE_ALLOWED_HOSTS = ["127.0.0.1", "nobody.invalid"]
    working.url, plain = "https://nobody.invalid/core", working.url
    working.save()
    assert "No computer is known by this name" in tried(admin, working)
    working.url = plain.replace("http://", "https://")
    working.save()
    page = tried(admin, working)
    assert "<strong>The encryption</strong>" in page
    assert "It stops here" in page


def test_a_folder_is_tried_without_dropping_a_question(admin: Client, settings: Any, tmp_path: Any) -> None:
    road = a_road(kind="file_drop", url="")
    assert "CLEARINGHOUSE_FILES is empty" in tried(admin, road)
    settings.CLEARINGHOUSE_FILES = str(tmp_path)
    assert "It works" in tried(admin, road)
    assert list((tmp_path / "clearing" / "out").iterdir()) == []


def test_who_signed_in_a_while_ago_is_asked_again_first(admin: Client, settings: Any) -> None:
    road = a_road()
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 0
    for address in (f"/desk/insurers/{road.pk}/", f"/desk/insurers/{road.pk}/try/", "/desk/insurers/new/"):
        assert admin.post(address, TYPED).status_code == 302
    assert PayerRoad.objects.get().kind == "core_mime"


LIMITS = {"most_in_flight": "4", "per_minute": "", "rests_after": "3", "rests_seconds": "90"}


def test_the_limits_of_a_road_are_set_and_who_did_is_recorded(admin: Client) -> None:
    road = a_road()
    address = f"/desk/insurers/{road.pk}/"
    assert 'name="most_in_flight" value="16"' in admin.get(address).text
    assert "Saved. It holds from the next question on." in admin.post(f"{address}gate/", LIMITS, follow=True).text
    gate = Gate.objects.get()
    assert (gate.most_in_flight, gate.per_minute, gate.rests_after, gate.rests_seconds) == (4, None, 3, 90)
    record = AuditRecord.objects.get(subject_kind="insurance_gate")
    assert (record.action, record.subject_id, set(record.fields)) == ("changed", str(road.payer_id), set(LIMITS))
    admin.post(f"{address}gate/", LIMITS)
    assert AuditRecord.objects.filter(subject_kind="insurance_gate").count() == 1


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"most_in_flight": "1"}, "Allow 2 questions at the same time or more"),
        ({"most_in_flight": ""}, "Say how many questions may wait"),
        ({"per_minute": "3"}, "Allow 4 questions a minute or more, or leave it empty"),
        ({"per_minute": "many"}, "Questions a minute: write a whole number"),
        ({"rests_after": "0"}, "Let it rest after 1 failure or more"),
        ({"rests_seconds": "0"}, "Let it rest for 1 second or more"),
    ],
)
def test_limits_that_leave_no_room_are_refused_in_words(admin: Client, changes: dict[str, str], said: str) -> None:
    assert said in admin.post(f"/desk/insurers/{a_road().pk}/gate/", LIMITS | changes).text
    assert not Gate.objects.exists()


def test_a_rest_is_ended_by_hand_and_one_question_tries_the_road(admin: Client) -> None:
    road = a_road()
    address = f"/desk/insurers/{road.pk}/"
    Gate.objects.create(payer=road.payer, failures=5, rests_until=Now() + timedelta(minutes=10))
    assert "after 5 failures in a row" in admin.get(address).text
    page = admin.post(f"{address}gate/", {"end_rest": "1"}, follow=True).text
    assert "One question goes now" in page
    assert "Let it go again now" not in page
    assert AuditRecord.objects.get(subject_kind="insurance_gate").fields == ["rests_until"]
    assert Gate.objects.get().failures == 5
    assert "does not rest any more" in admin.post(f"{address}gate/", {"end_rest": "1"}, follow=True).text
