"""Listings made one, with what programs told us of them: the facts go over, and come back when it is undone."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from helpline.accounts.models import User
from helpline.audit.acting import Actor, acting
from helpline.programs import joining, merging
from helpline.programs.models import Join, Program, SamePlace
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


def join_pair(pair_id: UUID, *, by: User) -> Program:
    """Make one place of a pair that an import proposed; returns the listing that stays.

    Of one directory the earlier listing says what the later edition says. Of two directories side by side the one
    published later speaks on, and it can be undone. Raises ``CannotChange``.
    """
    pair = SamePlace.objects.select_related("older__edition", "newer__edition", "run").filter(pk=pair_id).first()
    if pair is None or not pair.of_two_directories:
        return joining.join(pair_id, by=by)
    with acting(Actor.staff(by)):
        joining.decided(pair_id, SamePlace.Verdict.SAME, by)
        kept, gone = pair.kept_and_gone
        merge_listings(kept.pk, gone.pk, {}, by=by)
    return kept


def undo_merge_of_listings(join_id: UUID, *, by: User) -> Join:
    """See ``merging.undo_merge``."""
    with acting(Actor.staff(by)):
        join = merging.undo_merge(join_id, by=by)
        Told.objects.filter(pk__in=join.moved.get("told", [])).update(program=join.gone_id)
    return join
