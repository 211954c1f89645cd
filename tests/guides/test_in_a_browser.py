"""The open pages in Chromium: nothing for axe to say, nothing refused by the policy, the way out works."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from playwright.sync_api import Browser, Page, sync_playwright

OPEN_PAGES = ["/", "/guides/", "/guides/clonazepam/", "/guides/about/alcohol/", "/crisis/", "/who-pays/"]
OPEN_PAGES += ["/privacy/", "/nowhere", "/accounts/login/"]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LOOKS = [(390, "light")]
REST = [pytest.param(*look, marks=pytest.mark.slow) for look in ((390, "dark"), (1280, "light"), (1280, "dark"))]


class Quiet(WSGIRequestHandler):
    def log_message(self, *args: object) -> None:
        """A test run is no place for an access log."""


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    """The whole application on a port of its own; the thread has no database, and these pages need none."""
    server = make_server("127.0.0.1", 0, get_wsgi_application(), handler_class=Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join(timeout=5)
    server.server_close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 390, "height": 800})
    yield context.new_page()
    context.close()


@pytest.mark.parametrize(("width", "scheme"), LOOKS + REST)
def test_axe_finds_nothing_and_nothing_overflows(site: str, browser: Browser, width: int, scheme: str) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)  # type: ignore[arg-type]  # parametrised
    page = context.new_page()
    refused: list[str] = []
    page.on("console", lambda said: refused.append(said.text) if "Content Security" in said.text else None)
    for address in OPEN_PAGES:
        page.goto(site + address)
        found = Axe().run(page, options={"runOnly": RULES}).response["violations"]
        assert [(rule["id"], rule["nodes"][0]["html"]) for rule in found] == [], address
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address
    assert refused == []
    context.close()


def test_pages_reflow_at_320_pixels(site: str, page: Page) -> None:
    page.set_viewport_size({"width": 320, "height": 600})
    for address in OPEN_PAGES:
        page.goto(site + address)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, address


def test_nothing_is_fetched_from_anyone_else(site: str, page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(site + "/guides/clonazepam/", wait_until="networkidle")
    assert [url for url in asked if not url.startswith(site)] == []


@pytest.mark.parametrize("how", ["button", "keyboard"])
def test_quick_exit_leaves_and_forgets_the_page(site: str, page: Page, how: str) -> None:
    page.route(settings.EXIT_URL, lambda route: route.fulfill(body="weather"))
    page.goto(site + "/privacy/")
    page.goto(site + "/guides/clonazepam/")
    if how == "button":
        page.get_by_role("button", name="Leave").click()
    else:
        for _ in range(3):
            page.keyboard.press("Escape")
    page.wait_for_url(settings.EXIT_URL)
    page.go_back()
    assert page.url == site + "/privacy/"
