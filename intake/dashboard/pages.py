"""The two pages of the desk, and what stands on them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from helpline.accounts.requests import StaffRequest
from helpline.audit.acting import Actor, record_list, record_read
from intake.board.case import Case, inquiry_of
from intake.board.sealed import admit
from intake.board.waiting import MOST, board_for
from intake.dashboard.forms import FindForm, TellForm
from intake.dashboard.panels import PANELS, context_of, typing_of
from intake.disclosures.models import BreakGlass
from intake.inquiries.models import Inquiry

EVERYBODY = 2000


def queue_context(request: StaffRequest) -> dict[str, Any]:
    """The queue, recorded as a reading of the inquiries that this session has not seen on it before."""
    everybody = "all" in request.GET
    board = board_for(request.user, now=timezone.now(), most=EVERYBODY if everybody else MOST)
    _record_shown(request, board.shown)
    return {
        "board": board,
        "live_url": f"{settings.LIVE_URL}stream",
        "section": "desk",
        "to_review": BreakGlass.objects.to_review().count() if request.user.may_review else 0,
        "find_form": FindForm(),
    }


def _record_shown(request: StaffRequest, shown: list[UUID]) -> None:
    """One audit row when somebody appears; a queue that renews itself all night would else bury the record.

    The session remembers the last 12 digits of each id: they are the random ones (RFC 9562, version 7).
    """
    seen = set(request.session.get("shown", []))
    new = [each for each in shown if each.hex[-12:] not in seen]
    if new:
        record_list(Actor.staff(request.user), "inquiry", new)
        request.session["shown"] = [each.hex[-12:] for each in shown]


def inquiry_or_404(request: StaffRequest, inquiry_id: UUID) -> Inquiry:
    """The row alone, for what is done to it, if whoever asks may open it. Raises ``SealedFromYou``."""
    admit(request.user, inquiry_id)
    try:
        return inquiry_of(inquiry_id)
    except Inquiry.DoesNotExist:
        raise Http404("No such inquiry.") from None


def case_or_404(request: StaffRequest, inquiry_id: UUID) -> Case:
    """The row with all around it, for what is shown of it. Raises ``SealedFromYou``."""
    return Case(inquiry_or_404(request, inquiry_id))


def inquiry_page(request: StaffRequest, case: Case, **more: Any) -> HttpResponse:
    """The whole page; ``more`` replaces a form by one that was sent with something wrong."""
    record_read(Actor.staff(request.user), "inquiry", case.inquiry.pk)
    context = queue_context(request) | context_of(PANELS, request, case) | typing_of(case) | more
    return render(request, "dashboard/inquiry.html", context)


def back_to(inquiry_id: UUID, part: str) -> HttpResponse:
    """To the part of the page that was changed: what is said about it stands there and takes the focus."""
    return redirect(f"{reverse('desk_inquiry', args=[inquiry_id])}#{part}-said")


def correct_page(request: StaffRequest, inquiry: Inquiry, form: TellForm) -> HttpResponse:
    return render(request, "dashboard/correct.html", {"inquiry": inquiry, "form": form, "section": "desk"})
