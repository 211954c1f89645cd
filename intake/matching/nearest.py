"""The query: PostgreSQL does the geography and the codes in one index and gives the few programs that are to be ranked.

Three kinds are kept apart, because a listing's silence is not a no: the nearest that list the care, or told us so; the
nearest that say nothing at all of what they give; a few of the nearest that list other care. Each finds its ids in the
index, and only what is chosen is read.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection
from psycopg.sql import SQL, Composed

from helpline.programs.geography import EARTH_RADIUS_MILES, chord_of, unit_point
from intake.matching import facts
from intake.matching.codebook import CodeBook
from intake.matching.need import Need
from intake.matching.rules import by_telehealth, evidence, setting, settled_by

LIKELY_LIMIT = 150
OTHERS_LIMIT = 50
SILENT_LIMIT = 15
AFAR_LIMIT, AFAR_MILES = 10, 600
ANYWHERE = 12_500  # miles: farther than any place is from another

_WITHIN = SQL(
    "position <@ cube_enlarge(%(here)s::cube, {reach}, 3) AND position <-> %(here)s::cube <= {reach} "
    "AND status = 'listed' AND (%(hidden)s OR NOT confidential)"
)
_NEAR, _AFAR = _WITHIN.format(reach=SQL("%(reach)s")), _WITHIN.format(reach=SQL("%(afar)s"))


def _branch(which: str, within: Composed, most: int) -> Composed:
    found = "(SELECT id FROM programs_program WHERE {} AND {} ORDER BY position <-> %(here)s::cube, id LIMIT {})"
    return SQL(found).format(within, SQL(which), most)


_SAY_SO = _branch("codes && %(wanted)s", _NEAR, LIKELY_LIMIT)
_TOLD_US = _branch(
    "id IN (SELECT program_id FROM matching_told WHERE fact = ANY(%(told)s) AND says)", _NEAR, OTHERS_LIMIT
)
_SILENT = _branch("NOT codes && %(settings)s", _NEAR, SILENT_LIMIT)
_OTHERS = _branch("NOT codes && %(wanted)s", _NEAR, OTHERS_LIMIT)
_ANY_CARE = _branch("true", _NEAR, LIKELY_LIMIT + OTHERS_LIMIT)
_TELEHEALTH = _branch("state = %(state)s AND codes && %(telehealth)s AND codes && %(setting)s", _AFAR, AFAR_LIMIT)
_ROWS = SQL("""
SELECT p.id, name1, name2, street1, street2, city, state, zip, phone, intake_lines, codes, latitude, longitude,
    status, confidential, verified_at, e.published,
    asin(least((position <-> %(here)s::cube) / 2, 1)) * %(diameter)s AS miles
FROM programs_program p JOIN programs_edition e ON e.id = p.edition_id
WHERE p.id IN ({})
ORDER BY position <-> %(here)s::cube, p.id
""")
_BRANCHES = SQL(" UNION ALL ")
# Nobody can tell the planner how many rows a box of a cube holds: it takes a thousandth, reads the whole box and sorts.
# Without bitmaps it walks the index outward and stops. One round trip; the setting ends with the statement
OUTWARD = SQL("SET LOCAL enable_bitmapscan = off; {}; SET LOCAL enable_bitmapscan TO DEFAULT")
_HOW_FAR = SQL("""
SELECT asin(least((position <-> %(here)s::cube) / 2, 1)) * %(diameter)s AS miles
FROM programs_program WHERE {} AND codes && %(setting)s AND position <-> %(here)s::cube > %(tried)s
ORDER BY position <-> %(here)s::cube LIMIT 1
""").format(_NEAR)


class Row(NamedTuple):
    """One program as the query gives it; ``miles`` over the ground."""

    id: uuid.UUID
    name1: str
    name2: str
    street1: str
    street2: str
    city: str
    state: str
    zip: str
    phone: str
    intake_lines: list[str]
    codes: list[int]
    latitude: float | None
    longitude: float | None
    status: str
    confidential: bool
    verified_at: datetime | None
    published: int
    miles: float


def nearest(need: Need, codes: CodeBook, *, hidden_places: bool, afar: bool = False) -> list[Row]:
    """The nearest programs of each kind, nearest first, in one statement. The need has a place.

    ``afar``: also the nearest of the person's state that list the care and telehealth, where it can be given so.
    """
    found, given = statement(need, codes, hidden_places=hidden_places, afar=afar)
    with connection.cursor() as cursor:
        cursor.execute(OUTWARD.format(found), given)
        cursor.nextset()
        return list(map(Row._make, cursor.fetchall()))


def statement(
    need: Need, codes: CodeBook, *, hidden_places: bool = False, afar: bool = False
) -> tuple[Composed, dict[str, Any]]:
    """The statement of ``nearest`` with its parameters."""
    given = place_of(need, need.miles, hidden_places=hidden_places)
    if not (wanted := codes.numbers(evidence(need))):
        return _ROWS.format(_ANY_CARE), given
    branches = [_SAY_SO, _TOLD_US, _SILENT, _OTHERS]
    given |= {
        "wanted": wanted,
        "told": sorted(settled_by(need)),
        "settings": codes.numbers(facts.SETTINGS | evidence(need)),
    }
    if afar and need.state and by_telehealth(need):
        branches.append(_TELEHEALTH)
        telehealth, listed = codes.numbers(facts.TELEHEALTH), codes.numbers(setting(need))
        given |= {"state": need.state, "telehealth": telehealth, "setting": listed, "afar": chord_of(AFAR_MILES)}
    return _ROWS.format(_BRANCHES.join(branches)), given


def miles_to_the_next(need: Need, codes: CodeBook, *, hidden_places: bool, beyond: float) -> float | None:
    """How far the nearest program is that lists the care, beyond so many miles; None when there is no other."""
    given = place_of(need, ANYWHERE, hidden_places=hidden_places)
    given |= {"setting": codes.numbers(setting(need)), "tried": chord_of(beyond)}
    with connection.cursor() as cursor:
        cursor.execute(OUTWARD.format(_HOW_FAR), given)
        cursor.nextset()
        found = cursor.fetchone()
    return float(found[0]) if found else None


def place_of(need: Need, miles: float, *, hidden_places: bool) -> dict[str, Any]:
    """The parameters that say where, how far, and whether hidden places are looked at."""
    assert need.latitude is not None and need.longitude is not None  # noqa: S101, PT018
    return {
        "here": str(unit_point(need.latitude, need.longitude)),
        "reach": chord_of(miles),
        "diameter": 2 * EARTH_RADIUS_MILES,
        "hidden": hidden_places,
    }
