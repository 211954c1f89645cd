"""The whole of what a trial of a directory found, as one table for a spreadsheet, gzipped."""

from __future__ import annotations

import gzip
import io
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

from helpline.programs.importing import Outcome
from helpline.programs.models import ImportRun, Program, ProgramChange, ServiceCode
from helpline.programs.spreadsheets import Sheet

HEADINGS = ("what", "listing", "address", "field", "before", "after", "row", "why")
Action = ProgramChange.Action
WORDS: Mapping[str, str] = {
    Action.IMPORTED: "changed", Action.WITHDRAWN: "withdrawn", Action.RESTORED: "back again",
}  # fmt: skip
AT_A_TIME = 1000
HIDDEN = "hidden place"
PLACE = {"street1", "street2", "city", "zip", "latitude", "longitude", "position"}
"""What leads to a hidden place: a table that leaves by a download does not say it."""


def report_of(outcome: Outcome, run: ImportRun) -> bytes:
    """Every refused row, note, change and new listing, and each word that was left unknown. To be asked before the run
    is taken back.
    """
    packed = io.BytesIO()
    with gzip.open(packed, "wt", encoding="utf-8", newline="") as file:
        # So that Excel takes it for UTF-8
        file.write("\ufeff")
        sheet = Sheet(file)
        sheet.write(HEADINGS)
        for line in chain(_findings(outcome), _changes(run), _created(run), _unknown(outcome)):
            sheet.write(line)
    return packed.getvalue()


def _findings(outcome: Outcome) -> Iterator[tuple[object, ...]]:
    for what, found in (("refused", outcome.refused), ("note", outcome.notes)):
        for each in found:
            yield what, "", "", each.field, "", "", each.row, f"{each.reason} {each.remedy}".strip()


def _changes(run: ImportRun) -> Iterator[tuple[object, ...]]:
    names = dict(ServiceCode.objects.values_list("pk", "name"))
    changes = run.changes.filter(action__in=list(WORDS)).select_related("program").order_by("program__sort_name", "id")
    for change in changes.iterator(AT_A_TIME):
        about = WORDS[change.action], change.program.name, _address(change.program)
        differ = {name: sides for name, sides in change.fields.items() if sides[0] != sides[1]}
        if change.action != Action.WITHDRAWN and differ:
            for name, sides in differ.items():
                hidden = change.program.confidential and name in PLACE
                shown = (HIDDEN, HIDDEN) if hidden else [_cell(name, side, names) for side in sides]
                yield *about, name, *shown, "", ""
        else:
            yield *about, "", "", "", "", change.note


def _created(run: ImportRun) -> Iterator[tuple[object, ...]]:
    for new in run.brought.order_by("sort_name", "id").iterator(AT_A_TIME):
        yield "created", new.name, _address(new), "", "", "", new.source_row, ""


def _address(program: Program) -> str:
    return HIDDEN if program.confidential else program.address


def _unknown(outcome: Outcome) -> Iterator[tuple[object, ...]]:
    for name, count in (outcome.unknown_codes + outcome.unknown_services).most_common():
        yield "left unknown", "", "", "", name, "", "", f"{count} times"


def _cell(name: str, value: Any, codes: Mapping[int, str]) -> str:
    if name == "codes":
        return "; ".join(codes.get(code, str(code)) for code in value or ())
    return "; ".join(map(str, value)) if isinstance(value, list) else str("" if value is None else value)
