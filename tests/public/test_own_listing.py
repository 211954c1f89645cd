"""A program's own link: it opens one listing, changes at once what is safe, and asks for the rest."""

from __future__ import annotations

import re

import pytest
from django.db import ProgrammingError, connection, transaction
from django.test import Client

from helpline.accounts.models import User
from helpline.audit.acting import Actor
from helpline.programs.curation import CannotChange, correct, withdraw
from helpline.programs.models import IntakeHours, Opening, OpeningKind, Program, Proposal
from helpline.programs.self_service import MOST_ASKED, decline, make_change, make_listing_link
from helpline.vault.models import SignedLink
from helpline.vault.wall import BY_LINK, LISTINGS, stand, wall, within_reach
from intake.journey.consent import make_consent_link
from tests.dashboard.conftest import a_program, opened, sign_in, staff

pytestmark = pytest.mark.django_db
SAID = {
    "change": "1", "name1": "Birmingham Recovery House", "phone": "205-555-0150", "city": "Birmingham", "state": "AL",
    "zip": "35203",
}  # fmt: skip


@pytest.fixture
def admin() -> User:
    return staff("admin")


@pytest.fixture
def program() -> Program:
    return a_program()


@pytest.fixture
def link(program: Program, admin: User) -> str:
    return "/listing/" + make_listing_link(program, by=admin).split("/listing/")[1]


def test_it_confirms_and_says_what_is_free_at_once(client: Client, program: Program, link: str) -> None:
    page = client.get(link)
    assert page["Cache-Control"].count("no-store")
    assert "Birmingham Recovery House" in page.text
    assert "all of it is right today" in client.post(link, {"right": "1"}, follow=True).text
    free = {"free": "1", "free-withdrawal_bed": "2", "free-outpatient_place": ""}
    assert "2 free" in client.post(link, free, follow=True).text
    assert Opening.objects.get().kind == OpeningKind.WITHDRAWAL_BED
    hours = {"hours-days": "weekdays", "hours-opens": "08:00", "hours-closes": "17:00", "hours-zone": "America/Chicago"}
    assert "8 a.m.–5 p.m." in client.post(link, hours | {"hours-open": "1"}, follow=True).text
    assert "Write from when to when" in client.post(link, {"hours-open": "1", "hours-days": "all"}).text
    assert IntakeHours.objects.count() == 5
    assert [change.action for change in program.changes.all()] == ["hours", "openings", "confirmed"]


def test_the_link_of_a_withdrawn_listing_opens_nothing(
    client: Client, program: Program, admin: User, link: str
) -> None:
    withdraw(program.pk, by=admin, reason="It closed.")
    assert [client.get(link).status_code, client.post(link, {"right": "1"}).status_code] == [410, 410]


def test_a_new_number_waits_for_a_call_to_the_old_one(client: Client, program: Program, link: str) -> None:
    client.post(link, SAID | {"phone": "(205) 555-0199"})
    program.refresh_from_db()
    assert program.phone == "205-555-0150"
    proposal, desk = Proposal.objects.get(), sign_in("admin")
    assert "1 program asks for a change" in desk.get("/desk/listings/").text
    assert "205-555-0199" in desk.get("/desk/listings/asked/").text
    refused = desk.post(f"/desk/listings/asked/{proposal.pk}/", {"make": "1"}, follow=True).text
    assert "Call the number we had before" in refused
    desk.post(f"/desk/listings/asked/{proposal.pk}/", {"make": "1", "called": "yes"})
    program.refresh_from_db()
    assert (program.phone, program.corrected_fields) == ("205-555-0199", ["phone"])
    again = desk.post(f"/desk/listings/asked/{proposal.pk}/", {"decline": "1"}, follow=True).text
    assert "Somebody has decided this already" in again


def test_an_address_needs_no_call_and_may_be_left(client: Client, program: Program, link: str) -> None:
    client.post(link, SAID | {"street1": "12 Main Street"})
    client.post(link, SAID | {"street1": "13 Main Street"})
    first, second = Proposal.objects.all()
    desk = sign_in("admin")
    desk.post(f"/desk/listings/asked/{first.pk}/", {"make": "1"})
    desk.post(f"/desk/listings/asked/{second.pk}/", {"decline": "1"})
    program.refresh_from_db()
    assert program.street1 == "12 Main Street"
    assert "that change was not made" in desk.get(f"/desk/listings/{program.pk}/").text


def test_what_cannot_be_read_is_said_and_kept(client: Client, link: str) -> None:
    page = client.post(link, SAID | {"phone": "call us", "note": "New wing"}).text
    assert "cannot be dialled" in page
    assert "New wing" in page
    assert "That is what the listing says already" in client.post(link, SAID).text
    for number in range(MOST_ASKED):
        client.post(link, SAID | {"street1": f"{number} Main Street"})
    assert "wait for us already" in client.post(link, SAID | {"street1": "9 Main Street"}).text
    assert Proposal.objects.count() == MOST_ASKED


def test_a_link_to_something_else_opens_no_listing(client: Client, program: Program, link: str) -> None:
    consent = make_consent_link(opened("mother"), by=Actor.process("test")).split("/consent/")[1]
    assert client.get(f"/listing/{consent}").status_code == 410
    assert client.get(link.replace("/listing/", "/consent/")).status_code == 410
    SignedLink.objects.filter(purpose="listing").update(expires_at="2020-01-01T00:00:00Z")
    assert client.get(link).status_code == 410


def test_the_desk_shows_the_link_once(program: Program, client: Client) -> None:
    page = sign_in("admin").post(f"/desk/listings/{program.pk}/link/").text
    [address] = re.findall(r"/listing/[^<\s]+/", page)
    assert client.get(address).status_code == 200


def test_by_the_second_wall_a_link_speaks_for_its_own_program_only(program: Program) -> None:
    """Also where a view forgets which program it is about; and an admin sees no link that leads to a person."""
    other = a_program("Another House")
    make_consent_link(opened("mother"), by=Actor.process("test"))
    Opening.objects.create(program=other, kind=OpeningKind.WITHDRAWAL_BED, places=1)
    with wall():
        stand(BY_LINK)
        within_reach(program.pk)
        assert Opening.objects.count() == 0
        Opening.objects.create(program=program, kind=OpeningKind.WITHDRAWAL_BED, places=1)
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            Proposal.objects.create(program=other, link_id=other.pk, fields={})
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            Program.objects.update(phone="")
    with wall():
        stand(LISTINGS)
        assert SignedLink.objects.count() == 0
        assert Opening.objects.count() == 2
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == ("helpline_app",)


def test_what_is_said_in_words_waits_for_a_call_and_what_was_overtaken_overwrites_nothing(
    client: Client, program: Program, admin: User, link: str
) -> None:
    client.post(link, SAID | {"note": "Our owner and how people pay are new."})
    client.post(link, SAID | {"phone": "205-555-0199"})
    words, number = Proposal.objects.all()
    with pytest.raises(CannotChange, match="Call the number we had"):
        make_change(words.pk, called=False, by=admin)
    make_change(words.pk, called=True, by=admin)
    correct(program.pk, {"phone": "205-555-0177"}, by=admin)
    with pytest.raises(CannotChange, match="changed since they asked"):
        make_change(number.pk, called=True, by=admin)
    program.refresh_from_db()
    assert program.phone == "205-555-0177"
    decline(number.pk, by=admin)


def test_what_is_wrong_stands_at_the_top_in_plain_words(client: Client, link: str) -> None:
    page = client.post(link, {"free": "1", "free-withdrawal_bed": "-3"}).text
    assert "Write a number from 0 to 500" in page.split("<h1>")[0]
    page = client.post(link, {"hours-open": "1", "hours-days": "all"}).text
    assert "Write from when to when" in page.split("<h1>")[0]
