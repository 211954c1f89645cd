"""A place that is listed twice: find the other listing, choose field by field, join them, undo it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from helpline.accounts.permissions import Permission, requires
from helpline.accounts.requests import StaffRequest
from helpline.programs.curation import CannotChange
from helpline.programs.merging import BOTH, Difference, differences
from helpline.programs.models import Join, Program, ServiceCode
from intake.journey.merge_listings import merge_listings, undo_merge_of_listings

SHOWN = 20


@require_GET
@requires(Permission.CORRECT_LISTINGS)
def find_twin(request: StaffRequest, program_id: UUID) -> HttpResponse:
    """Listings that may be the same place: with its number or ZIP code, or found by words."""
    program, words = _program(program_id), request.GET.get("q", "").strip()[:100]
    others = Program.objects.exclude(pk=program_id).exclude(status=Program.Status.WITHDRAWN).select_related("edition")
    found = others.searched(words) if words else _likely(others, program)
    context = {"program": program, "words": words, "found": found.order_by("sort_name", "id")[:SHOWN]}
    return render(request, "dashboard/listings/twin.html", context | {"section": "programs"})


@requires(Permission.CORRECT_LISTINGS)
def merge(request: StaffRequest, program_id: UUID, other_id: UUID) -> HttpResponse:
    """Both side by side; what is chosen becomes the word of the first, and the other is withdrawn."""
    kept, gone = _program(program_id), _program(other_id)
    if request.method == "POST":
        try:
            merge_listings(kept.pk, gone.pk, request.POST.dict(), by=request.user)
        except CannotChange as problem:
            messages.error(request, str(problem))
        else:
            messages.success(request, _("Joined. It can be undone on this page."))
        return redirect("listing", program_id)
    found = differences(kept, gone)
    codes = {code for each in found if each.field == "codes" for side in (each.kept, each.gone) for code in side.value}
    names = dict(ServiceCode.objects.filter(pk__in=codes).values_list("pk", "name"))
    rows = [(each, *_sides(each, names)) for each in found]
    context = {"kept": kept, "gone": gone, "rows": rows, "both": BOTH, "section": "programs"}
    return render(request, "dashboard/listings/merge.html", context)


@require_POST
@requires(Permission.CORRECT_LISTINGS)
def undo_merge(request: StaffRequest, join_id: UUID) -> HttpResponse:
    join = get_object_or_404(Join, pk=join_id)
    try:
        undo_merge_of_listings(join_id, by=request.user)
        messages.success(request, _("Both listings stand again."))
    except CannotChange as problem:
        messages.error(request, str(problem))
    return redirect("listing", join.kept_id)


def _likely(others: QuerySet[Program], program: Program) -> QuerySet[Program]:
    numbers = program.phones
    street = Q(zip=program.zip, street1__iexact=program.street1) if program.street1 else Q()
    return others.filter(Q(phone__in=numbers) | Q(intake_lines__overlap=numbers) | street)


def _sides(difference: Difference, names: dict[int, str]) -> tuple[str, str]:
    """Both in words; of service codes, of which there are many, those the other side does not name."""
    mine, theirs = difference.kept.value, difference.gone.value
    if difference.field == "codes":
        mine, theirs = ([code for code in one if code not in other] for one, other in ((mine, theirs), (theirs, mine)))
        also = _("Also: %(services)s")
        return also % {"services": _told(mine, names)}, also % {"services": _told(theirs, names)}
    return _told(mine, names), _told(theirs, names)


def _told(value: Any, names: dict[int, str]) -> str:
    if isinstance(value, list | tuple):
        return "; ".join(names.get(each, str(each)) for each in value) or "–"
    return str(value) if value not in ("", None) else "–"


def _program(program_id: UUID) -> Program:
    return get_object_or_404(Program.objects.select_related("edition"), pk=program_id)
