"""Passwords: long, of any characters, and not known to others. Beginning with a one-time link."""

from __future__ import annotations

import hashlib
import random
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.test import Client

from helpline.accounts.apps import breached_file_can_be_read
from helpline.accounts.breached import is_breached
from helpline.accounts.models import User
from helpline.accounts.starting import make_link
from helpline.audit.acting import Actor
from helpline.audit.models import AuditRecord
from tests.accounts.people import PASSWORD, sign_in, somebody

GOOD = "kettle orbit marmalade"


def why_not(password: str, user: User | None = None) -> set[str]:
    try:
        validate_password(password, user)
    except ValidationError as refused:
        return {str(one.code) for one in refused.error_list}
    return set()


@pytest.mark.parametrize(
    "password",
    [GOOD, "aaaa bbbb cccc dddd eeee", "ночь тиха, пустыня внемлет богу", "🫖🫖🫖🫖🫖 teapots " * 2, "x y " * 60],
    ids=["words", "no rule of composition", "another alphabet", "anything at all", "240 characters"],
)
def test_long_is_enough(password: str) -> None:
    assert why_not(password) == set()


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("short of fifteen"[:14], "password_too_short"),
        ("1q2w3e4r5t6y7u8i9o0p", "password_too_common"),
        ("Helpline2026Helpline2026!", "password_our_own_names"),
        ("cora.nguyen-2026-2026", "password_our_own_names"),
        ("cora@example.org!", "password_too_similar"),
    ],
)
def test_what_others_know_is_refused(password: str, why: str, settings: Any) -> None:
    settings.SITE_NAME = "Helpline"
    assert why in why_not(password, User(email="cora@example.org", name="Cora Nguyen"))


def test_the_same_word_typed_on_another_keyboard_fits() -> None:
    composed, decomposed = "crème brûlée am Fenster", "cre\u0300me bru\u0302le\u0301e am Fenster"
    user = User()
    user.set_password(composed)
    assert user.check_password(decomposed)
    assert not user.check_password(decomposed.upper())


def test_the_hash_is_argon2id_as_owasp_asks() -> None:
    user = User()
    user.set_password(GOOD)
    assert user.password.startswith("argon2$argon2id$v=19$m=47104,t=2,p=1$")


# The file of breached ones


def hashes(path: Path, passwords: list[str], *, counts: bool, ends: str) -> str:
    rows = sorted(hashlib.sha1(p.encode(), usedforsecurity=False).hexdigest().upper() for p in passwords)
    path.write_text(
        "".join(f"{row}:{n * 7919}{ends}" if counts else f"{row}{ends}" for n, row in enumerate(rows)), newline=""
    )
    return str(path)


@pytest.mark.parametrize("size", [1, 2, 3, 1000])
@pytest.mark.parametrize(("counts", "ends"), [(True, "\r\n"), (True, "\n"), (False, "\n")])
def test_every_hash_of_the_file_is_found_and_no_other(tmp_path: Path, size: int, counts: bool, ends: str) -> None:
    stolen = [f"stolen {random.Random(n).random()}" for n in range(size)]
    path = hashes(tmp_path / "pwned.txt", stolen, counts=counts, ends=ends)
    assert all(is_breached(password, path) for password in stolen)
    assert not any(is_breached(f"not {password}", path) for password in stolen)


def test_a_last_line_without_an_end_is_read_too(tmp_path: Path) -> None:
    path = hashes(tmp_path / "pwned.txt", ["one", "two", "three"], counts=True, ends="\n")
    Path(path).write_bytes(Path(path).read_bytes().rstrip(b"\n"))
    assert all(is_breached(password, path) for password in ("one", "two", "three"))


def test_a_breached_password_is_refused(tmp_path: Path, settings: Any) -> None:
    assert why_not(GOOD) == set()
    settings.PASSWORD_BREACHED_FILE = hashes(tmp_path / "pwned.txt", [GOOD, "x"], counts=True, ends="\r\n")
    assert why_not(GOOD) == {"password_breached"}
    plain = tmp_path / "plain.txt"
    plain.write_text(f"letmein\n{GOOD.title()}\n")
    settings.PASSWORD_BREACHED_FILE = str(plain)
    assert why_not(GOOD) == {"password_breached"}


def test_a_file_that_cannot_be_used_is_said_at_the_start(tmp_path: Path, settings: Any) -> None:
    settings.PASSWORD_BREACHED_FILE = str(tmp_path / "missing.txt")
    assert [problem.id for problem in breached_file_can_be_read()] == ["accounts.E001"]
    settings.PASSWORD_BREACHED_FILE = ""
    assert breached_file_can_be_read() == []


# One-time links


@pytest.fixture
def invited(db: None) -> tuple[User, str]:
    user = User.objects.create_user("new@example.org", None, name="Nia", role="consultant")
    return user, make_link(user, by=Actor.process("test")).removeprefix("http://localhost:8000")


def choose(link: str, password: str, again: str = "") -> tuple[int, str]:
    answer = Client().post(link, {"password": password, "again": again or password})
    return answer.status_code, answer.content.decode()


def test_a_password_is_chosen_once_by_the_link(invited: tuple[User, str]) -> None:
    user, link = invited
    assert "new@example.org" in Client().get(link).content.decode()
    assert "too short" in choose(link, "too short")[1]
    assert "not the same" in choose(link, GOOD, GOOD + "x")[1]
    assert choose(link, GOOD)[0] == 302
    assert choose(link, "another password altogether")[0] == 410
    assert sign_in(Client(), user, GOOD).status_code == 302
    assert AuditRecord.objects.filter(action="password_changed", reason="by_link", actor_kind="link").exists()


def test_a_newer_link_replaces_the_older_and_a_closed_account_has_none(invited: tuple[User, str]) -> None:
    user, link = invited
    newer = make_link(user, by=Actor.process("test")).removeprefix("http://localhost:8000")
    assert Client().get(link).status_code == 410
    User.objects.update(is_active=False)
    assert Client().get(newer).status_code == 410
    assert choose(newer, GOOD)[0] == 410


def test_there_is_no_way_in_by_mail_and_no_signing_up(db: None) -> None:
    for gone in ("password/reset/", "signup/", "email/", "confirm-email/", "password/set/", "inactive/"):
        assert Client().get(f"/accounts/{gone}").status_code == 404


def test_changing_it_asks_for_the_one_now_and_five_times_a_minute_at_most(user: User) -> None:
    client = Client()
    sign_in(client, user)
    wrong = {"oldpassword": "wrong", "password1": GOOD, "password2": GOOD}
    tries = [client.post("/accounts/password/change/", wrong).status_code for _ in range(6)]
    assert tries == [200] * 5 + [429]
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


# The first account


def test_the_first_account_is_made_on_the_command_line(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("add_staff", "First@Example.org", name="Sam", role="supervisor")
    link = capsys.readouterr().out.strip().splitlines()[-1].removeprefix("http://localhost:8000")
    assert choose(link, GOOD)[0] == 302
    client = Client()
    sign_in(client, User.objects.get(email="first@example.org"), GOOD)
    assert client.get("/desk/staff/").status_code == 200
    with pytest.raises(CommandError, match="has an account"):
        call_command("add_staff", "first@example.org", name="Sam", role="supervisor")
    with pytest.raises(CommandError, match="needs --name and --role"):
        call_command("add_staff", "second@example.org")
    with pytest.raises(CommandError, match="not an e-mail address"):
        call_command("add_staff", "second")


def test_a_privacy_officer_is_closed_on_the_command_line(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    officer, client = somebody("privacy_officer"), Client()
    sign_in(client, officer)
    call_command("add_staff", officer.email, "--again", "--out-of-use")
    assert capsys.readouterr().out == ""
    assert client.get("/desk/audit/").status_code == 302
    assert not User.objects.get(pk=officer.pk).is_active
