"""Filling the payer directory from the files beside this one. Running it again changes nothing."""

from __future__ import annotations

import csv
from pathlib import Path

from django.db import transaction

from helpline.payers.models import CarveOut, Payer, PayerAlias, PayerKind

DATA = Path(__file__).parent / "data"
PROGRAMS_SOURCE = "Medicaid managed-care programs by state (CMS-derived, 2026-11-22)"
NAMES_SOURCE = "Consumer names of state Medicaid (compiled by us, unreviewed, 2026-11-22)"
TRAPS_SOURCE = "Brands that mislead (compiled by us, unreviewed, 2026-11-22)"


@transaction.atomic
def load_payers() -> int:
    """Returns how many payers are known afterwards."""
    for row in _rows("medicaid_managed_care_programs_by_state.csv"):
        payer = _payer(
            f"{row['state']} Medicaid: {row['full_name']}"[:120],
            PayerKind.MEDICAID,
            PROGRAMS_SOURCE,
            row["state"],
        )
        _aliases(payer, [row["full_name"], row["short_name"], row["nickname"]])
    for row in _rows("medicaid_consumer_names_unreviewed.csv"):
        names = [name.strip(' "') for name in row["consumer_names"].split(";")]
        payer = _payer(f"{row['state']} Medicaid", PayerKind.MEDICAID, NAMES_SOURCE, row["state"])
        _aliases(payer, names)
    for row in _rows("payer_brand_traps_unreviewed.csv"):
        kind = _kind_of(row["likely_type"])
        warning = f"Probably {row['likely_type']}: {row['why']}. Ask which card it is."
        # “Blue Cross Community / BCBS Medicaid plans” are two names of one thing
        name, *others = (each.strip('" ') for each in row["heard"].split(" / "))
        Payer.objects.filter(name=row["heard"].strip('"')).exclude(name=name).update(name=name)
        Payer.objects.filter(name=name, kind=PayerKind.OTHER, source=TRAPS_SOURCE).exclude(kind=kind).update(kind=kind)
        _aliases(_payer(name, kind, TRAPS_SOURCE, warning=warning[:200]), others)
    for row in _rows("private_insurers.csv"):
        source = f"{row['source']}, {row['read']}"
        payer = _payer(row["name"], PayerKind.PRIVATE, source[:200], row["state"], row["warning"])
        _aliases(payer, row["aliases"].split("; "))
    for row in _rows("carve_outs.csv"):
        given = {"phone": row["phone"], "words": row["words"], "source": f"{row['source']}, {row['read']}"}
        CarveOut.objects.update_or_create(payer=Payer.objects.get(name=row["payer"]), who=row["who"], defaults=given)
    return Payer.objects.count()


def _kind_of(likely: str) -> PayerKind:
    if likely.startswith("Medicaid"):
        return PayerKind.MEDICAID
    return PayerKind.PRIVATE if likely.endswith("(private)") else PayerKind.OTHER


def _rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(newline="", encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def _payer(name: str, kind: str, source: str, state: str = "", warning: str = "") -> Payer:
    payer, _ = Payer.objects.get_or_create(
        name=name, defaults={"kind": kind, "source": source, "state": state, "warning": warning}
    )
    return payer


def _aliases(payer: Payer, names: list[str]) -> None:
    PayerAlias.objects.bulk_create(
        [PayerAlias(payer=payer, name=name[:120]) for name in dict.fromkeys(names) if name and name != payer.name],
        ignore_conflicts=True,
    )
