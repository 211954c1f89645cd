"""Signing in, in Chromium: passkeys by its virtual authenticator, typing over the end of a session, every page."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.urls import reverse
from playwright.sync_api import BrowserContext, Page, expect

from helpline.accounts.models import KeptForm
from helpline.accounts.session_store import SessionStore
from helpline.accounts.sessions import SEEN_AT
from helpline.accounts.staff import invite
from helpline.audit.acting import Actor
from helpline.audit.models import AuditRecord
from intake.inquiries.models import Note
from tests.accounts.people import PASSWORD, code, somebody, with_app
from tests.journeys.browsers import DESKTOP, PHONE, chromium, picture
from tests.journeys.processes import House, eventually
from tests.journeys.test_desk_in_browser import WCAG, opened

AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def with_fingerprint(page: Page) -> None:
    """A device that has a fingerprint reader, and a finger on it."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})


def type_password(page: Page, web: str, email: str) -> None:
    page.goto(f"{web}/accounts/login/")
    page.fill('input[name="login"]', email)
    page.fill('input[name="password"]', PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def test_a_passkey_from_adding_it_to_signing_in_with_it_alone(house: House) -> None:
    user = somebody()
    web = house.start_web(MFA_REQUIRED="true")
    with chromium() as browser:
        page = browser.new_context(viewport=PHONE).new_page()
        with_fingerprint(page)
        type_password(page, web, user.email)
        expect(page.get_by_role("heading", name="Add a second step first")).to_be_visible()
        page.goto(f"{web}/desk/")
        page.wait_for_url("**/accounts/2fa/")
        page.get_by_role("link", name="Add a passkey").click()
        page.get_by_label("Sign in with it alone, without a password").check()
        page.get_by_role("button", name="Add", exact=True).click()
        expect(page.locator(".codes li")).to_have_count(10)
        expect(page.get_by_role("button", name="Print")).to_be_visible()
        page.get_by_role("link", name="I have them: go to the desk").click()
        expect(page.get_by_role("heading", name="Who is next?")).to_be_visible()

        page.goto(f"{web}/accounts/logout/")
        page.locator("main").get_by_role("button", name="Sign out").click()
        page.wait_for_url(f"{web}/")
        page.goto(f"{web}/accounts/login/?next=/desk/calls/new/")
        page.get_by_role("button", name="Sign in with a passkey").click()
        page.wait_for_url(f"{web}/desk/calls/new/")

        page.context.clear_cookies()
        type_password(page, web, user.email)
        page.get_by_role("button", name="Use a passkey or key").click()
        page.wait_for_url(f"{web}/desk/")
    done = AuditRecord.objects.filter(actor_id=str(user.pk)).order_by("id").values_list("action", flat=True)
    assert [action for action in done if action in {"signed_in", "factor_added"}].count("signed_in") == 3
    assert "factor_added" in done


def session_of(context: BrowserContext) -> SessionStore:
    [cookie] = [one for one in context.cookies() if one["name"] == settings.SESSION_COOKIE_NAME]
    return SessionStore(cookie["value"])


def let_it_end(context: BrowserContext) -> None:
    """As if nothing had been done for twenty minutes."""
    session = session_of(context)
    session[SEEN_AT] -= 20 * 60
    session.save()


@pytest.mark.parametrize("scripts", [True, pytest.param(False, marks=pytest.mark.slow)])
def test_what_is_typed_over_the_end_of_a_session_is_not_lost(house: House, scripts: bool, tmp_path: Path) -> None:
    user, inquiry = somebody(), opened("mother")
    web = house.start_web()
    with chromium() as browser:
        context = browser.new_context(viewport=DESKTOP, java_script_enabled=scripts)
        page = context.new_page()
        type_password(page, web, user.email)
        page.clock.install()
        page.goto(f"{web}{reverse('desk_inquiry', args=[inquiry.pk])}")
        page.fill("#notes textarea", "She said the blue house, by the river")
        let_it_end(context)
        if scripts:  # No stream runs here, so the page looks by itself, and says that it was signed out
            page.clock.fast_forward(20_000)
            expect(page.get_by_role("heading", name="You have been signed out")).to_be_visible()
            expect(page.locator("#queue")).to_be_hidden()
            expect(page.locator("#top")).to_be_hidden()
            picture(page, "signed-out", tmp_path)
        page.get_by_role("button", name="Keep the note").click()
        expect(page.get_by_text("Nothing is lost")).to_be_visible()
        assert "river" not in page.url + str(context.cookies())
        page.fill('input[name="login"]', user.email)
        page.fill('input[name="password"]', PASSWORD)
        page.get_by_role("button", name="Sign in", exact=True).click()
        expect(page.locator("main")).to_contain_text("by the river")
        page.get_by_role("button", name="Send it now").click()
        page.wait_for_url("**/desk/inquiries/**")
    assert [note.text for note in Note.objects.all()] == ["She said the blue house, by the river"]


def by_app(page: Page) -> None:
    """With a code that is not about to end while it is typed: few wrong ones are taken."""
    eventually(lambda: time.time() % 30 < 25, every=0.2)
    page.fill('input[name="code"]', code())
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/desk/")


@pytest.mark.parametrize(("size", "scheme"), [(PHONE, "light"), pytest.param(DESKTOP, "dark", marks=pytest.mark.slow)])
def test_every_page_of_signing_in_and_of_staff(house: House, tmp_path: Path, size: dict[str, int], scheme: str) -> None:
    sam = somebody("supervisor", "sam@example.org", "Sam Okoro")
    with_app(sam)
    cora = somebody()
    made, _ = invite(email="nia@example.org", name="Nia", role="verifier", by=Actor.process("test"))
    _, link = invite(email="tom@example.org", name="Tom", role="admin", by=Actor.process("test"))
    kept = KeptForm.objects.keep(sam, "/desk/", "text=She+said+the+blue+house&version=3")
    web = house.start_web(MFA_REQUIRED="true")
    open_pages = {
        "login": "/accounts/login/",
        "login-kept": "/accounts/login/?next=/accounts/kept/x/",
        "start": "/accounts/start/" + link.rstrip("/").rsplit("/", 1)[1] + "/",
        "start-refused": "/accounts/start/no-such-link/",
    }
    own_pages = {
        "logout": "/accounts/logout/",
        "reauthenticate": "/accounts/reauthenticate/",
        "reauthenticate-code": "/accounts/2fa/reauthenticate/",
        "password": "/accounts/password/change/",
        "second-step": "/accounts/2fa/",
        "app-remove": "/accounts/2fa/totp/deactivate/",
        "codes-new": "/accounts/2fa/recovery-codes/generate/",
        "passkeys": "/accounts/2fa/webauthn/",
        "passkey-add": "/accounts/2fa/webauthn/add/",
        "sessions": "/accounts/sessions/",
        "kept": f"/accounts/kept/{kept.pk}/",
        "staff": "/desk/staff/",
        "staff-invite": "/desk/staff/invite/",
        "staff-account": f"/desk/staff/{cora.pk}/",
        "staff-account-new": f"/desk/staff/{made.pk}/",
    }
    found: dict[tuple[str, str], str] = {}
    with chromium() as browser:
        page = browser.new_context(viewport=size, color_scheme=scheme).new_page()  # type: ignore[arg-type]  # parametrised
        refused: list[str] = []
        page.on("console", lambda message: refused.append(message.text))

        def check(name: str) -> None:
            picture(page, f"{name}-{size['width']}-{scheme}", tmp_path)
            violations = Axe().run(page, options=WCAG).response["violations"]
            found.update({(name, v["id"]): v["nodes"][0]["html"][:200] for v in violations})
            wide = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
            assert not wide, f"{name} scrolls sideways at {size['width']}"

        for name, address in open_pages.items():
            page.goto(f"{web}{address}")
            check(name)
        type_password(page, web, cora.email)
        check("enrolling")
        page.goto(f"{web}/accounts/2fa/totp/activate/")
        check("app-add")
        page.context.clear_cookies()
        type_password(page, web, sam.email)
        check("second-step-asked")
        by_app(page)
        for name, address in own_pages.items():
            answer = page.goto(f"{web}{address}")
            assert answer is not None
            assert answer.status == 200, name
            check(name)
        page.goto(f"{web}/accounts/2fa/recovery-codes/generate/")
        page.get_by_role("button", name="Make new codes").click()
        check("codes")
        page.reload()
        check("codes-again")
        page.goto(f"{web}/desk/staff/{made.pk}/")
        page.get_by_label("The first link ran out").check()
        page.get_by_role("button", name="Let them begin anew").click()
        check("one-time-link")
        assert [text for text in refused if "Content Security Policy" in text] == []
    assert found == {}
