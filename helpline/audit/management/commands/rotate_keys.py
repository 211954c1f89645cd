"""``manage.py rotate_keys``: everything sealed and indexed comes under the newest keys while pages are served."""

from __future__ import annotations

from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from helpline.audit.rotating import (
    Sweep,
    blind_models,
    may_rotate,
    reindex,
    reseal,
    rotating,
    rows_indexed_otherwise,
    rows_under_old_keys,
    under_old_keys,
)
from helpline.vault.keys import keys
from helpline.vault.sealed import count_by_key, sealed_columns, sealed_tables

SHOWN = 20


class Command(BaseCommand):
    help = "Seal and index everything under the newest keys. Safe to stop and to run again, while pages are served."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="count by table and key, and change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        if not may_rotate():
            raise CommandError("Only the owner of the tables may do this: set DATABASE_OWNER_URL and use manage.py.")
        quiet = options["verbosity"] == 0
        with rotating():
            if options["dry_run"]:
                self.stdout.write("\n".join(counted()))
                return
            sweeps = {**self.resealed(quiet), **self.reindexed(quiet)}
            left = list(still_old(sweeps))
        if left:
            raise CommandError("\n".join(["Not done. Every old key is still needed:", *left[:SHOWN], *advice(left)]))
        self.stdout.write("\n".join(done(sweeps)))

    def resealed(self, quiet: bool) -> dict[str, Sweep]:
        sweeps = {}
        for columns in sealed_tables():
            table, sweep = columns[0].table, Sweep()
            with tqdm(total=rows_under_old_keys(columns), desc=table, unit=" rows", disable=quiet) as bar:
                for rows in reseal(columns, sweep):
                    bar.update(rows)
            sweeps[table] = sweep
        return sweeps

    def reindexed(self, quiet: bool) -> dict[str, Sweep]:
        sweeps = {}
        for model, fields in blind_models():
            title, sweep = f"{model._meta.db_table}, indexes", Sweep()
            there = model._base_manager.count()
            with tqdm(total=there, desc=title, unit=" rows", disable=quiet) as bar:
                for rows in reindex(model, fields, sweep):
                    # Where something was changed, the rows are looked at once more
                    bar.total = max(there, bar.n + rows)
                    bar.update(rows)
            sweeps[title] = sweep
        return sweeps


def counted() -> Iterator[str]:
    """Values by column and key, and rows whose index is not by the newest index key."""
    yield f"Dry run: nothing was changed. The newest key is {keys().ring.current}."
    for column in sealed_columns():
        found = Counter(count_by_key(column))
        said = ", ".join(f"{key_id or 'not sealed'}: {count:,}" for key_id, count in sorted(found.items()))
        yield f"{column.table}.{column.column}: {said or 'empty'}"
    for model, fields in blind_models():
        sweep = Sweep()
        old = rows_indexed_otherwise(model, fields, sweep)
        names = ", ".join(str(one.column) for one in fields)
        yield f"{model._meta.db_table}.{names}: {old:,} of {sweep.seen:,} rows to index again"


def still_old(sweeps: dict[str, Sweep]) -> Iterator[str]:
    """What is not under the newest keys, counted anew; values that do not open by their place."""
    for sweep in sweeps.values():
        for place, why in sweep.unreadable.items():
            yield f"  {place}: {why}"
    for columns in sealed_tables():
        if count := under_old_keys(columns):
            yield f"  {columns[0].table}: {count:,} values are under another key, or not sealed"
    for name, sweep in sweeps.items():
        if sweep.missed:
            yield f"  {name}: {sweep.missed:,} rows are held or changed all the time"


def advice(left: list[str]) -> list[str]:
    more = [f"  and {len(left) - SHOWN} more"] if len(left) > SHOWN else []
    return [
        *more,
        "A key that is missing goes back into VAULT_KEYS. What was altered or moved must come from a backup.",
        "If nothing is altered, some process still uses the old keys: restart every one, then run this again.",
    ]


def done(sweeps: dict[str, Sweep]) -> Iterator[str]:
    """What was done, and which keys nothing in this database needs any more."""
    for name, sweep in sweeps.items():
        if sweep.changed:
            yield f"{name}: {sweep.changed:,} rows"
    ring, index = keys().ring, keys().index
    yield f"Done: everything is sealed under {ring.current}, and indexed by the newest index key."
    for key_id in ring.keys:
        if key_id != ring.current:
            yield f"Key {key_id} seals nothing here any more: take it out of VAULT_KEYS, then restart."
    if len(index) > 1:
        yield "Only the first index key finds anything here: take the others out of VAULT_INDEX_KEYS, then restart."
    if len(ring.keys) > 1 or len(index) > 1:
        yield "Keep them offline as long as a backup is kept that was made before today."
