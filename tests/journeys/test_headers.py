"""What production answers with, by granian with production settings, as the proxy would ask it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from helpline.accounts.models import User
from helpline.local import CHECKOUT
from tests.journeys.processes import House, eventually

PRODUCTION = {
    "HELPLINE_ENV": "production",
    "ALLOWED_HOSTS": "localhost",
    "SITE_URL": "https://localhost",
    "LIVE_URL": "/live/",
    "TOLL_FREE_NUMBER": "+18005550123",
    "PRIVACY_EMAIL": "privacy@localhost",
    "WHO_PAYS_TEXT": "A foundation runs and pays for this line. Nobody is paid per referral.",
}
PROXIED = {"X-Forwarded-Proto": "https"}
# What an address takes, so that every open one can be asked
TAKES = {"slug": "clonazepam", "number": "1", "secret": "not-a-link"}
CLOSED = ("/desk/", "/accounts/2fa/", "/no-such-page/", "/desk/no-such-page/")
FORM = ("/get-help/", "/get-help/who/", "/get-help/check/", "/get-help/save/", "/get-help/come-back/", "/status/")
# What a policy without unsafe-inline would leave dead; a block of data runs nothing
INLINE = r"""<script(?![^>]*(?: src=|type="application/json"))|\son[a-z]+=|\sstyle="""
REQUIRED = [
    "SECRET_KEY",
    "VAULT_KEYS",
    "VAULT_INDEX_KEY",
    "SITE_URL",
    "WHO_PAYS_TEXT",
    "TOLL_FREE_NUMBER",
    "PRIVACY_EMAIL",
]


@pytest.fixture
def web(house: House, tmp_path: Path) -> str:
    house.environment = {**PRODUCTION, "STATIC_ROOT": str(tmp_path / "static")}
    environment = {**os.environ, **house.environment}
    collect = [sys.executable, "manage.py", "collectstatic", "--noinput", "-v0"]
    subprocess.run(collect, cwd=CHECKOUT, env=environment, check=True)
    command = ["--interface", "wsgi", "helpline.wsgi:application", "--port", str(house.web_port), "--no-ws"]
    house.start("web", str(Path(sys.executable).parent / "granian"), *command)
    url = f"http://localhost:{house.web_port}"

    def up() -> bool:
        try:
            return httpx.get(f"{url}/healthz", timeout=2).status_code == 200
        except httpx.HTTPError:
            return False

    eventually(up)
    return url


def open_addresses() -> list[str]:
    """Every address that needs no signing in, found by the mark its view carries; allauth's own count as open."""
    return [
        "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda found: TAKES[found[1]], route)
        for route, pattern in walked(get_resolver())
        if (not set("<^(") & set(route) if route.startswith("accounts/") else is_open(pattern))
    ]


def is_open(pattern: URLPattern) -> bool:
    return not getattr(pattern.callback, "login_required", True)


def walked(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for one in resolver.url_patterns:
        route = prefix + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from walked(one, route)
        else:
            yield route, one


def is_guarded(answer: httpx.Response) -> None:
    policy = answer.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "http:" not in policy
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains; preload"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "geolocation=()" in answer.headers["Permissions-Policy"]
    assert "<style" not in answer.text
    assert not re.search(INLINE, answer.text), answer.url


def cookies_of(answer: httpx.Response) -> set[str]:
    """The names of the cookies an answer sets; each is bound to this host, to TLS, and closed to scripts."""
    set_here = answer.headers.get_list("set-cookie")
    for cookie in set_here:
        parts = {part.strip() for part in cookie.split(";")}
        assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= parts, cookie.partition("=")[0]
        assert not any(part.startswith("Domain") for part in parts)
    return {cookie.partition("=")[0] for cookie in set_here}


def test_every_open_address_carries_the_headers(web: str) -> None:
    addresses = open_addresses()
    assert {"/", "/privacy/", "/status/", "/accounts/login/", "/consent/not-a-link/", "/healthz"} <= set(addresses)
    with httpx.Client(base_url=web, headers=PROXIED) as client:
        for path in (*addresses, *CLOSED):
            answer = client.get(path)
            assert answer.status_code < 500, path
            is_guarded(answer)
        is_guarded(client.post("/get-help/", data={"substance": "x"}, headers={"Cookie": ""}))
        assert "paid per referral" in client.get("/who-pays/").text
        assert "Demonstration" not in client.get("/").text


def test_cookies_are_bound_to_the_host_and_the_form_is_kept_by_no_cache(web: str) -> None:
    User.objects.create_user("amy@example.org", "a long enough password", name="Amy", role="consultant")
    # The browser of httpx sends no Secure cookie over this plain connection: TLS ends at the proxy
    with httpx.Client(base_url=web, headers={**PROXIED, "Origin": web.replace("http:", "https:")}) as client:

        def send(path: str, first: str, **data: str) -> httpx.Response:
            page = client.get(first)
            assert cookies_of(page) == {"__Host-csrf"}
            csrf = f"__Host-csrf={page.cookies['__Host-csrf']}"
            token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
            assert token
            return client.post(path, data={"csrfmiddlewaretoken": token[1], **data}, headers={"Cookie": csrf})

        started = send("/get-help/", "/get-help/", substance="clonazepam")
        assert (started.status_code, cookies_of(started)) == (302, {"__Host-draft"})
        draft = {"Cookie": f"__Host-draft={started.cookies['__Host-draft']}"}
        for path in FORM:
            answer = client.get(path, headers=draft)
            assert answer.status_code == 200, path
            assert "no-store" in answer.headers["Cache-Control"], path
        signed_in = send(
            "/accounts/login/", "/accounts/login/", login="amy@example.org", password="a long enough password"
        )
        assert signed_in.status_code == 302
        assert cookies_of(signed_in) == {"__Host-session", "__Host-csrf"}
        desk = client.get("/desk/queue/", headers={"Cookie": f"__Host-session={signed_in.cookies['__Host-session']}"})
        assert "no-store" in desk.headers["Cache-Control"]


def test_static_files_are_kept_by_all(web: str) -> None:
    page = httpx.get(f"{web}/", headers=PROXIED).text
    style = page.split('rel="stylesheet" href="')[2].split('"')[0]
    assert "immutable" in httpx.get(f"{web}{style}", headers=PROXIED).headers["Cache-Control"]


def test_without_tls_one_is_sent_to_it(web: str) -> None:
    answer = httpx.get(f"{web}/get-help/")
    assert (answer.status_code, answer.headers["Location"][:8]) == (301, "https://")


@pytest.mark.parametrize("name", REQUIRED)
def test_production_does_not_start_without(name: str) -> None:
    environment = {**os.environ, **PRODUCTION}
    del environment[name]
    done = subprocess.run(
        [sys.executable, "manage.py", "check"], cwd=CHECKOUT, env=environment, capture_output=True, text=True
    )
    assert done.returncode != 0
    assert name in done.stderr
