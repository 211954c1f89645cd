"""What a person says of two listings that may be one place: join them, or keep them apart for good."""

from __future__ import annotations

import uuid
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from helpline.accounts.models import User
from helpline.audit.acting import Actor, acting, record
from helpline.programs.curation import CannotChange
from helpline.programs.models import Program, ProgramChange, SamePlace, ServiceCode
from helpline.programs.staging import CORRECTED_AS, MERGED

IDENTITY = ("edition_id", "identity", "occurrence", "source_row", "content_hash")


def join(pair_id: UUID, *, by: User) -> Program:
    """The older listing stays, with its history, its referrals and what people corrected, and says what the newer one
    says; the newer is withdrawn. Raises ``CannotChange``.
    """
    with acting(Actor.staff(by)):
        pair = decided(pair_id, SamePlace.Verdict.SAME, by)
        older, newer = _locked(pair)
        was = {name: getattr(older, name) for name in MERGED} | {"status": older.status}
        identity = {name: getattr(newer, name) for name in IDENTITY}
        by_hand = older.codes
        if "codes" in older.corrected_fields:
            by_hand = ServiceCode.translated(older.codes, newer.edition_id)
        _step_aside(newer, older, by)
        for name, value in (identity | {"codes": by_hand}).items():
            setattr(older, name, value)
        _take_over(older, newer)
        changed = {
            name: [before, getattr(older, name)] for name, before in was.items() if before != getattr(older, name)
        }
        _save(older, ProgramChange.Action.JOINED, changed, "", by)
    return older


def keep_apart(pair_id: UUID, *, by: User) -> None:
    """They are two. Raises ``CannotChange``."""
    with acting(Actor.staff(by)):
        decided(pair_id, SamePlace.Verdict.DIFFERENT, by)


def decided(pair_id: UUID, verdict: SamePlace.Verdict, by: User) -> SamePlace:
    """The pair with the verdict written down. Raises ``CannotChange`` when there is one already."""
    pair = SamePlace.objects.select_for_update().filter(pk=pair_id).first()
    if pair is None or pair.verdict:
        raise CannotChange(_("Somebody has decided this already."))
    pair.verdict, pair.decided_at, pair.decided_by = verdict, timezone.now(), by
    pair.save()
    record(Actor.staff(by), "decided", "same_place", [pair.pk], reason=verdict.value)
    return pair


def _locked(pair: SamePlace) -> tuple[Program, Program]:
    both = Program.objects.select_for_update(of=("self",)).order_by("id").in_bulk([pair.older_id, pair.newer_id])
    older, newer = both[pair.older_id], both[pair.newer_id]
    if newer.status == Program.Status.WITHDRAWN:
        raise CannotChange(_("%(name)s is withdrawn. Restore it first.") % {"name": newer.name})
    return older, newer


def _step_aside(newer: Program, older: Program, by: User) -> None:
    """The newer one gives up its name and place, so that the next import finds the older one by them."""
    before = [newer.status, Program.Status.WITHDRAWN.value]
    newer.identity, newer.status = uuid.uuid4(), Program.Status.WITHDRAWN
    newer.status_reason = _("The same place as %(name)s") % {"name": older.name[:240]}
    newer.corrected_fields = sorted({*newer.corrected_fields, "status"})
    _save(newer, ProgramChange.Action.WITHDRAWN, {"status": before}, newer.status_reason, by)


def _take_over(older: Program, newer: Program) -> None:
    """What was corrected in either stays, the newer one's word before the older's."""
    by_hand = set(older.corrected_fields) - set(newer.corrected_fields)
    for name in MERGED:
        if CORRECTED_AS.get(name, name) not in by_hand:
            setattr(older, name, getattr(newer, name))
    if "status" not in by_hand:
        older.status, older.status_reason = Program.Status.LISTED, ""
    older.confidential = older.confidential or newer.confidential
    if newer.verified_at and (older.verified_at is None or newer.verified_at > older.verified_at):
        older.verified_at, older.verified_by = newer.verified_at, newer.verified_by
        older.verification_note = newer.verification_note
    older.corrected_fields = sorted({*older.corrected_fields, *newer.corrected_fields} - {"status"})


def _save(program: Program, action: ProgramChange.Action, fields: dict[str, Any], note: str, by: User) -> None:
    program.changed_at = timezone.now()
    program.save()
    ProgramChange.objects.create(
        program=program, actor_kind="staff", actor_id=str(by.pk), action=action, fields=fields, note=note[:300]
    )
