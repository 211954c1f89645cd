"""The verification round and what is not known: which listings need a call first."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from helpline.accounts.permissions import Permission, requires
from helpline.accounts.requests import StaffRequest
from helpline.programs import rounds
from helpline.programs.completeness import FACTS, Lack, all_together
from helpline.programs.curation import CannotChange
from helpline.programs.editions import PLACES_ATTRIBUTION
from helpline.programs.models import Program
from helpline.programs.states import STATES
from helpline.programs.wide_map import wide_map
from intake.dashboard.listings_tables import ListingFilter

GROUPED = {"state": "state", "edition": "edition__name"}


@require_GET
@requires(Permission.CALL_LISTINGS)
def verification_round(request: StaffRequest) -> HttpResponse:
    """Whom to call next: mine now, then the most used and stalest."""
    state, now = _state(request.GET.get("state", "")), timezone.now()
    mine = rounds.calling(request.user)
    waiting, count = rounds.due(now=now, state=state)
    context = {
        "mine": mine,
        "lacks": Lack().facts(mine.program) if mine else [],
        "due": [each for each in waiting if mine is None or each.program.pk != mine.program_id],
        "count": count,
        "now": now,
        "state": state,
        "states": STATES,
        "section": "programs" if request.user.may_correct else "round",
    }
    return render(request, "dashboard/listings/round.html", context)


@require_POST
@requires(Permission.CALL_LISTINGS)
def take(request: StaffRequest) -> HttpResponse:
    """Take the next listing of the round, or the one whose button was pressed."""
    state = _state(request.POST.get("state", ""))
    try:
        if wanted := request.POST.get("program"):
            rounds.take(UUID(wanted), by=request.user)
        elif not rounds.take_next(by=request.user, state=state):
            messages.info(request, _("Nobody is left to call here."))
    except (ValueError, Program.DoesNotExist) as problem:
        words = str(problem) if isinstance(problem, CannotChange) else _("There is no such listing.")
        messages.error(request, words)
    return _back(state)


@require_POST
@requires(Permission.CALL_LISTINGS)
def said(request: StaffRequest, program_id: UUID) -> HttpResponse:
    """One click: what came of the call. Then the next listing is theirs."""
    state, answer = _state(request.POST.get("state", "")), request.POST.get("said", "")
    if answer not in set(rounds.Said):
        messages.error(request, _("Nothing was written down: press what they said."))
        return _back(state)
    try:
        program = rounds.say(program_id, rounds.Said(answer), by=request.user, note=request.POST.get("note", ""))
    except CannotChange as problem:
        messages.error(request, str(problem))
        return _back(state)
    messages.success(request, _("Written down: %(name)s.") % {"name": program.name})
    if answer != rounds.Said.BACK:
        rounds.take_next(by=request.user, state=state)
    return _back(state)


@require_GET
@requires(Permission.CORRECT_LISTINGS)
def completeness(request: HttpRequest) -> HttpResponse:
    """How much is known of what is listed, by state or by directory."""
    by = request.GET.get("by", "")
    by = by if by in GROUPED else "state"
    shares = Lack().shares(GROUPED[by])
    context = {"by": by, "facts": FACTS, "shares": shares, "all": all_together(shares) if shares else None}
    return render(request, "dashboard/listings/completeness.html", context | {"section": "programs"})


@require_GET
@requires(Permission.CORRECT_LISTINGS)
def listings_map(request: HttpRequest) -> HttpResponse:
    """Where the listings of a search lie. Hidden places are not on it."""
    state, found = _state(request.GET.get("state", "")), ListingFilter(request.GET, queryset=Program.objects.all())
    context = {
        "map": wide_map(found.qs, state=state),
        "state": state,
        "state_name": STATES.get(state, ""),
        "query": request.GET.urlencode(),
        "places_from": PLACES_ATTRIBUTION,
        "section": "programs",
    }
    return render(request, "dashboard/listings/map.html", context)


def _state(text: str) -> str:
    return text if text in STATES else ""


def _back(state: str) -> HttpResponse:
    asked = f"?{urlencode({'state': state})}" if state else ""
    return redirect(f"{reverse('listings_round')}{asked}")
