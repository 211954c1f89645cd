"""Records of our own work: what a rule lets go goes with its old values, a hold keeps it, a dry run changes nothing."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from helpline.audit.acting import Actor, acting
from helpline.audit.models import AuditRecord, OldValue
from intake.disclosures.models import AccountingRequest, Breach, BreakGlass, OfficialRequest, Restriction
from intake.disclosures.sealing import break_open, review
from intake.journey.asked import (
    answer_accounting,
    ask_accounting,
    ask_restriction,
    decide_restriction,
    take_official_request,
)
from intake.journey.erase import hold
from intake.journey.let_go import let_go
from tests.dashboard.conftest import opened, staff

pytestmark = pytest.mark.django_db
LATER = timedelta(days=6 * 366 + 1)
ALL = {"restriction": 1, "accounting request": 1, "breach": 1, "broken glass": 1}
TABLES = (Restriction, AccountingRequest, Breach, BreakGlass, OfficialRequest, OldValue, AuditRecord)


@pytest.fixture
def worked() -> Any:
    """One of each that is over, and one of each that is not."""
    over, by, officer = opened("mother"), staff("consultant"), staff("privacy_officer")
    today, other = timezone.localdate(), opened("anonymous")
    for inquiry in (over, other):
        asked = ask_restriction(inquiry, purpose="refer", what="no town", paid_in_full=False, by=by)
        wanted = ask_accounting(inquiry, kind="accounting", asked_on=today, by=by)
        with acting(Actor.staff(by)):
            glass = break_open(inquiry.pk, "why", by=by)
        lost = Breach.objects.create(discovered_on=today, what="a phone", whom="two", people=2, recorded_by="x")
        take_official_request(by=by, kind="police", who="x", asked="x")
        if inquiry is over:
            decide_restriction(asked, "refused", by=officer)
            answer_accounting(wanted, by=officer)
            with acting(Actor.staff(officer)):
                review(glass, outcome="right", words="seen", by=officer)
            lost.people_told_on, lost.secretary_told_on, lost.what = today, today, "a phone, found"
            lost.save()
    return over


def counted() -> list[int]:
    return [model._default_manager.count() for model in TABLES]


def went(**how: Any) -> dict[str, int]:
    return {kind: count for kind, count in let_go(tell=lambda _: None, **how).items() if count}


def test_what_is_over_goes_with_what_its_fields_held(worked: Any) -> None:
    before, later = counted(), timezone.now() + LATER
    assert went(now=timezone.now()) == {}
    assert went(now=later, dry_run=True) == ALL
    assert counted() == before
    kept = {"disclosures_restriction", "disclosures_breach", "disclosures_break_glass"}
    assert OldValue.objects.filter(table_name="disclosures_breach").exists()
    assert went(now=later) == ALL
    assert [model._default_manager.count() for model in TABLES[:4]] == [1, 1, 1, 1]
    assert OfficialRequest.objects.count() == 2
    assert not OldValue.objects.filter(table_name__in=kept).exists()
    assert AuditRecord.objects.filter(action="forgotten", subject_kind="restriction", inquiry_id=worked.pk).exists()


def test_a_hold_keeps_what_is_about_its_inquiry_and_every_breach(worked: Any) -> None:
    hold(worked, why="a court asks", by=staff("privacy_officer"))
    assert went(now=timezone.now() + LATER) == {"held": 4}


@pytest.mark.parametrize("command", ["retire_records", "forget_expired"])
def test_a_dry_run_changes_nothing_in_any_table(worked: Any, command: str) -> None:
    Restriction.objects.filter(state="refused").update(decided_at=timezone.now() - LATER)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE vault_signed_link SET expires_at = now() - interval '99 days'")
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        tables, counts = [row[0] for row in cursor.fetchall()], []
        for _ in range(2):
            counts.append([cursor.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in tables])
            if len(counts) == 1:
                out = StringIO()
                call_command(command, "--dry-run", stdout=out)
    assert counts[0] == counts[1]
    assert "Nothing was changed" in out.getvalue()
    if command == "retire_records":
        assert "       1 restriction" in out.getvalue()
        assert "kept until a person decides" in out.getvalue()
