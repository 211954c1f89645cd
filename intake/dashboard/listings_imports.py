"""Screens where an admin reads what an import did, and takes it back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from helpline.accounts.models import User
from helpline.accounts.permissions import Permission, requires
from helpline.accounts.requests import StaffRequest
from helpline.programs import joining, undoing
from helpline.programs.curation import CannotChange
from helpline.programs.models import ImportRun, Program, ProgramChange, SamePlace
from helpline.programs.spreadsheets import Sheet
from intake.dashboard.listings_forms import id_or_none, shown_changes
from intake.journey.merge_listings import join_pair

PER_PAGE, PAIRS_PER_PAGE = 25, 100
Named = str | Promise
KINDS: dict[str, tuple[Named, tuple[str, ...]]] = {
    "changed": (gettext_lazy("Changed"), (ProgramChange.Action.IMPORTED, ProgramChange.Action.UNDONE)),
    "withdrawn": (gettext_lazy("Withdrawn"), (ProgramChange.Action.WITHDRAWN,)),
    "restored": (gettext_lazy("Back again"), (ProgramChange.Action.RESTORED,)),
}
"""What a run did to listings that were there before, by the actions of their changes."""


@requires(Permission.CORRECT_LISTINGS)
def imports(request: HttpRequest) -> HttpResponse:
    runs = ImportRun.objects.newest_first().select_related("edition", "undone_by").defer("refused", "notes")
    page = _page_of(runs, request.GET)
    names = _names(page.object_list)
    runs_by = [(run, names.get(run.actor_id) or run.actor_id or run.actor_kind) for run in page]
    context = {"page": page, "runs_by": runs_by, "section": "programs"}
    return render(request, "dashboard/listings/imports.html", context)


@requires(Permission.CORRECT_LISTINGS)
def one_import(request: HttpRequest, run_id: UUID) -> HttpResponse:
    run = _run(run_id)
    counts, show = _counts(run), request.GET.get("show", "")
    show = show if show in counts else next((kind for kind in counts if counts[kind][1]), "changed")
    page = _page_of(_of_kind(run, show), request.GET)
    context = {
        "run": run,
        "who": _names([run]).get(run.actor_id),
        "counts": counts,
        "show": show,
        "page": page,
        "changes": _told(page) if show in KINDS else None,
        "cannot_undo": undoing.why_not_undo(run),
        "to_decide": SamePlace.objects.to_decide().filter(run=run).count(),
        "section": "programs",
    }
    return render(request, "dashboard/listings/import.html", context)


@requires(Permission.CORRECT_LISTINGS)
def findings(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """What was refused and what was noted, for a spreadsheet."""
    run = _run(run_id)
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="import-{run.pk}.csv"'
    response.write("\ufeff")
    sheet = Sheet(response)
    sheet.write(["kind", "row", "field", "reason", "remedy"])
    for kind, found in (("refused", run.refused), ("note", run.notes)):
        for each in found:
            sheet.write([kind, *(each[name] for name in ("row", "field", "reason", "remedy"))])
    return response


@requires(Permission.CORRECT_LISTINGS)
def undo(request: StaffRequest, run_id: UUID) -> HttpResponse:
    """Says what it will do and asks; then does it whole or not at all."""
    run = _run(run_id)
    if request.method == "POST":
        try:
            undone = undoing.undo(run_id, by=request.user)
        except undoing.CannotUndo as problem:
            messages.error(request, str(problem))
            return redirect("listings_import", run_id)
        messages.success(request, _("The import was undone."))
        return redirect("listings_import", undone.pk)
    context = {"run": run, "cannot_undo": undoing.why_not_undo(run), "section": "programs"}
    return render(request, "dashboard/listings/undo.html", context)


@requires(Permission.CORRECT_LISTINGS)
def pairs(request: HttpRequest) -> HttpResponse:
    """Listings of two directories that may be one place, the most alike first."""
    waiting = SamePlace.objects.to_decide().select_related("older__edition", "newer__edition", "run")
    page = _page_of(waiting, request.GET, PAIRS_PER_PAGE)
    context = {"page": page, "plain": [pair for pair in page if pair.is_plain], "section": "programs"}
    return render(request, "dashboard/listings/pairs.html", context)


@require_POST
@requires(Permission.CORRECT_LISTINGS)
def join_plain(request: StaffRequest) -> HttpResponse:
    """Joins those of the pairs shown that agree plainly. Each can be undone on its listing's page."""
    shown = [pair_id for text in request.POST.getlist("pair")[:PAIRS_PER_PAGE] if (pair_id := id_or_none(text))]
    asked = SamePlace.objects.to_decide().filter(pk__in=shown).select_related("older", "newer", "run")
    joined = sum(_joined(request, pair) for pair in asked if pair.is_plain)
    told = ngettext("One place was joined.", "%(n)d places were joined.", joined) % {"n": joined}
    messages.success(request, told)
    return redirect("listings_pairs")


def _joined(request: StaffRequest, pair: SamePlace) -> bool:
    try:
        join_pair(pair.pk, by=request.user)
    except CannotChange as problem:
        messages.error(request, str(problem))
        return False
    return True


@require_POST
@requires(Permission.CORRECT_LISTINGS)
def decide(request: StaffRequest, pair_id: UUID) -> HttpResponse:
    verdict = request.POST.get("verdict")
    try:
        if verdict == SamePlace.Verdict.SAME:
            kept = join_pair(pair_id, by=request.user)
            messages.success(request, _("Joined: %(name)s keeps its history.") % {"name": kept.name})
        elif verdict == SamePlace.Verdict.DIFFERENT:
            joining.keep_apart(pair_id, by=request.user)
            messages.success(request, _("Kept apart. You will not be asked again."))
    except CannotChange as problem:
        messages.error(request, str(problem))
    return redirect("listings_pairs")


def _run(run_id: UUID) -> ImportRun:
    return get_object_or_404(ImportRun.objects.select_related("edition", "undoes", "undone_by"), pk=run_id)


def _counts(run: ImportRun) -> dict[str, tuple[Named, int]]:
    """Each part of the page with its name and how many there are; of what is refused the rows, as in the list."""
    told: dict[str, tuple[Named, int]] = {}
    if not run.undoes_id:
        told["created"] = (gettext_lazy("Created"), run.created)
    told |= {kind: (name, getattr(run, kind)) for kind, (name, _actions) in KINDS.items()}
    refused = len({each["row"] for each in run.refused})
    return told | {
        "refused": (gettext_lazy("Refused"), refused),
        "notes": (gettext_lazy("What stays") if run.undoes_id else gettext_lazy("Good to know"), len(run.notes)),
        "unknown": (gettext_lazy("Left unknown"), len(run.left_unknown)),
    }


def _of_kind(run: ImportRun, show: str) -> QuerySet[Any] | list[Any]:
    if show == "created":
        return Program.objects.filter(first_import=run).order_by("sort_name", "id")
    if show in KINDS:
        changes = run.changes.filter(action__in=KINDS[show][1]).select_related("program")
        return changes.order_by("program__sort_name", "id")
    found: dict[str, list[Any]] = {"refused": run.refused, "notes": run.notes, "unknown": run.left_unknown}
    return found[show]


def _told(page: Page[ProgramChange]) -> list[tuple[ProgramChange, list[tuple[str, str, str]]]]:
    changes = list(page.object_list)
    return list(zip(changes, shown_changes(changes), strict=True))


def _names(runs: Iterable[ImportRun]) -> Mapping[str, str]:
    """Who ran them, by the id in the run; a process is known by its own name."""
    staff = {run.actor_id for run in runs if run.actor_kind == "staff"}
    return {str(user.pk): user.name for user in User.objects.filter(pk__in=staff)} if staff else {}


def _page_of(things: QuerySet[Any] | list[Any], asked: QueryDict, most: int = PER_PAGE) -> Page[Any]:
    return Paginator(things, most).get_page(asked.get("page"))
