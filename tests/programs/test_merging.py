"""A place listed twice made one by a person: chosen by field, everything follows, and it is undone."""

from __future__ import annotations

import pytest
from django.test import Client

from helpline.accounts.models import User
from helpline.programs.curation import CannotChange, correct
from helpline.programs.merging import differences, standing_for
from helpline.programs.models import Edition, Join, Opening, Program
from helpline.programs.openings import tell_openings
from helpline.vault.ids import new_id
from intake.journey.merge_listings import merge_listings, undo_merge_of_listings
from intake.matching.models import Told
from intake.matching.telling import remember


@pytest.fixture
def two(edition: Edition) -> tuple[Program, Program]:
    place = {"edition": edition, "city": "Birmingham", "state": "AL", "zip": "35203"}
    adults, seniors = (edition.service_codes.get(code=code).pk for code in ("ADLT", "SNR"))
    first = Program.objects.create(
        identity=new_id(), name1="Recovery House", phone="205-555-0150", codes=[adults], **place
    )
    second = Program.objects.create(
        identity=new_id(),
        name1="Recovery House Inc",
        phone="205-555-0150",
        street1="1 Main St",
        codes=[seniors],
        **place,
    )
    return first, second


def fields(program: Program) -> tuple[object, ...]:
    program.refresh_from_db()
    return program.name1, program.street1, program.codes, program.status, program.corrected_fields


def test_what_was_chosen_stands_everything_follows_and_it_is_undone(two: tuple[Program, Program], admin: User) -> None:
    kept, gone = two
    before = fields(kept), fields(gone)
    tell_openings(gone.pk, "residential_bed", 2, by=admin)
    told = remember(gone, "same_day_start", True, by=admin)
    assert {each.field for each in differences(kept, gone)} == {"name1", "street1", "codes"}
    join = merge_listings(kept.pk, gone.pk, {"street1": "gone", "codes": "both"}, by=admin)
    both = sorted({*before[0][2], *before[1][2]})  # type: ignore[misc]
    assert fields(kept) == ("Recovery House", "1 Main St", both, "listed", ["codes", "street1"])
    assert fields(gone)[3] == "withdrawn"
    assert (Opening.objects.get().program_id, Told.objects.get().program_id) == (kept.pk, kept.pk)
    assert standing_for([gone.pk, kept.pk]) == {gone.pk: kept}
    undo_merge_of_listings(join.pk, by=admin)
    assert (fields(kept), fields(gone)) == before
    assert (Opening.objects.get().program_id, Told.objects.get(pk=told.pk).program_id) == (gone.pk, gone.pk)
    assert standing_for([gone.pk]) == {}
    with pytest.raises(CannotChange, match="undone this already"):
        undo_merge_of_listings(join.pk, by=admin)


def test_what_was_corrected_since_stays_when_a_join_is_undone(two: tuple[Program, Program], admin: User) -> None:
    kept, gone = two
    join = merge_listings(kept.pk, gone.pk, {"street1": "gone", "name1": "gone"}, by=admin)
    correct(kept.pk, {"street1": "2 New Street"}, by=admin)
    undo_merge_of_listings(join.pk, by=admin)
    assert fields(kept)[:2] == ("Recovery House", "2 New Street")


def test_a_hidden_place_stays_hidden_and_one_that_is_withdrawn_is_not_joined(
    two: tuple[Program, Program], admin: User
) -> None:
    kept, gone = two
    correct(gone.pk, {"confidential": True}, by=admin)
    merge_listings(kept.pk, gone.pk, {}, by=admin)
    kept.refresh_from_db()
    assert kept.confidential
    for other in (gone.pk, kept.pk):
        with pytest.raises(CannotChange):
            merge_listings(kept.pk, other, {}, by=admin)


def test_an_admin_joins_two_listings_on_the_screen(two: tuple[Program, Program], admin: User, client: Client) -> None:
    kept, gone = two
    client.force_login(admin)
    twin = client.get(f"/desk/listings/{kept.pk}/twin/").content.decode()
    assert "Recovery House Inc" in twin
    page = client.get(f"/desk/listings/{kept.pk}/twin/{gone.pk}/").content.decode()
    assert "1 Main St" in page
    page = client.post(f"/desk/listings/{kept.pk}/twin/{gone.pk}/", {"street1": "gone"}, follow=True).content.decode()
    assert "Joined with Recovery House Inc" in page
    client.post(f"/desk/listings/joined/{Join.objects.get().pk}/undo/")
    assert fields(gone)[3] == "listed"
