"""Plans that only a call can ask: the list, and one call."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from helpline.accounts.permissions import Permission, requires
from helpline.accounts.requests import StaffRequest
from helpline.audit.acting import Actor, record_list
from helpline.vault.ids import new_id
from intake.board.by_phone import plans_to_ask
from intake.dashboard.cover_page import asked_or_404
from intake.dashboard.gates import posted
from intake.dashboard.phone_forms import PhoneAnswerForm
from intake.disclosures.applicability import applicability
from intake.disclosures.consenting import NoConsent, standing
from intake.disclosures.models import Purpose
from intake.disclosures.wording import NOTICE_SHORT
from intake.inquiries.models import MoveRefused
from intake.insurance.cover import summary_of, told
from intake.insurance.models import Verification
from intake.insurance.x12.script import script, stated
from intake.journey.phone_check import begin_phone_check, keep_phone_answer, the_call


@require_GET
@requires(Permission.VERIFY_INSURANCE)
def phone_checks(request: StaffRequest) -> HttpResponse:
    """What only a call to the plan can find out."""
    rows = plans_to_ask(request.user)
    record_list(Actor.staff(request.user), "verification", [row.verification.pk for row in rows])
    return render(request, "dashboard/phone_checks.html", {"rows": rows, "call": new_id(), "section": "phone"})


@requires(Permission.VERIFY_INSURANCE)
@posted
def phone_check(request: StaffRequest, verification_id: UUID) -> HttpResponse:
    """Beginning a call to a plan is a disclosure: consent and ledger come before the details show."""
    verification = asked_or_404(request, verification_id)
    form = _form(verification, request.POST if "answer" in request.POST else None)
    call = the_call(verification, request.POST.get("call", ""))
    try:
        if form.is_valid():
            keep_phone_answer(verification, call, by=request.user, **form.kept())
            messages.success(request, _("The plan's words are kept with its answer."))
            return redirect("desk_phone_checks")
        begin_phone_check(verification, call, by=request.user)
    except NoConsent:
        messages.error(request, _("They have not agreed that we ask their plan. They can call it themselves."))
        return redirect("desk_phone_checks")
    except MoveRefused as refused:
        messages.info(request, str(refused))
        return redirect("desk_phone_checks")
    return render(request, "dashboard/phone_check.html", _context(request, verification, form))


def _form(verification: Verification, typed: QueryDict | None) -> PhoneAnswerForm:
    """The script: what the answer leaves open; and, to be asked again if they like, what it states."""
    summary = summary_of(verification)
    open_keys = [question.key.removeprefix("ask.") for question in script(summary)]
    known_keys = [each.key for each in stated(summary)] if summary else []
    return PhoneAnswerForm(typed, open_keys=open_keys, known_keys=[key for key in known_keys if key not in open_keys])


def _context(request: StaffRequest, verification: Verification, form: PhoneAnswerForm) -> dict[str, Any]:
    context: dict[str, Any] = {
        "verification": verification,
        "policy": verification.policy,
        "cover": told(verification),
        "form": form,
        "call": request.POST.get("call", ""),
        "section": "phone",
    }
    consent = standing(verification.policy.inquiry_id).get(Purpose.CHECK_INSURANCE)
    if consent and applicability().notice_goes_along:
        context |= {"scope": consent.scope, "notice": NOTICE_SHORT}
    return context
