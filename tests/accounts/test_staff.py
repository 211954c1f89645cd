"""The Staff page: who may make, change and close accounts, and what that ends."""

from __future__ import annotations

import re
import threading

import pytest
from allauth.mfa.models import Authenticator
from django.db import connection
from django.test import Client

from helpline.accounts.models import User
from helpline.accounts.permissions import ROLES, Permission
from helpline.accounts.staff import NotAllowed, take_out_of_use
from helpline.audit.models import AuditRecord
from tests.accounts.people import PASSWORD, sign_in, somebody, with_app

LINK = re.compile(r"http://localhost:8000(/accounts/start/[\w-]+/)")


@pytest.fixture
def sam(db: None) -> User:
    return somebody("supervisor", "sam@example.org", "Sam Okoro")


@pytest.fixture
def client(sam: User) -> Client:
    client = Client()
    sign_in(client, sam)
    return client


def link_in(page: str) -> str:
    found = LINK.search(page)
    assert found, page
    return found[1]


def test_an_invited_person_begins_with_their_link(client: Client, sam: User) -> None:
    made = client.post("/desk/staff/invite/", {"email": "New@Example.org", "name": "Nia", "role": "verifier"})
    link = link_in(made.content.decode())
    assert "no-store" in made["Cache-Control"]
    new = "kettle orbit marmalade"
    assert Client().post(link, {"password": new, "again": new}).status_code == 302
    nia = User.objects.get(email="new@example.org")
    assert sign_in(Client(), nia, new).status_code == 302
    who = AuditRecord.objects.filter(subject_id=str(nia.pk), action__in=["created", "link_made"])
    assert set(who.values_list("actor_id", flat=True)) == {str(sam.pk)}
    again = client.post("/desk/staff/invite/", {"email": "new@example.org", "name": "Nia", "role": "verifier"})
    assert "has an account already" in again.content.decode()


def test_nobody_makes_or_changes_the_role_that_watches_them(client: Client) -> None:
    said = {"email": "own@example.org", "name": "Own", "role": "privacy_officer"}
    assert "/accounts/start/" not in client.post("/desk/staff/invite/", said).content.decode()
    assert not User.objects.filter(email="own@example.org").exists()
    officer = somebody("privacy_officer", "p@example.org", "Priya")
    watched = somebody("consultant", "c@example.org", "Cora")
    client.post(f"/desk/staff/{watched.pk}/role/", {"role": "privacy_officer"})
    for act, data in (("role", {"role": "verifier"}), ("out-of-use", {}), ("begin-anew", {"reason": "lost_device"})):
        answer = client.post(f"/desk/staff/{officer.pk}/{act}/", data, follow=True).content.decode()
        assert "only the add_staff command changes it" in answer
    assert set(User.objects.values_list("email", "role", "is_active")) == {
        ("sam@example.org", "supervisor", True),
        ("p@example.org", "privacy_officer", True),
        ("c@example.org", "consultant", True),
    }


def test_nobody_changes_their_own_account(client: Client, sam: User) -> None:
    for act, data in (("role", {"role": "admin"}), ("out-of-use", {}), ("begin-anew", {"reason": "lost_device"})):
        page = client.post(f"/desk/staff/{sam.pk}/{act}/", data, follow=True).content.decode()
        assert "Nobody changes their own account" in page
    sam.refresh_from_db()
    assert (sam.role, sam.is_active, sam.check_password(PASSWORD)) == ("supervisor", True, True)


@pytest.mark.parametrize("act", ["role", "out-of-use", "begin-anew"])
def test_each_change_ends_that_persons_sessions(client: Client, act: str) -> None:
    cora, theirs = somebody(), Client()
    with_app(cora)
    theirs.force_login(cora, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert theirs.get("/desk/queue/").status_code == 200
    client.post(f"/desk/staff/{cora.pk}/{act}/", {"role": "verifier", "reason": "may_be_stolen"})
    assert theirs.get("/desk/queue/").status_code == 302
    assert sign_in(Client(), cora).status_code == (302 if act == "role" else 200)


def test_beginning_anew_forgets_password_and_second_step(client: Client, sam: User) -> None:
    cora = somebody()
    with_app(cora)
    page = client.post(f"/desk/staff/{cora.pk}/begin-anew/", {"reason": "lost_device"}).content.decode()
    assert not Authenticator.objects.exists()
    cora.refresh_from_db()
    assert not cora.has_usable_password()
    assert Client().get(link_in(page)).status_code == 200
    row = AuditRecord.objects.get(action="factors_reset")
    assert (row.actor_id, row.subject_id, row.reason) == (str(sam.pk), str(cora.pk), "lost_device")
    assert "Choose why" in client.post(f"/desk/staff/{cora.pk}/begin-anew/").content.decode()


def test_a_closed_account_comes_back_only_by_a_new_link(client: Client) -> None:
    cora = somebody()
    client.post(f"/desk/staff/{cora.pk}/out-of-use/")
    assert sign_in(Client(), cora).status_code == 200
    client.post(f"/desk/staff/{cora.pk}/begin-anew/", {"reason": "back_again"})
    cora.refresh_from_db()
    assert cora.is_active
    assert sign_in(Client(), cora).status_code == 200


def test_the_list_says_who_is_there_and_when_they_were_seen(client: Client) -> None:
    with_app(somebody())
    table = client.get("/desk/staff/?sort=-last_seen").content.decode().partition("<table")[2]
    assert table.index("Sam Okoro") < table.index("Cora Nguyen")
    assert table.count("never") == 1
    assert client.get("/desk/staff/").content.decode().count("not yet") == 1


def test_the_privacy_officer_reads_and_changes_nothing(sam: User) -> None:
    client = Client()
    sign_in(client, somebody("privacy_officer"))
    assert "Sam Okoro" in client.get("/desk/staff/").content.decode()
    page = client.get(f"/desk/staff/{sam.pk}/").content.decode()
    assert '<form method="post" action="/desk/staff/' not in page
    assert client.post(f"/desk/staff/{sam.pk}/out-of-use/").status_code == 403


def test_of_two_who_close_each_other_one_remains(fresh_database: str) -> None:
    one, two = somebody("supervisor", "1@example.org", "One"), somebody("supervisor", "2@example.org", "Two")
    outcomes: list[str] = []

    def close(user: User, by: User) -> None:
        try:
            take_out_of_use(user, by=by)
            outcomes.append("closed")
        except NotAllowed:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=close, args=pair) for pair in ((one, two), (two, one))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["closed", "refused"]
    assert User.objects.who_may(Permission.MANAGE_STAFF).count() == 1


def test_managing_accounts_opens_nothing_more_than_the_role_has() -> None:
    managing = [role for role in ROLES.values() if Permission.MANAGE_STAFF in role.permissions]
    assert [role.name for role in managing] == ["Supervisor"]
    assert Permission.ANSWER_INQUIRIES in managing[0].permissions
    assert Permission.READ_AUDIT not in managing[0].permissions
