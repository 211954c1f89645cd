"""The desk's doors: the queue, an inquiry, its panels, finding one, the audit. Changes are in ``actions.py``."""

from __future__ import annotations

import uuid
from datetime import date
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from helpline.accounts.models import User
from helpline.accounts.permissions import Permission, requires
from helpline.accounts.requests import StaffRequest
from helpline.audit.acting import Actor, record_list, record_read
from helpline.audit.models import AuditRecord
from intake.board.case import last_change
from intake.dashboard.forms import FindForm, TellForm
from intake.dashboard.pages import (
    PANELS,
    case_context,
    case_or_404,
    correct_page,
    forms_of,
    inquiry_page,
    queue_context,
)
from intake.disclosures.models import Consent
from intake.disclosures.wording import NOTICE_LONG, NOTICE_SOURCE
from intake.inquiries.answers import Answers, ForWhom
from intake.inquiries.finding import find, find_by_name
from intake.inquiries.models import Channel, Inquiry, MoveRefused
from intake.journey.check_insurance import correct
from intake.journey.open_inquiry import open_inquiry
from intake.matching.models import Referral

HOMES = (
    (Permission.CORRECT_LISTINGS, "listings"),
    (Permission.VERIFY_INSURANCE, "desk_phone_checks"),
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
    return inquiry_page(request, case_or_404(inquiry_id))


@require_GET
@requires(Permission.ANSWER_INQUIRIES)
def panel(request: StaffRequest, inquiry_id: UUID, name: str) -> HttpResponse:
    """One part of an inquiry's page, made anew because something happened."""
    if name not in PANELS:
        raise Http404("No such part.")
    case = case_or_404(inquiry_id)
    record_read(Actor.staff(request.user), "inquiry", inquiry_id)
    return render(request, f"dashboard/_{name}.html", case_context(request, case) | forms_of(case))


@require_POST
@requires(Permission.ANSWER_INQUIRIES)
def find_inquiry(request: StaffRequest) -> HttpResponse:
    """By reference code, phone number or name; all stay out of the address. A name only suggests, a person picks."""
    form = FindForm(request.POST)
    sought = form.cleaned_data["sought"] if form.is_valid() else ""
    found = find(sought) if sought else []
    if len(found) == 1:
        return redirect("desk_inquiry", found[0].pk)
    named = [] if found else find_by_name(sought)
    record_list(Actor.staff(request.user), "inquiry", [one.pk for one in (*found, *named)])
    context = {"found": found, "named": named, "form": form, "section": "desk"}
    return render(request, "dashboard/found.html", context)


@requires(Permission.ANSWER_INQUIRIES)
def new_call(request: StaffRequest) -> HttpResponse:
    """Somebody is on the line: write down what matters, and look for a place while they talk."""
    form = TellForm(request.POST or None, initial={"for_whom": ForWhom.SELF})
    if request.method == "POST" and form.is_valid():
        key = request.POST.get("key", "")
        made = open_inquiry(
            answers=form.applied(Answers()),
            idempotency_key=key if _is_key(key) else uuid.uuid4(),
            by=Actor.staff(request.user),
            channel=Channel.CALL,
        )
        return redirect("desk_inquiry", made.pk)
    context = {"form": form, "key": request.POST.get("key") or uuid.uuid4(), "section": "desk"}
    return render(request, "dashboard/new_call.html", context)


def _is_key(text: str) -> bool:
    try:
        return bool(uuid.UUID(text))
    except ValueError:
        return False


@requires(Permission.ANSWER_INQUIRIES)
def correct_answers(request: StaffRequest, inquiry_id: UUID) -> HttpResponse:
    """Correct or complete what is known. Somebody else's change in between is never written over."""
    known: Inquiry = case_or_404(inquiry_id).inquiry
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
    except MoveRefused:
        known = case_or_404(inquiry_id).inquiry
        return correct_page(request, known, form.out_of_date(known, last_change(inquiry_id)))
    return redirect("desk_inquiry", inquiry_id)


@require_GET
@requires(Permission.ANSWER_INQUIRIES)
def packet(request: StaffRequest, referral_id: UUID) -> HttpResponse:
    """What this program may be told, with the notice of 42 CFR 2.32 and the consent it rests on."""
    referral = get_object_or_404(Referral.objects.select_related("program"), pk=referral_id)
    consent = Consent.objects.in_force().filter(pk=referral.consent_id or referral.pk).first()
    if consent is None:
        raise Http404("No consent in force for this referral.")
    case = case_or_404(referral.inquiry_id)
    record_read(Actor.staff(request.user), "inquiry", referral.inquiry_id)
    context = case_context(request, case) | {
        "referral": referral,
        "consent": consent,
        "notice": NOTICE_LONG,
        "notice_source": NOTICE_SOURCE,
        "section": "desk",
    }
    return render(request, "dashboard/packet.html", context)


@require_GET
@requires(Permission.READ_AUDIT)
def audit(request: StaffRequest) -> HttpResponse:
    """Who looked at, changed or disclosed what, newest first."""
    rows = AuditRecord.objects.order_by("-id")
    sought = request.GET.get("inquiry", "").strip()
    if sought:
        rows = rows.filter(inquiry_id=sought) if _is_key(sought) else rows.none()
    if who := request.GET.get("who", ""):
        rows = rows.filter(actor_id=who) if _is_key(who) or who.isdigit() else rows.none()
    if day := request.GET.get("day", ""):
        rows = rows.filter(at__date=day) if _is_day(day) else rows.none()
    page = Paginator(rows, 100).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "sought": sought,
        "day": day,
        "who": who,
        "staff": User.objects.order_by("name"),
        "section": "audit",
        "zone": timezone.localtime().tzname(),
    }
    return render(request, "dashboard/audit.html", context)


def _is_day(text: str) -> bool:
    try:
        return bool(date.fromisoformat(text))
    except ValueError:
        return False
