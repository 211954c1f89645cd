"""Asking a program for somebody: each way has a page of its own first, so that the record follows the deed."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from helpline.accounts.permissions import Permission, requires
from helpline.accounts.requests import StaffRequest
from helpline.audit.acting import Actor, record_read
from helpline.programs.models import Program
from intake.board.case import Case
from intake.dashboard.actions import done_or_why
from intake.dashboard.forms import TogetherForm
from intake.dashboard.gates import answering
from intake.dashboard.packets import packet_ways, write_address_down
from intake.dashboard.pages import back_to, case_or_404, inquiry_or_404
from intake.dashboard.panels import miles_of
from intake.dashboard.told import packet_of
from intake.disclosures.applicability import applicability
from intake.disclosures.consenting import sound
from intake.disclosures.models import Purpose
from intake.disclosures.wording import NOTICE_LONG, NOTICE_SOURCE
from intake.inquiries.triage import NOT_A_DIAGNOSIS, Care
from intake.inquiries.wording import in_words
from intake.journey.refer import PACKET_FIELDS, call_together, may_go_to, refer, send_by
from intake.journey.suggest_programs import keep_why
from intake.matching.models import Referral, ReferralState, open_referrals

# What triage leaves for us to do, and what it says of others than the person: no program is told
OURS_TO_DO = {"suicide_not_asked", "nothing_told", "substance_unclear", "no_rule_raised"}
ABOUT_OTHERS = {"for_someone_else", "said_danger", "danger_unsure", "being_hurt"}


@requires(Permission.ANSWER_INQUIRIES)
def shared_call(request: StaffRequest, inquiry_id: UUID, program_id: UUID) -> HttpResponse:
    """Put the person on the line with a program. We say nothing about them, and write down what came of it."""
    inquiry, program = inquiry_or_404(request, inquiry_id), _listed(program_id)
    form = TogetherForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        said = {name: form.cleaned_data[name] for name in ("came_of", "note")}

        def act() -> None:
            call_together(inquiry, program, by=request.user, **said)
            keep_why(inquiry, program, miles=miles_of(request), by=Actor.staff(request.user))

        done_or_why(request, "referrals", act, _("The shared call is written down."))
        return back_to(inquiry_id, "referrals")
    record_read(Actor.staff(request.user), "inquiry", inquiry_id)
    context = {"inquiry": inquiry, "program": program, "form": form, "miles": miles_of(request), "section": "desk"}
    return render(request, "dashboard/shared_call.html", context)


@requires(Permission.ANSWER_INQUIRIES)
def open_packet(request: StaffRequest, inquiry_id: UUID, program_id: UUID) -> HttpResponse:
    """What would be told to whom, on which consent. Opening it writes the ledger first."""
    case, program = case_or_404(request, inquiry_id), _listed(program_id)
    if request.method == "POST":
        made: list[Referral] = []

        def act() -> None:
            way = request.POST.get("way", "")
            made.append(refer(case.inquiry, program, packet=True, way=way, by=request.user))
            keep_why(case.inquiry, program, miles=miles_of(request), by=Actor.staff(request.user))

        done_or_why(request, "referrals", act, _("The packet is open. Give it, then say that you gave it."))
        return redirect("desk_packet", made[0].pk) if made else back_to(inquiry_id, "referrals")
    record_read(Actor.staff(request.user), "inquiry", inquiry_id)
    context: dict[str, object] = {"consent": case.consents.get(Purpose.REFER), "fields": PACKET_FIELDS}
    context |= {"program": program, "inquiry": case.inquiry, "miles": miles_of(request), "section": "desk"}
    context |= packet_ways(program)
    return render(request, "dashboard/open_packet.html", context | _notice())


@answering
def packet_address(request: StaffRequest, inquiry_id: UUID, program_id: UUID) -> HttpResponse:
    """Somebody called the number we had, and the program takes packets at this address."""
    inquiry, program = inquiry_or_404(request, inquiry_id), _listed(program_id)
    write_address_down(request, program)
    opened = open_referrals(inquiry.pk).filter(program=program, state=ReferralState.PREPARED).first()
    return redirect("desk_packet", opened.pk) if opened else redirect("desk_open_packet", inquiry.pk, program.pk)


@requires(Permission.ANSWER_INQUIRIES)
def packet(request: StaffRequest, referral_id: UUID) -> HttpResponse:
    """What this program may be told, with the notice of 42 CFR 2.32 and the consent it rests on."""
    referral = get_object_or_404(Referral.objects.select_related("program"), pk=referral_id)
    case = case_or_404(request, referral.inquiry_id)
    consent = sound(referral.consent_id) if referral.consent_id else None
    if consent is None or not referral.is_open:
        raise Http404("No consent in force for this referral, or it is over.")
    if request.method == "POST":
        done = _("Written down: this is how it goes.")
        done_or_why(request, "packets", lambda: send_by(referral, request.POST.get("way", ""), by=request.user), done)
        return redirect("desk_packet", referral.pk)
    record_read(Actor.staff(request.user), "inquiry", referral.inquiry_id)
    context = {"referral": referral, "consent": consent, "section": "desk", "may_go": may_go_to(referral)}
    context |= {"program": referral.program} | packet_ways(referral.program) | _notice() | _packet(case)
    return render(request, "dashboard/packet.html", context)


def _notice() -> dict[str, str]:
    """The notice of 42 CFR 2.32, where Part 2 applies."""
    return {"notice": NOTICE_LONG if applicability().notice_goes_along else "", "notice_source": NOTICE_SOURCE}


def _packet(case: Case) -> dict[str, object]:
    """What leaves, as ``PACKET_FIELDS`` names it."""
    return {
        "inquiry": case.inquiry,
        "told": packet_of(case.answers),
        "contact_points": [each for each in case.usable_contact_points if each.belongs_to_person],
        "reasons": [each for each in case.triage.reasons if each.code not in OURS_TO_DO | ABOUT_OTHERS],
        "care": [in_words(care) for care in case.triage.care if care is not Care.FAMILY_SUPPORT],
        "insurance": in_words(case.answers.insurance.service or case.answers.insurance.kind),
        "plan": case.answers.insurance.payer_name,
        "summary": case.summary,
        "not_a_diagnosis": NOT_A_DIAGNOSIS,
    }


def _listed(program_id: UUID) -> Program:
    return get_object_or_404(Program.objects.listed(), pk=program_id)
