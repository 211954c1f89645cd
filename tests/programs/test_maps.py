"""Maps drawn here: around a person, over the country; the same in words, and never a hidden place."""

from __future__ import annotations

from math import hypot
from pathlib import Path

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from helpline.accounts.models import User
from helpline.programs.country import HEIGHT, WIDTH, drawing, project
from helpline.programs.editions import read_places
from helpline.programs.geography import miles_between
from helpline.programs.models import Edition, Program
from helpline.programs.near_map import SIDE, near_map
from helpline.vault.ids import new_id

BIRMINGHAM, ATLANTA = (33.52, -86.81), (33.75, -84.39)


def test_the_kept_outline_is_what_the_zip_codes_draw() -> None:
    places = [
        (float(row[4]), float(row[5]), str(row[2]))
        for row in read_places()
        if row[4] is not None and row[5] is not None
    ]
    assert Path("static/country.svg").read_text() == drawing(places)


@given(st.floats(-90, 90), st.floats(-180, 180))
def test_every_place_lies_on_the_drawing_or_off_it(latitude: float, longitude: float) -> None:
    at = project(latitude, longitude)
    assert at is None or (-WIDTH / 4 < at[0] < WIDTH * 1.25 and -HEIGHT / 4 < at[1] < HEIGHT * 1.25)


@given(st.floats(25, 48), st.floats(-124, -67), st.floats(-2, 2), st.floats(-2, 2))
def test_a_mark_is_as_far_from_the_middle_as_its_place(
    latitude: float, longitude: float, north: float, east: float
) -> None:
    here, there = (latitude, longitude), (latitude + north, longitude + east)
    drawn = near_map(here, [(1, there)], [])
    assert drawn is not None
    [mark], ring = drawn.marks, drawn.rings[-1]
    miles = hypot(mark.x - SIDE / 2, mark.y - SIDE / 2) / ring.radius * ring.miles
    assert miles == pytest.approx(miles_between(*here, *there), abs=0.1 * ring.miles / 20)
    assert drawn.lines[0].miles == pytest.approx(miles_between(*here, *there))


def test_places_on_one_spot_share_a_mark_and_the_words_say_where() -> None:
    places = [(1, BIRMINGHAM), (2, BIRMINGHAM), (3, ATLANTA), (4, BIRMINGHAM)]
    drawn = near_map(BIRMINGHAM, places, [BIRMINGHAM, (0, 0)])
    assert drawn is not None
    assert [mark.text for mark in drawn.marks] == ["1, 2, 4", "3"]
    assert [(line.number, round(line.miles), line.wind) for line in drawn.lines][2] == (3, 140, "E")
    assert [ring.miles for ring in drawn.rings] == [50, 100, 200]
    assert drawn.towns == "M200 200h0"
    assert near_map(BIRMINGHAM, [], []) is None


def test_the_map_of_a_search_leaves_hidden_places_out(edition: Edition, admin: User, client: Client) -> None:
    place = {"city": "Birmingham", "state": "AL", "zip": "35203", "phone": "205-555-0150", "located_by": "street"}
    for name, latitude, hidden in (("A", 33.52, False), ("B", 34.1, False), ("Safe House", 32.4, True)):
        Program.objects.create(
            edition=edition,
            identity=new_id(),
            name1=name,
            latitude=latitude,
            longitude=-86.81,
            confidential=hidden,
            **place,
        )
    client.force_login(admin)
    page = client.get("/desk/listings/map/").content.decode()
    assert page.count("map__spot") == 2
    assert "Hidden places, never on a map: 1." in page
    assert '<a href="?state=AL">AL</a> 2' in page
    narrowed = client.get("/desk/listings/map/?state=AL&q=A").content.decode()
    assert "Birmingham" in narrowed
    assert "Safe House" not in page + narrowed
