"""Packets go only to an address that somebody verified by calling the number known before."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from helpline.accounts.models import User
from helpline.audit.acting import Actor, acting
from helpline.audit.models import AuditRecord
from helpline.programs.curation import CannotChange, correct
from helpline.programs.models import PacketAddress, Program, Proposal
from helpline.programs.packets import verify_address
from helpline.programs.self_service import make_change, make_listing_link
from intake.disclosures.models import Purpose
from intake.matching.models import Referral
from tests.dashboard.conftest import a_program, opened, sign_in, staff
from tests.dashboard.test_desk import agreed

pytestmark = pytest.mark.django_db
OLD, NEW, FAX = "205-555-0150", "205-555-0199", "205-555-0188"


@pytest.fixture
def program() -> Program:
    return a_program()


@pytest.fixture
def consultant() -> User:
    return staff("consultant")


def from_a_directory(program: Program, fax: str) -> None:
    """As an import writes it."""
    kept = PacketAddress(program=program, way="fax", address=fax, source=PacketAddress.Source.IMPORT)
    with acting(Actor.process("import")):
        PacketAddress.objects.bulk_create([kept], ignore_conflicts=True)


def fax_of(program: Program) -> PacketAddress:
    return program.packet_addresses.get(way="fax")


def stands(program: Program) -> bool:
    program.refresh_from_db()
    return fax_of(program).stands(program)


def test_an_import_proposes_and_only_a_call_verifies(program: Program, consultant: User) -> None:
    from_a_directory(program, FAX)
    assert (fax_of(program).address, stands(program)) == (FAX, False)
    with pytest.raises(IntegrityError), transaction.atomic():
        PacketAddress.objects.update(verified_at="2026-11-28T12:00Z")
    for called in (NEW, "", FAX):
        with pytest.raises(CannotChange, match="the number we had"):
            verify_address(program.pk, "fax", FAX, called=called, by=consultant)
    verify_address(program.pk, "fax", FAX, called=OLD, by=consultant)
    # What a later directory says does not replace it
    from_a_directory(program, NEW)
    assert (fax_of(program).address, stands(program)) == (FAX, True)
    assert (fax_of(program).called, fax_of(program).verified_by) == (OLD, consultant)
    assert AuditRecord.objects.filter(subject_id=str(fax_of(program).pk), actor_id=str(consultant.pk)).exists()


def test_another_number_ends_it_until_the_old_one_was_called(program: Program, consultant: User) -> None:
    verify_address(program.pk, "fax", FAX, called=OLD, by=consultant)
    correct(program.pk, {"phone": NEW}, by=staff("admin"))
    assert not stands(program)
    with pytest.raises(CannotChange, match="the number we had"):
        verify_address(program.pk, "fax", FAX, called=NEW, by=consultant)
    verify_address(program.pk, "fax", FAX, called=OLD, by=consultant)
    assert stands(program)


def test_what_a_link_asks_for_is_verified_by_the_call_that_lets_it_through(client: Client, program: Program) -> None:
    admin = staff("admin")
    link = "/listing/" + make_listing_link(program, by=admin).split("/listing/")[1]
    said = {"change": "1", "name1": program.name1, "phone": NEW, "city": "Birmingham", "state": "AL", "zip": "35203"}
    assert "is no fax number" in client.post(link, said | {"fax": "12"}).text
    assert "Somebody looks at it" in client.post(link, said | {"fax": FAX}, follow=True).text
    proposal = Proposal.objects.get()
    assert FAX in sign_in("admin").get(reverse("listing_proposals")).text
    with pytest.raises(CannotChange):
        make_change(proposal.pk, called=False, by=admin)
    assert not PacketAddress.objects.exists()
    make_change(proposal.pk, called=True, by=admin)
    assert stands(program)
    assert (program.phone, fax_of(program).called, fax_of(program).known_by) == (NEW, OLD, NEW)


def test_the_desk_sends_nothing_to_an_address_nobody_verified(program: Program) -> None:
    desk, inquiry = sign_in("consultant"), opened("mother")
    agreed(inquiry, Purpose.REFER)
    from_a_directory(program, FAX)
    address = reverse("desk_open_packet", args=[inquiry.pk, program.pk])
    page = desk.get(address).text
    assert "nobody verified it (from a directory)" in page
    assert f"I called {OLD}: it is right" in page
    assert 'value="fax"><label' not in page
    assert "Nobody verified that address by a call" in desk.post(address, {"way": "fax"}, follow=True).text
    assert not Referral.objects.exists()
    given = {"way": "fax", "address": FAX, "called": OLD}
    page = desk.post(reverse("desk_packet_address", args=[inquiry.pk, program.pk]), given, follow=True).text
    assert "Verified today, by you" in page
    assert 'value="fax"><label' in page
    assert f"to <strong>{FAX}</strong> and nowhere else" in desk.post(address, {"way": "fax"}, follow=True).text
    sent = Referral.objects.get()
    assert (sent.way, sent.sent_to) == ("fax", FAX)
    correct(program.pk, {"phone": NEW}, by=staff("admin"))
    page = desk.get(reverse("desk_packet", args=[sent.pk])).text
    assert f"Do not send it to {FAX}" in page
    assert "I gave it to them" not in page


def test_a_listings_admin_takes_an_address_out(program: Program, consultant: User) -> None:
    verify_address(program.pk, "email", "Intake@Example.org", called=OLD, by=consultant)
    desk = sign_in("admin")
    assert "intake@example.org" in desk.get(reverse("listing", args=[program.pk])).text
    page = desk.post(reverse("listing_packets", args=[program.pk]), {"remove": "1", "way": "email"}, follow=True).text
    assert "Taken out" in page
    assert not PacketAddress.objects.exists()
