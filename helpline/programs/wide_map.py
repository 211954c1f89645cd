"""Where listings lie: counted into spots by the database, drawn over the country. Hidden places are never in it."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import Any

from django.db.models import Count, F, IntegerField, QuerySet
from django.db.models.functions import Cast

from helpline.programs.country import HEIGHT, WIDTH, project
from helpline.programs.models import Program

FINE, COARSE = 50, 6
"""Parts of a degree in which listings become one spot: about a mile, and about ten."""
MARGIN = 14
TOGETHER = 5
"""Spots nearer than this, in thousandths of the picture's width, are drawn as one: the smallest is as wide."""
MOST_TOWNS = 60


@dataclass(frozen=True, slots=True)
class Spot:
    x: float
    y: float
    size: float
    count: int


@dataclass(frozen=True, slots=True)
class WideMap:
    """``box`` is the part of the drawing to show (SVG viewBox), ``line`` how thick a line is there, ``groups`` the same
    in words: state or town with its count; ``elsewhere`` how many have no place on it, ``hidden`` how many are hidden.
    """

    box: str
    line: float
    spots: tuple[Spot, ...]
    groups: tuple[tuple[str, int], ...]
    elsewhere: int
    hidden: int


def wide_map(programs: QuerySet[Program], *, state: str = "") -> WideMap:
    """The listings of a query set, of one state or of the country; three statements."""
    shown, hidden = programs.order_by().filter(confidential=False), programs.filter(confidential=True).count()
    fine = FINE if state else COARSE
    placed = shown.filter(latitude__isnull=False).values(
        north=Cast(F("latitude") * fine, IntegerField()), east=Cast(F("longitude") * fine, IntegerField())
    )
    counted = [(project(row["north"] / fine, row["east"] / fine), row["n"]) for row in placed.annotate(n=Count("pk"))]
    points = [(*at, n) for at, n in counted if at is not None]
    by: Any = "city" if state else "state"
    groups = list(shown.values_list(by).annotate(n=Count("pk")).order_by("-n", by))
    box = _around(points) if state and points else (0.0, 0.0, float(WIDTH), float(HEIGHT))
    unit = box[2] / WIDTH
    points = _together(points, side=unit * TOGETHER)
    return WideMap(
        box=" ".join(f"{side:.1f}" for side in box),
        line=round(unit, 3),
        spots=tuple(
            Spot(round(x, 2), round(y, 2), round(unit * (2.2 + 1.1 * sqrt(n)), 2), n)
            for x, y, n in sorted(points, key=lambda point: -point[2])
        ),
        groups=tuple(groups[:MOST_TOWNS]),
        elsewhere=sum(n for _group, n in groups) - sum(n for _x, _y, n in points),
        hidden=hidden,
    )


def _together(points: list[tuple[float, float, int]], *, side: float) -> list[tuple[float, float, int]]:
    """Those that would cover one another become one, so that a page stays small however many there are."""
    cells: dict[tuple[int, int], tuple[float, float, int]] = {}
    for x, y, n in points:
        cell = (int(x / side), int(y / side))
        first_x, first_y, so_far = cells.get(cell, (x, y, 0))
        cells[cell] = (first_x, first_y, so_far + n)
    return list(cells.values())


def _around(points: list[tuple[float, float, int]]) -> tuple[float, float, float, float]:
    """The smallest box of the drawing's shape around the points."""
    left, right = min(x for x, _y, _n in points) - MARGIN, max(x for x, _y, _n in points) + MARGIN
    top, bottom = min(y for _x, y, _n in points) - MARGIN, max(y for _x, y, _n in points) + MARGIN
    wide = max(right - left, (bottom - top) * WIDTH / HEIGHT)
    high = wide * HEIGHT / WIDTH
    return (left + right - wide) / 2, (top + bottom - high) / 2, wide, high
