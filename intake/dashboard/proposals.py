"""What programs asked to change in their listings, and the link by which they ask."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from helpline.accounts.permissions import Permission, requires
from helpline.accounts.requests import StaffRequest
from helpline.programs.curation import CannotChange
from helpline.programs.models import Program, Proposal
from helpline.programs.self_service import decline, make_change, make_listing_link
from intake.dashboard.listings_forms import shown_changes


@require_GET
@requires(Permission.CORRECT_LISTINGS)
def proposals(request: StaffRequest) -> HttpResponse:
    """Oldest first; what is decided is in the listing's history."""
    waiting = list(Proposal.objects.filter(state=Proposal.State.ASKED).select_related("program"))
    rows = list(zip(waiting, shown_changes(waiting), strict=True))
    return render(request, "dashboard/listings/proposals.html", {"rows": rows, "section": "programs"})


@require_POST
@requires(Permission.CORRECT_LISTINGS)
def decide_proposal(request: StaffRequest, proposal_id: UUID) -> HttpResponse:
    proposal = get_object_or_404(Proposal, pk=proposal_id)
    try:
        if "decline" in request.POST:
            decline(proposal.pk, by=request.user)
            messages.success(request, _("The listing stays as it is."))
        else:
            make_change(proposal.pk, called="called" in request.POST, by=request.user)
            messages.success(request, _("Changed. Imports will leave it alone."))
    except CannotChange as problem:
        messages.error(request, str(problem))
    return redirect("listing_proposals")


@require_POST
@requires(Permission.CORRECT_LISTINGS)
def make_link(request: StaffRequest, program_id: UUID) -> HttpResponse:
    program = get_object_or_404(Program, pk=program_id)
    context = {"program": program, "link": make_listing_link(program, by=request.user), "section": "programs"}
    return render(request, "dashboard/listings/link.html", context)
