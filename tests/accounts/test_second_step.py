"""A second step is required of everybody, by setting: without it nothing but adding one is reached."""

from __future__ import annotations

from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import get_resolver, reverse

from helpline.accounts.models import User
from helpline.audit.models import AuditRecord
from tests.accounts.people import PASSWORD, code, sign_in, signed_in_by_app, somebody, with_app
from tests.dashboard.test_who_may import ANSWERING, ANY_STAFF, LISTINGS, MANAGING_STAFF, READING_STAFF, VERIFYING

UUID = "00000000-0000-7000-8000-000000000000"
GIVEN: dict[str, object] = {"name": "next", "at": 0, "change_id": 1}
OWN_PAGES = {"mfa_list_webauthn", "usersessions_list", "account_change_password", "mfa_generate_recovery_codes"}


def address(name: str) -> str:
    [(_, parameters)] = get_resolver().reverse_dict.getlist(name)[0][0]
    return reverse(name, kwargs={p: GIVEN.get(p, UUID) for p in parameters})


@pytest.fixture(autouse=True)
def required(settings: Any) -> None:
    settings.MFA_REQUIRED = True


def test_with_a_password_alone_one_is_led_to_adding_a_second_step_from_everywhere(user: User) -> None:
    client = Client()
    assert sign_in(client, user).status_code == 302
    for name in (
        ANSWERING | VERIFYING | LISTINGS | READING_STAFF | MANAGING_STAFF | ANY_STAFF | OWN_PAGES | {"desk_audit"}
    ):
        for ask in (client.get, client.post):
            answer = ask(address(name))
            assert (answer.status_code, answer["Location"]) == (302, "/accounts/2fa/"), name
    assert "Add a second step first" in client.get("/accounts/2fa/").content.decode()


def test_where_it_is_not_required_the_password_is_enough(user: User, settings: Any) -> None:
    settings.MFA_REQUIRED = False
    client = Client()
    sign_in(client, user)
    assert client.get("/desk/").status_code == 200


def test_adding_an_app_opens_the_desk_and_shows_the_codes_once(fresh_database: str) -> None:
    client, user = Client(), somebody()
    sign_in(client, user)
    secret = client.get("/accounts/2fa/totp/activate/").context["form"].secret
    wrong = client.post("/accounts/2fa/totp/activate/", {"code": "000000"})
    assert "That code does not fit" in wrong.content.decode()
    added = client.post("/accounts/2fa/totp/activate/", {"code": code(secret=secret)})
    assert added["Location"] == "/accounts/2fa/recovery-codes/"
    first, second = (client.get("/accounts/2fa/recovery-codes/") for _ in range(2))
    codes = first.context["unused_codes"]
    assert len(codes) == 10
    assert all(one in first.content.decode() and one not in second.content.decode() for one in codes)
    assert client.get("/accounts/2fa/recovery-codes/download/").status_code == 403
    assert client.get("/desk/").status_code == 200
    assert AuditRecord.objects.filter(action="factor_added", actor_id=str(user.pk), reason="totp").exists()


def test_nothing_of_the_app_lies_in_clear_not_even_while_it_is_added(user: User) -> None:
    client = Client()
    sign_in(client, user)
    secret = client.get("/accounts/2fa/totp/activate/").context["form"].secret
    assert not any(secret in row.session_data for row in Session.objects.all())
    assert client.session["mfa.totp.secret"] == secret
    client.post("/accounts/2fa/totp/activate/", {"code": code(secret=secret)})
    assert secret not in str(list(Authenticator.objects.values_list("data", flat=True)))


def test_who_has_one_must_use_it_in_this_session(user: User) -> None:
    with_app(user)
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.get("/desk/")["Location"].startswith("/accounts/2fa/reauthenticate/")
    # Not even its own factors can be changed before that
    assert client.get("/accounts/2fa/")["Location"].startswith("/accounts/2fa/reauthenticate/")
    assert client.post("/accounts/2fa/reauthenticate/?next=/desk/", {"code": code()})["Location"] == "/desk/"
    assert client.get("/desk/").status_code == 200


def test_a_code_is_taken_once(user: User) -> None:
    with_app(user)
    with time_machine.travel("2026-11-24 12:00:03+00:00", tick=False) as clock:
        used = code()
        assert signed_in_by_app(user).get("/desk/").status_code == 200
        again = Client()
        sign_in(again, user)
        for _ in range(2):
            assert "does not fit" in again.post("/accounts/2fa/authenticate/", {"code": used}).content.decode()
            # Once more in the same period, then in the next one, where the code itself is too old
            clock.shift(26 if code() == used else 5)
        assert again.post("/accounts/2fa/authenticate/", {"code": code()}).status_code == 302
    assert AuditRecord.objects.filter(action="second_step_failed", actor_id=str(user.pk)).count() == 2


def test_a_recovery_code_works_once(fresh_database: str) -> None:
    user = somebody()
    with_app(user)
    client = signed_in_by_app(user)
    client.post("/accounts/2fa/recovery-codes/generate/")
    one = client.get("/accounts/2fa/recovery-codes/").context["unused_codes"][0]
    outcomes = []
    for _ in range(2):
        elsewhere = Client()
        sign_in(elsewhere, user)
        elsewhere.post("/accounts/2fa/authenticate/", {"code": one})
        outcomes.append(elsewhere.get("/desk/").status_code)
    assert outcomes == [200, 302]
    assert AuditRecord.objects.filter(action="codes_made", actor_id=str(user.pk)).exists()


def test_the_last_second_step_is_not_removed_where_one_is_required(user: User) -> None:
    with_app(user)
    client = signed_in_by_app(user)
    assert "add another one first" in client.post("/accounts/2fa/totp/deactivate/").content.decode()
    assert Authenticator.objects.filter(user=user, type="totp").exists()


def test_changing_factors_is_asked_for_again_after_five_minutes(user: User) -> None:
    with time_machine.travel("2026-11-24 12:00:00+00:00", tick=False) as clock:
        with_app(user)
        client = signed_in_by_app(user)
        assert client.get("/accounts/2fa/recovery-codes/generate/").status_code == 200
        clock.shift(301)
        asked = client.get("/accounts/2fa/recovery-codes/generate/")
        assert asked["Location"].startswith("/accounts/reauthenticate/")
        assert "not your password" in client.post(asked["Location"], {"password": "wrong"}).content.decode()
        assert (
            client.post(asked["Location"], {"password": PASSWORD})["Location"]
            == "/accounts/2fa/recovery-codes/generate/"
        )
        assert client.get("/accounts/2fa/recovery-codes/generate/").status_code == 200
