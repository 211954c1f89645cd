"""The desk's doors: the queue, an inquiry, its panels, finding one. Changes are in ``actions.py``."""

from __future__ import annotations

import uuid
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from helpline.accounts.permissions import Permission, requires
from helpline.accounts.requests import StaffRequest
from helpline.audit.acting import Actor, record_list, record_read
from intake.board.case import last_change
from intake.dashboard.forms import FindForm, TellForm
from intake.dashboard.gates import posted
from intake.dashboard.pages import back_to, case_or_404, correct_page, inquiry_or_404, inquiry_page, queue_context
from intake.dashboard.panels import PANELS, context_of
from intake.disclosures.sealing import closed_to
from intake.inquiries.answers import Answers
from intake.inquiries.finding import find, find_by_name
from intake.inquiries.models import MoveRefused
from intake.insurance.models import CardPhoto
from intake.journey.check_insurance import correct
from intake.journey.log_call import answer_call

HOMES = (
    (Permission.CORRECT_LISTINGS, "listings"),
    (Permission.VERIFY_INSURANCE, "desk_phone_checks"),
    (Permission.KEEP_PRIVACY, "desk_privacy"),
    (Permission.READ_AUDIT, "desk_audit"),
)


@require_GET
def desk(request: StaffRequest) -> HttpResponse:
    """The first page after signing in: the queue, or the room of somebody who may not see it."""
    if request.user.may(Permission.ANSWER_INQUIRIES):
        return queue(request)
    for permission, home in HOMES:
        if request.user.may(permission):
            return redirect(home)
    raise PermissionDenied


@require_GET
@requires(Permission.ANSWER_INQUIRIES)
def queue(request: StaffRequest) -> HttpResponse:
    """The queue: the page, or only the list when htmx asks for it."""
    part = bool(request.htmx) and request.htmx.target == "queue"
    context = queue_context(request)
    if part:
        context["here"] = request.GET.get("here", "")
    return render(request, "dashboard/_queue.html" if part else "dashboard/desk.html", context)


@require_GET
@requires(Permission.ANSWER_INQUIRIES)
def inquiry(request: StaffRequest, inquiry_id: UUID) -> HttpResponse:
    return inquiry_page(request, case_or_404(request, inquiry_id))


@require_GET
@requires(Permission.ANSWER_INQUIRIES)
def panel(request: StaffRequest, inquiry_id: UUID, name: str) -> HttpResponse:
    """Parts of an inquiry's page made anew because something happened: one, or several joined by "-"."""
    names = name.split("-")
    if not PANELS.keys() >= set(names):
        raise Http404("No such part.")
    case = case_or_404(request, inquiry_id)
    record_read(Actor.staff(request.user), "inquiry", inquiry_id)
    return render(request, "dashboard/_panels.html", context_of(names, request, case) | {"shown": names})


@require_GET
@requires(Permission.ANSWER_INQUIRIES)
def card_photo(request: StaffRequest, inquiry_id: UUID) -> HttpResponse:
    """The photo of their insurance card, opened for this one look: nothing keeps it, and nothing in it could run."""
    photo = get_object_or_404(CardPhoto, inquiry_id=inquiry_or_404(request, inquiry_id).pk)
    record_read(Actor.staff(request.user), "insurance_card_photo", photo.pk, inquiry_id=inquiry_id)
    return HttpResponse(
        photo.content,
        content_type="image/jpeg",
        headers={
            "Cache-Control": "no-store",
            "Content-Disposition": 'inline; filename="card.jpg"',
            "Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
            "Cross-Origin-Resource-Policy": "same-origin",
        },
    )


@requires(Permission.ANSWER_INQUIRIES)
@posted
def find_inquiry(request: StaffRequest) -> HttpResponse:
    """By reference code, phone number or name; all stay out of the address. A name only suggests, a person picks."""
    form = FindForm(request.POST)
    sought = form.cleaned_data["sought"] if form.is_valid() else ""
    found = find(sought) if sought else []
    if len(found) == 1:
        return redirect("desk_inquiry", found[0].pk)
    named = [] if found else find_by_name(sought)
    closed = closed_to(request.user, [one.pk for one in (*found, *named)])
    hidden = {one.pk for one in (*found, *named) if one.pk in closed and one.owner_id != request.user.pk}
    # That somebody of this name has a sealed record is what sealing hides
    named = [one for one in named if one.pk not in hidden]
    record_list(Actor.staff(request.user), "inquiry", [one.pk for one in (*found, *named)])
    context = {"found": found, "named": named, "hidden": hidden, "form": form, "section": "desk"}
    return render(request, "dashboard/found.html", context)


@requires(Permission.ANSWER_INQUIRIES)
def new_call(request: StaffRequest) -> HttpResponse:
    """Somebody is on the line: write down what matters, and look for a place while they talk."""
    form = TellForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        key = request.POST.get("key", "")
        known = uuid.UUID(key) if _is_key(key) else uuid.uuid4()
        answers = form.applied(Answers(asked_on=timezone.localdate()))
        made = answer_call(answers, key=known, by=request.user)
        return redirect("desk_inquiry", made.pk)
    context = {"form": form, "key": request.POST.get("key") or uuid.uuid4(), "section": "call"}
    return render(request, "dashboard/new_call.html", context)


def _is_key(text: str) -> bool:
    try:
        return bool(uuid.UUID(text))
    except ValueError:
        return False


@requires(Permission.ANSWER_INQUIRIES)
def correct_answers(request: StaffRequest, inquiry_id: UUID) -> HttpResponse:
    """Correct or complete what is known. Somebody else's change in between is never written over."""
    known = inquiry_or_404(request, inquiry_id)
    if request.method != "POST":
        record_read(Actor.staff(request.user), "inquiry", inquiry_id)
        return correct_page(request, known, TellForm.showing(known.answers, known.version))
    form = TellForm(request.POST)
    if not form.is_valid():
        return correct_page(request, known, form)
    try:
        if form.cleaned_data["version"] != known.version:
            raise MoveRefused
        correct(known, form.applied(known.answers), by=Actor.staff(request.user))
        messages.success(request, _("Saved. The urgency was judged anew."), extra_tags="head")
    except MoveRefused:
        known = inquiry_or_404(request, inquiry_id)
        return correct_page(request, known, form.out_of_date(known, last_change(inquiry_id)))
    return back_to(inquiry_id, "head")
