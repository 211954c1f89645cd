"""The map around a place, with the ZIP codes of the country as its ground."""

from __future__ import annotations

from collections.abc import Mapping
from math import cos, radians

from helpline.programs.geography import miles_between
from helpline.programs.models import Place
from helpline.programs.near_map import Degrees, NearMap, near_map, reach_for

MILES_A_DEGREE = 69.0


def around(here: Degrees, places: Mapping[int, Degrees]) -> NearMap | None:
    """``places`` by the number of their card, in degrees; one statement, none when there is no place."""
    if not places:
        return None
    reach = reach_for(max(miles_between(*here, *there) for there in places.values()))
    high = reach * 1.1 / MILES_A_DEGREE
    wide = high / max(cos(radians(here[0])), 0.1)
    towns = Place.objects.filter(
        latitude__range=(here[0] - high, here[0] + high), longitude__range=(here[1] - wide, here[1] + wide)
    ).only("latitude", "longitude")
    return near_map(here, places.items(), ((town.latitude or 0.0, town.longitude or 0.0) for town in towns))
