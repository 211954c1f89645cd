"""The privacy officer's room: one worklist, and a page for each thing on it. No inquiry is opened from here."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.db.models.functions import Now
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from helpline.accounts.permissions import Permission, requires
from helpline.accounts.requests import StaffRequest
from helpline.audit.acting import Actor, acting, record
from intake.dashboard.privacy_forms import (
    AccountingByCodeForm,
    AssessmentForm,
    BreachForm,
    CourtOrderForm,
    OfficialAnswerForm,
    ReadersForm,
    SignOffForm,
)
from intake.disclosures.accounting_pdf import accounting_pdf
from intake.disclosures.applicability import applicability, stated
from intake.disclosures.legal_texts import current_texts
from intake.disclosures.models import (
    AccountingRequest,
    Breach,
    Consent,
    LegalText,
    OfficialRequest,
    Restriction,
    SealedRecord,
)
from intake.disclosures.models.texts import AlreadySigned
from intake.disclosures.rights import Accounted, DecidedAlready, MustAgree, account_for
from intake.disclosures.wording import wording
from intake.disclosures.worklist import worklist
from intake.journey import asked, break_glass

officer = requires(Permission.KEEP_PRIVACY)


def _page(request: StaffRequest, template: str, **context: object) -> HttpResponse:
    return render(request, template, {"section": "privacy", "today": timezone.localdate()} | context)


def _seen(request: StaffRequest, kind: str, pk: object, inquiry_id: UUID | None = None) -> None:
    record(Actor.staff(request.user), "read", kind, [pk], inquiry_id=inquiry_id)


@require_GET
@officer
def room(request: StaffRequest) -> HttpResponse:
    """What waits, the most pressing first."""
    return _page(request, "privacy/room.html", work=worklist(), applies=applicability(), stated=stated())


@require_GET
@officer
def texts(request: StaffRequest) -> HttpResponse:
    return _page(request, "privacy/texts.html", texts=current_texts())


@officer
def sign_text(request: StaffRequest, text_id: UUID) -> HttpResponse:
    """Read one text whole, and answer for it."""
    text, form = get_object_or_404(LegalText, pk=text_id), SignOffForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            asked.sign_off(text, role=form.cleaned_data["role"], by=request.user)
            messages.success(request, _("Signed off."))
        except AlreadySigned:
            messages.error(request, _("Somebody signed this version off already."))
        return redirect("desk_privacy_texts")
    return _page(request, "privacy/text.html", text=text, form=form)


@officer
def restriction(request: StaffRequest, restriction_id: UUID) -> HttpResponse:
    """Agree, refuse or end, and tell them; what was paid in full cannot be refused."""
    row = get_object_or_404(Restriction, pk=restriction_id)
    to = request.POST.get("to")
    if to == "told" and row.decided_at:
        asked.tell_decision(row, by=request.user)
        return redirect("desk_privacy")
    if to in {Restriction.State.AGREED, Restriction.State.REFUSED, Restriction.State.ENDED}:
        try:
            asked.decide_restriction(row, to, by=request.user)
            messages.success(request, _("Decided. Tell them with the words below."))
        except DecidedAlready:
            messages.error(request, _("Somebody decided this already. See what stands here now."))
        except MustAgree:
            messages.error(request, _("This cannot be refused: the service was paid for in full without the plan."))
        return redirect("desk_privacy_restriction", restriction_id)
    _seen(request, "restriction", row.pk, row.inquiry_id)
    return _page(request, "privacy/restriction.html", row=row, answer=_words_for(row))


def _words_for(row: Restriction) -> str:
    part = "agreed_paid_in_full" if row.paid_in_full and row.state == Restriction.State.AGREED else row.state
    return wording("restriction_answer").parts.get(part, "")


def _accounted(request: StaffRequest, accounting_id: UUID) -> tuple[AccountingRequest, list[Accounted], str]:
    """The request, what it asks for, and whom it is about, by the name they signed with."""
    row = get_object_or_404(AccountingRequest, pk=accounting_id)
    newest = Consent.objects.filter(inquiry_id=row.inquiry_id).order_by("-signed_at").first()
    return row, account_for(row, by=Actor.staff(request.user)), newest.patient_name if newest else ""


@officer
def ask_accounting(request: StaffRequest) -> HttpResponse:
    """Somebody asks the privacy officer themselves: their code says whose records it is about."""
    form = AccountingByCodeForm(
        request.POST or None, initial={"asked_on": timezone.localdate(), "kind": AccountingRequest.Kind.ACCOUNTING}
    )
    if request.method == "POST" and form.is_valid():
        if made := asked.ask_accounting_by_code(by=request.user, **form.cleaned_data):
            return redirect("desk_privacy_accounting", made.pk)
        form.add_error("code", _("Nobody has this code. Check it letter by letter."))
    return _page(request, "privacy/accounting_new.html", form=form)


@require_GET
@officer
def accounting(request: StaffRequest, accounting_id: UUID) -> HttpResponse:
    """What was disclosed, as a page to print. Opening it is recorded as an export."""
    row, lines, name = _accounted(request, accounting_id)
    return _page(request, "privacy/accounting.html", row=row, lines=lines, name=name)


@require_GET
@officer
def accounting_as_pdf(request: StaffRequest, accounting_id: UUID) -> HttpResponse:
    row, lines, name = _accounted(request, accounting_id)
    answer = HttpResponse(accounting_pdf(row, lines, name=name), content_type="application/pdf")
    answer["Content-Disposition"] = 'attachment; filename="accounting.pdf"'
    return answer


@require_POST
@officer
def accounting_answered(request: StaffRequest, accounting_id: UUID) -> HttpResponse:
    asked.answer_accounting(get_object_or_404(AccountingRequest, pk=accounting_id), by=request.user)
    messages.success(request, _("Answered."))
    return redirect("desk_privacy")


@officer
def new_breach(request: StaffRequest) -> HttpResponse:
    form = BreachForm(request.POST or None, initial={"discovered_on": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        with acting(Actor.staff(request.user)):
            form.instance.recorded_by = f"staff:{request.user.pk}"
            made = form.save()
        return redirect("desk_privacy_breach", made.pk)
    return _page(request, "privacy/breach_new.html", form=form)


@officer
def breach(request: StaffRequest, breach_id: UUID) -> HttpResponse:
    """The four factors, the conclusion, and when everybody was told."""
    row = get_object_or_404(Breach, pk=breach_id)
    form = AssessmentForm(request.POST or None, instance=row)
    if request.method == "POST" and form.is_valid():
        assessed = form.cleaned_data["low_probability"] is not None
        row.assessed_by, row.assessed_at = (f"staff:{request.user.pk}", Now()) if assessed else ("", None)
        with acting(Actor.staff(request.user)):
            form.save()
        messages.success(request, _("Kept."))
        return redirect("desk_privacy_breach", breach_id)
    if not form.is_bound:
        _seen(request, "breach", row.pk)
    return _page(request, "privacy/breach.html", row=Breach.objects.get(pk=breach_id), form=form)


@officer
def official_request(request: StaffRequest, official_id: UUID) -> HttpResponse:
    row = get_object_or_404(OfficialRequest.objects.select_related("taken_by", "answered_by"), pk=official_id)
    form = OfficialAnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and row.answered_at is None:
        row.answer, row.answered_by, row.answered_at = form.cleaned_data["answer"], request.user, Now()
        with acting(Actor.staff(request.user)):
            row.save(update_fields=["answer", "answered_by", "answered_at"])
        messages.success(request, _("Kept."))
        return redirect("desk_privacy")
    _seen(request, "official_request", row.pk)
    return _page(request, "privacy/official_request.html", row=row, form=form)


@officer
def court_order(request: StaffRequest, official_id: UUID) -> HttpResponse:
    """An order and its subpoena are written down, and what leaves by them goes into the ledger. Nothing is sent."""
    row = get_object_or_404(OfficialRequest, pk=official_id)
    form = CourtOrderForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = dict(form.cleaned_data)
        if inquiry_id := asked.behind_code(said.pop("code")):
            del said["counsel"]
            asked.record_court_order(row, inquiry_id, fields=said.pop("fields_told"), **said, by=request.user)
            messages.success(request, _("It is in the ledger. Nothing was sent: that is yours and counsel's to do."))
            return redirect("desk_privacy_official", official_id)
        form.add_error("code", _("No record has this code. Check it letter by letter."))
    return _page(request, "privacy/court_order.html", row=row, form=form)


@officer
def sealed(request: StaffRequest, sealed_id: UUID) -> HttpResponse:
    """Who may open a sealed record, and taking the seal off."""
    row = get_object_or_404(SealedRecord.objects.standing().select_related("sealed_by"), pk=sealed_id)
    if request.method == "POST" and "unseal" in request.POST:
        break_glass.unseal(row, by=request.user)
        messages.success(request, _("The seal is off."))
        return redirect("desk_privacy")
    form = ReadersForm(request.POST if request.method == "POST" else None, initial={"readers": row.readers})
    if request.method == "POST" and form.is_valid():
        with acting(Actor.staff(request.user)):
            row.readers = [one.pk for one in form.cleaned_data["readers"]]
            row.save(update_fields=["readers"])
        messages.success(request, _("Kept."))
        return redirect("desk_privacy_sealed", sealed_id)
    _seen(request, "sealed_record", row.pk, row.inquiry_id)
    return _page(request, "privacy/sealed_record.html", row=row, form=form)


@officer
def held_consent(request: StaffRequest, consent_id: UUID) -> HttpResponse:
    """Whether the signature of somebody under 18 is enough where they live."""
    row = get_object_or_404(Consent.objects.held(), pk=consent_id)
    if request.method == "POST" and request.POST.get("counts") in {"yes", "no"}:
        asked.decide_held(row, counts=request.POST["counts"] == "yes", by=request.user)
        messages.success(request, _("Decided."))
        return redirect("desk_privacy")
    _seen(request, "consent", row.pk, row.inquiry_id)
    return _page(request, "privacy/held.html", row=row, rule=wording("minors").parts["rule"])
