"""A small map around one place: numbered points, rings of distance, and the same in words. Pure Python, no Django.

Distances and directions from the middle are true (azimuthal equidistant projection), so a ring is a circle.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from math import atan2, cos, degrees, hypot, radians, sin

from helpline.programs.geography import miles_between

SIDE = 400
MARGIN = 22
RINGS = (5, 10, 25, 50, 100, 200, 400)
TOUCHING = 22
"""Marks nearer than this, in units of the drawing, become one mark."""
WINDS = ("N", "NE", "E", "SE", "S", "SW", "W", "NW")

Degrees = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Mark:
    """One or several places at a spot: ``x`` and ``y`` in the drawing, the numbers of their cards as text."""

    x: float
    y: float
    text: str

    @property
    def width(self) -> float:
        return max(22, 9 * len(self.text) + 8)

    @property
    def left(self) -> float:
        return self.x - self.width / 2

    @property
    def top(self) -> float:
        return self.y - 11


@dataclass(frozen=True, slots=True)
class Ring:
    miles: int
    radius: float

    @property
    def top(self) -> float:
        return SIDE / 2 - self.radius


@dataclass(frozen=True, slots=True)
class Line:
    """A numbered place in words: ``miles`` as the crow flies, ``wind`` one of ``WINDS``, or "" at the same spot."""

    number: int
    miles: float
    wind: str


@dataclass(frozen=True, slots=True)
class NearMap:
    side: int
    rings: tuple[Ring, ...]
    marks: tuple[Mark, ...]
    lines: tuple[Line, ...]
    towns: str
    """Middles of ZIP codes as one SVG path of dots: where people live, for the eye to rest on."""

    @property
    def middle(self) -> float:
        return self.side / 2


def near_map(here: Degrees, places: Iterable[tuple[int, Degrees]], towns: Iterable[Degrees]) -> NearMap | None:
    """``places`` are numbered points, ``towns`` points without a name, all in degrees. None when there is no place.

    The map reaches as far as the farthest place, up to the next ring.
    """
    ways = [(number, *_way(here, there)) for number, there in places]
    if not ways:
        return None
    farthest = max(hypot(east, north) for _number, east, north in ways)
    reach = reach_for(farthest)
    scale = (SIDE / 2 - MARGIN) / reach
    spots = [(number, SIDE / 2 + east * scale, SIDE / 2 - north * scale) for number, east, north in ways]
    dots = (_way(here, town) for town in towns)
    drawn = sorted({(round(SIDE / 2 + east * scale), round(SIDE / 2 - north * scale)) for east, north in dots})
    return NearMap(
        side=SIDE,
        rings=tuple(Ring(miles, miles * scale) for miles in RINGS if reach / 6 <= miles <= reach),
        marks=tuple(_marks(spots)),
        lines=tuple(Line(number, hypot(east, north), _wind(east, north)) for number, east, north in ways),
        towns="".join(f"M{x} {y}h0" for x, y in drawn if 0 <= x <= SIDE and 0 <= y <= SIDE),
    )


def reach_for(miles: float) -> int:
    """The smallest ring that holds it, or the miles themselves beyond the last."""
    return next((ring for ring in RINGS if miles <= ring), round(miles) + 1)


def _way(here: Degrees, there: Degrees) -> tuple[float, float]:
    """Miles to the east and to the north along the great circle."""
    miles = miles_between(*here, *there)
    first, second, turn = radians(here[0]), radians(there[0]), radians(there[1] - here[1])
    bearing = atan2(sin(turn) * cos(second), cos(first) * sin(second) - sin(first) * cos(second) * cos(turn))
    return miles * sin(bearing), miles * cos(bearing)


def _wind(east: float, north: float) -> str:
    if hypot(east, north) < 0.5:
        return ""
    return WINDS[round(degrees(atan2(east, north)) / 45) % 8]


def _marks(spots: list[tuple[int, float, float]]) -> list[Mark]:
    """In the order of the cards, each with those that would lie on it."""
    groups: list[list[tuple[int, float, float]]] = []
    for spot in spots:
        near = (group for group in groups if hypot(spot[1] - group[0][1], spot[2] - group[0][2]) < TOUCHING)
        if group := next(near, None):
            group.append(spot)
        else:
            groups.append([spot])
    return [
        Mark(round(group[0][1], 1), round(group[0][2], 1), _numbers([spot[0] for spot in group])) for group in groups
    ]


def _numbers(numbers: list[int]) -> str:
    """``[1, 2, 3, 7]`` to "1–3, 7"."""
    runs: list[list[int]] = [[numbers[0]]]
    for before, number in pairwise(sorted(numbers)):
        if number == before + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(f"{run[0]}–{run[-1]}" if len(run) > 2 else ", ".join(map(str, run)) for run in runs)
