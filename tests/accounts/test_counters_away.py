"""The counters of wrong passwords are away: nobody signs in, and people in need go on."""

from __future__ import annotations

import psycopg
from django.test import Client

from tests.accounts.people import sign_in, somebody
from tests.dashboard.conftest import opened
from tests.servers import owner_url


def test_when_the_counters_are_away_nobody_signs_in_and_people_in_need_go_on(fresh_database: str) -> None:
    user, code = somebody(), opened("mother").reference_code
    with psycopg.connect(owner_url(fresh_database), autocommit=True) as owner:
        owner.execute("ALTER TABLE cache_entry RENAME TO cache_away")
    client = Client(raise_request_exception=False)
    assert sign_in(client, user).status_code >= 500
    assert "session" not in client.cookies
    for path in ("/", "/guides/", "/crisis/", "/get-help/", "/status/"):
        assert Client().get(path).status_code == 200, path
    assert "Nobody has started on it yet" in Client().post("/status/", {"code": code}).content.decode()
