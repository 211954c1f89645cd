"""Screens where admins keep listings true: find, correct, verify, take out, bring back."""

from __future__ import annotations

from itertools import groupby
from typing import cast
from uuid import UUID

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST
from django_tables2 import RequestConfig

from helpline.accounts.models import User
from helpline.accounts.permissions import Permission, requires
from helpline.programs import curation
from helpline.programs.completeness import Lack
from helpline.programs.editions import PLACES_ATTRIBUTION
from helpline.programs.models import Join, Program, Proposal, ServiceCode
from intake.dashboard.listings_forms import CorrectionForm, StatusForm, TogetherForm, VerifyForm
from intake.dashboard.listings_tables import ListingFilter, ListingTable, PageOfIds, history_of
from intake.dashboard.packets import packet_ways

PER_PAGE = 25


@requires(Permission.CORRECT_LISTINGS)
def listings(request: HttpRequest) -> HttpResponse:
    found = ListingFilter(request.GET, queryset=Program.objects.all())
    table = ListingTable(found.qs, now=timezone.now())
    pages = {"per_page": PER_PAGE, "silent": True, "paginator_class": PageOfIds}
    RequestConfig(request, paginate=pages).configure(table)
    context = {"filter": found, "table": table, "section": "programs", "query": request.GET.urlencode()}
    context["asked"] = Proposal.objects.filter(state=Proposal.State.ASKED).count()
    fragment = request.htmx and not request.htmx.history_restore_request  # type: ignore[attr-defined]  # middleware
    return render(request, "dashboard/listings/_found.html" if fragment else "dashboard/listings/list.html", context)


@requires(Permission.CORRECT_LISTINGS)
def listing(request: HttpRequest, program_id: UUID) -> HttpResponse:
    return _page(request, _program(program_id))


@requires(Permission.CORRECT_LISTINGS)
def correct(request: HttpRequest, program_id: UUID) -> HttpResponse:
    program = _program(program_id)
    form = CorrectionForm(request.POST or None, program=program)
    if request.method == "POST" and form.is_valid():
        try:
            curation.correct(
                program_id,
                form.corrections(),
                by=_staff(request),
                note=form.cleaned_data["note"],
                seen=form.cleaned_data["seen"],
            )
        except curation.CannotChange as problem:
            form.add_error(None, str(problem))
        else:
            messages.success(request, _("Saved. Imports will leave what you corrected alone."))
            return redirect("listing", program_id)
    return render(request, "dashboard/listings/correct.html", {"program": program, "form": form, "section": "programs"})


@require_POST
@requires(Permission.CORRECT_LISTINGS)
def take_back(request: HttpRequest, program_id: UUID, change_id: int) -> HttpResponse:
    program = _program(program_id)
    get_object_or_404(program.changes, pk=change_id)
    try:
        curation.take_back(program_id, change_id, by=_staff(request))
    except curation.CannotChange as problem:
        messages.warning(request, str(problem))
    else:
        messages.success(request, _("Taken back. It says again what it said before."))
    return redirect("listing", program_id)


@require_POST
@requires(Permission.CORRECT_LISTINGS)
def verify(request: HttpRequest, program_id: UUID) -> HttpResponse:
    form = VerifyForm(request.POST)
    if form.is_valid():
        try:
            curation.verify(program_id, by=_staff(request), note=form.cleaned_data["note"])
        except curation.CannotChange as problem:
            form.add_error(None, str(problem))
        else:
            messages.success(request, _("Verified today, by you."))
            return redirect("listing", program_id)
    return _page(request, _program(program_id), verify_form=form)


@require_POST
@requires(Permission.CORRECT_LISTINGS)
def change_status(request: HttpRequest, program_id: UUID) -> HttpResponse:
    program = _program(program_id)
    form = StatusForm(request.POST, program=program)
    if form.is_valid():
        try:
            changed = form.apply(by=_staff(request))
        except curation.CannotChange as problem:
            form.add_error(None, str(problem))
        else:
            messages.success(request, _("Now: %(status)s.") % {"status": changed.get_status_display()})
            return redirect("listing", program_id)
    return _page(request, program, status_form=form)


@require_POST
@requires(Permission.CORRECT_LISTINGS)
def together(request: HttpRequest) -> HttpResponse:
    """Several listings at once: says what it will do, asks, then does it to all or to none."""
    form = TogetherForm(request.POST if "confirmed" in request.POST else None, chosen=request.POST)
    if not form.programs:
        messages.warning(request, _("Tick the listings first, then choose what to do with them."))
        return redirect(form.way_back)
    if form.is_bound and form.is_valid():
        try:
            count = form.apply(by=_staff(request))
        except curation.CannotChange as problem:
            form.add_error(None, str(problem))
        else:
            done = ngettext("%(count)d listing: done.", "%(count)d listings: done.", count) % {"count": count}
            messages.success(request, done)
            return redirect(form.way_back)
    return render(request, "dashboard/listings/together.html", {"form": form, "section": "programs"})


def _page(request: HttpRequest, program: Program, **forms: object) -> HttpResponse:
    codes = ServiceCode.objects.filter(pk__in=program.codes).order_by("id")
    context = {
        "program": program,
        "believe": program.as_published(),
        "care": [(name, list(group)) for name, group in groupby(codes, key=lambda code: code.category_name)],
        "lacks": Lack().facts(program),
        "joins": Join.objects.standing().filter(Q(kept=program) | Q(gone=program)).select_related("kept", "gone", "by"),
        "history": history_of(program),
        "verify_form": VerifyForm(),
        "status_form": StatusForm(program=program),
        "places_from": PLACES_ATTRIBUTION,
        "section": "programs",
        **packet_ways(program),
        **forms,
    }
    return render(request, "dashboard/listings/listing.html", context)


def _program(program_id: UUID) -> Program:
    return get_object_or_404(Program.objects.select_related("edition", "verified_by", "last_import"), pk=program_id)


def _staff(request: HttpRequest) -> User:
    return cast(User, request.user)
