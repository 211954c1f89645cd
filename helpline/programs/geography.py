"""Points on the unit sphere: pure Python, no Django.

PostgreSQL keeps a place as a ``cube`` point of three coordinates and measures the straight line through the
globe (the chord), which orders places exactly as the way over the ground does and can be indexed.
"""

from __future__ import annotations

from math import asin, cos, radians, sin, sqrt

EARTH_RADIUS_MILES = 6371.0087714 / 1.609344
"""The mean radius R1 of the GRS 80 ellipsoid, 6,371.0087714 km (H. Moritz, "Geodetic Reference System
1980", Journal of Geodesy 74, 2000), in international miles of 1.609344 km.
"""


def unit_point(latitude: float, longitude: float) -> tuple[float, float, float]:
    """Degrees to the point on a sphere of radius 1."""
    north, east = radians(latitude), radians(longitude)
    return cos(north) * cos(east), cos(north) * sin(east), sin(north)


def chord_of(miles: float) -> float:
    """The chord, on the unit sphere, of a way of so many miles over the ground; at most 2, the far side of
    the earth.
    """
    return 2 * sin(min(max(miles, 0) / EARTH_RADIUS_MILES, 3.141592653589793) / 2)


def miles_of(chord: float) -> float:
    """The way over the ground, in miles, of a chord on the unit sphere. The earth's flattening is left out:
    0.5 % at most.
    """
    return 2 * EARTH_RADIUS_MILES * asin(min(chord / 2, 1))


def miles_between(latitude: float, longitude: float, other_latitude: float, other_longitude: float) -> float:
    """Great-circle miles between two places given in degrees."""
    here, there = unit_point(latitude, longitude), unit_point(other_latitude, other_longitude)
    return miles_of(sqrt(sum((a - b) ** 2 for a, b in zip(here, there, strict=True))))
