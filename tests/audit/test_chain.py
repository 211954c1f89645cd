"""What a link is, held by a vector: whoever changes it breaks every chain there is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest
from django.db import connection

from helpline.audit.chain import COLUMNS, canonical, extend
from helpline.audit.heads import Head, Heads

AT = datetime(2026, 11, 23, 5, 0, 0, 120, tzinfo=UTC)
ONE = UUID("01a20d3e-0972-70f2-87c5-f7291ac98786")
ROW = (7, AT, "staff", "x", "changed", "inquiries_person", str(ONE), ONE, ["b", "a"], "", "812")


def test_the_first_link_is_what_it_always_was() -> None:
    assert canonical(ROW) == (
        b'{"action":"changed","actor_id":"x","actor_kind":"staff","at":"2026-11-23T05:00:00.000120+00:00",'
        b'"fields":["b","a"],"id":7,"inquiry_id":"01a20d3e-0972-70f2-87c5-f7291ac98786","reason":"",'
        b'"subject_id":"01a20d3e-0972-70f2-87c5-f7291ac98786","subject_kind":"inquiries_person","xid":"812"}'
    )
    [(position, record_id, hash_)] = extend(Head.at_start(), [ROW])
    assert (position, record_id) == (1, 7)
    assert hash_.hex() == "965b03ef2690a3effe3fcfb03db26176e2114ecff10b12010ea598476c157712"


def test_the_same_moment_in_another_zone_is_the_same_row() -> None:
    there = AT.astimezone(timezone(timedelta(hours=-5)))
    assert canonical((7, there, *ROW[2:])) == canonical(ROW)


@pytest.mark.parametrize("at", range(len(COLUMNS)))
def test_every_column_counts(at: int) -> None:
    other = [*ROW]
    other[at] = None
    assert canonical(other) != canonical(ROW)


@pytest.mark.django_db
def test_no_column_of_the_record_is_left_out() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT column_name FROM information_schema.columns WHERE table_name = 'audit_record'")
        assert {name for (name,) in cursor.fetchall()} == set(COLUMNS)


def test_a_heads_file_is_read_as_it_was_written() -> None:
    heads = [Head(n, bytes([n]) * 32, AT + timedelta(seconds=n)) for n in (3, 5, 9)]
    restored = Head(5, heads[1].hash, AT + timedelta(days=1))
    lines = [*map(str, heads), "17 torn", f"restored {restored} disk full", str(Head(6, bytes(32), AT))]
    read = Heads.read(lines)
    assert sorted(read.at) == [3, 5, 6]
    assert read.last == Head(6, bytes(32), AT)
    assert read.unreadable == [4]
    [restore] = read.restores
    assert (restore.head, restore.lost, restore.reason) == (restored, heads[2], "disk full")
