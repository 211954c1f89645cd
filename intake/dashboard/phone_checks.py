"""Plans that only a call can ask: the list, and one call."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from helpline.accounts.permissions import Permission, requires
from helpline.accounts.requests import StaffRequest
from helpline.audit.acting import Actor, record_list
from helpline.vault.ids import new_id
from intake.board.by_phone import plans_to_ask
from intake.board.sealed import admit
from intake.dashboard.forms import PhoneAnswerForm
from intake.dashboard.gates import posted
from intake.disclosures.applicability import applicability
from intake.disclosures.consenting import NoConsent, standing
from intake.disclosures.models import Purpose
from intake.disclosures.wording import NOTICE_SHORT
from intake.inquiries.models import MoveRefused
from intake.insurance.models import Verification
from intake.journey.phone_check import begin_phone_check, keep_phone_answer, the_call


@require_GET
@requires(Permission.VERIFY_INSURANCE)
def phone_checks(request: StaffRequest) -> HttpResponse:
    """What only a call to the plan can find out."""
    rows = plans_to_ask(request.user)
    record_list(Actor.staff(request.user), "verification", [row[0].pk for row in rows])
    return render(request, "dashboard/phone_checks.html", {"rows": rows, "call": new_id(), "section": "phone"})


@requires(Permission.VERIFY_INSURANCE)
@posted
def phone_check(request: StaffRequest, verification_id: UUID) -> HttpResponse:
    """Beginning a call to a plan is a disclosure: consent and ledger come before the details show."""
    verification = get_object_or_404(
        Verification.objects.select_related("policy__payer", "policy__inquiry__person"), pk=verification_id
    )
    admit(request.user, verification.policy.inquiry_id)
    form = PhoneAnswerForm(request.POST if "answer" in request.POST else None)
    key = request.POST.get("call", "")
    call = the_call(verification, key)
    try:
        if form.is_valid():
            keep_phone_answer(verification, call, by=request.user, **form.cleaned_data)
            messages.success(request, _("The plan's words are kept with the inquiry."))
            return redirect("desk_phone_checks")
        begin_phone_check(verification, call, by=request.user)
    except NoConsent:
        messages.error(request, _("They have not agreed that we ask their plan. They can call it themselves."))
        return redirect("desk_phone_checks")
    except MoveRefused as refused:
        messages.info(request, str(refused))
        return redirect("desk_phone_checks")
    context = {
        "verification": verification,
        "policy": verification.policy,
        "form": form,
        "call": key,
        "section": "phone",
    }
    consent = standing(verification.policy.inquiry_id).get(Purpose.CHECK_INSURANCE)
    if consent and applicability().notice_goes_along:
        context |= {"scope": consent.scope, "notice": NOTICE_SHORT}
    return render(request, "dashboard/phone_check.html", context)
