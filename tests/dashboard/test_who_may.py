"""Every address of the house by every role. An address that is not in this table fails the test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from helpline.accounts.models import User
from helpline.accounts.permissions import ROLES
from helpline.audit.acting import Actor
from intake.inquiries.models import Inquiry
from intake.insurance.models import Verification
from intake.journey.consent import make_consent_link
from intake.journey.log_call import plan_callback
from intake.journey.refer import refer
from tests.dashboard.conftest import a_program, opened, staff

pytestmark = pytest.mark.django_db

OPEN = {
    "healthy", "home", "guides", "guide_category", "guide", "crisis", "who_pays", "privacy", "get_help", "intake_check",
    "intake_sent", "intake_save", "intake_resume", "intake_substance", "intake_step", "consent_given",
    "consent_by_link", "inquiry_status",
}  # fmt: skip
ANSWERING = {
    "desk_queue", "desk_find", "desk_new_call", "desk_inquiry", "desk_inquiry_panel", "desk_correct", "desk_take",
    "desk_put_back", "desk_log_call", "desk_plan_callback", "desk_note", "desk_ask_plan", "desk_consent_link",
    "desk_spoken_yes", "desk_revoke", "desk_shared_call", "desk_open_packet", "desk_close", "desk_reopen",
    "desk_callback", "desk_referral", "desk_packet", "desk_let_in",
}  # fmt: skip
VERIFYING = {"desk_phone_checks", "desk_phone_check"}
LISTINGS = {"listings", "listings_together", "listing", "listing_correct", "listing_verify", "listing_status"}
AUDIT = {"desk_audit", "desk_audit_find"}
ANY_STAFF = {"desk"}
# django-allauth gates these itself: signing in, and one's own password, factors and sessions
SIGNING_IN = {"account_", "mfa_", "usersessions_"}

MAY = {
    "consultant": ANSWERING | VERIFYING,
    "supervisor": ANSWERING | VERIFYING,
    "verifier": VERIFYING,
    "admin": LISTINGS,
    "privacy_officer": AUDIT,
}
POSTED = ANSWERING - {
    "desk_queue",
    "desk_new_call",
    "desk_inquiry",
    "desk_inquiry_panel",
    "desk_correct",
    "desk_packet",
    "desk_shared_call",
    "desk_open_packet",
}
POSTED |= {"desk_audit_find", "desk_phone_check", "listings_together", "listing_verify", "listing_status"}


def names(patterns: list[URLPattern | URLResolver] | None = None) -> Iterator[str]:
    for entry in patterns if patterns is not None else get_resolver().url_patterns:
        if isinstance(entry, URLResolver):
            yield from names(entry.url_patterns)
        else:
            yield str(entry.name)


def is_for_signing_in(name: str) -> bool:
    return name.startswith(tuple(SIGNING_IN))


@pytest.fixture
def addresses() -> dict[str, str]:
    """A real address for each name, with rows behind it."""
    inquiry, program, consultant = opened("inactive"), a_program(), staff("consultant")
    referral = refer(inquiry, program, packet=False, by=consultant)
    callback = plan_callback(inquiry, due_at=timezone.now() + timedelta(1), contact_point=None, by=consultant)
    verification = Verification.objects.get()
    link = make_consent_link(inquiry, by=Actor.staff(consultant))
    given = {
        "inquiry_id": inquiry.pk, "program_id": program.pk, "callback_id": callback.pk, "referral_id": referral.pk,
        "verification_id": verification.pk, "secret": link.rstrip("/").rsplit("/", 1)[1], "number": 1, "name": "next",
    }  # fmt: skip
    slugs = {"guide": "clonazepam", "guide_category": "sedatives", "intake_step": "who"}
    return {
        name: reverse(name, kwargs={**_wanted(name, given), **({"slug": slugs[name]} if name in slugs else {})})
        for name in names()
        if not is_for_signing_in(name)
    }


def _wanted(name: str, given: dict[str, object]) -> dict[str, object]:
    [(_, parameters)] = get_resolver().reverse_dict.getlist(name)[0][0]
    return {p: given[p] for p in parameters if p in given}


def outcome(client: Client, name: str, address: str) -> str:
    response = client.post(address) if name in POSTED else client.get(address)
    if response.status_code == 403:
        return "forbidden"
    if response.status_code == 302 and response["Location"].startswith("/accounts/login/"):
        return "sign in"
    assert response.status_code < 500
    return "let in"


def test_every_address_is_in_the_table() -> None:
    known = OPEN | ANSWERING | VERIFYING | LISTINGS | AUDIT | ANY_STAFF
    assert {n for n in names() if not is_for_signing_in(n)} == known
    assert set(MAY) == set(ROLES)


def test_without_signing_in_only_the_open_pages(addresses: dict[str, str]) -> None:
    found = {name: outcome(Client(), name, address) for name, address in addresses.items()}
    assert found == {name: "let in" if name in OPEN else "sign in" for name in addresses}


@pytest.mark.parametrize("role", sorted(ROLES))
def test_a_role_reaches_its_own_rooms_only(
    role: str, addresses: dict[str, str], signed_in: Callable[[str], Client]
) -> None:
    client, let_in = signed_in(role), OPEN | ANY_STAFF | MAY[role]
    found = {name: outcome(client, name, address) for name, address in addresses.items()}
    assert found == {name: "let in" if name in let_in else "forbidden" for name in addresses}


@pytest.mark.parametrize("role", sorted(ROLES))
def test_the_first_page_leads_each_role_to_its_room(role: str, signed_in: Callable[[str], Client]) -> None:
    assert signed_in(role).get("/desk/", follow=True).status_code == 200


@pytest.mark.parametrize("role", ["admin", "verifier", "privacy_officer"])
def test_who_sees_no_inquiry_sees_no_name(role: str, signed_in: Callable[[str], Client]) -> None:
    inquiry = opened("mother")
    client = signed_in(role)
    for address in ("/desk/", "/desk/listings/", "/desk/audit/", "/desk/phone-checks/"):
        assert b"Reyes" not in client.get(address, follow=True).content
    assert Inquiry.objects.filter(pk=inquiry.pk).exists()


def test_somebody_who_left_is_let_in_nowhere(signed_in: Callable[[str], Client]) -> None:
    client = signed_in("consultant")
    User.objects.update(is_active=False)
    assert outcome(client, "desk_queue", reverse("desk_queue")) == "sign in"
