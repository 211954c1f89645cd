"""Programs side by side, what they told us, and what may be given to the caller of it."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from helpline.accounts.permissions import Permission, requires
from helpline.accounts.requests import StaffRequest
from helpline.audit.acting import Actor, record_read
from helpline.programs.models import Program
from intake.board.case import Case
from intake.dashboard.forms import StayForm
from intake.dashboard.gates import answering
from intake.dashboard.pages import back_to, case_or_404, inquiry_or_404
from intake.dashboard.panels import miles_of, shares_of
from intake.journey.share_programs import share_programs as write_to_caller
from intake.journey.share_programs import shareable
from intake.journey.suggest_programs import side_by_side
from intake.matching.engine import Match
from intake.matching.facts import can_be_told
from intake.matching.telling import remember
from intake.messages.models import Message

MOST = 3


@dataclass(frozen=True)
class Column:
    """One program of the comparison; ``safe`` to print or to give away, which a hidden place is not."""

    match: Match

    @property
    def safe(self) -> bool:
        return not self.match.offer.confidential


@answering
def told(request: StaffRequest, inquiry_id: UUID, program_id: UUID) -> HttpResponse:
    """What a program answered to one of our questions, kept for everybody who asks next."""
    inquiry_or_404(request, inquiry_id)
    program = get_object_or_404(Program.objects.listed(), pk=program_id)
    fact, says = request.POST.get("fact", ""), request.POST.get("says", "")
    if says in {"yes", "no"} and can_be_told(fact):
        remember(program, fact, says == "yes", by=request.user)
        words = _("Kept: %(name)s told us, and everybody sees it.") % {"name": program.name}
        messages.success(request, words, extra_tags="programs")
    else:
        messages.error(request, _("Nothing was kept: press what they answered."), extra_tags="programs")
    return back_to(inquiry_id, "programs")


@require_GET
@requires(Permission.ANSWER_INQUIRIES)
def compare(request: StaffRequest, inquiry_id: UUID) -> HttpResponse:
    """Two or three programs side by side, with the person's share of a stay. It prints without hidden places."""
    case = case_or_404(request, inquiry_id)
    record_read(Actor.staff(request.user), "inquiry", inquiry_id)
    form = StayForm(request.GET if "days" in request.GET else None)
    stay = form.cleaned_data if form.is_valid() else {}
    chosen = _chosen(request, case)
    context = {
        "inquiry": case.inquiry,
        "columns": [Column(match) for match in chosen],
        "too_many": len(request.GET.getlist("program")) > MOST,
        "hidden": len(chosen) - len(shareable(chosen)),
        "form": form,
        "shares": shares_of(case, **stay),
        "miles": miles_of(request),
        "points": [point for point in case.usable_contact_points if point.method in {"email", "text"}],
        "section": "desk",
    }
    return render(request, "dashboard/compare.html", context)


@answering
def share_programs(request: StaffRequest, inquiry_id: UUID) -> HttpResponse:
    """Write the chosen programs to one of the caller's addresses, if the safe-contact gate lets it."""
    case = case_or_404(request, inquiry_id)
    point = next((p for p in case.usable_contact_points if str(p.pk) == request.POST.get("send_to")), None)
    chosen = shareable(_chosen(request, case))
    if point is None or not chosen:
        messages.error(request, _("Nothing was sent: choose programs and an address."), extra_tags="programs")
        return back_to(inquiry_id, "programs")
    message = write_to_caller(point, chosen, by=Actor.staff(request.user))
    if message.state == Message.State.SENT:
        messages.success(request, _("Sent to them."), extra_tags="programs")
    else:
        messages.error(request, _("Not sent: %(why)s.") % {"why": message.reason}, extra_tags="programs")
    return back_to(inquiry_id, "programs")


def _chosen(request: StaffRequest, case: Case) -> list[Match]:
    asked = request.POST if request.method == "POST" else request.GET
    programs = [UUID(each) for each in asked.getlist("program")[:MOST] if _is_uuid(each)]
    if not programs:
        return []
    return side_by_side(case.inquiry, programs, miles=miles_of(request), today=timezone.localdate())


def _is_uuid(text: str) -> bool:
    try:
        return bool(UUID(text))
    except ValueError:
        return False
