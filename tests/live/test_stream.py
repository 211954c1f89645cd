"""The event stream: for those who answer inquiries, nothing missed, nothing about anybody."""

from __future__ import annotations

import json
import os
import signal
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

from helpline.accounts.models import User
from helpline.accounts.session_store import SessionStore
from helpline.accounts.sessions import SEEN_AT, begin
from intake.inquiries.events import announce
from tests.journeys.processes import House


def cookie_of(role: str) -> dict[str, str]:
    user = User.objects.create_user(f"{role}@example.org", "a long enough password", name=role, role=role)
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[1]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    begin(session)
    session.create()
    return {settings.SESSION_COOKIE_NAME: str(session.session_key)}


@contextmanager
def listening(url: str, cookies: dict[str, str], **headers: str) -> Iterator[Iterator[dict[str, str]]]:
    """The events of the stream, as they come. Fails after five silent seconds."""
    with httpx.stream("GET", f"{url}/stream", cookies=cookies, headers=headers, timeout=5) as response:
        assert response.status_code == 200
        lines = response.iter_lines()
        assert next(lines) == "retry: 2000"
        yield (json.loads(line.removeprefix("data: ")) for line in lines if line.startswith("data: "))


@pytest.mark.parametrize("role", [None, "admin", "verifier", "privacy_officer"])
def test_only_who_answers_inquiries_may_listen(house: House, role: str | None) -> None:
    url = house.start_live()
    assert httpx.get(f"{url}/stream", cookies=cookie_of(role) if role else {}).status_code == 403


def test_an_event_arrives_and_another_origin_gets_no_leave_to_read(house: House) -> None:
    url, inquiry = house.start_live(), uuid.uuid4()
    cookies = cookie_of("consultant")
    with listening(url, cookies) as events:
        event = announce("opened", inquiry)
        assert next(events) == {"id": event.pk, "kind": "opened", "inquiry": str(inquiry)}
    ours, other = f"http://localhost:{house.web_port}", "https://elsewhere.example"
    for origin, allowed in ((ours, ours), (other, None)):
        with httpx.stream("GET", f"{url}/stream", cookies=cookies, headers={"Origin": origin}) as response:
            assert response.headers.get("access-control-allow-origin") == allowed


def test_what_was_missed_comes_after_a_break(house: House) -> None:
    url, cookies = house.start_live(), cookie_of("consultant")
    seen = announce("opened", uuid.uuid4())
    missed = [announce("call", uuid.uuid4()).pk for _ in range(3)]
    with listening(url, cookies, **{"Last-Event-ID": str(seen.pk)}) as events:
        arrived: set[int] = set()
        while not set(missed) <= arrived:
            arrived.add(int(next(events)["id"]))


def test_without_redis_the_database_is_read(house: House) -> None:
    url, cookies = house.start_live(), cookie_of("consultant")
    os.kill(house.redis.pid(), signal.SIGKILL)
    with listening(url, cookies) as events:
        event = announce("opened", uuid.uuid4())
        assert next(events)["id"] == event.pk


def idle_for(session: SessionStore, minutes: int) -> None:
    session[SEEN_AT] -= minutes * 60
    session.save()


def test_an_open_stream_ends_within_seconds_of_the_session(house: House) -> None:
    url, cookies = house.start_live(), cookie_of("consultant")
    session = SessionStore(cookies[settings.SESSION_COOKIE_NAME])
    ways = [
        lambda: User.objects.update(is_active=False),
        lambda: idle_for(session, settings.SESSION_IDLE_MINUTES),
    ]
    for end in ways:
        User.objects.update(is_active=True)
        with httpx.stream("GET", f"{url}/stream", cookies=cookies, timeout=10) as response:
            assert response.status_code == 200
            end()
            ended = time.monotonic()
            assert [line for line in response.iter_lines() if line.startswith("data: ")] == []
            assert time.monotonic() - ended < 8
    assert httpx.get(f"{url}/stream", cookies=cookies).status_code == 403


def test_a_password_alone_opens_no_stream_where_more_is_required(house: House) -> None:
    house.environment = {"MFA_REQUIRED": "true"}
    assert httpx.get(f"{house.start_live()}/stream", cookies=cookie_of("consultant")).status_code == 403
