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
from helpline.payers.models import EdiChange
from helpline.programs.models import ImportRun, Join, SamePlace, Upload
from intake.disclosures.consenting import give
from intake.disclosures.models import Breach, LegalText
from intake.inquiries.models import Inquiry
from intake.insurance.models import Verification
from intake.journey import break_glass
from intake.journey.asked import ask_accounting, ask_restriction, take_official_request
from intake.journey.consent import make_consent_link
from intake.journey.log_call import plan_callback
from intake.journey.refer import refer
from tests.dashboard.conftest import a_program, a_road, opened, staff

pytestmark = pytest.mark.django_db

OPEN = {
    "healthy", "home", "guides", "guide_category", "guide", "crisis", "who_pays", "privacy", "get_help", "intake_check",
    "intake_sent", "intake_save", "intake_resume", "intake_substance", "intake_step", "consent_by_link",
    "consent_by_code", "inquiry_status", "privacy_notice", "leave", "own_listing", "status_plan", "status_plan_pdf",
}  # fmt: skip
# Open to everybody but staff: nobody here signs in a person's name
THE_PERSONS_OWN = {"consent_by_code", "consent_by_link"}
ANSWERING = {
    "desk_queue", "desk_find", "desk_new_call", "desk_inquiry", "desk_inquiry_panel", "desk_correct", "desk_take",
    "desk_put_back", "desk_log_call", "desk_plan_callback", "desk_note", "desk_ask_plan", "desk_consent_link",
    "desk_spoken_yes", "desk_revoke", "desk_shared_call", "desk_open_packet", "desk_close", "desk_reopen",
    "desk_callback", "desk_referral", "desk_packet", "desk_let_in", "desk_consent_code", "desk_seal",
    "desk_open_sealed", "desk_emergency", "desk_abuse_report", "desk_rights", "desk_card_photo",
    "desk_program_said", "desk_hold_place", "desk_cover", "desk_cover_pdf", "desk_cover_since", "desk_ask_other",
    "desk_told", "desk_compare", "desk_share", "desk_saw_change", "desk_plan_is",
    "desk_packet_address",
}  # fmt: skip
VERIFYING = {"desk_phone_checks", "desk_phone_check", "desk_cover_lines"}
LISTINGS = {
    "listings", "listings_together", "listing", "listing_correct", "listing_verify", "listing_status",
    "listing_take_back", "listing_packets",
    "listing_proposals", "listing_decide", "listing_link",
    "listings_imports", "listings_import", "listings_import_findings", "listings_import_undo",
    "listings_pairs", "listings_pair",
    "listings_completeness", "listings_map",
    "listing_twin", "listing_merge", "listing_unmerge",
    "listings_upload", "listings_sent", "listings_sent_decide", "listings_sent_report",
}  # fmt: skip
CALLING = {"listings_round", "listings_round_take", "listings_round_said"}
ROADS = {"roads", "road_new", "road", "road_try", "road_gate", "edi_ids", "edi_import", "edi_take_back"}
AUDIT = {"desk_audit", "desk_audit_find"}
READING_STAFF = {"staff", "staff_account"}
MANAGING_STAFF = {"staff_invite", "staff_role", "staff_out_of_use", "staff_begin_anew"}
SUPERVISING = {"desk_payers"}
REVIEWING = {"desk_glasses", "desk_review_glass"}
PRIVACY = {
    "desk_privacy", "desk_privacy_texts", "desk_privacy_sign_text", "desk_privacy_restriction",
    "desk_privacy_accounting", "desk_privacy_accounting_pdf", "desk_privacy_answered", "desk_privacy_new_breach",
    "desk_privacy_breach", "desk_privacy_official", "desk_privacy_sealed", "desk_privacy_held",
    "desk_privacy_ask_accounting", "desk_privacy_court_order",
}  # fmt: skip
ANY_STAFF = {"desk", "desk_official", "kept_form"}
# django-allauth gates these itself: signing in, and one's own password, factors and sessions
SIGNING_IN = {"account_", "mfa_", "usersessions_"}

MAY = {
    "consultant": ANSWERING | VERIFYING,
    "supervisor": ANSWERING | VERIFYING | READING_STAFF | MANAGING_STAFF | REVIEWING | SUPERVISING,
    "verifier": VERIFYING | CALLING,
    "admin": LISTINGS | CALLING | ROADS,
    "privacy_officer": AUDIT | READING_STAFF | REVIEWING | PRIVACY,
}
POSTED = ANSWERING - {
    "desk_queue",
    "desk_new_call",
    "desk_inquiry",
    "desk_inquiry_panel",
    "desk_correct",
    "desk_packet",
    "desk_seal",
    "desk_emergency",
    "desk_abuse_report",
    "desk_rights",
    "desk_shared_call",
    "desk_open_packet",
    "desk_card_photo",
    "desk_cover",
    "desk_cover_since",
    "desk_compare",
}
POSTED |= MANAGING_STAFF - {"staff_invite"}
POSTED |= {"desk_privacy_answered", "desk_audit_find"}
POSTED |= {
    "desk_phone_check",
    "listing_packets",
    "edi_import",
    "edi_take_back",
    "listings_together",
    "listing_verify",
    "listing_take_back",
    "listing_status",
    "listing_decide",
    "listing_link",
    "listings_pair",
    "listings_round_take",
    "listings_round_said",
    "listings_sent_decide",
    "listing_unmerge",
    "road_try",
    "road_gate",
}


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
    other = opened("anonymous")
    asked_on = timezone.localdate()
    given = {
        "text_id": LegalText.objects.first().pk,
        "restriction_id": ask_restriction(
            other, purpose="refer", what="x", paid_in_full=False, by=consultant
        ).pk,
        "accounting_id": ask_accounting(other, kind="accounting", asked_on=asked_on, by=consultant).pk,
        "breach_id": Breach.objects.create(discovered_on=asked_on, what="x", whom="x", recorded_by="x").pk,
        "official_id": take_official_request(by=consultant, kind="police", who="x", asked="x").pk,
        "sealed_id": break_glass.seal(other, "x", by=consultant).pk,
        "glass_id": break_glass.break_open(other.pk, "x", by=consultant).pk,
        "consent_id": give(
            inquiry_id=other.pk, purpose="refer", patient_name="x", signature="x", how="form", by_the_person=True,
            held_because="minor", by=Actor.staff(consultant),
        ).pk,
    } | {
        "inquiry_id": inquiry.pk, "program_id": program.pk, "callback_id": callback.pk, "referral_id": referral.pk,
        "change_id": program.changes.create(actor_kind="staff", actor_id=str(consultant.pk), action="corrected").pk,
        "proposal_id": program.proposals.create(link_id=inquiry.pk, fields={}).pk,
        "verification_id": verification.pk, "earlier_id": verification.pk, "at": 1,
        "user_id": consultant.pk, "form_id": consultant.pk, "road_id": a_road().pk,
        "kept_id": EdiChange.objects.create(actor_kind="staff", name="x", changes=[]).pk,
        "upload_id": Upload.objects.create(
            by=consultant, file_name="x", size=1, body=b"x", report=b"", edition_code="x"
        ).pk,
        "secret": link.rstrip("/").rsplit("/", 1)[1], "number": 1, "name": "next",
    }  # fmt: skip
    run = ImportRun.objects.create(
        edition=program.edition, file_name="x", created=0, changed=0, unchanged=0, withdrawn=0, restored=0
    )
    join = Join.objects.create(
        kept=program,
        gone=a_program("C"),
        by=consultant,
        moved={"openings": [], "proposals": []},
        taken={"corrected_fields": [[], None]},
    )
    given |= {
        "other_id": program.pk, "join_id": join.pk,
        "run_id": run.pk, "pair_id": SamePlace.objects.create(run=run, older=program, newer=a_program("B"), alike=80).pk
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
    known = OPEN | ANSWERING | VERIFYING | LISTINGS | CALLING | ROADS | AUDIT | READING_STAFF | MANAGING_STAFF
    known |= REVIEWING | SUPERVISING | PRIVACY | ANY_STAFF
    assert {n for n in names() if not is_for_signing_in(n)} == known
    assert set(MAY) == set(ROLES)


def test_without_signing_in_only_the_open_pages(addresses: dict[str, str]) -> None:
    found = {name: outcome(Client(), name, address) for name, address in addresses.items()}
    assert found == {name: "let in" if name in OPEN else "sign in" for name in addresses}


@pytest.mark.parametrize("role", sorted(ROLES))
def test_a_role_reaches_its_own_rooms_only(
    role: str, addresses: dict[str, str], signed_in: Callable[[str], Client]
) -> None:
    client, let_in = signed_in(role), (OPEN - THE_PERSONS_OWN) | ANY_STAFF | MAY[role]
    found = {name: outcome(client, name, address) for name, address in addresses.items()}
    assert found == {name: "let in" if name in let_in else "forbidden" for name in addresses}


@pytest.mark.parametrize("role", sorted(ROLES))
def test_the_first_page_leads_each_role_to_its_room(role: str, signed_in: Callable[[str], Client]) -> None:
    assert signed_in(role).get("/desk/", follow=True).status_code == 200


@pytest.mark.parametrize("role", ["admin", "verifier", "privacy_officer"])
def test_who_sees_no_inquiry_sees_no_name(role: str, signed_in: Callable[[str], Client]) -> None:
    inquiry = opened("mother")
    client = signed_in(role)
    for address in ("/desk/", "/desk/listings/", "/desk/audit/", "/desk/phone-checks/", "/desk/insurers/"):
        assert b"Reyes" not in client.get(address, follow=True).content
    assert Inquiry.objects.filter(pk=inquiry.pk).exists()


def test_somebody_who_left_is_let_in_nowhere(signed_in: Callable[[str], Client]) -> None:
    client = signed_in("consultant")
    User.objects.update(is_active=False)
    assert outcome(client, "desk_queue", reverse("desk_queue")) == "sign in"
