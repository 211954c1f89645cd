"""What people do to listings: correct, verify, mark "do not refer", withdraw, restore.

Each verb takes the row's id and the member of staff (``by``), works on a locked row in one transaction,
leaves a ``ProgramChange`` that shows what was before, and is under audit. What a person corrected is named
in ``corrected_fields``, and no import overwrites it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from helpline.accounts.models import User
from helpline.audit.acting import Actor, acting
from helpline.programs.models import Place, Program, ProgramChange

Action, Status = ProgramChange.Action, Program.Status

ADDRESS = {"street1", "street2", "city", "state", "zip"}
CORRECTABLE = {"name1", "name2", "phone", "intake_lines", "confidential", "codes", "position", *ADDRESS}


class CannotChange(ValueError):
    """The listing is not in a state that allows this; the message is for the person who tried."""


class ChangedMeanwhile(CannotChange):
    """Somebody else saved the listing after this person opened it. Nothing was lost on either side."""


def correct(
    program_id: UUID,
    corrections: Mapping[str, Any],
    *,
    by: User,
    note: str = "",
    seen: datetime | None = None,
) -> Program:
    """Set fields to what a person knows, and keep imports from overwriting them.

    ``corrections`` maps names of ``CORRECTABLE`` to clean values; ``position`` is ``(latitude, longitude)``
    in degrees or None, ``codes`` are numbers of the edition's key in rising order. ``seen`` is the
    ``changed_at`` the person saw: a later change raises
    ``ChangedMeanwhile``.
    """
    if strange := set(corrections) - CORRECTABLE:
        raise CannotChange(f"Not a field that can be corrected: {', '.join(sorted(strange))}.")
    with acting(Actor.staff(by)):
        program = _locked(program_id)
        if seen is not None and program.changed_at != seen:
            raise ChangedMeanwhile(_("Somebody else changed this listing while you were typing. Look at it again."))
        changed = {
            name: [_shown(program, name), value]
            for name, value in corrections.items()
            if _shown(program, name) != value
        }
        if changed:
            was = _located(program)
            _set(program, {name: after for name, (_before, after) in changed.items()})
            # Whose address was typed here stays hidden, whatever a file says of it later
            hidden = {"confidential"} if program.confidential and changed.keys() & {*ADDRESS, "position"} else set()
            program.corrected_fields = sorted({*program.corrected_fields, *changed, *hidden})
            moved = {"located": [was, _located(program)]} if was != _located(program) else {}
            _save(program, Action.CORRECTED, by, fields=changed, technical=moved, note=note)
    return program


def can_take_back(change: ProgramChange, program: Program) -> bool:
    """Whether it is a correction of this listing of which every field still says what it was corrected to.

    What hid a place is not undone by one click: whoever shows it again says so in the form.
    """
    is_correction = change.action == Action.CORRECTED and bool(change.fields)
    hid = change.fields.get("confidential") == [False, True]
    return (
        is_correction
        and not hid
        and all(_as_told(_shown(program, name)) == after for name, (_before, after) in change.fields.items())
    )


def take_back(program_id: UUID, change_id: int, *, by: User) -> Program:
    """Set what one correction changed back to what it was, a program's own wish that was granted included.

    Imports may write such a field again, unless an earlier correction of it stands. Raises ``CannotChange`` when it is
    no correction, or was changed again since; ``ProgramChange.DoesNotExist``.
    """
    with acting(Actor.staff(by)):
        program = _locked(program_id)
        change = program.changes.get(pk=change_id)
        if not can_take_back(change, program):
            raise CannotChange(_("That was changed again since, or hid the place. Correct the listing instead."))
        _set(program, {name: _as_kept(name, before) for name, (before, _after) in change.fields.items()})
        if "located" in change.technical:
            program.latitude, program.longitude, program.located_by = change.technical["located"][0]
        earlier = program.changes.filter(action=Action.CORRECTED, pk__lt=change.pk).values_list("fields", flat=True)
        standing = {name for fields in earlier for name in fields}
        program.corrected_fields = sorted(set(program.corrected_fields) - (change.fields.keys() - standing))
        back = {name: [after, before] for name, (before, after) in change.fields.items()}
        _save(program, Action.TAKEN_BACK, by, fields=back, note="")
    return program


def _as_told(value: Any) -> Any:
    """As it stands in the JSON of a change."""
    return list(value) if isinstance(value, tuple) else value


def _as_kept(name: str, told: Any) -> Any:
    return tuple(told) if name == "position" and told else told


def verify(program_id: UUID, *, by: User, note: str = "") -> Program:
    """Somebody called and the listing is right. Raises ``CannotChange`` for one that is withdrawn."""
    with acting(Actor.staff(by)):
        program = _locked(program_id)
        if program.status == Status.WITHDRAWN:
            raise CannotChange(_("%(name)s is withdrawn. Restore it first.") % {"name": program.name})
        program.verified_at, program.verified_by, program.verification_note = timezone.now(), by, note
        _save(program, Action.VERIFIED, by, note=note)
    return program


def do_not_refer(program_id: UUID, *, by: User, reason: str) -> Program:
    """Keep the listing, but send nobody there: the number is dead, it takes nobody. Raises
    ``CannotChange``.
    """
    return _take_out(program_id, Status.DO_NOT_REFER, by, reason)


def withdraw(program_id: UUID, *, by: User, reason: str) -> Program:
    """The place is gone or was never one. Raises ``CannotChange`` without a reason."""
    return _take_out(program_id, Status.WITHDRAWN, by, reason)


def restore(program_id: UUID, *, by: User, note: str = "") -> Program:
    """Offer it again. What an import withdrew and a person restores, the next import leaves alone."""
    with acting(Actor.staff(by)):
        program = _locked(program_id)
        if program.status == Status.LISTED:
            raise CannotChange(_("%(name)s is listed already.") % {"name": program.name})
        before = [program.status, Status.LISTED.value]
        by_a_person = "status" in program.corrected_fields
        kept = set(program.corrected_fields) ^ {"status"} if by_a_person else {*program.corrected_fields, "status"}
        program.status, program.status_reason, program.corrected_fields = Status.LISTED, "", sorted(kept)
        _save(program, Action.RESTORED, by, fields={"status": before}, note=note)
    return program


def verify_many(program_ids: Iterable[UUID], *, by: User, note: str = "") -> int:
    """Verify each, or none when one cannot be. Returns how many."""
    with acting(Actor.staff(by)):
        return len([verify(program_id, by=by, note=note) for program_id in sorted(set(program_ids))])


def withdraw_many(program_ids: Iterable[UUID], *, by: User, reason: str) -> int:
    """Withdraw each, or none when one cannot be. Returns how many."""
    with acting(Actor.staff(by)):
        return len([withdraw(program_id, by=by, reason=reason) for program_id in sorted(set(program_ids))])


def _take_out(program_id: UUID, status: Program.Status, by: User, reason: str) -> Program:
    reason = reason.strip()
    if not reason:
        raise CannotChange(_("Say why: the next person will want to know."))
    with acting(Actor.staff(by)):
        program = _locked(program_id)
        if program.status == status:
            raise CannotChange(
                _("%(name)s is marked “%(status)s” already.") % {"name": program.name, "status": status.label}
            )
        before = [program.status, status.value]
        program.status, program.status_reason = status, reason[:300]
        program.corrected_fields = sorted({*program.corrected_fields, "status"})
        _save(program, Action(status.value), by, fields={"status": before}, note=reason)
    return program


def _locked(program_id: UUID) -> Program:
    return Program.objects.select_for_update(of=("self",)).select_related("edition").get(pk=program_id)


def _shown(program: Program, name: str) -> Any:
    if name == "position":
        return None if program.latitude is None else (program.latitude, program.longitude)
    return getattr(program, name)


def _located(program: Program) -> list[Any]:
    """Where it is and how we know: an address corrected moves it, too."""
    return [program.latitude, program.longitude, program.located_by]


def _set(program: Program, values: Mapping[str, Any]) -> None:
    """Fill in the values; a new address without a position moves the place to the middle of its ZIP."""
    for name in values.keys() - {"position"}:
        setattr(program, name, values[name])
    if "position" in values:
        here = values["position"]
        program.latitude, program.longitude = here or (None, None)
        program.located_by = Program.LocatedBy.PERSON if here else ""
    elif values.keys() & ADDRESS - {"street2"} and program.located_by != Program.LocatedBy.PERSON:
        place = Place.objects.filter(pk=program.zip, latitude__isnull=False).first()
        program.latitude, program.longitude = (place.latitude, place.longitude) if place else (None, None)
        program.located_by = Program.LocatedBy.ZIP if place else ""


def _save(
    program: Program,
    action: ProgramChange.Action,
    by: User,
    *,
    fields: Mapping[str, Any] | None = None,
    technical: Mapping[str, Any] | None = None,
    note: str,
) -> None:
    program.changed_at = timezone.now()
    program.save()
    ProgramChange.objects.create(
        program=program,
        actor_kind="staff",
        actor_id=str(by.pk),
        action=action,
        fields=fields or {},
        technical=technical or {},
        note=note[:300],
    )
