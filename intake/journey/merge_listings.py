"""Listings made one, with what programs told us of them: the facts go over, and come back when it is undone."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from helpline.accounts.models import User
from helpline.audit.acting import Actor, acting
from helpline.programs import merging
from helpline.programs.models import Join
from intake.matching.models import Told


def merge_listings(kept: UUID, gone: UUID, chosen: Mapping[str, str], *, by: User) -> Join:
    """See ``merging.merge``. What either program told us is from now on told of the one that stays."""
    with acting(Actor.staff(by)):
        join = merging.merge(kept, gone, chosen, by=by)
        told = list(Told.objects.filter(program=gone).values_list("pk", flat=True))
        Told.objects.filter(pk__in=told).update(program=kept)
        join.moved["told"] = told
        join.save(update_fields=["moved"])
    return join


def undo_merge_of_listings(join_id: UUID, *, by: User) -> Join:
    """See ``merging.undo_merge``."""
    with acting(Actor.staff(by)):
        join = merging.undo_merge(join_id, by=by)
        Told.objects.filter(pk__in=join.moved.get("told", [])).update(program=join.gone_id)
    return join
