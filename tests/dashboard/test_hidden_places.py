"""A hidden place: consultants see its name and phone, nobody else anything, and no paper carries it."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from django.test import Client
from django.urls import reverse

from helpline.programs.curation import CannotChange, correct, take_back, withdraw
from helpline.programs.models import Place, Program, ProgramChange, Proposal
from helpline.programs.packets import verify_address
from helpline.programs.self_service import make_listing_link
from intake.disclosures.models import Purpose
from intake.inquiries.models import Inquiry
from intake.journey.merge_listings import merge_listings, undo_merge_of_listings
from intake.journey.refer import refer
from tests.dashboard.conftest import a_program, opened, sign_in, staff
from tests.dashboard.test_desk import agreed

pytestmark = pytest.mark.django_db
NAME, WHERE = "Safe House of the Valley", ("77 Secret Lane", "Hiddenville", "36201")
VOID = {"input", "meta", "link", "br", "hr", "img", "path", "circle", "rect", "use", "source"}


class Paper(HTMLParser):
    """What a printed page says: all text but that of elements marked ``no-print``, of menus and of the title."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.open: list[bool] = [True]
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            classes = (dict(attrs).get("class") or "").split()
            self.open.append(self.open[-1] and tag not in {"script", "style"} and "no-print" not in classes)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        if self.open[-1]:
            self.words.append(data)

    def __str__(self) -> str:
        assert self.open == [True]
        return " ".join(self.words)


@pytest.fixture
def hidden() -> Program:
    Place.objects.create(zip="35203", city="Birmingham", state="AL", latitude=33.52, longitude=-86.81)
    program = a_program(NAME)
    place = {"confidential": True, "street1": WHERE[0], "city": WHERE[1], "zip": WHERE[2]}
    Program.objects.filter(pk=program.pk).update(**place)
    program.refresh_from_db()
    return program


@pytest.fixture
def inquiry(hidden: Program) -> Inquiry:
    a_program("Open House")
    inquiry = opened("mother")
    agreed(inquiry, Purpose.REFER)
    return inquiry


def nowhere(page: str) -> None:
    for word in WHERE:
        assert word not in page


def test_the_desk_shows_its_phone_and_prints_nothing_of_it(desk: Client, inquiry: Inquiry, hidden: Program) -> None:
    record = reverse("desk_inquiry", args=[inquiry.pk])
    pages = [record, f"{reverse('desk_compare', args=[inquiry.pk])}?program={hidden.pk}"]
    pages += [reverse(name, args=[inquiry.pk, hidden.pk]) for name in ("desk_shared_call", "desk_open_packet")]
    for address in pages:
        page = desk.get(address).text
        assert NAME in page
        assert NAME not in str(Paper(page)), address
        nowhere(page)
    assert "Open House" in str(Paper(desk.get(record).text))
    drawn = desk.get(record).text.split('<figure class="map"')[1].split("</figure>")[0]
    assert "Open House" in drawn
    assert NAME not in drawn
    verify_address(hidden.pk, "fax", "205-555-0188", called=hidden.phone, by=staff("consultant"))
    referral = refer(inquiry, hidden, packet=True, way="fax", by=staff("consultant"))
    packet = str(Paper(desk.get(reverse("desk_packet", args=[referral.pk])).text))
    assert NAME not in packet
    assert "Reyes" in packet
    assert "205-555-0188" in packet
    withdraw(hidden.pk, by=staff("admin"), reason="closed")
    page = desk.get(record).text
    assert "A hidden place is no longer offered" in page
    assert NAME not in str(Paper(page))
    nowhere(page)


def test_the_listings_screens_print_nothing_of_it(inquiry: Inquiry, hidden: Program) -> None:
    admin, twin = sign_in("admin"), a_program("Twin")
    pages = [reverse(name) for name in ("listings", "listings_round")]
    pages += [reverse(name, args=[hidden.pk]) for name in ("listing", "listing_correct", "listing_twin")]
    pages += [reverse("listing_twin", args=[twin.pk]), reverse("listing_merge", args=[twin.pk, hidden.pk])]
    for address in pages:
        paper = str(Paper(admin.get(address).text))
        assert NAME not in paper, address
        nowhere(paper)
    chosen = {"action": "withdraw", "ids": [str(hidden.pk), str(twin.pk)]}
    paper = str(Paper(admin.post(reverse("listings_together"), chosen).text))
    assert "Twin" in paper
    assert NAME not in paper
    nowhere(sign_in("verifier").get(reverse("listings_round")).text)


def test_its_own_link_shows_no_address_and_asks_for_none(client: Client, hidden: Program) -> None:
    link = "/listing/" + make_listing_link(hidden, by=staff("admin")).split("/listing/")[1]
    page = client.get(link).text
    assert NAME in page
    nowhere(page)
    assert 'name="street1"' not in page
    said = {"change": "1", "name1": NAME, "phone": "205-555-0199", "street1": "1 Elsewhere"}
    nowhere(client.post(link, said, follow=True).text)
    assert Proposal.objects.get().fields == {"phone": ["205-555-0150", "205-555-0199"]}
    admin = sign_in("admin").get(reverse("listing_proposals")).text
    assert NAME not in str(Paper(admin))


def test_undoing_never_brings_its_address_to_light(hidden: Program) -> None:
    admin, public, twin = staff("admin"), a_program("Public Office"), a_program("Twin")
    join = merge_listings(public.pk, hidden.pk, {"street1": "gone"}, by=admin)
    correct(public.pk, {"street1": "77 Secret Lane, rear"}, by=admin)
    undo_merge_of_listings(join.pk, by=admin)
    public.refresh_from_db()
    assert (public.street1, public.confidential) == ("77 Secret Lane, rear", True)
    correct(hidden.pk, {"street1": "78 Secret Lane"}, by=admin)
    hidden.refresh_from_db()
    assert "confidential" in hidden.corrected_fields  # so that no import shows what a person typed
    take_back(hidden.pk, ProgramChange.objects.filter(program=hidden, action="corrected").latest("pk").pk, by=admin)
    hidden.refresh_from_db()
    assert (hidden.street1, hidden.confidential) == (WHERE[0], True)
    correct(twin.pk, {"confidential": True}, by=admin)
    with pytest.raises(CannotChange, match="hid the place"):
        take_back(twin.pk, twin.changes.latest("pk").pk, by=admin)


def test_what_was_told_before_it_was_hidden_shows_its_address_to_nobody_at_the_desk(desk: Client) -> None:
    inquiry, program = opened("mother"), a_program(NAME)
    Program.objects.filter(pk=program.pk).update(street1=WHERE[0])
    program.refresh_from_db()
    agreed(inquiry, Purpose.REFER)
    refer(inquiry, program, packet=True, by=staff("consultant"))
    record = reverse("desk_inquiry", args=[inquiry.pk])
    assert WHERE[0] in desk.get(record).text
    correct(program.pk, {"confidential": True}, by=staff("admin"))
    page = desk.get(record).text
    assert "1 disclosure made" in page
    nowhere(page)
    assert NAME not in str(Paper(page))
