"""The desk in Chromium: accessible in every look, alive with JavaScript, whole without it."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from helpline.audit.acting import CALLER
from helpline.payers.models import PayerRoad
from intake.inquiries.answers import ForWhom
from intake.inquiries.models import Inquiry, State
from intake.insurance.draining import drain
from intake.insurance.models import Verification
from intake.journey.check_insurance import check_insurance
from intake.journey.demo import people, sandbox
from intake.journey.log_call import log_call, plan_callback, take
from intake.journey.open_inquiry import open_inquiry
from tests.dashboard.conftest import a_program, staff
from tests.journeys.browsers import DESKTOP, PHONE, chromium, picture
from tests.journeys.processes import House

WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
PASSWORD = "a long enough password"


def opened(name: str) -> Inquiry:
    return open_inquiry(answers=people(timezone.localdate())[name], idempotency_key=uuid.uuid4(), by=CALLER)


def signed_by_himself() -> Inquiry:
    told = people(timezone.localdate())["mother"]
    told = replace(told, for_whom=ForWhom.SELF, caller_name="", insurance=sandbox("SBX100001", "Daniel", "Reyes"))
    return open_inquiry(answers=told, idempotency_key=uuid.uuid4(), by=CALLER)


def signed_in(browser: Browser, web: str, **look: object) -> Page:
    page = browser.new_context(**look).new_page()  # type: ignore[arg-type]
    page.goto(f"{web}/accounts/login/")
    page.fill('input[name="login"]', "consultant@example.org")
    page.fill('input[name="password"]', PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/desk/")
    return page


@pytest.mark.parametrize(
    ("size", "scheme"),
    [
        (PHONE, "light"),
        pytest.param(DESKTOP, "dark", marks=pytest.mark.slow),
        pytest.param(PHONE, "dark", marks=pytest.mark.slow),
        pytest.param(DESKTOP, "light", marks=pytest.mark.slow),
    ],
)
def test_every_screen_of_the_desk(
    house: House, sandbox_road: PayerRoad, tmp_path: Path, size: dict[str, int], scheme: str
) -> None:
    staff("consultant")
    house.start_payer()
    answered, daniel = opened("opioid"), signed_by_himself()
    drain()
    earlier = Verification.objects.get(policy__inquiry=daniel)
    check_insurance(daniel, by=CALLER)
    drain()
    newest = Verification.objects.filter(policy__inquiry=daniel).latest("made_at")
    mother = opened("mother")
    programs = [a_program(f"Program number {number}") for number in range(3)]
    web = house.start_web()
    screens = {
        "desk": "/desk/",
        "inquiry": reverse("desk_inquiry", args=[mother.pk]),
        "answered": reverse("desk_inquiry", args=[answered.pk]),
        "correct": reverse("desk_correct", args=[mother.pk]),
        "new-call": "/desk/calls/new/",
        "shared-call": reverse("desk_shared_call", args=[mother.pk, programs[0].pk]),
        "open-packet": reverse("desk_open_packet", args=[mother.pk, programs[0].pk]),
        "lost": "/desk/nonsense/",
        "phone-checks": "/desk/phone-checks/",
        "covered": reverse("desk_inquiry", args=[daniel.pk]),
        "cover-spanish": f"{reverse('desk_cover', args=[newest.pk])}?language=es",
        "cover-lines": reverse("desk_cover_lines", args=[newest.pk]),
        "cover-since": reverse("desk_cover_since", args=[newest.pk, earlier.pk]),
    }
    found = {}
    with chromium() as browser:
        page = signed_in(browser, web, viewport=size, color_scheme=scheme)
        refused: list[str] = []
        page.on("console", lambda message: refused.append(message.text))

        def look(name: str) -> None:
            picture(page, f"axe-{name}-{size['width']}-{scheme}", tmp_path)
            violations = Axe().run(page, options=WCAG).response["violations"]
            found.update({(name, v["id"]): v["nodes"][0]["html"][:200] for v in violations})
            wide = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
            assert not wide, f"{name} scrolls sideways at {size['width']}"

        for name, address in screens.items():
            page.goto(f"{web}{address}")
            look(name)
        page.goto(f"{web}/desk/phone-checks/")
        page.get_by_role("button", name="I call the plan now").first.click()
        look("phone-check")
        page.get_by_role("button", name="Keep what the plan said").click()
        look("phone-check-error")
        assert [text for text in refused if "Content Security Policy" in text] == []
    assert found == {}


def test_the_queue_renews_itself_but_not_under_the_pointer(house: House) -> None:
    staff("consultant")
    first = opened("no_cover")
    web = house.start_web()
    house.start_live()
    with chromium() as browser:
        page = signed_in(browser, web, viewport=DESKTOP)
        items = page.locator("#queue .queue-item")
        expect(items).to_have_count(1)
        page.mouse.move(1000, 800)
        opened("anonymous")
        expect(items).to_have_count(2)
        items.first.hover()
        opened("mother")
        expect(page.get_by_role("button", name="Something changed: show it")).to_be_visible(timeout=8000)
        expect(items).to_have_count(2)
        page.get_by_role("button", name="Something changed: show it").click()
        expect(items).to_have_count(3)
        expect(items.first).to_contain_text("Danger now")
    assert first.state == State.WAITING


def test_a_colleagues_deed_appears_and_what_is_being_typed_stays(house: House) -> None:
    staff("consultant")
    colleague, inquiry = staff("supervisor"), opened("no_cover")
    web = house.start_web()
    house.start_live()
    asked: list[str] = []
    with chromium() as browser:
        page = signed_in(browser, web, viewport=DESKTOP)
        page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
        page.goto(f"{web}{reverse('desk_inquiry', args=[inquiry.pk])}")
        note = page.locator('textarea[name="text"]')
        note.fill("half a sentence")
        take(inquiry, by=colleague)
        log_call(inquiry, direction="in", disposition="dropped", by=colleague)
        expect(page.locator("#panel-head")).to_contain_text("Supervisor since")
        expect(page.locator("#panel-calls")).to_contain_text("The call dropped")
        expect(page.get_by_role("button", name="Take it")).to_have_count(0)
        expect(note).to_have_value("half a sentence")
        expect(page.locator("#live-region")).to_have_text("Supervisor has this inquiry now")
        # A part in which somebody types is not renewed under their hands: it says that there is news
        page.locator('input[name="why"]').fill("asked for the evening")
        plan_callback(inquiry, due_at=timezone.now() + timedelta(hours=2), contact_point=None, by=colleague)
        news = page.locator("#callback").get_by_role("button", name="Something changed here: show it")
        expect(news).to_be_visible(timeout=8000)
        expect(page.locator('input[name="why"]')).to_have_value("asked for the evening")
        news.click()
        expect(page.locator("#panel-callback")).to_contain_text("I dial now")
        # Leaving asks first; keeping the note does not
        with page.expect_event("dialog"):
            page.get_by_role("link", name="New call").click()
        assert asked == ["beforeunload"]
        expect(note).to_have_value("half a sentence")
        page.get_by_role("button", name="Keep the note").click()
        expect(page.locator("#notes")).to_contain_text("The note is kept")
        assert asked == ["beforeunload"]
        # What is said about it is where it was done, and has the focus
        page.locator("#end-heading").scroll_into_view_if_needed()
        page.select_option('select[name="closing"]', "declined")
        page.get_by_role("button", name="Close the inquiry").click()
        expect(page.locator("#end-said")).to_contain_text("A callback is still planned")
        expect(page.locator("#end-said")).to_be_focused()
        expect(page.locator("#end-said")).to_be_in_viewport()


def test_a_night_without_javascript(house: House) -> None:
    staff("consultant")
    inquiry = opened("no_cover")
    web = house.start_web()
    with chromium() as browser:
        page = signed_in(browser, web, viewport=PHONE, java_script_enabled=False)
        page.locator("#queue .queue-item").first.click()
        page.get_by_role("button", name="Take it").click()
        page.select_option('select[name="disposition"]', "talked")
        page.get_by_role("button", name="Write the call down").click()
        page.select_option('select[name="closing"]', "information")
        page.get_by_role("button", name="Close the inquiry").click()
        expect(page.locator("#end-said")).to_contain_text("Closed")
        expect(page.locator("#end-said")).to_be_in_viewport()
    inquiry.refresh_from_db()
    assert (inquiry.state, inquiry.closing) == (State.CLOSED, "information")
