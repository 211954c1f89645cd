"""A place listed twice made one by a person: chosen by field, everything follows, and it is undone."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from helpline.accounts.models import User
from helpline.programs.curation import CannotChange, correct, restore, withdraw
from helpline.programs.merging import differences, standing_for
from helpline.programs.models import Edition, Join, Opening, Program, Use
from helpline.programs.openings import tell_openings
from helpline.programs.uses import count_asked, count_shown
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


def uses(*programs: Program) -> set[tuple[object, ...]]:
    return set(Use.objects.filter(program__in=programs).values_list("program", "day", "shown", "asked"))


def test_what_was_chosen_stands_everything_follows_and_it_is_undone(two: tuple[Program, Program], admin: User) -> None:
    kept, gone = two
    before = fields(kept), fields(gone)
    tell_openings(gone.pk, "residential_bed", 2, by=admin)
    told = remember(gone, "same_day_start", True, by=admin)
    today = timezone.localdate()
    count_shown([kept.pk, gone.pk], today=today)
    count_asked(gone.pk, today=today)
    assert {each.field for each in differences(kept, gone)} == {"name1", "street1", "codes"}
    join = merge_listings(kept.pk, gone.pk, {"street1": "gone", "codes": "both"}, by=admin)
    both = sorted({*before[0][2], *before[1][2]})  # type: ignore[misc]
    assert fields(kept) == ("Recovery House", "1 Main St", both, "listed", ["codes", "street1"])
    assert fields(gone)[3] == "withdrawn"
    assert (Opening.objects.get().program_id, Told.objects.get().program_id) == (kept.pk, kept.pk)
    assert standing_for([gone.pk, kept.pk]) == {gone.pk: kept}
    assert uses(kept, gone) == {(kept.pk, today, 2, 1)}
    undo_merge_of_listings(join.pk, by=admin)
    assert (fields(kept), fields(gone)) == before
    assert (Opening.objects.get().program_id, Told.objects.get(pk=told.pk).program_id) == (gone.pk, gone.pk)
    assert standing_for([gone.pk]) == {}
    assert uses(kept, gone) == {(kept.pk, today, 1, 0), (gone.pk, today, 1, 1)}
    with pytest.raises(CannotChange, match="undone this already"):
        undo_merge_of_listings(join.pk, by=admin)


def test_what_was_corrected_since_stays_when_a_join_is_undone(two: tuple[Program, Program], admin: User) -> None:
    kept, gone = two
    join = merge_listings(kept.pk, gone.pk, {"street1": "gone", "name1": "gone"}, by=admin)
    correct(kept.pk, {"street1": "2 New Street"}, by=admin)
    undo_merge_of_listings(join.pk, by=admin)
    assert fields(kept)[:2] == ("Recovery House", "2 New Street")


def test_what_was_joined_twice_is_followed_to_the_end(two: tuple[Program, Program], admin: User) -> None:
    kept, gone = two
    third = Program.objects.create(
        edition=kept.edition, identity=new_id(), name1="Third", city="Birmingham", state="AL", zip="35203", phone="1"
    )
    merge_listings(kept.pk, gone.pk, {}, by=admin)
    merge_listings(third.pk, kept.pk, {}, by=admin)
    assert standing_for([gone.pk, kept.pk]) == {gone.pk: third, kept.pk: third}
    # Brought back by hand, and joined the other way round: it ends nevertheless
    restore(gone.pk, by=admin, note="")
    merge_listings(gone.pk, third.pk, {}, by=admin)
    withdraw(gone.pk, by=admin, reason="closed")
    assert set(standing_for([gone.pk, kept.pk])) == {gone.pk, kept.pk}


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
