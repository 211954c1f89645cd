"""The privacy officer's page of the audit record: newest first, a hundred at a time, and how far it is sealed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from helpline.accounts.models import User
from helpline.accounts.permissions import Permission, requires
from helpline.accounts.reauthentication import recently_authenticated
from helpline.accounts.requests import StaffRequest
from helpline.audit.acting import Actor, record
from helpline.audit.models import AuditRecord, Seal
from intake.board.records import records_about
from intake.dashboard import history
from intake.dashboard.gates import posted
from intake.inquiries.models import Inquiry

PAGE = 100


@dataclass(frozen=True)
class Sought:
    """What was asked for; what cannot be read finds nothing."""

    inquiry: str
    who: str
    day: str

    @classmethod
    def of(cls, said: Mapping[str, str]) -> Sought:
        return cls(said.get("inquiry", "").strip(), said.get("who", ""), said.get("day", ""))

    @property
    def inquiry_id(self) -> UUID | None:
        try:
            return UUID(self.inquiry)
        except ValueError:
            return None

    @property
    def query(self) -> str:
        return urlencode({"inquiry": self.inquiry, "who": self.who, "day": self.day})

    def rows(self) -> QuerySet[AuditRecord]:
        rows = AuditRecord.objects.all()
        if self.inquiry:
            rows = records_about(self.inquiry_id) if self.inquiry_id else rows.none()
        if self.who:
            named = self.who.replace("-", "").isalnum()
            rows = rows.filter(actor_kind="staff", actor_id=self.who[:36]) if named else rows.none()
        if self.day:
            hours = _hours_of(self.day)
            rows = rows.filter(at__gte=hours[0], at__lt=hours[1]) if hours else rows.none()
        return rows


@dataclass(frozen=True)
class Page:
    """Some rows, newest first; ``newer`` and ``older`` say where the pages beside it begin, None at an end."""

    rows: list[AuditRecord]
    newer: int | None
    older: int | None


def page_of(rows: QuerySet[AuditRecord], said: Mapping[str, str]) -> Page:
    """The page before or after a record. Nothing is counted and nothing passed over, however long the record is."""
    before, after = _number(said.get("before", "")), _number(said.get("after", ""))
    if after is not None:
        found = list(rows.filter(id__gt=after).order_by("id")[: PAGE + 1])
        shown, more = found[:PAGE][::-1], len(found) > PAGE
        return Page(shown, shown[0].pk if more else None, shown[-1].pk if shown else after + 1)
    older = rows if before is None else rows.filter(id__lt=before)
    found = list(older.order_by("-id")[: PAGE + 1])
    shown, more = found[:PAGE], len(found) > PAGE
    return Page(shown, shown[0].pk if shown and before is not None else None, shown[-1].pk if more else None)


@require_GET
@requires(Permission.READ_AUDIT)
@recently_authenticated
def audit(request: StaffRequest) -> HttpResponse:
    """Who looked at, changed or disclosed what. Looking is recorded, too."""
    sought = Sought.of(request.GET)
    page = page_of(sought.rows(), request.GET)
    record(Actor.staff(request.user), "read", "audit", inquiry_id=sought.inquiry_id)
    context = {
        "page": page,
        "lines": history.in_words(page.rows),
        "sought": sought,
        "reach": Seal.objects.reach(timezone.now()),
        "staff": User.objects.order_by("name"),
        "section": "audit",
        "zone": timezone.localtime().tzname(),
    }
    return render(request, "dashboard/audit.html", context)


@requires(Permission.READ_AUDIT)
@posted
def find_audit(request: StaffRequest) -> HttpResponse:
    """From a reference code to the records of its inquiry; the code stays out of the address."""
    inquiry = Inquiry.objects.by_reference(request.POST.get("code", ""))
    if inquiry is None:
        messages.error(request, _("No inquiry has this code. Check it letter by letter."))
        return redirect("desk_audit")
    return redirect(f"{reverse('desk_audit')}?{urlencode({'inquiry': str(inquiry.pk)})}")


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def _hours_of(day: str) -> tuple[datetime, datetime] | None:
    """The day's beginning and end where we are."""
    try:
        first = date.fromisoformat(day)
        begins, ends = (datetime.combine(one, time()) for one in (first, first + timedelta(1)))
        return timezone.make_aware(begins), timezone.make_aware(ends)
    except (ValueError, OverflowError):
        return None
