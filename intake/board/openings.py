"""What programs said is free, and what of it is held for somebody: for the desk's cards."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q
from django.db.models.functions import Now

from helpline.programs.models import Opening, OpeningKind
from intake.matching.models import PlaceHold


@dataclass(frozen=True)
class Free:
    """Places of one kind as they were told; ``held`` for other people, ``mine`` when one is held for this inquiry."""

    opening_id: UUID
    kind: str
    words: Any
    places: int
    held: int
    mine: bool
    told_at: datetime

    @property
    def all_held(self) -> bool:
        """For other people: nobody can be promised one of them."""
        return 0 < self.places <= self.held

    @property
    def can_be_held(self) -> bool:
        return self.places > self.held


def free_at(program_ids: Iterable[str], *, inquiry_id: UUID, now: datetime) -> dict[str, list[Free]]:
    """By program id, what is believed at ``now``; a program that is not there said nothing lately. One statement."""
    standing = Q(place_holds__until__gt=Now()) & ~Q(place_holds__inquiry_id=inquiry_id)
    mine = PlaceHold.objects.standing().filter(opening=OuterRef("pk"), inquiry_id=inquiry_id)
    openings = (
        Opening.objects.believed(now)
        .filter(program_id__in=list(program_ids))
        .annotate(held=Count("place_holds", filter=standing), mine=Exists(mine))
        .order_by("kind")
        .values_list("program_id", "id", "kind", "places", "held", "mine", "told_at")
    )
    found: dict[str, list[Free]] = defaultdict(list)
    for program, opening, kind, places, held, is_mine, told_at in openings:
        free = Free(opening, kind, OpeningKind(kind).label, places, held, is_mine, told_at)
        found[str(program)].append(free)
    return dict(found)
