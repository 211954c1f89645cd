"""What a consultant does to an inquiry. Each is a POST that ends at the part of the page it changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from helpline.accounts.requests import StaffRequest
from helpline.audit.acting import Actor
from intake.calls.models import Callback
from intake.dashboard.forms import CallbackForm, CallForm, CloseForm, NoteForm, PlanForm
from intake.dashboard.gates import answering
from intake.dashboard.pages import back_to, case_or_404, inquiry_or_404, inquiry_page
from intake.disclosures.codes import TooMany
from intake.disclosures.consenting import NoConsent, Restricted
from intake.disclosures.models import Purpose
from intake.inquiries.models import MoveRefused
from intake.journey.check_insurance import NothingToAsk, check_insurance, name_plan
from intake.journey.close import close, reopen
from intake.journey.consent import (
    make_consent_code,
    make_consent_link,
    note_spoken_yes,
    send_consent_link,
    take_back,
)
from intake.journey.cover_changed import saw_change
from intake.journey.let_in import let_in
from intake.journey.log_call import cancel_callback, dial, log_call, plan_callback, put_back, take, write_note
from intake.journey.refer import follow
from intake.matching.models import Referral, ReferralState


def done_or_why(request: StaffRequest, part: str, act: Callable[[], Any], done: str) -> bool:
    """Do it, and say so at that part of the page; or say there in plain words why it was refused."""
    try:
        act()
    except MoveRefused as refused:
        messages.error(request, str(refused), extra_tags=part)
        return False
    except Restricted:
        words = _("Nothing was sent: they asked us not to, and that binds us.")
        messages.error(request, words, extra_tags=part)
        return False
    except NoConsent:
        words = _("Nothing was sent: the person has not agreed to it in writing.")
        messages.error(request, words, extra_tags=part)
        return False
    except NothingToAsk:
        messages.error(request, _("No insurance is written down to ask about."), extra_tags=part)
        return False
    messages.success(request, done, extra_tags=part)
    return True


@answering
def take_inquiry(request: StaffRequest, inquiry_id: UUID) -> HttpResponse:
    inquiry = inquiry_or_404(request, inquiry_id)
    done_or_why(request, "head", lambda: take(inquiry, by=request.user), _("It is yours."))
    return back_to(inquiry_id, "head")


@answering
def put_inquiry_back(request: StaffRequest, inquiry_id: UUID) -> HttpResponse:
    inquiry = inquiry_or_404(request, inquiry_id)
    done_or_why(request, "head", lambda: put_back(inquiry, by=request.user), _("It is back in the queue."))
    return back_to(inquiry_id, "head")


@answering
def let_inquiry_in(request: StaffRequest, inquiry_id: UUID) -> HttpResponse:
    """This is a person, not a machine."""
    inquiry = inquiry_or_404(request, inquiry_id)
    done = _("It is in the queue like any other. If they had signed, their plan is being asked.")
    done_or_why(request, "head", lambda: let_in(inquiry, by=request.user), done)
    return back_to(inquiry_id, "head")


@answering
def add_call(request: StaffRequest, inquiry_id: UUID) -> HttpResponse:
    inquiry = inquiry_or_404(request, inquiry_id)
    form = CallForm(request.POST, inquiry=inquiry)
    if not form.is_valid():
        return inquiry_page(request, case_or_404(request, inquiry_id), call_form=form)
    log_call(inquiry, by=request.user, **form.cleaned_data)
    messages.success(request, _("The call is written down."), extra_tags="calls")
    return back_to(inquiry_id, "calls")


@answering
def add_callback(request: StaffRequest, inquiry_id: UUID) -> HttpResponse:
    inquiry = inquiry_or_404(request, inquiry_id)
    form = CallbackForm(request.POST, inquiry=inquiry)
    if not form.is_valid():
        return inquiry_page(request, case_or_404(request, inquiry_id), callback_form=form)
    planned = {name: form.cleaned_data[name] for name in ("due_at", "contact_point", "why")}
    done_or_why(
        request,
        "callback",
        lambda: plan_callback(inquiry, by=request.user, **planned),
        _("The callback is planned."),
    )
    return back_to(inquiry_id, "callback")


@answering
def change_callback(request: StaffRequest, callback_id: UUID) -> HttpResponse:
    callback = get_object_or_404(Callback, pk=callback_id)
    inquiry_or_404(request, callback.inquiry_id)
    if "dial" in request.POST:
        done = _("It is yours to dial. Log the call afterwards.")
        done_or_why(request, "callback", lambda: dial(callback, by=request.user), done)
    elif "cancel" in request.POST:
        done = _("The callback is cancelled.")
        done_or_why(request, "callback", lambda: cancel_callback(callback, by=request.user), done)
    else:
        messages.error(request, _("Nothing was changed: press “I dial now” or “Cancel it”."), extra_tags="callback")
    return back_to(callback.inquiry_id, "callback")


@answering
def add_note(request: StaffRequest, inquiry_id: UUID) -> HttpResponse:
    inquiry, form = inquiry_or_404(request, inquiry_id), NoteForm(request.POST)
    if not form.is_valid():
        return inquiry_page(request, case_or_404(request, inquiry_id), note_form=form)
    write_note(inquiry, form.cleaned_data["text"], by=request.user)
    messages.success(request, _("The note is kept."), extra_tags="notes")
    return back_to(inquiry_id, "notes")


@answering
def ask_plan(request: StaffRequest, inquiry_id: UUID) -> HttpResponse:
    inquiry = inquiry_or_404(request, inquiry_id)
    done = _("The plan is being asked. The answer appears here by itself.")
    by, anew = Actor.staff(request.user), "anew" in request.POST
    done_or_why(request, "insurance", lambda: check_insurance(inquiry, by=by, anew=anew), done)
    return back_to(inquiry_id, "insurance")


@answering
def plan_is(request: StaffRequest, inquiry_id: UUID) -> HttpResponse:
    """Which insurer of the directory they meant, in place of what was said."""
    inquiry = inquiry_or_404(request, inquiry_id)
    form = PlanForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Nothing was changed: press the insurer they meant."), extra_tags="insurance")
        return back_to(inquiry_id, "insurance")
    payer = form.cleaned_data["payer"]
    done = _("Written down: %(name)s.") % {"name": payer.name}
    done_or_why(request, "insurance", lambda: name_plan(inquiry, payer, by=Actor.staff(request.user)), done)
    return back_to(inquiry_id, "insurance")


@answering
def saw_changed_cover(request: StaffRequest, inquiry_id: UUID) -> HttpResponse:
    inquiry = inquiry_or_404(request, inquiry_id)
    done = _("Seen. It is out of the queue.")
    done_or_why(request, "insurance", lambda: saw_change(inquiry, by=request.user), done)
    return back_to(inquiry_id, "insurance")


@answering
def consent_link(request: StaffRequest, inquiry_id: UUID) -> HttpResponse:
    """Make the one-time link; it is shown this once and kept nowhere."""
    case, by = case_or_404(request, inquiry_id), Actor.staff(request.user)
    point = next((p for p in case.usable_contact_points if str(p.pk) == request.POST.get("send_to")), None)
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
        words = _("That were many codes in an hour. Make a link instead, or wait.")
        messages.error(request, words, extra_tags="consent")
        return back_to(inquiry_id, "consent")


@answering
def spoken_yes(request: StaffRequest, inquiry_id: UUID) -> HttpResponse:
    inquiry, purpose = inquiry_or_404(request, inquiry_id), request.POST.get("purpose", "")
    if purpose in Purpose.values:
        note_spoken_yes(inquiry, purpose, by=Actor.staff(request.user))
        messages.success(request, _("Written down. It allows nothing to be sent."), extra_tags="consent")
    return back_to(inquiry_id, "consent")


@answering
def revoke_consents(request: StaffRequest, inquiry_id: UUID) -> HttpResponse:
    inquiry_or_404(request, inquiry_id)
    take_back(inquiry_id, by=Actor.staff(request.user))
    messages.success(request, _("Taken back. From now on nothing is sent."), extra_tags="consent")
    return back_to(inquiry_id, "consent")


@answering
def follow_referral(request: StaffRequest, referral_id: UUID) -> HttpResponse:
    referral = get_object_or_404(Referral, pk=referral_id)
    inquiry_or_404(request, referral.inquiry_id)
    to = request.POST.get("to", "")
    if to in ReferralState.values:
        done = _("Written down: %(state)s.") % {"state": ReferralState(to).label}
        done_or_why(request, "referrals", lambda: follow(referral, to, by=request.user), done)
    else:
        messages.error(request, _("Nothing was changed: press what became of it."), extra_tags="referrals")
    return back_to(referral.inquiry_id, "referrals")


@answering
def close_inquiry(request: StaffRequest, inquiry_id: UUID) -> HttpResponse:
    inquiry, form = inquiry_or_404(request, inquiry_id), CloseForm(request.POST)
    if not form.is_valid():
        return inquiry_page(request, case_or_404(request, inquiry_id), close_form=form)
    closing = form.cleaned_data["closing"]
    done_or_why(request, "end", lambda: close(inquiry, closing=closing, by=request.user), _("Closed."))
    return back_to(inquiry_id, "end")


@answering
def reopen_inquiry(request: StaffRequest, inquiry_id: UUID) -> HttpResponse:
    inquiry = inquiry_or_404(request, inquiry_id)
    done_or_why(request, "end", lambda: reopen(inquiry, by=request.user), _("Open again, and yours."))
    return back_to(inquiry_id, "end")
