"""Substances and their words, from the file beside us into the database."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from django.db import transaction

from helpline.guides.models import Substance, SubstanceTerm, TermKind, term_key

TERMS = Path(__file__).parent / "data" / "substance_terms.csv"
_BEST_FIRST = [kind.value for kind in TermKind]


class Loaded(NamedTuple):
    substances: int
    terms: int
    removed: int


def _rows(path: Path) -> list[dict[str, str]]:
    """One row a word and substance; of a word listed twice the better known kind stays."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = sorted(csv.DictReader(file), key=lambda row: _BEST_FIRST.index(row["kind"]), reverse=True)
    return list({(row["term"], row["substance"]): row for row in rows}.values())


def _substances(rows: Iterable[dict[str, str]]) -> dict[str, Substance]:
    found = {
        row["substance"]: Substance(
            name=row["substance"], drug_class=row["drug_class"], withdrawal_route=row["withdrawal_route"]
        )
        for row in rows
    }
    Substance.objects.bulk_create(
        found.values(),
        update_conflicts=True,
        unique_fields=["name"],
        update_fields=["drug_class", "withdrawal_route"],
    )
    return {substance.name: substance for substance in Substance.objects.filter(name__in=found)}


@transaction.atomic
def load_substances(path: Path = TERMS) -> Loaded:
    """Make the tables equal to the file; a second run changes nothing.

    A word the file no longer holds goes; a substance stays, since an inquiry may name it.
    """
    rows = _rows(path)
    substances = _substances(rows)
    meanings = Counter(key for key, _ in {(term_key(row["term"]), row["substance"]) for row in rows})
    SubstanceTerm.objects.bulk_create(
        (
            SubstanceTerm(
                term=row["term"],
                key=term_key(row["term"]),
                kind=row["kind"],
                substance=substances[row["substance"]],
                meanings_count=meanings[term_key(row["term"])],
                source=row["source"],
            )
            for row in rows
        ),
        update_conflicts=True,
        unique_fields=["term", "substance"],
        update_fields=["key", "kind", "meanings_count", "source"],
    )
    kept = {(row["term"], substances[row["substance"]].pk) for row in rows}
    gone = [pk for pk, *pair in SubstanceTerm.objects.values_list("pk", "term", "substance") if tuple(pair) not in kept]
    SubstanceTerm.objects.filter(pk__in=gone).delete()
    return Loaded(len(substances), len(rows), len(gone))
