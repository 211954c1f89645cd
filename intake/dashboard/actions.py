"""What a consultant does to an inquiry. Each is a POST that ends at the part of the page it changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from helpline.accounts.permissions import Permission, requires
from helpline.accounts.requests import StaffRequest
from helpline.audit.acting import Actor, record_list
from helpline.programs.models import Program
from intake.board.sealed import admit
from intake.calls.models import Callback
from intake.dashboard.forms import CallbackForm, CallForm, CloseForm, NoteForm, PhoneAnswerForm
from intake.dashboard.pages import back_to, case_or_404, inquiry_page, miles_of
from intake.disclosures.applicability import applicability
from intake.disclosures.codes import TooMany
from intake.disclosures.consenting import NoConsent, Restricted, standing
from intake.disclosures.models import Purpose
from intake.disclosures.sealing import closed_to
from intake.disclosures.wording import NOTICE_SHORT
from intake.inquiries.models import MoveRefused
from intake.insurance.models import Verification
from intake.journey.check_insurance import NothingToAsk, check_insurance
from intake.journey.close import close, reopen
from intake.journey.consent import (
    make_consent_code,
    make_consent_link,
    note_spoken_yes,
    send_consent_link,
    take_back,
)
from intake.journey.log_call import cancel_callback, dial, log_call, plan_callback, put_back, take, write_note
from intake.journey.phone_check import begin_phone_check, keep_phone_answer
from intake.journey.refer import follow, refer
from intake.journey.suggest_programs import keep_choice, suggest
from intake.matching.models import Referral, ReferralState

Answer = Callable[..., HttpResponse]


def answering(view: Answer) -> Answer:
    return require_POST(requires(Permission.ANSWER_INQUIRIES)(view))


def _done_or_why(request: StaffRequest, act: Callable[[], Any], done: str) -> None:
    """Do it, and say so; or say in plain words why it was refused."""
    try:
        act()
        messages.success(request, done)
    except MoveRefused as refused:
        messages.error(request, _("That did not happen: %(why)s.") % {"why": refused})
    except Restricted:
        messages.error(request, _("Nothing was sent: they asked us not to, and that binds us."))
    except NoConsent:
        messages.error(request, _("Nothing was sent: the person has not agreed to it in writing."))
    except NothingToAsk:
        messages.error(request, _("No insurance is written down to ask about."))


@answering
def take_inquiry(request: StaffRequest, inquiry_id: UUID) -> HttpResponse:
    inquiry = case_or_404(request, inquiry_id).inquiry
    _done_or_why(request, lambda: take(inquiry, by=request.user), _("It is yours."))
    return back_to(inquiry_id, "top")


@answering
def put_inquiry_back(request: StaffRequest, inquiry_id: UUID) -> HttpResponse:
    inquiry = case_or_404(request, inquiry_id).inquiry
    _done_or_why(request, lambda: put_back(inquiry, by=request.user), _("It is back in the queue."))
    return back_to(inquiry_id, "top")


@answering
def add_call(request: StaffRequest, inquiry_id: UUID) -> HttpResponse:
    case, form = case_or_404(request, inquiry_id), CallForm(request.POST)
    if not form.is_valid():
        return inquiry_page(request, case, call_form=form)
    log_call(case.inquiry, by=request.user, **form.cleaned_data)
    messages.success(request, _("The call is written down."))
    return back_to(inquiry_id, "calls")


@answering
def add_callback(request: StaffRequest, inquiry_id: UUID) -> HttpResponse:
    case = case_or_404(request, inquiry_id)
    form = CallbackForm(request.POST, inquiry=case.inquiry)
    if not form.is_valid():
        return inquiry_page(request, case, callback_form=form)
    planned = {name: form.cleaned_data[name] for name in ("due_at", "contact_point", "why")}
    _done_or_why(
        request,
        lambda: plan_callback(case.inquiry, by=request.user, **planned),
        _("The callback is planned."),
    )
    return back_to(inquiry_id, "calls")


@answering
def change_callback(request: StaffRequest, callback_id: UUID) -> HttpResponse:
    callback = get_object_or_404(Callback, pk=callback_id)
    admit(request.user, callback.inquiry_id)
    if "dial" in request.POST:
        _done_or_why(
            request,
            lambda: dial(callback, by=request.user),
            _("It is yours to dial. Log the call afterwards."),
        )
    else:
        _done_or_why(request, lambda: cancel_callback(callback, by=request.user), _("The callback is cancelled."))
    return back_to(callback.inquiry_id, "calls")


@answering
def add_note(request: StaffRequest, inquiry_id: UUID) -> HttpResponse:
    case, form = case_or_404(request, inquiry_id), NoteForm(request.POST)
    if not form.is_valid():
        return inquiry_page(request, case, note_form=form)
    write_note(case.inquiry, form.cleaned_data["text"], by=request.user)
    messages.success(request, _("The note is kept."))
    return back_to(inquiry_id, "notes")


@answering
def ask_plan(request: StaffRequest, inquiry_id: UUID) -> HttpResponse:
    inquiry = case_or_404(request, inquiry_id).inquiry
    done = _("The plan is being asked. The answer appears here by itself.")
    _done_or_why(request, lambda: check_insurance(inquiry, by=Actor.staff(request.user)), done)
    return back_to(inquiry_id, "insurance")


@answering
def consent_link(request: StaffRequest, inquiry_id: UUID) -> HttpResponse:
    """Make the one-time link; it is shown this once and kept nowhere."""
    case, by = case_or_404(request, inquiry_id), Actor.staff(request.user)
    point = next((p for p in case.contact_points if str(p.pk) == request.POST.get("send_to")), None)
    if point is not None and point.belongs_to_person:
        link, message = send_consent_link(case.inquiry, point, by=by)
        return inquiry_page(request, case, link=link, message=message)
    return inquiry_page(request, case, link=make_consent_link(case.inquiry, by=by))


@answering
def consent_code(request: StaffRequest, inquiry_id: UUID) -> HttpResponse:
    """Make the short code to read out; it is shown this once and kept nowhere."""
    case = case_or_404(request, inquiry_id)
    try:
        return inquiry_page(request, case, code=make_consent_code(case.inquiry, by=Actor.staff(request.user)))
    except TooMany:
        messages.error(request, _("That were many codes in an hour. Make a link instead, or wait."))
        return back_to(inquiry_id, "consent")


@answering
def spoken_yes(request: StaffRequest, inquiry_id: UUID) -> HttpResponse:
    inquiry, purpose = case_or_404(request, inquiry_id).inquiry, request.POST.get("purpose", "")
    if purpose in Purpose.values:
        note_spoken_yes(inquiry, purpose, by=Actor.staff(request.user))
        messages.success(request, _("Written down. It allows nothing to be sent."))
    return back_to(inquiry_id, "consent")


@answering
def revoke_consents(request: StaffRequest, inquiry_id: UUID) -> HttpResponse:
    case_or_404(request, inquiry_id)
    take_back(inquiry_id, by=Actor.staff(request.user))
    messages.success(request, _("Taken back. From now on nothing is sent."))
    return back_to(inquiry_id, "consent")


@answering
def refer_to(request: StaffRequest, inquiry_id: UUID, program_id: UUID) -> HttpResponse:
    """Give a program the packet, or put the person on the line with them and disclose nothing."""
    inquiry, packet = case_or_404(request, inquiry_id).inquiry, "packet" in request.POST
    program = get_object_or_404(Program.objects.listed(), pk=program_id)
    matches = suggest(inquiry, miles=miles_of(request), today=timezone.localdate())
    chosen = next((m for m in matches.ranked if m.offer.public_id == str(program_id)), None)

    def act() -> None:
        refer(inquiry, program, packet=packet, by=request.user)
        if chosen:
            keep_choice(inquiry, chosen, matches, by=Actor.staff(request.user))
        if packet:
            messages.info(request, _("Read the packet to them from the referral below."))

    _done_or_why(request, act, _("The referral is written down."))
    return back_to(inquiry_id, "referrals")


@answering
def follow_referral(request: StaffRequest, referral_id: UUID) -> HttpResponse:
    referral = get_object_or_404(Referral.objects.select_related("inquiry"), pk=referral_id)
    admit(request.user, referral.inquiry_id)
    to = request.POST.get("to", "")
    if to in ReferralState.values:
        _done_or_why(request, lambda: follow(referral, to, by=request.user), _("Written down."))
    return back_to(referral.inquiry_id, "referrals")


@answering
def close_inquiry(request: StaffRequest, inquiry_id: UUID) -> HttpResponse:
    case, form = case_or_404(request, inquiry_id), CloseForm(request.POST)
    if not form.is_valid():
        return inquiry_page(request, case, close_form=form)
    closing = form.cleaned_data["closing"]
    _done_or_why(request, lambda: close(case.inquiry, closing=closing, by=request.user), _("Closed."))
    return back_to(inquiry_id, "close")


@answering
def reopen_inquiry(request: StaffRequest, inquiry_id: UUID) -> HttpResponse:
    inquiry = case_or_404(request, inquiry_id).inquiry
    _done_or_why(request, lambda: reopen(inquiry, by=request.user), _("Open again, and yours."))
    return back_to(inquiry_id, "top")


@require_GET
@requires(Permission.VERIFY_INSURANCE)
def phone_checks(request: StaffRequest) -> HttpResponse:
    """What only a call to the plan can find out."""
    waiting = list(Verification.objects.for_phone().select_related("policy__payer", "policy__inquiry__person")[:100])
    record_list(Actor.staff(request.user), "verification", [v.pk for v in waiting])
    closed = closed_to(request.user, [v.policy.inquiry_id for v in waiting])
    mine = {v.policy.inquiry_id for v in waiting if v.policy.inquiry.owner_id == request.user.pk}
    rows = [
        (v, Purpose.CHECK_INSURANCE in standing(v.policy.inquiry_id), v.policy.inquiry_id in closed - mine)
        for v in waiting
    ]
    return render(request, "dashboard/phone_checks.html", {"rows": rows, "section": "phone"})


@require_POST
@requires(Permission.VERIFY_INSURANCE)
def phone_check(request: StaffRequest, verification_id: UUID) -> HttpResponse:
    """Beginning a call to a plan is a disclosure: consent and ledger come before the details show."""
    verification = get_object_or_404(
        Verification.objects.for_phone().select_related("policy__payer", "policy__inquiry__person"),
        pk=verification_id,
    )
    admit(request.user, verification.policy.inquiry_id)
    form = PhoneAnswerForm(request.POST if "answer" in request.POST else None)
    try:
        if form.is_valid():
            keep_phone_answer(verification, by=request.user, **form.cleaned_data)
            messages.success(request, _("The plan's words are kept with the inquiry."))
            return redirect("desk_phone_checks")
        begin_phone_check(verification, by=request.user)
    except NoConsent:
        messages.error(request, _("They have not agreed that we ask their plan. They can call it themselves."))
        return redirect("desk_phone_checks")
    context = {"verification": verification, "policy": verification.policy, "form": form, "section": "phone"}
    consent = standing(verification.policy.inquiry_id).get(Purpose.CHECK_INSURANCE)
    if consent and applicability().notice_goes_along:
        context |= {"scope": consent.scope, "notice": NOTICE_SHORT}
    return render(request, "dashboard/phone_check.html", context)
