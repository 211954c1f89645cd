"""Wrong passwords and wrong codes: who is refused, what they are told, what is written down."""

from __future__ import annotations

from typing import Any

import pytest
from axes.models import AccessAttempt
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client

from helpline.accounts.lockout import client_address
from helpline.accounts.models import User
from helpline.audit.models import AuditRecord
from tests.accounts.people import sign_in, somebody
from tests.dashboard.conftest import opened

pytestmark = pytest.mark.django_db
NOBODY = User(email="nobody@example.org")


def wrong(user: User, address: str) -> HttpResponse:
    return sign_in(Client(REMOTE_ADDR=address), user, "wrong")


def rested() -> None:
    """Five minutes pass for allauth's short limits; the durable one lasts fifteen."""
    cache.clear()


@pytest.mark.parametrize("known", [True, False])
def test_the_sixth_wrong_password_is_refused_from_another_address(user: User, known: bool) -> None:
    whom = user if known else NOBODY
    for n in range(5):
        assert "do not belong together" in wrong(whom, f"192.0.2.{n}").content.decode()
    refused = sign_in(Client(REMOTE_ADDR="198.51.100.7"), whom)
    assert refused.status_code == 200
    assert "Wait fifteen minutes" in refused.content.decode()


def test_the_eleventh_is_refused_however_slowly_and_says_what_to_do(user: User) -> None:
    pages = {}
    for whom in (user, NOBODY):
        for n in range(10):
            rested()
            # Capitals and spaces are the same account
            wrong(User(email=f" {whom.email.upper()} " if n % 2 else whom.email), f"192.0.2.{n}")
        rested()
        refused = sign_in(Client(REMOTE_ADDR="198.51.100.7"), whom)
        assert refused.status_code == 429
        pages[whom.email] = refused.content.decode().replace(whom.email, "")
    known, unknown = pages.values()
    assert known == unknown
    assert "Call a supervisor" in known
    assert "passkey" in known


def test_what_is_written_down_names_accounts_and_nothing_that_was_typed(user: User) -> None:
    for whom in (user, NOBODY):
        for n in range(11):
            rested()
            wrong(whom, f"192.0.2.{n}")
    known = AuditRecord.objects.filter(subject_id=str(user.pk))
    assert set(known.values_list("action", flat=True)) >= {"sign_in_failed", "locked_out"}
    unknown = AuditRecord.objects.filter(subject_kind="no_account")
    assert set(unknown.values_list("action", flat=True)) == {"sign_in_failed", "locked_out"}
    assert len(set(unknown.values_list("subject_id", flat=True))) == 1
    everything = str(list(AuditRecord.objects.values())) + str(list(AccessAttempt.objects.values()))
    assert "nobody@" not in everything
    assert "cora@" not in everything
    assert "wrong" not in everything


def test_a_closed_account_looks_like_none(user: User) -> None:
    User.objects.update(is_active=False)
    page = sign_in(Client(), user).content.decode()
    assert page.count("do not belong together") == sign_in(Client(), NOBODY).content.decode().count(
        "do not belong together"
    )
    assert AuditRecord.objects.filter(action="sign_in_failed", reason="not_in_use").exists()


def test_the_right_password_of_one_is_not_refused_for_the_wrong_ones_of_another(user: User) -> None:
    other = somebody(email="mia@example.org", name="Mia")
    for _ in range(5):
        wrong(other, "192.0.2.1")
    assert sign_in(Client(REMOTE_ADDR="192.0.2.1"), user).status_code == 302


def test_the_proxy_is_believed_in_production_only(rf: Any, settings: Any) -> None:
    said = rf.get("/", REMOTE_ADDR="10.0.0.2", headers={"X-Forwarded-For": "203.0.113.9, 192.0.2.5"})
    assert client_address(said) == "10.0.0.2"
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    assert client_address(said) == "192.0.2.5"


# Callers' codes


@pytest.mark.parametrize("path", ["/status/", "/get-help/come-back/"])
def test_too_many_wrong_codes_of_one_connection(path: str) -> None:
    cache.clear()
    code, shelter = opened("mother").reference_code, Client(REMOTE_ADDR="203.0.113.5")
    for _ in range(40):  # People behind one address, each with their own right code
        assert "Nobody has started on it yet" in shelter.post("/status/", {"code": code}).content.decode()
    for _ in range(30):
        assert "We know no" in shelter.post(path, {"code": "BCD2-F3G-H4J"}).content.decode()
    refused = shelter.post(path, {"code": code}).content.decode()
    assert "Wait ten minutes" in refused
    assert code in refused  # What was typed stays
    elsewhere = Client(REMOTE_ADDR="203.0.113.6").post("/status/", {"code": code})
    assert "Nobody has started on it yet" in elsewhere.content.decode()
