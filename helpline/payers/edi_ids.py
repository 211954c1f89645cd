"""By which id each clearinghouse knows a payer: typed one by one, or imported as CSV. No free list of them exists.

The CSV has the columns ``payer`` (a name or alias of the directory), ``clearinghouse`` (its own id, ISA08) and
``edi_payer_id`` (NM109). A trial changes nothing; whatever is done is kept with what was before, and can be taken back.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from io import StringIO
from uuid import UUID

from django.db.models.functions import Now
from django.utils.translation import gettext as _

from helpline.audit.acting import Actor, acting
from helpline.payers.models import EdiChange, EdiId, Payer, PayerAlias, PayerRoad

COLUMNS = ("payer", "clearinghouse", "edi_payer_id")
LONGEST = {"clearinghouse": 15, "edi_payer_id": 80}
# The X12 basic character set without separators: what may stand in ISA06, ISA08 and NM109
PLAIN_ID = re.compile(r"[A-Za-z0-9 .,_/&()+=?!;-]+")
MOST_ROWS = 20_000


class CannotTakeBack(ValueError):
    """It was taken back before."""


@dataclass(frozen=True, slots=True)
class Refused:
    """``row`` counts as a spreadsheet does, the heading being a row too; 0 is the whole file."""

    row: int
    field: str
    reason: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One id that would be new or another: ``before`` is "" where there was none."""

    payer: UUID
    payer_name: str
    clearinghouse: str
    before: str
    after: str
    on_road: bool


@dataclass(frozen=True, slots=True)
class Trial:
    entries: tuple[Entry, ...]
    unchanged: int
    refused: tuple[Refused, ...]


def try_ids(text: str) -> Trial:
    """What importing this CSV would do. Never raises on what a file holds."""
    reader = csv.reader(StringIO(text.removeprefix("\ufeff")))
    try:
        rows = [row for row, _n in zip(reader, range(MOST_ROWS + 2), strict=False)]
    except csv.Error as problem:
        return Trial((), 0, (Refused(reader.line_num, "file", _("It is no CSV: %(why)s.") % {"why": problem}),))
    heading = [cell.strip().lower() for cell in rows[0]] if rows else []
    if missing := [name for name in COLUMNS if name not in heading]:
        words = _("The first row must name %(columns)s.") % {"columns": ", ".join(missing)}
        return Trial((), 0, (Refused(1, "file", words),))
    if len(rows) > MOST_ROWS + 1:
        return Trial((), 0, (Refused(0, "file", _("More than %(n)d rows: split it.") % {"n": MOST_ROWS}),))
    told = [
        (number, {name: " ".join(row[heading.index(name)].split()) if heading.index(name) < len(row) else ""
                  for name in COLUMNS})
        for number, row in enumerate(rows[1:], 2)
        if any(cell.strip() for cell in row)
    ]  # fmt: skip
    return _compared(told)


def try_one(payer: Payer, clearinghouse: str, edi_payer_id: str) -> Trial:
    """The same for one that is typed."""
    typed = {"clearinghouse": " ".join(clearinghouse.split()), "edi_payer_id": " ".join(edi_payer_id.split())}
    return _compared([(1, {"payer": payer.name, **typed})])


def keep(trial: Trial, *, name: str, by: Actor) -> EdiChange | None:
    """Do what a trial says, and with it the roads that go there. None where nothing changes."""
    if not trial.entries:
        return None
    with acting(by):
        for each in trial.entries:
            _put(each.payer, each.clearinghouse, each.after)
        return EdiChange.objects.create(
            actor_kind=by.kind,
            actor_id=by.id,
            name=name[:120],
            changes=[[str(each.payer), each.clearinghouse, each.before, each.after] for each in trial.entries],
        )


def take_back(change_id: UUID, *, by: Actor) -> int:
    """Set the ids of one change back to what they were; one that was changed again since stays. Returns how many.

    Raises ``CannotTakeBack``, ``EdiChange.DoesNotExist``.
    """
    with acting(by):
        change = EdiChange.objects.select_for_update().get(pk=change_id)
        if change.undone_at:
            raise CannotTakeBack(_("That was taken back already."))
        back = 0
        for payer, clearinghouse, before, after in change.changes:
            if EdiId.objects.filter(payer=payer, clearinghouse=clearinghouse, edi_payer_id=after).exists():
                _put(UUID(payer), clearinghouse, before, instead_of=after)
                back += 1
        change.undone_at = Now()
        change.save(update_fields=["undone_at"])
    return back


def _compared(told: Iterable[tuple[int, dict[str, str]]]) -> Trial:
    called, known = _called(), _known()
    entries: dict[tuple[UUID, str], Entry] = {}
    refused: list[Refused] = []
    unchanged = 0
    roads = set(PayerRoad.objects.values_list("payer_id", "receiver_id"))
    for number, cells in told:
        if problems := list(_problems(number, cells, called)):
            refused += problems
            continue
        [(payer, name)] = called[cells["payer"].casefold()].items()
        key = (payer, cells["clearinghouse"])
        if key in entries and entries[key].after != cells["edi_payer_id"]:
            words = _("An earlier row gives this insurer another id at this clearinghouse.")
            refused.append(Refused(number, "edi_payer_id", words))
        elif known.get(key, "") == cells["edi_payer_id"]:
            unchanged += 1
        else:
            entries[key] = Entry(payer, name, key[1], known.get(key, ""), cells["edi_payer_id"], key in roads)
    return Trial(tuple(entries.values()), unchanged, tuple(refused))


def _problems(number: int, cells: dict[str, str], called: dict[str, dict[UUID, str]]) -> Iterable[Refused]:
    found = called.get(cells["payer"].casefold(), {})
    if len(found) != 1:
        none = _("No insurer here has that name or alias.") if cells["payer"] else _("It is empty.")
        yield Refused(number, "payer", _("Several insurers are called so.") if found else none)
    for field, longest in LONGEST.items():
        if not cells[field]:
            yield Refused(number, field, _("It is empty."))
        elif len(cells[field]) > longest:
            yield Refused(number, field, _("It is longer than %(n)d characters.") % {"n": longest})
        elif not PLAIN_ID.fullmatch(cells[field]):
            yield Refused(number, field, _("Use letters, digits and simple signs only."))


def _called() -> dict[str, dict[UUID, str]]:
    """Whom each name may mean, by id; a payer's own name is that payer's alone."""
    payers = dict(Payer.objects.values_list("pk", "name"))
    called: dict[str, dict[UUID, str]] = defaultdict(dict)
    for owner, alias in PayerAlias.objects.values_list("payer_id", "name"):
        called[alias.casefold()][owner] = payers.get(owner, "")
    for owner, name in payers.items():
        called[name.casefold()] = {owner: name}
    return called


def _known() -> dict[tuple[UUID, str], str]:
    """By payer and clearinghouse; where a road goes there, the id it asks by."""
    kept = EdiId.objects.values_list("payer_id", "clearinghouse", "edi_payer_id")
    asked_by = PayerRoad.objects.values_list("payer_id", "receiver_id", "edi_payer_id")
    return {(payer, clearinghouse): edi for payer, clearinghouse, edi in (*kept, *asked_by)}


def _put(payer: UUID, clearinghouse: str, edi_payer_id: str, *, instead_of: str = "") -> None:
    """``instead_of``: a road goes back only where it still asks by this id."""
    if not edi_payer_id:
        EdiId.objects.filter(payer=payer, clearinghouse=clearinghouse).delete()
        return
    EdiId.objects.update_or_create(payer_id=payer, clearinghouse=clearinghouse, defaults={"edi_payer_id": edi_payer_id})
    roads = PayerRoad.objects.filter(payer=payer, receiver_id=clearinghouse)
    (roads.filter(edi_payer_id=instead_of) if instead_of else roads).update(edi_payer_id=edi_payer_id)
