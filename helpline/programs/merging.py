"""Two listings of one place made one by a person: chosen field by field, with what hangs on them, and undone again.

The listing that goes is withdrawn, not deleted, so referrals to it keep what they said; whoever reads them follows
``standing_for``. What programs said is free goes over, and what holds on to it with it; so do the counts of its use.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models.functions import Now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from helpline.accounts.models import User
from helpline.audit.acting import Actor, acting
from helpline.programs.curation import ADDRESS, CannotChange, correct, restore, withdraw
from helpline.programs.models import Join, Opening, Program, ProgramChange, Proposal, ServiceCode
from helpline.programs.uses import move_uses, move_uses_back

FIELDS: dict[str, Any] = {
    "name1": gettext_lazy("Name"),
    "name2": gettext_lazy("Second name"),
    "phone": gettext_lazy("Phone"),
    "intake_lines": gettext_lazy("Intake lines"),
    "street1": gettext_lazy("Street"),
    "street2": gettext_lazy("Suite, building"),
    "city": gettext_lazy("City"),
    "state": gettext_lazy("State"),
    "zip": gettext_lazy("ZIP code"),
    "position": gettext_lazy("Coordinates"),
    "codes": gettext_lazy("Service codes"),
}
KEPT, GONE, BOTH = "kept", "gone", "both"
LISTS = {"intake_lines", "codes"}
PLACE = {*ADDRESS, "position"}


@dataclass(frozen=True, slots=True)
class Side:
    """What one listing says of a field: ``by_hand`` when a person corrected it, ``since`` when it last changed here."""

    value: Any
    source: str
    by_hand: bool
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Difference:
    field: str
    label: Any
    kept: Side
    gone: Side

    @property
    def can_be_both(self) -> bool:
        return self.field in LISTS


def differences(kept: Program, gone: Program) -> list[Difference]:
    """The fields in which they differ, each with its source and age; one statement. Codes of two editions are not
    compared: their letters mean different things.
    """
    fields = [name for name in FIELDS if value_of(kept, name) != value_of(gone, name)]
    if kept.edition_id != gone.edition_id and "codes" in fields:
        fields.remove("codes")
    since = _since([kept.pk, gone.pk])
    return [Difference(name, FIELDS[name], _side(kept, name, since), _side(gone, name, since)) for name in fields]


def merge(kept_id: UUID, gone_id: UUID, chosen: Mapping[str, str], *, by: User) -> Join:
    """``chosen`` says of fields whose word stands: ``KEPT`` (where nothing is said), ``GONE``, or ``BOTH`` of a list.

    Raises ``CannotChange`` when one of them is withdrawn, or they are one.
    """
    if kept_id == gone_id:
        raise CannotChange(_("That is the same listing."))
    with acting(Actor.staff(by)):
        both = Program.objects.select_for_update(of=("self",)).order_by("id").in_bulk([kept_id, gone_id])
        kept, gone = both[kept_id], both[gone_id]
        for each in (kept, gone):
            if each.status == Program.Status.WITHDRAWN:
                raise CannotChange(_("%(name)s is withdrawn. Restore it first.") % {"name": each.name})
        wanted = _wanted(kept, gone, chosen)
        taken = {name: [value_of(kept, name), value] for name, value in wanted.items()}
        taken["corrected_fields"] = [kept.corrected_fields, None]
        correct(kept_id, wanted, by=by, note=_("Joined with %(name)s") % {"name": gone.name[:200]})
        withdraw(gone_id, by=by, reason=_("The same place as %(name)s") % {"name": kept.name[:200]})
        return Join.objects.create(kept=kept, gone=gone, by=by, taken=taken, moved=_move(kept, gone))


def undo_merge(join_id: UUID, *, by: User) -> Join:
    """Both stand again. A field goes back where it still says what the join wrote. Raises ``CannotChange``."""
    with acting(Actor.staff(by)):
        join = Join.objects.select_for_update().filter(pk=join_id).first()
        if join is None or join.undone_at:
            raise CannotChange(_("Somebody has undone this already."))
        kept = Program.objects.select_for_update(of=("self",)).get(pk=join.kept_id)
        fields = {name: sides for name, sides in join.taken.items() if name in FIELDS or name == "confidential"}
        back = {
            name: _whole(name, before)
            for name, (before, after) in fields.items()
            if value_of(kept, name) == _whole(name, after)
        }
        if PLACE & fields.keys() - back.keys():
            # Where it lies was corrected since: it may be the hidden place's own word, and stays hidden
            back.pop("confidential", None)
        correct(join.kept_id, back, by=by, note=_("A join was undone"))
        by_hand = set(join.taken["corrected_fields"][0])
        kept = Program.objects.get(pk=join.kept_id)
        kept.corrected_fields = sorted(set(kept.corrected_fields) - (set(back) - by_hand))
        kept.save(update_fields=["corrected_fields"])
        restore(join.gone_id, by=by, note=_("A join was undone"))
        Opening.objects.filter(pk__in=join.moved["openings"]).update(program=join.gone_id)
        Proposal.objects.filter(pk__in=join.moved["proposals"]).update(program=join.gone_id)
        move_uses_back(join.moved.get("uses", []), join.kept_id, join.gone_id)
        join.undone_at, join.undone_by = Now(), by
        join.save(update_fields=["undone_at", "undone_by"])
    return join


def standing_for(programs: Iterable[UUID]) -> dict[UUID, Program]:
    """The listing that stands for each of these that was joined into another. One statement, and one more for each
    time that what was kept was itself joined into a third.
    """
    wanted, into = list(programs), dict[UUID, Program]()
    asked = set(wanted)
    while asked:
        joins = Join.objects.standing().filter(gone__in=asked).select_related("kept__edition")
        step = {join.gone_id: join.kept for join in joins}
        into |= step
        asked = {kept.pk for kept in step.values() if kept.status == Program.Status.WITHDRAWN} - into.keys()
    return {pk: _last(into, pk) for pk in wanted if pk in into}


def of_one_service(kept: Program, gone: Program) -> bool:
    """Whether the one that goes is of another directory, one of a single service (opioid treatment programs), which
    it says of the place beside all that the other knows.
    """
    return kept.edition_id != gone.edition_id and len(gone.codes) == 1


def value_of(program: Program, name: str) -> Any:
    if name == "position":
        return None if program.latitude is None else (program.latitude, program.longitude)
    return getattr(program, name)


def _last(into: Mapping[UUID, Program], pk: UUID) -> Program:
    """The end of a way of joins; one that was brought back by hand may lead to where it began."""
    kept, seen = into[pk], {pk}
    while kept.status == Program.Status.WITHDRAWN and kept.pk in into and kept.pk not in seen:
        seen.add(kept.pk)
        kept = into[kept.pk]
    return kept


def _wanted(kept: Program, gone: Program, chosen: Mapping[str, str]) -> dict[str, Any]:
    wanted: dict[str, Any] = {}
    for difference in differences(kept, gone):
        choice, mine, theirs = chosen.get(difference.field), difference.kept.value, difference.gone.value
        if choice == GONE:
            wanted[difference.field] = theirs
        elif choice == BOTH and difference.field == "codes":
            wanted["codes"] = sorted({*mine, *theirs})
        elif choice == BOTH and difference.can_be_both:
            wanted[difference.field] = list(dict.fromkeys([*mine, *theirs]))
    added = set(ServiceCode.translated(gone.codes, kept.edition_id)) if of_one_service(kept, gone) else set()
    if added - set(kept.codes):
        wanted["codes"] = sorted({*kept.codes, *added})
    if gone.confidential and not kept.confidential:
        wanted["confidential"] = True
    return wanted


def _move(kept: Program, gone: Program) -> dict[str, list[Any]]:
    """What is free of a kind both spoke of stays where it is: the one that stands has its own word."""
    known = kept.openings.values("kind")
    openings = list(gone.openings.exclude(kind__in=known).values_list("pk", flat=True))
    proposals = list(gone.proposals.filter(state=Proposal.State.ASKED).values_list("pk", flat=True))
    Opening.objects.filter(pk__in=openings).update(program=kept)
    Proposal.objects.filter(pk__in=proposals).update(program=kept)
    moved = {"openings": [str(pk) for pk in openings], "proposals": [str(pk) for pk in proposals]}
    return moved | {"uses": move_uses(gone.pk, kept.pk)}


def _whole(name: str, value: Any) -> Any:
    """JSON has no tuples."""
    return tuple(value) if name == "position" and value is not None else value


def _side(program: Program, name: str, since: Mapping[tuple[UUID, str], datetime]) -> Side:
    by_hand = name in program.corrected_fields
    source = str(_("corrected by hand")) if by_hand else program.edition.name
    return Side(value_of(program, name), source, by_hand, since.get((program.pk, name)))


def _since(programs: list[UUID]) -> dict[tuple[UUID, str], datetime]:
    found: dict[tuple[UUID, str], datetime] = {}
    for program, at, fields in (
        ProgramChange.objects.filter(program__in=programs).order_by("id").values_list("program", "at", "fields")
    ):
        found |= {(program, name): at for name in fields}
    return found
