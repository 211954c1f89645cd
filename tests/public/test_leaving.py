"""Whoever presses "Leave" is gone at once, and whoever comes to the device after them sees nothing of the form."""

import time
from collections.abc import Iterator

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page, Route, sync_playwright

from tests.public.test_pages import CHROMIUM, answer

FLAGS = ["--no-sandbox", "--disable-gpu"]


@pytest.fixture
def browser(site: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        # Playwright turns the back-forward cache off; people's browsers have it
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=FLAGS, ignore_default_args=["--disable-back-forward-cache"]
        )
        yield browser
        browser.close()


def begun(browser: Browser, site: str, *, script: bool) -> Page:
    page = browser.new_context(java_script_enabled=script).new_page()
    page.route(settings.EXIT_URL, weather)
    page.goto(f"{site}/get-help/")
    page.click("main form .btn-primary")
    answer(page, {"for_whom": "someone_else", "caller_name": "Ruth"})
    page.click("main form .btn-primary")
    page.goto(f"{site}/get-help/check/")
    assert "Ruth" in page.inner_text("main")
    return page


def test_back_is_locked_before_we_heard_of_it(browser: Browser, site: str) -> None:
    """Whoever presses Back at once is quicker than the answer that takes the cookie away; here it never comes."""
    page = begun(browser, site, script=True)
    page.context.route("**/leave/", lambda route: route.abort())
    page.click(".quick-exit")
    page.wait_for_url(settings.EXIT_URL)
    page.goto(f"{site}/get-help/check/")
    assert page.url == f"{site}/get-help/"
    assert "You have begun already" not in page.content()
    # Whoever begins anew is not held up by it
    page.click("main form .btn-primary")
    answer(page, {"for_whom": "someone_else", "caller_name": "Esther"})
    page.click("main form .btn-primary")
    page.goto(f"{site}/get-help/check/")
    assert "Esther" in page.inner_text("main")


def weather(route: Route) -> None:
    route.fulfill(body="<h1>Weather</h1>", content_type="text/html")


@pytest.mark.parametrize("how", ["button", "keyboard", "without script"])
def test_back_shows_nothing_after_leaving(browser: Browser, site: str, how: str) -> None:
    page = begun(browser, site, script=how != "without script")
    since = time.monotonic()
    if how == "keyboard":
        for _ in range(3):
            page.keyboard.press("Escape")
    else:
        page.click(".quick-exit")
    page.wait_for_url(settings.EXIT_URL)
    assert time.monotonic() - since < 10
    for _ in ("danger", "who"):
        page.go_back()
        assert page.url == f"{site}/get-help/"
        assert "Ruth" not in page.content()
        assert "You have begun already" not in page.content()
    page.goto(f"{site}/get-help/check/")
    assert page.url == f"{site}/get-help/"
