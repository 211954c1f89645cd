"""The query: PostgreSQL does the geography and the codes in one index and gives the few programs that are to be ranked.

A listing's silence is not a no, so the array in the index holds what a program gives and what it may give
(``Program.may_give``): one condition finds the nearest that list the care, told us so, or are silent.
Beside them come a few of the nearest that list other care. The index gives ids and miles; what is found is then read.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple
from weakref import WeakSet

from django.db import connection
from psycopg.sql import SQL, Composed

from helpline.programs.geography import EARTH_RADIUS_MILES, chord_of, unit_point
from helpline.programs.models import UNSAID
from intake.matching import facts
from intake.matching.codebook import CodeBook
from intake.matching.need import Need
from intake.matching.rules import by_telehealth, evidence, setting

LIKELY_LIMIT = 150
OTHERS_LIMIT = 50
AFAR_LIMIT, AFAR_MILES = 10, 600
ANYWHERE = 12_500  # miles: farther than any place is from another

Near = Mapping[uuid.UUID, float]
"""Programs with their miles over the ground, nearest first, ties by id."""

_WITHIN = SQL(
    "position <@ cube_enlarge(%(here)s::cube, {reach}, 3) AND position <-> %(here)s::cube <= {reach} "
    "AND status = 'listed' AND (%(hidden)s OR NOT confidential)"
)
_NEAR, _AFAR = _WITHIN.format(reach=SQL("%(reach)s")), _WITHIN.format(reach=SQL("%(afar)s"))
_MILES = SQL("asin(least(chord / 2, 1)) * %(diameter)s")


def _branch(which: str, within: Composed, most: int) -> Composed:
    found = (
        "(SELECT id, position <-> %(here)s::cube AS chord FROM programs_program WHERE {} AND {} "
        "ORDER BY position <-> %(here)s::cube, id LIMIT {})"
    )
    return SQL(found).format(within, SQL(which), most)


_LIKELY = _branch("may_give && %(likely)s::int[]", _NEAR, LIKELY_LIMIT)
_OTHERS = _branch("NOT may_give && %(likely)s::int[]", _NEAR, OTHERS_LIMIT)
_TELEHEALTH = _branch("state = %(state)s AND may_give && %(telehealth)s AND may_give && %(setting)s", _AFAR, AFAR_LIMIT)


def _found(*branches: Composed) -> str:
    whole = SQL("SELECT id, {} FROM ({}) AS near ORDER BY chord, id").format(_MILES, SQL(" UNION ALL ").join(branches))
    return whole.as_string()


_STATEMENTS = {
    "nearest_any_care": _found(_branch("true", _NEAR, LIKELY_LIMIT + OTHERS_LIMIT)),
    "nearest_this_care": _found(_LIKELY, _OTHERS),
    "nearest_this_care_or_afar": _found(_LIKELY, _OTHERS, _TELEHEALTH),
}
# What each of them takes, in this order; what it does not need is null
_TAKEN = {
    "here": "cube",
    "reach": "float8",
    "hidden": "boolean",
    "diameter": "float8",
    "likely": "int[]",
    "state": "text",
    "telehealth": "int[]",
    "setting": "int[]",
    "afar": "float8",
}
_NUMBERED = {name: f"${number}" for number, name in enumerate(_TAKEN, 1)}
_GIVEN = ", ".join(f"%({name})s" for name in _TAKEN)
PREPARED = "; ".join(
    f"PREPARE {name} ({', '.join(_TAKEN.values())}) AS {sql % _NUMBERED}" for name, sql in _STATEMENTS.items()
)
_ROWS = """
SELECT p.id, name1, name2, street1, street2, city, state, zip, phone, intake_lines, codes, latitude, longitude,
    status, confidential, verified_at, e.published
FROM programs_program p JOIN programs_edition e ON e.id = p.edition_id
WHERE p.id = ANY(%s)
"""
# Nobody can tell the planner how many rows a box of a cube holds: it takes a thousandth, reads the whole box and sorts.
# Without bitmaps it walks the index outward and stops. One round trip; the settings end with the statement
OUTWARD = "SET LOCAL enable_bitmapscan = off; {}; SET LOCAL enable_bitmapscan TO DEFAULT"
# Planned once a connection, whatever is asked: planning anew costs as much as finding
PLANNED = OUTWARD.format("SET LOCAL plan_cache_mode = force_generic_plan; {}; SET LOCAL plan_cache_mode TO DEFAULT")
_HOW_FAR = (
    SQL("""
SELECT {} FROM (
    SELECT position <-> %(here)s::cube AS chord FROM programs_program
    WHERE {} AND may_give && %(setting)s AND position <-> %(here)s::cube > %(tried)s
    ORDER BY position <-> %(here)s::cube LIMIT 1
) AS near
""")
    .format(_MILES, _NEAR)
    .as_string()
)
# Connections to the database that know the statements
_prepared_in: WeakSet[Any] = WeakSet()


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


def nearest(need: Need, codes: CodeBook, *, hidden_places: bool, afar: bool = False) -> Near:
    """The nearest programs of each kind, in one statement. The need has a place.

    ``afar``: also the nearest of the person's state that list the care and telehealth, where it can be given so.
    """
    asked, given = statement(need, codes, hidden_places=hidden_places, afar=afar)
    with connection.cursor() as cursor:
        execute(cursor, asked, given)
        return dict(cursor.fetchall())


def execute(cursor: Any, asked: str, given: Mapping[str, Any]) -> None:
    """Execute what ``statement`` gave, planned without bitmaps, and stop at its rows."""
    if connection.connection not in _prepared_in:
        cursor.execute(PREPARED)
        _prepared_in.add(connection.connection)
    cursor.execute(PLANNED.format(asked), given)
    cursor.nextset()
    cursor.nextset()


def read(found: Near) -> list[Row]:
    """What is known of these programs, in their order; one statement."""
    with connection.cursor() as cursor:
        cursor.execute(_ROWS, [list(found)])
        known = {row[0]: row for row in cursor.fetchall()}
    return [Row._make((*known[each], miles)) for each, miles in found.items() if each in known]


def statement(
    need: Need, codes: CodeBook, *, hidden_places: bool = False, afar: bool = False
) -> tuple[str, dict[str, Any]]:
    """What ``nearest`` executes, with its parameters."""
    given = dict.fromkeys(_TAKEN) | place_of(need, need.miles, hidden_places=hidden_places)
    which = "nearest_any_care"
    if wanted := codes.numbers(evidence(need)):
        which = "nearest_this_care"
        # The text of an array is quicker than a list, which is written item by item
        given["likely"] = f"{{{','.join(map(str, (UNSAID, *codes.undescribed, *wanted)))}}}"
        if afar and need.state and by_telehealth(need):
            which = "nearest_this_care_or_afar"
            telehealth, listed = codes.numbers(facts.TELEHEALTH), codes.numbers(setting(need))
            given |= {"state": need.state, "telehealth": telehealth, "setting": listed, "afar": chord_of(AFAR_MILES)}
    return f"EXECUTE {which} ({_GIVEN})", given


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
