"""Importing against the fastest thing there is: COPY of the same rows into a logged table with the same
columns and indexes, in the same run.

Prints ``name, ours, floor, ratio, goal, met|missed`` for each figure, in rows a second. The bare upsert
copies rows that are ready into the staging table and merges them, at the real directory's size and, where ``MILLION``
is set, once at a million rows made from it; the whole import reads the workbook, checks, and keeps history: its ratio
to COPY is stated, and it is judged against ``bulk_create`` doing the same. Rounds are interleaved, the best of three
counts. The peak is the Python memory that an import takes beyond the file it holds, at four times as many rows beside
the directory's. Scoring identities is timed alone: every listing with another telephone against all as they were.
Works as the owner in a database of its own, which goes with the throw-away servers of script/bench.
"""

from __future__ import annotations

import csv
import os
import sys
import time
import tracemalloc
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID, uuid4

import psycopg
from psycopg.sql import SQL, Identifier

from helpline.local import prepare

if TYPE_CHECKING:
    from helpline.programs.models import Edition

ROUNDS = 3
BARE_GOALS = {"fresh": 0.55, "all changed": 0.38, "unchanged": 0.60}
TIMES_BULK_CREATE = 4.0
MEMORY_GOAL = 1.1
MILLION = 1_000_000
OFTEN = 4
CHUNK = 1 << 20
Best = dict[str, float]


def main() -> int:
    prepare()
    url, name = os.environ["DATABASE_OWNER_URL"], f"bench_{uuid4().hex[:10]}"
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))
    os.environ["DATABASE_OWNER_URL"] = urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
    os.environ["HELPLINE_DB_ROLE"] = "owner"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpline.settings")
    import django

    django.setup()
    from django.db import connection

    try:
        return measure()
    finally:
        connection.close()


def measure() -> int:
    from django.core.management import call_command
    from django.db import connection

    from helpline.programs.editions import EDITIONS
    from helpline.programs.loading import load_edition, load_places

    call_command("migrate", verbosity=0)
    load_places()
    edition = load_edition(EDITIONS["samhsa-su-2022"])
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute("ALTER TABLE programs_program_change DISABLE TRIGGER append_only")
    keep_rows(edition)
    best: Best = defaultdict(float)
    for _ in range(ROUNDS):
        bare_round(edition, best)
        whole_round(edition, best)
    missed = report(best) + memory(edition)
    if os.environ.get("MILLION"):
        missed += million(edition)
    identities()
    return int(missed > 0)


def keep_rows(edition: Edition) -> None:
    """Import once, and keep what it staged and what it stored as the material of the rounds."""
    from django.db import connection, transaction

    from helpline.audit.acting import Actor
    from helpline.programs import importing, staging

    settle = staging.settle

    def settle_and_keep(cursor: Any) -> None:
        settle(cursor)
        cursor.execute("CREATE TABLE kept AS SELECT * FROM incoming WHERE repetition = 1")
        cursor.execute("CREATE TABLE kept_changed AS SELECT * FROM kept")
        cursor.execute("UPDATE kept_changed SET phone = '205-555-0111', content_hash = md5(id::text)::uuid")

    staging.settle = settle_and_keep
    try:
        importing.import_directory(workbook(), edition=edition, actor=Actor.process("bench"), located=files().located())
    finally:
        staging.settle = settle
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("CREATE TABLE floor (LIKE programs_program INCLUDING ALL)")


def bare_round(edition: Edition, best: Best) -> None:
    from django.db import connection

    from helpline.programs import staging

    with connection.cursor() as cursor:
        stored = stored_columns(cursor)
        rows = copied_out(cursor, SQL("SELECT {} FROM programs_program").format(stored))
        ready = copied_out(cursor, SQL("SELECT * FROM kept"))
        other = copied_out(cursor, SQL("SELECT * FROM kept_changed"))

        def floor() -> int:
            cursor.execute(SQL("TRUNCATE floor"))
            return copy_in(cursor, SQL("COPY floor ({}) FROM STDIN").format(stored), rows)

        def upsert(body: bytes) -> Callable[[], int]:
            run = a_run(edition)

            def go() -> int:
                cursor.execute("CREATE TEMP TABLE incoming (LIKE kept) ON COMMIT DROP")
                count = copy_in(cursor, SQL("COPY incoming FROM STDIN"), body)
                staging.make_known(cursor)
                staging.merge(cursor, edition.pk, run)
                return count

            return go

        timed(best, "COPY", floor)
        empty(cursor)
        timed(best, "bare upsert, fresh", upsert(ready))
        timed(best, "bare upsert, unchanged", upsert(ready))
        timed(best, "bare upsert, all changed", upsert(other))


def million(edition: Edition) -> int:
    """The bare upsert once at a million rows; what is copied waits in files, as it would not fit in memory."""
    from django.db import connection

    from helpline.programs import staging

    best: Best = defaultdict(float)
    with connection.cursor() as cursor, TemporaryDirectory() as folder:
        cursor.execute(
            "SELECT attname FROM pg_attribute WHERE attrelid = 'kept'::regclass AND attnum > 0 ORDER BY attnum"
        )
        names = [name for (name,) in cursor.fetchall()]
        made = {name: f"gen_random_uuid() AS {name}" for name in ("id", "identity")}
        columns = SQL(", ".join(made.get(name, name) for name in names))
        many = SQL("CREATE TABLE many AS SELECT {} FROM kept, generate_series(1, 100) LIMIT {}")
        cursor.execute(many.format(columns, MILLION))
        ready, other, rows = (Path(folder) / name for name in ("ready", "other", "rows"))
        new = {"phone": "'205-555-0111'", "content_hash": "md5(id::text)::uuid"}
        to_file(cursor, SQL("SELECT * FROM many"), ready)
        to_file(cursor, SQL("SELECT {} FROM many").format(SQL(", ".join(new.get(name, name) for name in names))), other)
        cursor.execute("DROP TABLE many")

        def upsert(file: Path) -> Callable[[], int]:
            run = a_run(edition)

            def go() -> int:
                cursor.execute("CREATE TEMP TABLE incoming (LIKE kept) ON COMMIT DROP")
                from_file(cursor, SQL("COPY incoming FROM STDIN"), file)
                staging.make_known(cursor)
                staging.merge(cursor, edition.pk, run)
                return MILLION

            return go

        def floor() -> int:
            cursor.execute(SQL("TRUNCATE floor"))
            from_file(cursor, SQL("COPY floor ({}) FROM STDIN").format(stored), rows)
            return MILLION

        empty(cursor)
        timed(best, "bare upsert, fresh", upsert(ready))
        stored = stored_columns(cursor)
        to_file(cursor, SQL("SELECT {} FROM programs_program").format(stored), rows)
        timed(best, "bare upsert, unchanged", upsert(ready))
        timed(best, "bare upsert, all changed", upsert(other))
        empty(cursor)
        timed(best, "COPY", floor)
    return sum(
        line(f"import: bare upsert of {MILLION}, {case}", best[f"bare upsert, {case}"], best["COPY"], goal)
        for case, goal in BARE_GOALS.items()
    )


def memory(edition: Edition) -> int:
    """The most Python memory beyond the file itself, with the directory and with a file of so many times its rows."""
    from django.db import connection

    from helpline.audit.acting import Actor
    from helpline.programs.importing import import_directory

    with connection.cursor() as cursor:
        empty(cursor)

    def watched(rows: Iterator[Any], _total: int) -> Iterator[Any]:
        tracemalloc.start()
        yield from rows
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()

    peaks: list[int] = []
    with TemporaryDirectory() as folder:
        for times in (1, OFTEN):
            path = Path(folder) / "wide.csv"
            as_csv(path, times)
            import_directory(path, edition=edition, actor=Actor.process("bench"), dry_run=True, watch=watched)
    (small, large), ratio = peaks, peaks[1] / peaks[0]
    verdict = "met" if ratio <= MEMORY_GOAL else "missed"
    print(f"import: peak memory, {large >> 10} KiB, {small >> 10} KiB, {ratio:.2f}, {MEMORY_GOAL}, {verdict}")
    return int(verdict == "missed")


def as_csv(path: Path, times: int) -> None:
    """The directory as a wide CSV, so many times over, each time under other names."""
    from helpline.programs.workbook import open_workbook

    book = open_workbook(workbook())
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(book.columns)
        for again in range(times):
            for _number, cells in book.lines():
                writer.writerow([f"{again} {cell}" if at == 0 else cell for at, cell in enumerate(cells)])


def identities() -> None:
    """How many listings a second are scored against all of the directory."""
    from helpline.programs.same_place import Seen, matches
    from helpline.programs.workbook import open_workbook

    listed = [listing for listing, _ in open_workbook(workbook()).rows() if listing]
    old = [
        Seen(each.row, each.name1, each.name2, each.street1, each.street2, each.city, each.state, each.zip,
             frozenset({each.phone}))
        for each in listed
    ]  # fmt: skip
    new = [replace(each, phones=frozenset({"205-555-0111"})) for each in old]
    start = time.perf_counter()
    sure, asked = matches(new, old)
    rate = len(new) / (time.perf_counter() - start)
    print(f"import: scoring identities, {rate:.0f} rows/s, {len(sure)} sure and {len(asked)} to ask, -, -, stated")


def a_run(edition: Edition) -> UUID:
    """An import for rows to name as theirs, as in life: rows that name none are taken for a person's and
    audited.
    """
    from helpline.programs.models import ImportRun

    counts = dict.fromkeys(("created", "changed", "unchanged", "withdrawn", "restored"), 0)
    return ImportRun.objects.create(edition=edition, actor_kind="process", file_name="bench", **counts).pk


def whole_round(edition: Edition, best: Best) -> None:
    from django.db import connection

    from bench.by_bulk_create import import_by_bulk_create
    from helpline.audit.acting import Actor
    from helpline.programs.importing import import_directory

    def whole() -> int:
        outcome = import_directory(workbook(), edition=edition, actor=Actor.process("bench"), located=files().located())
        return outcome.created + outcome.changed + outcome.unchanged

    def by_django() -> int:
        return import_by_bulk_create(workbook(), edition, files().located())

    with connection.cursor() as cursor:
        for name, work in (("whole import", whole), ("bulk_create", by_django)):
            empty(cursor)
            timed(best, f"{name}, fresh", work)
            timed(best, f"{name}, unchanged", work)
            cursor.execute("UPDATE programs_program SET content_hash = NULL, phone = ''")
            timed(best, f"{name}, all changed", work)


def timed(best: Best, name: str, work: Callable[[], int]) -> None:
    """Run it in a transaction, commit included, and keep the best rate in rows a second."""
    from django.db import transaction

    start = time.perf_counter()
    with transaction.atomic():
        count = work()
    best[name] = max(best[name], count / (time.perf_counter() - start))


def empty(cursor: Any) -> None:
    cursor.execute("TRUNCATE programs_program CASCADE")


def stored_columns(cursor: Any) -> Any:
    """The columns a COPY may fill: all but the generated ones."""
    cursor.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = 'programs_program'::regclass AND attnum > 0 "
        "AND NOT attisdropped AND attgenerated = '' ORDER BY attnum"
    )
    return SQL(", ").join(Identifier(name) for (name,) in cursor.fetchall())


def copied_out(cursor: Any, query: Any) -> bytes:
    with cursor.copy(SQL("COPY ({}) TO STDOUT").format(query)) as copy:
        return b"".join(bytes(part) for part in copy)


def copy_in(cursor: Any, statement: Any, body: bytes) -> int:
    with cursor.copy(statement) as copy:
        copy.write(body)
    return body.count(b"\n")


def to_file(cursor: Any, query: Any, path: Path) -> None:
    with path.open("wb") as file, cursor.copy(SQL("COPY ({}) TO STDOUT").format(query)) as copy:
        for part in copy:
            file.write(part)


def from_file(cursor: Any, statement: Any, path: Path) -> None:
    with path.open("rb") as file, cursor.copy(statement) as copy:
        while part := file.read(CHUNK):
            copy.write(part)


def files() -> Any:
    from helpline.programs.editions import EDITIONS

    return EDITIONS["samhsa-su-2022"]


def workbook() -> Any:
    from helpline.programs.editions import DATA

    return DATA / files().workbook


def report(best: Best) -> int:
    missed = 0
    for case, goal in BARE_GOALS.items():
        missed += line(f"import: bare upsert, {case}", best[f"bare upsert, {case}"], best["COPY"], goal)
    for case in BARE_GOALS:
        line(f"import: whole import, {case}", best[f"whole import, {case}"], best["COPY"], None)
    for case in ("fresh", "all changed"):
        ours, theirs = best[f"whole import, {case}"], best[f"bulk_create, {case}"]
        missed += line(f"import: whole import beside bulk_create, {case}", ours, theirs, TIMES_BULK_CREATE)
    return missed


def line(name: str, ours: float, floor: float, goal: float | None) -> bool:
    """Print one figure; True when its goal is missed. A comma would end the name, so there is none."""
    ratio = ours / floor
    missed = goal is not None and ratio < goal
    verdict = "stated" if goal is None else "missed" if missed else "met"
    aim = "-" if goal is None else f"{goal:.2f}"
    print(f"{name.replace(',', ':')}, {ours:.0f} rows/s, {floor:.0f} rows/s, {ratio:.2f}, {aim}, {verdict}")
    return missed


if __name__ == "__main__":
    sys.exit(main())
