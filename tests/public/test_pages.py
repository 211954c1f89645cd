"""Every page of the form in a real browser: right for screen readers, fits a phone, needs no script."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from helpline.audit.acting import CALLER
from intake.inquiries.answers import Answers, ForWhom
from intake.insurance.models import Verification
from intake.journey.consent import make_consent_link
from intake.journey.open_inquiry import open_inquiry
from tests.dashboard.conftest import opened
from tests.insurance.answered import CARVED_OUT, answered

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
SHOTS = os.environ.get("SHOTS")
WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
SON = {
    "who": {"for_whom": "someone_else", "relation": "parent"},
    "danger": {"symptoms": "shaking"},
    "history": {"history__seizure": "not_sure"},
    "where": {"zip": "35203"},
    "insurance": {"insurance__kind": "private"},
}
HERSELF = {
    "who": {"for_whom": "self"},
    "danger": {"symptoms": "chest_pain"},
    "feelings": {"suicide__thoughts": "yes"},
    "insurance": {"insurance__kind": "medicaid"},
}


@pytest.fixture
def browser(site: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


def answer(page: Page, said: dict[str, str]) -> None:
    for name, value in said.items():
        box = page.locator(f'[name="{name}"][value="{value}"]')
        box.check() if box.count() else page.fill(f'[name="{name}"]', value)


def look(page: Page, width: int, name: str) -> None:
    """No accessibility violation, nothing wider than the screen; a picture when SHOTS names a folder."""
    page.wait_for_load_state()
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"{width}-{name}.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), f"{name} is too wide"
    found = Axe().run(page, options=WCAG)
    assert found.violations_count == 0, found.generate_report()


def walk(page: Page, site: str, story: dict[str, dict[str, str]], width: int, tag: str, *, looked: bool) -> None:
    page.goto(f"{site}/get-help/?substance=clonazepam")
    for number in range(30):
        name = page.url.removeprefix(site).strip("/").replace("/", "-")
        if looked:
            look(page, width, f"{tag}-{number:02}-{name}")
        if name == "get-help-sent":
            return
        answer(page, story.get(name.removeprefix("get-help-"), {}))
        page.locator("main form .btn-primary").click()
        page.wait_for_load_state()
    pytest.fail("the form has no end")


@pytest.mark.parametrize(
    ("width", "tag", "story"),
    [
        (390, "son", SON),
        pytest.param(1280, "herself", HERSELF, marks=pytest.mark.slow),
        pytest.param(1280, "son", SON, marks=pytest.mark.slow),
        pytest.param(390, "herself", HERSELF, marks=pytest.mark.slow),
    ],
)
def test_every_page_is_accessible_and_fits(
    browser: Browser, site: str, width: int, tag: str, story: dict[str, dict[str, str]]
) -> None:
    scheme = "dark" if width > 1000 else "light"
    page = browser.new_page(viewport={"width": width, "height": 844}, color_scheme=scheme)
    walk(page, site, story, width, tag, looked=True)
    code = page.locator(".reference-code").inner_text()
    page.goto(f"{site}/status/")
    page.fill("[name=code]", code)
    page.click("main form .btn-primary")
    look(page, width, f"{tag}-status")


def test_error_pages_and_the_small_pages(browser: Browser, site: str) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 844})
    page.goto(f"{site}/get-help/")
    page.click("main form .btn-primary")
    page.goto(f"{site}/get-help/reach/")
    answer(page, {"contact__methods": "call", "contact__email": "nobody"})
    page.click("main form .btn-primary")
    look(page, 390, "errors")
    page.click(".error-summary a >> nth=0")
    assert page.evaluate("document.activeElement.name") == "contact__phone"
    page.goto(f"{site}/get-help/substances/1/")
    answer(page, {"text": "boy"})
    page.click("main form .btn-primary")
    look(page, 390, "meaning")
    for small in ("get-help/save", "get-help/come-back", "status"):
        page.goto(f"{site}/{small}/")
        look(page, 390, small.replace("/", "-"))


@pytest.fixture
def link(fresh_database: str) -> str:
    told = Answers(for_whom=ForWhom.SOMEONE_ELSE)
    inquiry = open_inquiry(answers=told, idempotency_key="5f0c0f6e-0b0a-4b5f-9c55-5f1c2d8d9a02", by=CALLER)
    return "/consent/" + make_consent_link(inquiry, by=CALLER).split("/consent/")[1]


def test_the_consent_link(link: str, browser: Browser, site: str) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 844})
    page.goto(site + link)
    look(page, 390, "consent-link")
    answer(page, {"purposes": "refer", "first_name": "Sam", "last_name": "Doe", "signature": "Sam Doe"})
    page.click("main form .btn-primary")
    page.wait_for_selector(".reference-code")
    look(page, 390, "consent-given")
    page.goto(site + link)
    look(page, 390, "consent-closed")


def test_the_form_needs_no_script(browser: Browser, site: str) -> None:
    page = browser.new_context(java_script_enabled=False).new_page()
    walk(page, site, SON, 1280, "no-script", looked=False)
    assert page.locator(".reference-code").inner_text()


@pytest.fixture
def codes(site: str) -> tuple[str, str]:
    """Of one whose plan found nobody, and of one whose plan answered."""
    rejected, covered = opened("inactive"), opened("opioid")
    answered(Verification.objects.get(policy__inquiry=rejected), "AAA*N**75*C")
    answered(Verification.objects.get(policy__inquiry=covered), *CARVED_OUT)
    return rejected.reference_code, covered.reference_code


@pytest.mark.parametrize("width", [390, pytest.param(1280, marks=pytest.mark.slow)])
def test_what_their_plan_said_and_what_to_correct(
    codes: tuple[str, str], browser: Browser, site: str, width: int
) -> None:
    """An error of the plan's leads to its field, without JavaScript as with it."""
    rejected, covered = codes
    scheme = "dark" if width > 1000 else "light"
    page = browser.new_page(viewport={"width": width, "height": 844}, color_scheme=scheme)
    bare = browser.new_page(java_script_enabled=False)
    for one in (page, bare):
        one.goto(f"{site}/status/")
        one.fill("[name=code]", rejected)
        one.click("main form .btn-primary")
        one.get_by_role("link", name="Check the birth date.").click()
        assert one.evaluate("document.activeElement.name") == "birth_date"
    look(page, width, "status-correct")
    page.get_by_role("button", name="Correct it, and ask the plan again").click()
    look(page, width, "status-correct-error")
    page.fill("[name=birth_date]", "11/29/1979")
    page.get_by_role("button", name="Correct it, and ask the plan again").click()
    look(page, width, "status-corrected")
    page.goto(f"{site}/status/")
    page.fill("[name=code]", covered)
    page.click("main form .btn-primary")
    page.get_by_role("button", name="Show what my plan said").click()
    look(page, width, "status-plan-said")
