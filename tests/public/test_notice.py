"""The notice of 42 CFR 2.22: on its own page, linked from every page, and there before the first form is sent."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("address", ["/", "/guides/", "/crisis/", "/privacy/", "/get-help/", "/status/", "/consent/"])
def test_every_page_leads_to_it(client: Client, address: str) -> None:
    assert reverse("privacy_notice") in client.get(address).text


def test_it_names_us_and_whom_to_ask(client: Client) -> None:
    page = client.get(reverse("privacy_notice")).text
    assert "Notice of Privacy Practices of Helpline" in page
    assert "privacy@example.org" in page
    assert "800-555-0123" in page
    assert "[" not in page.split("<main")[1].split("</main>")[0]


def test_it_is_there_before_the_form_is_sent_and_not_where_no_law_asks_for_it(client: Client, settings: Any) -> None:
    client.post(reverse("get_help"))
    check = client.get(reverse("intake_check")).text
    assert check.index("HOW TO FILE A COMPLAINT") < check.index(">Send<")
    settings.PART2_APPLICABILITY, settings.PART2_REASON = "none", "Counsel, 1 March"
    assert "HOW TO FILE A COMPLAINT" not in client.get(reverse("intake_check")).text
    assert client.get(reverse("privacy_notice")).headers["Location"] == reverse("privacy")
