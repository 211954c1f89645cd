"""What Django and django-allauth give when they are set up rightly: each of these is one line of settings away from gone."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta
from fnmatch import fnmatch

import pytest
from django.contrib.auth.password_validation import validate_password
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import SettingsWrapper

from helpline.accounts.models import User
from helpline.local import CHECKOUT

PASSWORD = "  vier Wörter, mit Leerzeichen  "


@pytest.fixture
def user(db: None) -> User:
    return User.objects.create_user("amy@example.org", PASSWORD, name="Amy", role="consultant")


def sign_in(client: Client, password: str = PASSWORD) -> int:
    return client.post("/accounts/login/", {"login": "amy@example.org", "password": password}).status_code


def test_signing_in_makes_a_new_session_and_out_ends_it_for_good(user: User) -> None:
    client, thief = Client(), Client()
    client.session.save()
    planted = client.session.session_key
    client.cookies["session"] = planted or ""
    assert sign_in(client) == 302
    key = client.cookies["session"].value
    assert key != planted
    assert len(key) == 32
    thief.cookies["session"] = key
    assert thief.get("/desk/queue/").status_code == 200
    client.post("/accounts/logout/")
    assert thief.get("/desk/queue/").status_code == 302
    assert not Session.objects.filter(session_key=key).exists()


def test_a_session_ends_after_twelve_hours(user: User) -> None:
    client = Client()
    sign_in(client)
    [session] = Session.objects.all()
    assert timedelta(hours=11) < session.expire_date - timezone.now() <= timedelta(hours=12)
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    assert client.get("/desk/queue/").status_code == 302


def test_passwords_long_enough_of_any_kind(user: User) -> None:
    with pytest.raises(ValidationError):
        validate_password("fourteen chars", user)
    for good in ("only small letters", "ÄÖÜ ✓ 密码 и пароль", "x-" * 64, "123 456 789 012 !"):
        validate_password(good, user)
    # As typed: spaces at its ends and capitals count, and nothing is cut off
    assert sign_in(Client()) == 302
    for wrong in (PASSWORD.strip(), PASSWORD.lower(), PASSWORD + "x", PASSWORD[:-1]):
        assert sign_in(Client(), wrong) != 302


def test_changing_a_password_asks_for_the_old_one(user: User) -> None:
    client, elsewhere, new = Client(), Client(), "another one, quite long"
    assert sign_in(client) == sign_in(elsewhere) == 302
    client.post("/accounts/password/change/", {"oldpassword": "wrong", "password1": new, "password2": new})
    assert sign_in(Client(), new) != 302
    client.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert sign_in(Client(), new) == 302
    assert elsewhere.get("/desk/queue/").status_code == 302


def test_a_password_field_hides_and_lets_managers_help() -> None:
    page = Client().get("/accounts/login/").content.decode()
    [field] = [tag for tag in page.split("<input")[1:] if 'name="password"' in tag.split(">")[0]]
    field = field.split(">")[0]
    assert 'type="password"' in field
    assert 'autocomplete="current-password"' in field
    assert "onpaste" not in page
    assert "maxlength" not in field


def test_no_password_ends_by_the_calendar(user: User) -> None:
    User.objects.update(joined_at=timezone.now() - timedelta(days=3000), last_login=timezone.now() - timedelta(days=3000))
    client = Client()
    assert sign_in(client) == 302
    assert client.get("/desk/queue/").status_code == 200


def test_passwords_are_kept_by_argon2(user: User) -> None:
    assert user.password.startswith("argon2$argon2id$")
    assert PASSWORD.strip() not in user.password


def test_the_demos_accounts_are_refused_in_production(settings: SettingsWrapper, db: None) -> None:
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="public password"):
        call_command("load_demo")
    assert not User.objects.exists()


def test_signing_out_is_on_every_page_of_the_desk(user: User) -> None:
    client = Client()
    sign_in(client)
    for page in ("/desk/queue/", "/desk/calls/new/", "/desk/phone-checks/", "/accounts/2fa/"):
        assert "/accounts/logout/" in client.get(page).content.decode(), page


def test_the_image_holds_what_runs_and_nothing_else() -> None:
    ignored = (CHECKOUT / ".dockerignore").read_text().split()
    tracked = subprocess.run(["git", "ls-files"], cwd=CHECKOUT, capture_output=True, text=True, check=True).stdout.split()
    inside = {name.split("/")[0] for name in tracked}
    inside = {name for name in inside if not any(fnmatch(name, pattern) for pattern in ignored)}
    allowed = {"helpline", "intake", "templates", "static", "locale", "manage.py", "requirements.txt", "requirements.in"}
    # What says how it was built and under which terms does no harm
    allowed |= {"README.md", "LICENSE", "Dockerfile", "docker-compose.yml", "pyproject.toml"}
    allowed |= {".dockerignore", ".gitignore", ".secrets.baseline", ".ci"}
    assert inside <= allowed
    assert {".git", ".venv", "var", "tests"} <= set(ignored)


def test_settings_alone_do_not_turn_on_debug() -> None:
    code = "import django; django.setup(); from django.conf import settings; print(settings.DEBUG)"
    environment = {name: value for name, value in os.environ.items() if name != "DEBUG"}
    done = subprocess.run([sys.executable, "-c", code], cwd=CHECKOUT, env=environment, capture_output=True, text=True)
    assert done.stdout.strip() == "False"
