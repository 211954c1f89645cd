"""What production answers with, by granian with production settings, as the proxy would ask it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from helpline.local import CHECKOUT
from tests.journeys.processes import House, eventually

PRODUCTION = {
    "HELPLINE_ENV": "production",
    "ALLOWED_HOSTS": "localhost",
    "SITE_URL": "https://localhost",
    "TOLL_FREE_NUMBER": "+18005550123",
    "WHO_PAYS_TEXT": "A foundation runs and pays for this line. Nobody is paid per referral.",
}
PROXIED = {"X-Forwarded-Proto": "https"}
PAGES = [
    "/",
    "/guides/clonazepam/",
    "/get-help/",
    "/crisis/",
    "/who-pays/",
    "/status/",
    "/accounts/login/",
    "/no-such-page/",
]
REQUIRED = ["SECRET_KEY", "VAULT_KEYS", "VAULT_INDEX_KEY", "SITE_URL", "WHO_PAYS_TEXT", "TOLL_FREE_NUMBER"]


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


def test_every_page_carries_the_headers_and_cookies_are_bound_to_the_host(web: str) -> None:
    for path in PAGES:
        answer = httpx.get(f"{web}{path}", headers=PROXIED)
        policy = answer.headers["Content-Security-Policy"]
        assert "unsafe" not in policy
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains; preload"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert "geolocation=()" in answer.headers["Permissions-Policy"]
        for cookie in answer.headers.get_list("set-cookie"):
            assert cookie.startswith("__Host-"), path
            assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= {part.strip() for part in cookie.split(";")}
    assert "paid per referral" in httpx.get(f"{web}/who-pays/", headers=PROXIED).text
    assert "Demonstration" not in httpx.get(f"{web}/", headers=PROXIED).text


def test_the_form_is_kept_by_no_cache_and_static_files_by_all(web: str) -> None:
    assert "no-store" in httpx.get(f"{web}/get-help/", headers=PROXIED).headers["Cache-Control"]
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
