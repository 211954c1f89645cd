"""The two pages of the desk, and what stands on them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from helpline.accounts.requests import StaffRequest
from helpline.audit.acting import Actor, record_list, record_read
from intake.board.case import Case, case_of, history_of
from intake.board.sealed import admit
from intake.board.waiting import MOST, board_for
from intake.dashboard.forms import CallbackForm, CallForm, CloseForm, FindForm, NoteForm, TellForm
from intake.dashboard.next_steps import next_steps
from intake.dashboard.told import told_of
from intake.disclosures.models import BreakGlass, Purpose
from intake.disclosures.sealing import is_sealed
from intake.disclosures.wording import WORDINGS
from intake.inquiries.local_time import times_where
from intake.inquiries.models import Inquiry
from intake.inquiries.triage import NOT_A_DIAGNOSIS
from intake.inquiries.wording import in_words
from intake.journey.minors import rule_for
from intake.journey.suggest_programs import DEFAULT_MILES, REACHES, suggest
from intake.messages.gate import may_call, may_leave_voicemail

EVERYBODY = 2000
# Which events of the stream make a panel out of date
PANELS = {
    "insurance": "verification consented revoked changed spoken_yes",
    "consent": "consented revoked spoken_yes break_glass",
    "programs": "changed consented",
    "next": "taken put_back call callback referral referred verification consented revoked changed closed reopened",
    "referrals": "referred referral",
    "history": "call callback note referral referred verification consented revoked changed taken put_back "
    "break_glass sealed",
}


def queue_context(request: StaffRequest) -> dict[str, Any]:
    """The queue, recorded as a reading of the inquiries that this session has not seen on it before."""
    everybody = "all" in request.GET
    board = board_for(request.user, now=timezone.now(), most=EVERYBODY if everybody else MOST)
    _record_shown(request, board.shown)
    return {
        "board": board,
        "live_url": f"{settings.LIVE_URL}stream",
        "section": "desk",
        "to_review": BreakGlass.objects.to_review().count() if request.user.may_review else 0,
        "find_form": FindForm(),
    }


def _record_shown(request: StaffRequest, shown: list[UUID]) -> None:
    """One audit row when somebody appears; a queue that renews itself all night would else bury the record.

    The session remembers the last 12 digits of each id: they are the random ones (RFC 9562, version 7).
    """
    seen = set(request.session.get("shown", []))
    new = [each for each in shown if each.hex[-12:] not in seen]
    if new:
        record_list(Actor.staff(request.user), "inquiry", new)
        request.session["shown"] = [each.hex[-12:] for each in shown]


def case_or_404(request: StaffRequest, inquiry_id: UUID) -> Case:
    """The inquiry, if it may be opened by whoever asks. Raises ``SealedFromYou``."""
    admit(request.user, inquiry_id)
    try:
        return case_of(inquiry_id)
    except Inquiry.DoesNotExist:
        raise Http404("No such inquiry.") from None


def miles_of(request: StaffRequest) -> int:
    asked = request.GET.get("miles", "")
    return int(asked) if asked in {str(reach) for reach in REACHES} else DEFAULT_MILES


def case_context(request: StaffRequest, case: Case) -> dict[str, Any]:
    miles, now = miles_of(request), timezone.now()
    at = times_where(case.answers, now)
    return {
        "case": case,
        "inquiry": case.inquiry,
        "triage": case.triage,
        "not_a_diagnosis": NOT_A_DIAGNOSIS,
        "care": [in_words(care) for care in case.triage.care],
        "told": told_of(case.answers),
        "their_times": at,
        "contacts": [(p, may_call(p, at=at), may_leave_voicemail(p)) for p in case.contact_points],
        "matches": suggest(case.inquiry, miles=miles, today=timezone.localdate()),
        "miles": miles,
        "reaches": REACHES,
        "steps": next_steps(case, now=now),
        "history": history_of(case.inquiry.pk),
        "panels": PANELS,
        "purposes": [(purpose, WORDINGS[purpose], case.consents.get(purpose)) for purpose in Purpose],
        "held": case.agreed.held,
        "restricted": case.agreed.restricted,
        "consent_site": f"{settings.SITE_URL}{reverse('consent_by_code')}".removeprefix("https://"),
        "minor": rule_for(case.answers),
        "sealed": is_sealed(case.inquiry.pk),
        "now": now,
    }


def forms_of(case: Case) -> dict[str, Any]:
    return {
        "call_form": CallForm(initial={"direction": "out"}),
        "callback_form": CallbackForm(inquiry=case.inquiry),
        "note_form": NoteForm(),
        "close_form": CloseForm(),
    }


def inquiry_page(request: StaffRequest, case: Case, **more: Any) -> HttpResponse:
    """The whole page; ``more`` replaces a form by one that was sent with something wrong."""
    record_read(Actor.staff(request.user), "inquiry", case.inquiry.pk)
    context = queue_context(request) | case_context(request, case) | forms_of(case) | more
    return render(request, "dashboard/inquiry.html", context)


def back_to(inquiry_id: UUID, anchor: str) -> HttpResponse:
    return redirect(f"{reverse('desk_inquiry', args=[inquiry_id])}#{anchor}")


def correct_page(request: StaffRequest, inquiry: Inquiry, form: TellForm) -> HttpResponse:
    return render(request, "dashboard/correct.html", {"inquiry": inquiry, "form": form, "section": "desk"})
