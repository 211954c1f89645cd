"""What Django and django-allauth give when set up rightly: each of these is one line of settings away from gone."""

from __future__ import annotations

import subprocess
from datetime import timedelta
from fnmatch import fnmatch

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from helpline.accounts.models import User
from helpline.local import CHECKOUT

PASSWORD = "vier Wörter, mit Leerzeichen"


@pytest.fixture
def user(db: None) -> User:
    return User.objects.create_user("amy@example.org", PASSWORD, name="Amy", role="consultant")


def sign_in(client: Client, password: str = PASSWORD) -> int:
    return client.post("/accounts/login/", {"login": "amy@example.org", "password": password}).status_code


def test_a_session_key_is_long_and_never_the_same(user: User) -> None:
    keys = set()
    for _ in range(3):
        client = Client()
        assert sign_in(client) == 302
        keys.add(client.cookies["session"].value)
    assert len(keys) == 3
    assert {len(key) for key in keys} == {32}


def test_a_password_field_hides_and_lets_managers_help() -> None:
    page = Client().get("/accounts/login/").content.decode()
    [field] = [tag for tag in page.split("<input")[1:] if 'name="password"' in tag.split(">")[0]]
    field = field.split(">")[0]
    assert 'type="password"' in field
    assert 'autocomplete="current-password"' in field
    assert "onpaste" not in page
    assert "maxlength" not in field


def test_no_password_ends_by_the_calendar(user: User) -> None:
    User.objects.update(
        joined_at=timezone.now() - timedelta(days=3000), last_login=timezone.now() - timedelta(days=3000)
    )
    client = Client()
    assert sign_in(client) == 302
    assert client.get("/desk/queue/").status_code == 200


def test_the_demos_accounts_are_refused_in_production(settings: Settings, db: None) -> None:
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
    tracked = subprocess.run(
        ["git", "ls-files"], cwd=CHECKOUT, capture_output=True, text=True, check=True
    ).stdout.split()
    inside = {name.split("/")[0] for name in tracked}
    inside = {name for name in inside if not any(fnmatch(name, pattern) for pattern in ignored)}
    allowed = {
        "helpline",
        "intake",
        "templates",
        "static",
        "locale",
        "manage.py",
        "requirements.txt",
        "requirements.in",
    }
    # What says how it was built and under which terms does no harm
    allowed |= {"README.md", "LICENSE", "Dockerfile", "docker-compose.yml", "pyproject.toml"}
    allowed |= {".dockerignore", ".gitignore", ".secrets.baseline", ".ci"}
    assert inside <= allowed
    assert {".git", ".venv", "var", "tests"} <= set(ignored)
