"""What anyone may read, signed in or not, with the database up or down."""

from __future__ import annotations

import hashlib
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.shortcuts import render
from django.test import Client
from pytest_django import Settings

from helpline.guides import exceptions, library, lines
from intake.inquiries.models import DRAFT_DAYS
from intake.retention.rules import RULES

PAGES = [
    "/",
    "/guides/",
    "/crisis/",
    "/who-pays/",
    "/privacy/",
    *(f"/guides/{slug}/" for slug in library.all_guides()),
    *(f"/guides/about/{slug}/" for slug in library.categories()),
]
EVERYWHERE = [
    "tel:911",
    "tel:988",
    "sms:988",
    "tel:+18002221222",
    "press 1",
    "press 2",
    "American Sign Language",
]


def assert_reachable(page: str) -> None:
    """The number, the hours, the way out and every crisis line are on the page; nothing is inline."""
    number = settings.TOLL_FREE_NUMBER
    assert f'href="tel:{number}"' in page
    assert lines.pretty_number(number) in page
    assert "data-quick-exit" in page
    assert [words for words in EVERYWHERE if words not in page] == []
    assert 'href="/who-pays/"' in page
    assert not re.search(r'<style|style="|\son[a-z]+="|<script(?![^>]*src=)', page)


@pytest.mark.parametrize("address", PAGES)
def test_open_pages_need_neither_account_nor_database(client: Client, address: str) -> None:
    """No ``django_db`` mark: a query would fail this test."""
    answer = client.get(address)
    assert answer.status_code == 200
    assert_reachable(answer.text)
    assert answer.text.count("<h1") == 1
    assert "Set-Cookie" not in answer.headers


def test_a_wrong_address_still_says_where_to_call(client: Client) -> None:
    for address in ("/guides/nothing/", "/guides/about/nothing/", "/nowhere"):
        answer = client.get(address)
        assert answer.status_code == 404
        assert_reachable(answer.text)


@pytest.mark.parametrize("name", ["400", "403", "403_csrf", "404", "500", "503"])
def test_error_pages_need_no_request_and_no_database(name: str) -> None:
    page = render(None, f"{name}.html").text  # type: ignore[arg-type]  # as the error handler does
    assert_reachable(page)


def test_a_guide_leads_into_the_form_with_the_substance_filled_in(client: Client) -> None:
    assert 'href="/get-help/?substance=clonazepam"' in client.get("/guides/clonazepam/").text


@pytest.mark.parametrize("slug", library.all_guides())
def test_every_mark_in_a_guide_leads_somewhere_on_the_page(client: Client, slug: str) -> None:
    page = client.get(f"/guides/{slug}/").text
    assert set(re.findall(r'href="#([^"]+)"', page)) <= set(re.findall(r'id="([^"]+)"', page))


def test_hours_follow_the_roster(client: Client, settings: Settings) -> None:
    settings.ROSTER_OPEN_24_HOURS = True
    assert "Open 24 hours" in client.get("/").text
    settings.ROSTER_OPEN_24_HOURS, settings.ROSTER_HOURS_TEXT = False, "8 am to 8 pm Eastern"
    page = client.get("/").text
    assert "Open 24 hours" not in page
    assert "8 am to 8 pm Eastern" in page


def test_who_pays_says_what_the_setting_says(client: Client, settings: Settings) -> None:
    settings.WHO_PAYS_TEXT = "Run by <Example>. Nobody is paid per referral."
    assert "Run by &lt;Example&gt;. Nobody is paid per referral." in client.get("/who-pays/").text


def test_the_privacy_page_names_each_exception_with_its_source_and_how_long_we_keep(client: Client) -> None:
    page = client.get("/privacy/").text
    sections = {one.section: one.read for one in exceptions.exceptions()}
    assert {"42 CFR 2.51(a)", "42 CFR 2.12(c)(6)", "42 CFR 2.61"} <= set(sections)
    assert [section for section, read in sections.items() if section not in page or read not in page] == []
    assert (DRAFT_DAYS, RULES[0].kind, RULES[0].after) == (7, "inquiry", timedelta(days=6 * 366))
    assert "seven days" in page
    assert "six years" in page
    for address in ("/", "/privacy/"):
        assert "stays with us unless" not in client.get(address).text


def test_a_guide_begins_with_what_is_in_it(client: Client) -> None:
    page = client.get("/guides/clonazepam/").text
    assert page.index("On this page") < page.index("Where this comes from</h2>")
    assert page.count('id="contents"') == 1


def test_only_the_demo_says_it_is_one(client: Client, settings: Settings) -> None:
    settings.HELPLINE_ENV = "demo"
    assert "Do not enter anything real" in client.get("/").text
    settings.HELPLINE_ENV = "production"
    assert "Do not enter anything real" not in client.get("/").text


def test_each_crisis_line_says_where_its_number_comes_from(client: Client) -> None:
    page = client.get("/crisis/").text
    for line in lines.crisis_lines():
        assert line.url in page
        assert line.publisher in page


def test_vendored_files_are_the_ones_we_recorded() -> None:
    folder = Path(settings.BASE_DIR, "static", "vendor")
    rows = re.findall(r"^\| (\S+) \|.*\| ([0-9a-f]{64}) \|$", (folder / "README.md").read_text(), re.MULTILINE)
    assert len(rows) == 3
    for name, recorded in rows:
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == recorded, name


def test_nothing_comes_from_anyone_else() -> None:
    """Our stylesheet and script load nothing; the icons used are in the sprite."""
    static, templates = Path(settings.BASE_DIR, "static"), Path(settings.BASE_DIR, "templates")
    for file in (static / "helpline.css", static / "helpline.js"):
        assert not re.search(r"https?:|url\(|@import", file.read_text()), file.name
    sprite = (static / "vendor" / "bootstrap-icons-1.13.2-kept.svg").read_text()
    used = {
        name
        for file in templates.rglob("*.html")
        for name in re.findall(r'_icon\.html" with name="([a-z-]+)"', file.read_text())
    }
    assert [name for name in sorted(used) if f'id="{name}"' not in sprite] == []
