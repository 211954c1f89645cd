"""The country drawn from the middles of its ZIP codes: pure Python, no Django, nothing from outside.

Places are projected, laid on a grid of small cells that belong to the state most of their places lie in, holes between
cells are closed, and the edges between states and to the sea are drawn. The outline is good to about twenty miles.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from math import cos, pi, radians, sin, sqrt

WIDTH, HEIGHT = 960, 600
CELL = 3.0
CLOSED = 5
"""Holes up to twice as many cells wide are land."""
# Miles to units of the drawing, so that the contiguous states fill it
SCALE = 0.312

Cell = tuple[int, int]


def project(latitude: float, longitude: float) -> tuple[float, float] | None:
    """Degrees to the drawing; Alaska, Hawaii and Puerto Rico stand below the rest. None for what has no room on it."""
    if 24 <= latitude <= 50 and -126 <= longitude <= -66:
        x, y = _albers(latitude, longitude, 29.5, 45.5, 37.5, -96)
        return 480 + x * SCALE, 314 - y * SCALE
    if 51 <= latitude <= 72 and longitude <= -129:
        x, y = _albers(latitude, longitude, 55, 65, 63, -152)
        return 130 + x * SCALE * 0.36, 515 - y * SCALE * 0.36
    if 18.5 <= latitude <= 22.5 and -161 <= longitude <= -154:
        x, y = _albers(latitude, longitude, 19, 22, 20.5, -157.5)
        return 325 + x * SCALE * 0.9, 540 - y * SCALE * 0.9
    if 17.5 <= latitude <= 18.7 and -68 <= longitude <= -64.5:
        x, y = _albers(latitude, longitude, 17.8, 18.5, 18.2, -66.2)
        return 850 + x * SCALE * 1.2, 560 - y * SCALE * 1.2
    return None


def outline(places: Iterable[tuple[float, float, str]]) -> tuple[str, str]:
    """The coast and the borders between states as two SVG paths, from latitudes, longitudes and states."""
    land = _closed(_cells(places))
    coast, borders = set(), set()
    for (column, row), state in land.items():
        for ahead, edge in (((column + 1, row), (column + 1, row, "v")), ((column, row + 1), (column, row + 1, "h"))):
            other = land.get(ahead)
            if other is None:
                coast.add(edge)
            elif other != state:
                borders.add(edge)
        for behind, edge in (((column - 1, row), (column, row, "v")), ((column, row - 1), (column, row, "h"))):
            if behind not in land:
                coast.add(edge)
    return _path(coast), _path(borders)


def _albers(
    latitude: float, longitude: float, south: float, north: float, middle: float, meridian: float
) -> tuple[float, float]:
    """Albers' equal-area conic projection of the sphere, in miles (Snyder, "Map Projections: A Working Manual", USGS
    Professional Paper 1395, 1987, equations 14-1 to 14-6).
    """
    radius = 3958.76
    first, second = radians(south), radians(north)
    n = (sin(first) + sin(second)) / 2
    c = cos(first) ** 2 + 2 * n * sin(first)
    rho, origin = (radius * sqrt(c - 2 * n * sin(radians(at))) / n for at in (latitude, middle))
    turn = (longitude - meridian + 180) % 360 - 180
    theta = n * turn * pi / 180
    return rho * sin(theta), origin - rho * cos(theta)


def _cells(places: Iterable[tuple[float, float, str]]) -> dict[Cell, str]:
    votes: dict[Cell, Counter[str]] = defaultdict(Counter)
    for latitude, longitude, state in places:
        if at := project(latitude, longitude):
            votes[int(at[0] // CELL), int(at[1] // CELL)][state] += 1
    return {cell: min(states, key=lambda state: (-states[state], state)) for cell, states in votes.items()}


def _closed(cells: dict[Cell, str]) -> dict[Cell, str]:
    """Widened by ``CLOSED`` cells and narrowed again: holes are filled by the nearest state, the coast stays."""
    wide, edge = dict(cells), sorted(cells)
    for _step in range(CLOSED):
        grown = {}
        for cell in edge:
            for near in _around(cell):
                if near not in wide and near not in grown:
                    grown[near] = wide[cell]
        wide |= grown
        edge = sorted(grown)
    _fill_lakes(wide)
    sea = {near for cell in wide for near in _around(cell) if near not in wide}
    for _step in range(CLOSED):
        lost = {near for cell in sea for near in _around(cell) if near in wide and near not in cells}
        for cell in lost:
            del wide[cell]
        sea = lost
    return wide


def _fill_lakes(land: dict[Cell, str]) -> None:
    """What the sea does not reach belongs to the state around it."""
    columns, rows = int(WIDTH / CELL) + 2 * CLOSED, int(HEIGHT / CELL) + 2 * CLOSED
    start = (-2 * CLOSED, -2 * CLOSED)
    sea, edge = {start}, [start]
    while edge:
        for near in _around(edge.pop()):
            inside = start[0] <= near[0] <= columns and start[1] <= near[1] <= rows
            if inside and near not in land and near not in sea:
                sea.add(near)
                edge.append(near)
    for row in range(rows):
        for column in range(columns):
            if (column, row) not in land and (column, row) not in sea:
                land[column, row] = land[column - 1, row]


def _around(cell: Cell) -> Iterator[Cell]:
    column, row = cell
    yield from ((column + 1, row), (column - 1, row), (column, row + 1), (column, row - 1))


def _path(edges: set[tuple[int, int, str]]) -> str:
    """Edges of cells that follow one another are one line."""
    drawn = []
    for column, row, way in sorted(edges):
        step = (1, 0) if way == "h" else (0, 1)
        if (column - step[0], row - step[1], way) in edges:
            continue
        length = 1
        while (column + step[0] * length, row + step[1] * length, way) in edges:
            length += 1
        drawn.append(f"M{column * CELL:g} {row * CELL:g}{way}{length * CELL:g}")
    return "".join(drawn)


def drawing(places: Iterable[tuple[float, float, str]]) -> str:
    """The file ``static/country.svg``: two symbols in the colour of the page that uses them."""
    coast, borders = outline(places)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}">'
        f'<path id="coast" d="{coast}"/><path id="borders" d="{borders}"/></svg>\n'
    )
