"""At the desk: sealed records, emergencies, reports, rights, and somebody official on the line."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from django.views.defaults import permission_denied

from helpline.accounts.permissions import Permission, requires
from helpline.accounts.requests import StaffRequest
from helpline.audit.acting import Actor, record
from intake.board.sealed import SealedFromYou
from intake.dashboard.pages import back_to, case_or_404
from intake.dashboard.privacy_forms import (
    AbuseReportForm,
    AccountingForm,
    EmergencyForm,
    GlassForm,
    OfficialForm,
    RestrictionForm,
    ReviewForm,
    SealForm,
)
from intake.disclosures.models import BreakGlass
from intake.disclosures.sealing import SamePerson, is_sealed
from intake.disclosures.wording import wording
from intake.inquiries.models import Inquiry
from intake.journey import asked, break_glass

answers = requires(Permission.ANSWER_INQUIRIES)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: a sealed record offers to break the glass, everything else says no."""
    if not isinstance(exception, SealedFromYou):
        return permission_denied(request, exception or PermissionDenied())
    return _sealed_page(request, exception.inquiry_id, GlassForm(), status=403)


def _sealed_page(request: HttpRequest, inquiry_id: UUID, form: GlassForm, *, status: int = 200) -> HttpResponse:
    context = {"inquiry_id": inquiry_id, "form": form, "section": "desk"}
    return render(request, "privacy/sealed.html", context, status=status)


@require_POST
@answers
def open_sealed(request: StaffRequest, inquiry_id: UUID) -> HttpResponse:
    """Break the glass: in for an hour, with a reason that two others read."""
    get_object_or_404(Inquiry.objects.only("pk"), pk=inquiry_id)
    form = GlassForm(request.POST)
    if not is_sealed(inquiry_id):
        return redirect("desk_inquiry", inquiry_id)
    if not form.is_valid():
        return _sealed_page(request, inquiry_id, form)
    break_glass.break_open(inquiry_id, form.cleaned_data["reason"], by=request.user)
    messages.warning(request, _("It is open to you for 60 minutes. A supervisor and the privacy officer know."))
    return redirect("desk_inquiry", inquiry_id)


@answers
def seal(request: StaffRequest, inquiry_id: UUID) -> HttpResponse:
    case, form = case_or_404(request, inquiry_id), SealForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        break_glass.seal(case.inquiry, form.cleaned_data["reason"], by=request.user)
        messages.success(request, _("Sealed. Only its owner and whom the privacy officer names can open it now."))
        return redirect("desk")
    return _asked_page(request, case.inquiry, "privacy/seal.html", form=form)


@answers
def emergency(request: StaffRequest, inquiry_id: UUID) -> HttpResponse:
    """Tell medical personnel without a consent, in a medical emergency (2.51)."""
    case, form = case_or_404(request, inquiry_id), EmergencyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        told = dict(form.cleaned_data)
        break_glass.tell_in_emergency(case.inquiry, fields=told.pop("fields_told"), **told, by=request.user)
        messages.warning(request, _("Written down. A supervisor and the privacy officer know, and look at it."))
        return back_to(inquiry_id, "consent")
    return _asked_page(request, case.inquiry, "privacy/emergency.html", form=form)


@answers
def abuse_report(request: StaffRequest, inquiry_id: UUID) -> HttpResponse:
    """Suspected child abuse or neglect: what to do, and what was reported (2.12(c)(6))."""
    case, form = case_or_404(request, inquiry_id), AbuseReportForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        report = {"authority": told["authority"], "fields": told["fields_told"], "what": told["what"]}
        asked.report_abuse(case.inquiry, **report, by=request.user)
        messages.success(request, _("The report is in the ledger, with the law it rests on."))
        return back_to(inquiry_id, "consent")
    script = wording("abuse_script")
    return _asked_page(request, case.inquiry, "privacy/abuse_report.html", form=form, script=script)


@answers
def rights(request: StaffRequest, inquiry_id: UUID) -> HttpResponse:
    """They ask something about their records: to limit what we disclose, or what we disclosed."""
    inquiry, part = case_or_404(request, inquiry_id).inquiry, request.POST.get("part")
    restriction = RestrictionForm(request.POST if part == "restriction" else None)
    accounting = AccountingForm(
        request.POST if part == "accounting" else None, initial={"asked_on": timezone.localdate(), "kind": "accounting"}
    )
    if restriction.is_valid():
        asked.ask_restriction(inquiry, **restriction.cleaned_data, by=request.user)
        messages.success(request, _("Written down, and kept from now on. The privacy officer decides."))
        return back_to(inquiry_id, "consent")
    if accounting.is_valid():
        asked.ask_accounting(inquiry, **accounting.cleaned_data, by=request.user)
        messages.success(request, _("Written down. The privacy officer answers."))
        return back_to(inquiry_id, "consent")
    answer = wording("restriction_answer")
    forms = {"restriction_form": restriction, "accounting_form": accounting, "answer": answer}
    return _asked_page(request, inquiry, "privacy/rights.html", **forms)


def _asked_page(request: StaffRequest, inquiry: Inquiry, template: str, **more: object) -> HttpResponse:
    return render(request, template, {"inquiry": inquiry, "section": "desk"} | more)


def official(request: StaffRequest) -> HttpResponse:
    """Somebody official asks: the words to say, and a row for the privacy officer. For everybody who signs in."""
    form = OfficialForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        asked.take_official_request(by=request.user, **form.cleaned_data)
        messages.success(request, _("The privacy officer has it. You said neither yes nor no: that was right."))
        return redirect("desk_official")
    script = wording("official_script")
    context = {"form": form, "script": script, "script_do": script.items("do"), "section": "official"}
    return render(request, "privacy/official.html", context)


@require_GET
@requires(Permission.REVIEW_BREAK_GLASS)
def glasses(request: StaffRequest) -> HttpResponse:
    """Every broken glass, those to review first."""
    seen = BreakGlass.objects.exclude(reviewed_at=None).select_related("by", "reviewed_by").order_by("-reviewed_at")
    context = {"waiting": BreakGlass.objects.to_review(), "seen": seen[:50], "section": "glass"}
    return render(request, "privacy/glasses.html", context)


@requires(Permission.REVIEW_BREAK_GLASS)
def review_glass(request: StaffRequest, glass_id: UUID) -> HttpResponse:
    """Read why, and say what you found. Nobody reviews themselves."""
    glass = get_object_or_404(BreakGlass.objects.select_related("by", "reviewed_by"), pk=glass_id)
    record(Actor.staff(request.user), "read", "break_glass", [glass.pk], inquiry_id=glass.inquiry_id)
    form = ReviewForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            first = break_glass.review(glass, **form.cleaned_data, by=request.user)
        except SamePerson:
            messages.error(request, _("Nobody reviews what they did themselves: another person has to."))
            return redirect("desk_glasses")
        said = _("Kept.") if first else _("Somebody else had reviewed it already.")
        messages.success(request, said)
        return redirect("desk_glasses")
    return render(request, "privacy/review.html", {"glass": glass, "form": form, "section": "glass"})
