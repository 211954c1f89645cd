"""How each payer answers, for supervisors."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from helpline.accounts.permissions import Permission, requires
from helpline.accounts.requests import StaffRequest
from intake.board.scorecard import SLOW_SECONDS, scorecard

SPANS = (7, 30, 90)
USUAL = 30


@require_GET
@requires(Permission.SUPERVISE)
def payer_scores(request: StaffRequest) -> HttpResponse:
    """Counts and times only: nothing of anybody's inquiry."""
    asked = request.GET.get("days", "")
    days = int(asked) if asked in map(str, SPANS) else USUAL
    context = {"scores": scorecard(days=days), "days": days, "spans": SPANS, "slow": SLOW_SECONDS, "section": "payers"}
    return render(request, "dashboard/payers.html", context)
