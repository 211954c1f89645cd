"""An import of the directory the way Django offers it: what bench/importing.py judges ours against.

It does the same with the ORM: the same reading and refusals, the same places, repetitions and fingerprints, rows that
are as they were left alone, what people corrected kept, the same history of each field, the listings that are missing
withdrawn, and the run with its findings. The rows are written by ``bulk_create(update_conflicts)``.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from hashlib import md5
from math import dist
from typing import TYPE_CHECKING, Any
from uuid import UUID

if TYPE_CHECKING:
    from pathlib import Path

    from helpline.programs.editions import Coordinates
    from helpline.programs.models import Edition
    from helpline.programs.published import Listing

AT_A_TIME = 1000


def import_by_bulk_create(path: Path, edition: Edition, located: Coordinates) -> int:
    """Bring the listings of the edition to what the workbook says; returns how many it has."""
    from helpline.programs.models import ImportRun, Place, Program, ProgramChange
    from helpline.programs.published import Finding
    from helpline.programs.staging import MERGED, OFFERED
    from helpline.programs.workbook import open_workbook

    book, run = open_workbook(path), ImportRun(edition=edition, actor_kind="process", file_name=path.name)
    key = dict(edition.service_codes.values_list("code", "id"))
    middles = {zip_code: (north, east) for zip_code, north, east in Place.objects.values_list(*PLACED)}
    stored = {(each.identity, each.occurrence): each for each in Program.objects.filter(edition=edition)}
    names = (*MERGED, *OFFERED)
    often, first_seen, changed = Counter[UUID](), dict[tuple[Any, ...], int](), 0
    refused, notes, unknown = list[Finding](), list[Finding](), Counter[str]()
    programs, changes = list[Program](), list[ProgramChange]()
    met = set[tuple[UUID, int]]()
    for listing, findings in book.rows():
        if listing is None:
            refused += findings
            continue
        notes += findings
        identity = listing.identity
        codes = sorted(key[code] for code in listing.codes if code in key)
        unknown_codes = sorted(code for code in listing.codes if code not in key)
        unknown.update(unknown_codes)
        said = (identity, listing.phone, listing.intake_lines, *codes, *unknown_codes)
        if said in first_seen:
            refused.append(Finding(listing.row, "name1", f"This row repeats row {first_seen[said]}.", ""))
            continue
        first_seen[said] = listing.row
        often[identity] += 1
        values = _values(listing, codes, unknown_codes, located.get(identity), middles, notes)
        content_hash = UUID(bytes=md5(repr(values).encode(), usedforsecurity=False).digest())
        met.add((identity, often[identity]))
        before = stored.get((identity, often[identity]))
        if before is not None:
            if before.content_hash == content_hash and before.status != "withdrawn":
                continue
            for name in before.corrected_fields:
                values[name] = getattr(before, name)
            fields = {
                each: [getattr(before, each), values[each]] for each in names if getattr(before, each) != values[each]
            }
            technical = {
                "content_hash": [before.content_hash and str(before.content_hash), str(content_hash)],
                "source_row": [before.source_row, listing.row],
            }
            changed += 1
            action = "restored" if before.status == "withdrawn" else "imported"
            if fields:
                changes.append(_change(before, run, action, fields, technical))
        who = {"edition": edition, "identity": identity, "occurrence": often[identity]}
        whence = {"source_row": listing.row, "first_import_id": run.pk, "last_import_id": run.pk}
        programs.append(Program(content_hash=content_hash, **who, **whence, **values))
    gone = [each for at, each in stored.items() if at not in met and each.status != "withdrawn"]
    for each in gone:
        changes.append(_change(each, run, "withdrawn", {"status": [each.status, "withdrawn"]}, {}))
    Program.objects.bulk_create(
        programs,
        batch_size=AT_A_TIME,
        update_conflicts=True,
        unique_fields=["edition", "identity", "occurrence"],
        update_fields=["source_row", *names, "content_hash", "last_import"],
    )
    Program.objects.filter(pk__in=[each.pk for each in gone]).update(
        status="withdrawn", status_reason=f"Not in {path.name}", last_import_id=run.pk
    )
    ProgramChange.objects.bulk_create(changes, batch_size=AT_A_TIME)
    run.refused, run.notes = [asdict(each) for each in refused], [asdict(each) for each in notes]
    run.restored = sum(change.action == "restored" for change in changes)
    run.created, run.changed, run.withdrawn = len(programs) - changed, changed - run.restored, len(gone)
    run.left_unknown = unknown.most_common()
    run.unchanged, run.file_sha256 = len(met) - len(programs), book.sha256
    run.save(force_insert=True)
    return len(met)


PLACED = ("zip", "latitude", "longitude")


def _values(
    listing: Listing,
    codes: list[int],
    unknown_codes: list[str],
    street: tuple[float, float] | None,
    middles: dict[str, tuple[float | None, float | None]],
    notes: list[Any],
) -> dict[str, Any]:
    """What the listing says of each field, with where it is."""
    from helpline.programs.geography import chord_of, unit_point
    from helpline.programs.published import Finding
    from helpline.programs.staging import FAR_FROM_ITS_ZIP_MILES, OFFERED, TEXTS

    north, east = middles.get(listing.zip, (None, None))
    place, located_by = (north, east), "zip" if north is not None else ""
    if listing.zip not in middles:
        notes.append(Finding(listing.row, "zip", f"ZIP {listing.zip} is not among the ZIP codes we know.", ""))
    if street:
        far = north is not None and east is not None and (
            dist(unit_point(*street), unit_point(north, east)) > chord_of(FAR_FROM_ITS_ZIP_MILES)
        )  # fmt: skip
        if far:
            notes.append(Finding(listing.row, "coordinates", f"Its coordinates lie far from ZIP {listing.zip}.", ""))
        else:
            place, located_by = street, "street"
    return {
        **{name: getattr(listing, name) for name in (*TEXTS, *OFFERED)},
        "intake_lines": list(listing.intake_lines),
        "codes": codes,
        "unknown_codes": unknown_codes,
        "latitude": place[0],
        "longitude": place[1],
        "located_by": located_by,
    }


def _change(program: Any, run: Any, action: str, fields: dict[str, Any], technical: dict[str, Any]) -> Any:
    from helpline.programs.models import ProgramChange

    given = {"actor_kind": "process", "actor_id": "bench", "run_id": run.pk, "action": action}
    return ProgramChange(program=program, fields=fields, technical=technical, **given)
