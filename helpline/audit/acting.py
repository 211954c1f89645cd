"""Naming the actor of a transaction, and recording what no trigger can see: reads, exports, sign-ins."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

from django.db import connection, transaction


class _Identified(Protocol):
    @property
    def pk(self) -> object: ...


@dataclass(frozen=True)
class Actor:
    """Somebody or something that does things: a member of staff, a caller (no account), a program, or a process."""

    kind: str
    id: str = ""

    @classmethod
    def staff(cls, user: _Identified) -> Actor:
        return cls("staff", str(user.pk))

    @classmethod
    def process(cls, name: str) -> Actor:
        return cls("process", name[:36])

    @classmethod
    def link(cls, link: _Identified) -> Actor:
        """Whoever holds a signed link: known only by the link."""
        return cls("link", str(link.pk))


CALLER = Actor("caller")
ADD = """
WITH subject AS (SELECT * FROM unnest(%s::text[], %s::uuid[]) AS each (id, inquiry_id))
INSERT INTO audit_record (actor_kind, actor_id, action, subject_kind, fields, reason, subject_id, inquiry_id)
SELECT %s, %s, %s, %s, %s::text[], %s, subject.id, subject.inquiry_id FROM subject
"""


@contextmanager
def acting(actor: Actor) -> Iterator[None]:
    """Open a transaction whose changes the audit triggers lay at ``actor``'s door."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('helpline.actor', %s, true)", [f"{actor.kind}:{actor.id}"])
        yield


def record(
    actor: Actor,
    action: str,
    subject_kind: str,
    subject_ids: Iterable[object] = ("",),
    *,
    inquiry_id: uuid.UUID | None = None,
    fields: Iterable[str] = (),
    reason: str = "",
) -> None:
    """Add one audit row for each subject. ``fields`` are names, never values; ``reason`` is one of our own codes."""
    subjects = [(subject_id, inquiry_id) for subject_id in subject_ids]
    record_each(actor, action, subject_kind, subjects, fields=fields, reason=reason)


def record_each(
    actor: Actor,
    action: str,
    subject_kind: str,
    subjects: Iterable[tuple[object, uuid.UUID | None]],
    *,
    fields: Iterable[str] = (),
    reason: str = "",
) -> None:
    """As ``record``, for subjects of many inquiries: each with its own, in one statement."""
    each = [(str(subject_id), inquiry_id) for subject_id, inquiry_id in subjects]
    with connection.cursor() as cursor:
        cursor.execute(
            ADD,
            [
                [subject_id for subject_id, _ in each],
                [inquiry_id for _, inquiry_id in each],
                actor.kind,
                actor.id,
                action,
                subject_kind,
                list(fields),
                reason,
            ],
        )


def record_read(actor: Actor, subject_kind: str, subject_id: uuid.UUID, *, inquiry_id: uuid.UUID | None = None) -> None:
    record(actor, "read", subject_kind, [subject_id], inquiry_id=inquiry_id or subject_id)


def record_list(actor: Actor, subject_kind: str, subject_ids: Iterable[uuid.UUID]) -> None:
    """One row for a page that shows many: the ids shown stand in ``fields``."""
    shown = [str(subject_id) for subject_id in subject_ids]
    record(actor, "listed", subject_kind, fields=shown)
