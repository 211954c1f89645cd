"""The SQL of an import: listings are copied into a staging table of this session, checked there, and merged
in one step.

Every function takes the cursor of a transaction that is already open. The order is ``stage``, ``settle``,
the questions, ``recognise``, ``remember_changes``, ``merge_recognised``, ``merge``, ``withdraw_missing``.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from io import StringIO
from typing import Any
from uuid import UUID

from psycopg.sql import SQL, Composable, Identifier, Literal

from helpline.programs.editions import Coordinates
from helpline.programs.geography import chord_of
from helpline.programs.published import Listing
from helpline.vault.ids import new_id

FAR_FROM_ITS_ZIP_MILES = 40
"""Coordinates farther than this from the middle of the ZIP are not believed. Measured on the 2022
directory: of 10,923 found streets six are, among them Houston and Bartow streets found in another part of
the state.
"""

AT_A_TIME = 500
"""Rows sent to PostgreSQL at once."""
_LOCK = 0x70726F67

TEXTS = ("name1", "name2", "street1", "street2", "city", "state", "zip", "phone")
PUBLISHED = (*TEXTS, "intake_lines", "codes", "unknown_codes")
PLACE = ("latitude", "longitude", "located_by")
MERGED = (*PUBLISHED, *PLACE)
OFFERED = ("status", "status_reason", "confidential")
STAGED = ("id", "source_row", "identity", *PUBLISHED, *OFFERED, "fax", "latitude", "longitude")
CORRECTED_AS = {**dict.fromkeys(PLACE, "position"), "status_reason": "status"}
"""Columns a person's correction names otherwise."""

_STAGE = """
DROP TABLE IF EXISTS pg_temp.staged, pg_temp.incoming, pg_temp.recognised;
CREATE TEMP TABLE recognised (program uuid, incoming uuid) ON COMMIT DROP;
CREATE TEMP TABLE staged (
    id uuid, source_row int, identity uuid, name1 text, name2 text, street1 text, street2 text, city text,
    state text, zip text, phone text, intake_lines text[], codes int[], unknown_codes text[],
    status text, status_reason text, confidential boolean, fax text,
    latitude double precision, longitude double precision
) ON COMMIT DROP
"""


def _names(columns: Iterable[str]) -> Composable:
    return SQL(", ").join(map(Identifier, columns))


def _point(table: str) -> Composable:
    return SQL(
        "CASE WHEN {0}.latitude IS NOT NULL THEN cube(ARRAY["
        "cos(radians({0}.latitude)) * cos(radians({0}.longitude)), "
        "cos(radians({0}.latitude)) * sin(radians({0}.longitude)), sin(radians({0}.latitude))]) END"
    ).format(Identifier(table))


def _kept(columns: Iterable[str], source: str) -> Composable:
    """What people corrected stays; what they did not is as published."""
    return SQL(", ").join(
        SQL("{column} = CASE WHEN {name} = ANY(p.corrected_fields) THEN p.{column} ELSE {source}.{column} END").format(
            column=Identifier(column), name=Literal(CORRECTED_AS.get(column, column)), source=SQL(source)
        )
        for column in columns
    )


def _before_and_after(column: str) -> Composable:
    """A key and its value, which is null where the import changes nothing."""
    return SQL(
        "{name}, CASE WHEN p.{column}{kind} IS DISTINCT FROM i.{column} AND {corrected_as} <> ALL(p.corrected_fields) "
        "THEN jsonb_build_array(p.{column}, i.{column}) END"
    ).format(
        name=Literal(column),
        corrected_as=Literal(CORRECTED_AS.get(column, column)),
        column=Identifier(column),
        kind=SQL("::text[]" if column in {"intake_lines", "unknown_codes"} else ""),
    )


_PARTS = {
    "published": _names(PUBLISHED),
    "merged": _names(MERGED),
    "staged_at": _point("s"),
    "zip_at": _point("p"),
    "offered": _names(OFFERED),
    "kept": _kept((*MERGED, *OFFERED), "i"),
    "kept_of_known": _kept((name for name in (*MERGED, *OFFERED) if name != "codes"), "i"),
    "texts": _names(TEXTS),
    "codes_now": SQL("""
        CASE WHEN 'codes' = ANY(p.corrected_fields) THEN (
            SELECT coalesce(array_agg(DISTINCT ours.id ORDER BY ours.id), '{{}}')::int[]
            FROM programs_service_code theirs
            JOIN programs_service_code ours ON ours.edition_id = %(edition)s
                AND ours.category_code = theirs.category_code AND lower(ours.name) = lower(theirs.name)
            WHERE theirs.id = ANY(p.codes)
        ) ELSE i.codes END""").format(),
    "before_and_after": SQL(", ").join(map(_before_and_after, (*MERGED, *OFFERED))),
    "back": SQL("p.status = 'withdrawn' AND NOT 'status' = ANY(p.corrected_fields)"),
    "in_scope": SQL(
        "p.edition_id = ANY(%(editions)s) AND (%(states)s::text[] = '{{}}' OR p.state = ANY(%(states)s::text[]))"
    ).format(),
}
_PARTS["missing"] = SQL("""
    {in_scope} AND p.status <> 'withdrawn' AND NOT 'status' = ANY(p.corrected_fields)
    AND NOT EXISTS (
        SELECT FROM incoming i
        WHERE p.edition_id = %(edition)s AND i.identity = p.identity AND i.occurrence = p.occurrence
            AND i.repetition = 1)
    AND NOT EXISTS (SELECT FROM recognised r WHERE r.program = p.id)
""").format(**_PARTS)

_PARTS["fresh"] = SQL("""
    i.repetition = 1 AND NOT EXISTS (
        SELECT FROM programs_program p
        WHERE p.edition_id = %(edition)s AND p.identity = i.identity AND p.occurrence = i.occurrence)
    AND NOT EXISTS (SELECT FROM recognised r WHERE r.incoming = i.id)
""").format()

_SETTLE = SQL("""
CREATE TEMP TABLE incoming ON COMMIT DROP AS
WITH placed AS (
    SELECT s.*, p.latitude AS zip_latitude, p.longitude AS zip_longitude, p.zip IS NOT NULL AS zip_known,
        coalesce({staged_at} <-> {zip_at} > %(far)s, false) AS far,
        row_number() OVER same AS repetition, first_value(s.source_row) OVER same AS first_row
    FROM staged s LEFT JOIN programs_place p ON p.zip = s.zip
    WINDOW same AS (
        PARTITION BY s.identity, s.phone, s.intake_lines, s.codes, s.unknown_codes, s.status, s.confidential
        ORDER BY s.source_row)
), chosen AS (
    SELECT *, latitude IS NOT NULL AND NOT far AS by_street FROM placed
), settled AS (
    SELECT id, source_row, identity, {published}, {offered}, fax, zip_known, far, repetition, first_row,
        CASE WHEN by_street THEN latitude ELSE zip_latitude END AS latitude,
        CASE WHEN by_street THEN longitude ELSE zip_longitude END AS longitude,
        CASE WHEN by_street THEN 'street' WHEN zip_latitude IS NOT NULL THEN 'zip' ELSE '' END AS located_by,
        CASE WHEN repetition = 1 THEN row_number() OVER (
            PARTITION BY identity, repetition ORDER BY phone, intake_lines, codes, unknown_codes, status, confidential)
            END AS occurrence
    FROM chosen
)
SELECT *, md5(ROW({merged})::text || CASE WHEN status <> 'listed' OR confidential THEN ROW({offered})::text ELSE '' END
    )::uuid AS content_hash FROM settled
""").format(**_PARTS)

# What is as it was is not even locked
_MERGE_CHANGED = SQL("""
UPDATE programs_program p SET {kept}, source_row = i.source_row, content_hash = i.content_hash,
    last_import_id = %(run)s, changed_at = statement_timestamp()
FROM incoming i
WHERE p.edition_id = %(edition)s AND p.identity = i.identity AND p.occurrence = i.occurrence AND i.repetition = 1
    AND (p.content_hash IS DISTINCT FROM i.content_hash OR ({back}))
""").format(**_PARTS)

_MERGE_NEW = SQL("""
INSERT INTO programs_program (
    id, edition_id, identity, occurrence, source_row, {merged}, content_hash, first_import_id, last_import_id,
    {offered}, verification_note, corrected_fields
)
SELECT id, %(edition)s, identity, occurrence, source_row, {merged}, content_hash, %(run)s, %(run)s,
    {offered}, '', '{{}}'
FROM incoming i
WHERE repetition = 1 AND NOT EXISTS (
    SELECT FROM programs_program p
    WHERE p.edition_id = %(edition)s AND p.identity = i.identity AND p.occurrence = i.occurrence)
""").format(**_PARTS)

_REMEMBER = SQL("""
INSERT INTO programs_program_change (program_id, actor_kind, actor_id, run_id, action, fields, technical, note)
SELECT p.id, %(kind)s, %(actor)s, %(run)s, CASE WHEN {back} THEN 'restored' ELSE 'imported' END, changed.fields,
    jsonb_build_object(
        'content_hash', jsonb_build_array(p.content_hash, i.content_hash),
        'source_row', jsonb_build_array(p.source_row, i.source_row)
    ) || CASE WHEN r.program IS NULL THEN '{{}}' ELSE jsonb_build_object(
        'edition_id', jsonb_build_array(p.edition_id, %(edition)s::int),
        'identity', jsonb_build_array(p.identity, i.identity),
        'occurrence', jsonb_build_array(p.occurrence, i.occurrence),
        'codes', jsonb_build_array(p.codes, {codes_now})
    ) END,
    CASE WHEN r.program IS NULL THEN '' ELSE %(recognised)s END
FROM incoming i
LEFT JOIN recognised r ON r.incoming = i.id
LEFT JOIN programs_program k
    ON k.edition_id = %(edition)s AND k.identity = i.identity AND k.occurrence = i.occurrence
JOIN programs_program p ON p.id = coalesce(r.program, k.id)
CROSS JOIN LATERAL (
    SELECT jsonb_strip_nulls(jsonb_build_object({before_and_after})) AS fields OFFSET 0
) AS changed
WHERE i.repetition = 1 AND (p.content_hash IS DISTINCT FROM i.content_hash OR ({back}))
    AND (changed.fields <> '{{}}' OR r.program IS NOT NULL)
""").format(**_PARTS)

_UNKNOWN = SQL("""
SELECT i.id, i.identity, i.occurrence, i.phone || ARRAY(SELECT unnest(i.intake_lines)), {texts} FROM incoming i
WHERE {fresh}
ORDER BY i.source_row
""").format(**_PARTS)

_MISSING = SQL("""
SELECT p.id, p.identity, p.occurrence, p.phone || ARRAY(SELECT unnest(p.intake_lines)), {texts} FROM programs_program p
WHERE {missing} ORDER BY p.id
""").format(**_PARTS)

# Joins by one column each: an OR of both would look at every pair
_BESIDE = SQL("""
WITH fresh AS (
    SELECT i.zip, i.phone, i.intake_lines FROM incoming i WHERE {fresh}
), near AS (
    SELECT p.id FROM programs_program p WHERE p.zip IN (SELECT zip FROM fresh)
    UNION
    SELECT p.id FROM programs_program p WHERE p.phone IN (
        SELECT phone FROM fresh WHERE phone <> '' UNION SELECT unnest(intake_lines) FROM fresh)
)
SELECT p.id, p.identity, p.occurrence, p.phone || ARRAY(SELECT unnest(p.intake_lines)), {texts}
FROM programs_program p JOIN near USING (id)
WHERE p.status <> 'withdrawn' AND p.edition_id <> ALL(%(editions)s) ORDER BY p.id
""").format(**_PARTS)

_MERGE_RECOGNISED = SQL("""
UPDATE programs_program p SET edition_id = %(edition)s, identity = i.identity, occurrence = i.occurrence,
    {kept_of_known}, codes = {codes_now}, source_row = i.source_row, content_hash = i.content_hash,
    last_import_id = %(run)s, changed_at = statement_timestamp()
FROM recognised r JOIN incoming i ON i.id = r.incoming WHERE p.id = r.program
""").format(**_PARTS)

_LOST_BY_HAND = """
SELECT i.source_row, string_agg(theirs.name, '; ' ORDER BY theirs.id)
FROM recognised r
JOIN incoming i ON i.id = r.incoming
JOIN programs_program p ON p.id = r.program AND 'codes' = ANY(p.corrected_fields)
JOIN programs_service_code theirs ON theirs.id = ANY(p.codes)
WHERE NOT EXISTS (
    SELECT FROM programs_service_code ours WHERE ours.edition_id = %s
        AND ours.category_code = theirs.category_code AND lower(ours.name) = lower(theirs.name))
GROUP BY i.source_row ORDER BY i.source_row
"""

_SCOPE_COUNT = SQL("SELECT count(*) FROM programs_program p WHERE {in_scope} AND p.status <> 'withdrawn'").format(
    **_PARTS
)
_BACK_COUNT = SQL("""
SELECT count(*) FROM programs_program p JOIN incoming i USING (identity, occurrence)
WHERE p.edition_id = %s AND i.repetition = 1 AND {back}
""").format(**_PARTS)

_WITHDRAW = SQL("""
WITH going AS (
    SELECT p.id, p.status, p.status_reason FROM programs_program p WHERE {missing}
), gone AS (
    UPDATE programs_program p SET status = 'withdrawn', status_reason = %(reason)s, last_import_id = %(run)s,
        changed_at = statement_timestamp()
    FROM going WHERE p.id = going.id
)
INSERT INTO programs_program_change (program_id, actor_kind, actor_id, run_id, action, fields, technical, note)
SELECT id, %(kind)s, %(actor)s, %(run)s, 'withdrawn',
    jsonb_build_object(
        'status', jsonb_build_array(status, 'withdrawn'),
        'status_reason', jsonb_build_array(status_reason, %(reason)s::text)),
    '{{}}', %(reason)s
FROM going
""").format(**_PARTS)


_PROPOSE_FAXES = """
INSERT INTO programs_packet_address (id, program_id, way, address, source, called, known_by)
SELECT gen_random_uuid(), p.id, 'fax', i.fax, 'import', '', ''
FROM incoming i JOIN programs_program p
    ON p.edition_id = %(edition)s AND p.identity = i.identity AND p.occurrence = i.occurrence
WHERE i.repetition = 1 AND i.fax <> ''
ON CONFLICT DO NOTHING
"""


Known = tuple[Any, ...]
"""id, identity, occurrence, numbers, and the texts of ``TEXTS``."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What a file may withdraw: the listings of its edition and of the one it replaces, in these states or in all."""

    edition: int
    editions: list[int]
    states: list[str]


@dataclass(frozen=True, slots=True)
class Staged:
    """A listing ready to be copied: codes as the small numbers of its edition, and what the key does not
    know.
    """

    listing: Listing
    codes: list[int]
    unknown_codes: list[str]


def take_the_only_place(cursor: Any) -> bool:
    """One import or undoing at a time; whether this transaction may. Limits made for web pages do not hold for it."""
    cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
    alone = bool(cursor.fetchone()[0])
    cursor.execute("SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0")
    return alone


def stage(cursor: Any, listings: Iterable[Staged], located: Coordinates) -> int:
    """Copy listings into the staging table of this transaction as they come; returns how many."""
    cursor.execute(_STAGE)
    count, lines = 0, StringIO()
    writer = csv.writer(lines)
    copying = SQL("COPY staged ({}) FROM STDIN (FORMAT csv, FORCE_NOT_NULL ({}))")
    with cursor.copy(copying.format(_names(STAGED), _names((*TEXTS, "status_reason", "fax")))) as copy:
        for count, item in enumerate(listings, 1):
            writer.writerow(_cells(item, located))
            if count % AT_A_TIME == 0:
                copy.write(lines.getvalue())
                lines.seek(0)
                lines.truncate()
        copy.write(lines.getvalue())
    return count


def _cells(item: Staged, located: Coordinates) -> tuple[object, ...]:
    """In the order of ``STAGED``."""
    row, identity = item.listing, item.listing.identity
    # fmt: off
    return (
        new_id(), row.row, identity,
        row.name1, row.name2, row.street1, row.street2, row.city, row.state, row.zip, row.phone,
        _array(row.intake_lines), f"{{{str(item.codes)[1:-1]}}}", _array(item.unknown_codes),
        row.status, row.status_reason[:300], row.confidential, row.fax,
        *(row.position or located.get(identity) or (None, None)),
    )
    # fmt: on


def _array(words: Iterable[str]) -> str:
    """The text PostgreSQL reads as an array."""
    quoted = [word.replace("\\", "\\\\").replace('"', '\\"') for word in words]
    return '{"' + '","'.join(quoted) + '"}' if quoted else "{}"


def settle(cursor: Any) -> None:
    """Decide where each listing is, number those that share an identity, and take their fingerprint."""
    cursor.execute("ANALYZE staged (zip)")
    cursor.execute(_SETTLE, {"far": chord_of(FAR_FROM_ITS_ZIP_MILES)})
    make_known(cursor)


def make_known(cursor: Any) -> None:
    """Let incoming rows be found by who they are, and the planner know them: it must not look through all for each."""
    cursor.execute("CREATE INDEX ON incoming (identity, occurrence)")
    cursor.execute("ANALYZE incoming (id, identity, occurrence, repetition)")


def repeated(cursor: Any) -> list[tuple[int, int]]:
    """Rows that say word for word what an earlier one said: ``(row, earlier row)``."""
    cursor.execute("SELECT source_row, first_row FROM incoming WHERE repetition > 1 ORDER BY 1")
    return list(cursor.fetchall())


def far_from_their_zip(cursor: Any) -> list[tuple[int, str]]:
    cursor.execute("SELECT source_row, zip FROM incoming WHERE far ORDER BY 1")
    return list(cursor.fetchall())


def without_known_zip(cursor: Any) -> list[tuple[int, str]]:
    cursor.execute("SELECT source_row, zip FROM incoming WHERE NOT zip_known ORDER BY 1")
    return list(cursor.fetchall())


def staged_count(cursor: Any) -> int:
    cursor.execute("SELECT count(*) FROM incoming WHERE repetition = 1")
    return int(cursor.fetchone()[0])


def unknown_rows(cursor: Any, edition: int) -> list[Known]:
    """Rows of the file no listing of the edition has by its name and place, and none was recognised as."""
    cursor.execute(_UNKNOWN, {"edition": edition})
    return list(cursor.fetchall())


def missing_programs(cursor: Any, scope: Scope) -> list[Known]:
    """Listings of the scope the file does not have."""
    cursor.execute(_MISSING, asdict(scope))
    return list(cursor.fetchall())


def programs_beside(cursor: Any, scope: Scope) -> list[Known]:
    """Listings of other directories that share a ZIP code or a number with a row that nothing here is yet."""
    cursor.execute(_BESIDE, asdict(scope))
    return list(cursor.fetchall())


def recognise(cursor: Any, pairs: Iterable[tuple[UUID, UUID]]) -> None:
    """Say which missing listing (by id) is which row of the file (by the id it was staged with)."""
    with cursor.copy("COPY recognised FROM STDIN") as copy:
        for pair in pairs:
            copy.write_row(pair)
    cursor.execute("ANALYZE recognised")


def lost_by_hand(cursor: Any, edition: int) -> list[tuple[int, str]]:
    """Services set by hand that the new edition has no word for, by row."""
    cursor.execute(_LOST_BY_HAND, [edition])
    return list(cursor.fetchall())


def scope_count(cursor: Any, scope: Scope) -> int:
    """How many listings of the scope are not withdrawn."""
    cursor.execute(_SCOPE_COUNT, asdict(scope))
    return int(cursor.fetchone()[0])


def coming_back_count(cursor: Any, edition: int) -> int:
    """Listings an earlier import withdrew and this file has again."""
    cursor.execute(_BACK_COUNT, [edition])
    return int(cursor.fetchone()[0])


def remember_changes(cursor: Any, edition: int, run: UUID, kind: str, actor: str) -> None:
    """Write down what the merge is about to change in listings that exist, old and new value of each
    field.
    """
    given = {"edition": edition, "run": run, "kind": kind, "actor": actor}
    cursor.execute(_REMEMBER, given | {"recognised": "Recognised as the same place"})


def merge_recognised(cursor: Any, edition: int, run: UUID) -> int:
    """Bring recognised listings to what the file says; returns how many. They keep who they are."""
    cursor.execute(_MERGE_RECOGNISED, {"edition": edition, "run": run})
    return int(cursor.rowcount)


def merge(cursor: Any, edition: int, run: UUID | None) -> tuple[int, int]:
    """Add what is new, rewrite what differs, leave the rest untouched. Returns (created, changed)."""
    given = {"edition": edition, "run": run}
    # Row after row as they lie: a hash join in parts would change them in no order, and touch each page of the table
    # and its indexes over and over
    cursor.execute("SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off")
    cursor.execute(_MERGE_CHANGED, given)
    changed = int(cursor.rowcount)
    cursor.execute("SET LOCAL enable_hashjoin = on; SET LOCAL enable_mergejoin = on")
    # Of a table that was vacuumed while it was empty (after a trial) the planner believes that it stays so, and would
    # read for each row again all that were added before it
    cursor.execute("SET LOCAL enable_nestloop = off")
    cursor.execute(_MERGE_NEW, given)
    created = int(cursor.rowcount)
    cursor.execute("SET LOCAL enable_nestloop = on")
    return created, changed


def withdraw_missing(cursor: Any, scope: Scope, run: UUID, reason: str, kind: str, actor: str) -> int:
    """Withdraw the listings of the scope that the file does not have; returns how many."""
    cursor.execute(_WITHDRAW, asdict(scope) | {"run": run, "reason": reason, "kind": kind, "actor": actor})
    return int(cursor.rowcount)


def propose_faxes(cursor: Any, edition: int) -> None:
    """Write down the fax numbers of the file where none is known: nothing goes there until somebody called."""
    cursor.execute(_PROPOSE_FAXES, {"edition": edition})
