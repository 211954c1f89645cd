"""The privacy officer's page: every record once, a day from midnight to midnight, looking recorded."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client

from helpline.audit.acting import Actor, record, record_list
from helpline.audit.models import AuditRecord
from intake.board.records import records_about
from intake.dashboard.audit_page import PAGE, Sought
from intake.journey.erase import erase
from tests.dashboard.conftest import opened, staff
from tests.journey.test_erase import lived_through

pytestmark = pytest.mark.django_db
WHO = str(uuid4())


@pytest.fixture
def officer(signed_in: Any) -> Client:
    return signed_in("privacy_officer")


def shown(officer: Client, **said: Any) -> Any:
    return officer.get("/desk/audit/", {"who": WHO, **said}).context["page"]


def test_paging_down_and_up_again_shows_every_record_once(officer: Client) -> None:
    record(Actor("staff", WHO), "read", "inquiry", range(2 * PAGE + 20))
    wanted = list(AuditRecord.objects.filter(actor_id=WHO).order_by("-id").values_list("id", flat=True))
    pages = [shown(officer)]
    while pages[-1].older:
        pages.append(shown(officer, before=pages[-1].older))
    assert [row.id for page in pages for row in page.rows] == wanted
    assert pages[0].newer is None
    up = [pages[-1]]
    while up[-1].newer:
        up.append(shown(officer, after=up[-1].newer))
    assert [row.id for page in reversed(up) for row in page.rows] == wanted


def test_a_day_is_a_day_where_we_are(officer: Client) -> None:
    times = {
        "before": datetime(2026, 11, 2, 4, 59, 59, 999999, tzinfo=UTC),
        # New York had turned its clocks back the day before
        "first": datetime(2026, 11, 2, 5, 0, tzinfo=UTC),
        "last": datetime(2026, 11, 3, 4, 59, 59, 999999, tzinfo=UTC),
        "after": datetime(2026, 11, 3, 5, 0, tzinfo=UTC),
    }
    for reason, at in times.items():
        one = AuditRecord(at=at, actor_kind="staff", actor_id=WHO, action="read", subject_kind="x", reason=reason)
        one.save(force_insert=True)
    assert [row.reason for row in shown(officer, day="2026-11-02").rows] == ["last", "first"]


def test_looking_is_recorded_with_what_was_sought(officer: Client) -> None:
    inquiry = uuid4()
    officer.get("/desk/audit/", {"inquiry": str(inquiry)})
    looked = AuditRecord.objects.get(subject_kind="audit")
    assert (looked.actor_kind, looked.action, looked.inquiry_id) == ("staff", "read", inquiry)


def test_one_filter_finds_everything_about_an_inquiry_also_when_it_is_erased(officer: Client) -> None:
    inquiry, by = lived_through(), staff("consultant")
    other = opened("mother")
    record_list(Actor.staff(by), "inquiry", [inquiry.pk, other.pk])
    tables = {"inquiries_person", "inquiries_caller", "insurance_policy", "insurance_verification", "insurance_attempt"}
    found = list(records_about(inquiry.pk).order_by("id"))
    assert tables | {"inquiry"} <= {row.subject_kind for row in found}
    assert not {str(other.person_id), str(other.caller_id)} & {row.subject_id for row in found}
    page = officer.get("/desk/audit/", {"inquiry": str(inquiry.pk)}).context["page"]
    assert {row.pk for row in found[-20:]} <= {row.pk for row in page.rows}
    erase(inquiry, by=Actor.process("test"), reason="person_asked")
    assert {row.pk for row in found} < {row.pk for row in records_about(inquiry.pk)}


FILL = """INSERT INTO audit_record (actor_kind, actor_id, action, subject_kind, subject_id, inquiry_id, fields, reason)
    SELECT 'staff', gen_random_uuid()::text, CASE n % 50 WHEN 0 THEN 'listed' ELSE 'read' END, 'inquiry',
        gen_random_uuid()::text, gen_random_uuid(), ARRAY[gen_random_uuid()::text], ''
    FROM generate_series(1, 20000) n"""


def test_what_the_officer_asks_is_looked_up_and_not_read_through(officer: Client) -> None:
    inquiry = opened("inactive")
    with connection.cursor() as cursor:
        cursor.execute(FILL)
    plan = records_about(inquiry.pk).order_by("-id")[:101].explain()
    for name in ("audit_record_inquiry", "audit_record_subject", "audit_record_listed"):
        assert name in plan, plan
    assert "Seq Scan" not in plan, plan
    who = Sought("", str(uuid4()), "").rows().order_by("-id")[:101].explain()
    assert "audit_record_staff" in who, who
