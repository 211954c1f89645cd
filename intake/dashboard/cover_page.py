"""What a plan said: in words, in Spanish, beside an earlier answer, by the line, as a PDF; and asking somebody else."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from helpline.accounts.permissions import Permission, requires
from helpline.accounts.requests import StaffRequest
from helpline.audit.acting import Actor, record, record_read
from intake.board.sealed import admit
from intake.dashboard.actions import done_or_why
from intake.dashboard.forms import OtherCompanyForm
from intake.dashboard.gates import answering
from intake.dashboard.pages import back_to
from intake.inquiries.models import MoveRefused
from intake.insurance.changes import changes_in_words
from intake.insurance.cover import Cover, summary_of, told
from intake.insurance.cover_pdf import cover_pdf
from intake.insurance.models import Verification
from intake.insurance.x12.summary import OF_THE_MESSAGE
from intake.insurance.x12.tracing import trace
from intake.journey.ask_other import NotNamed, ask_other

SPOKEN = ("en", "es")


def asked_or_404(request: StaffRequest, verification_id: UUID) -> Verification:
    """One question to a plan, if whoever asks may open its inquiry. Raises ``SealedFromYou``."""
    found = get_object_or_404(
        Verification.objects.select_related("policy__payer", "policy__inquiry", "payer"), pk=verification_id
    )
    admit(request.user, found.policy.inquiry_id)
    return found


def cover_or_404(asked: Verification) -> Cover:
    """In the language that is active."""
    shown = told(asked)
    if shown is None:
        raise Http404("No answer.")
    return shown


def language_of(said: Any) -> str:
    asked = said.get("language", "")
    return asked if asked in SPOKEN else "en"


@require_GET
@requires(Permission.ANSWER_INQUIRIES)
def cover(request: StaffRequest, verification_id: UUID) -> HttpResponse:
    """The whole of one answer on a page of its own, to be read out in either language."""
    asked, language = asked_or_404(request, verification_id), language_of(request.GET)
    record_read(Actor.staff(request.user), "insurance_answer", asked.pk, inquiry_id=asked.policy.inquiry_id)
    with translation.override(language):
        shown = cover_or_404(asked)
        said = {"asked": asked, "cover": shown, "language": language}
        words = render_to_string("dashboard/_cover_told.html", said, request)
    # The page around it stays in the desk's own language
    context = {"asked": asked, "told": words, "language": language, "section": "desk"}
    return render(request, "dashboard/cover.html", context)


@require_GET
@requires(Permission.VERIFY_INSURANCE)
def cover_lines(request: StaffRequest, verification_id: UUID) -> HttpResponse:
    """The coded detail: each segment by its number with what we read out of it. Opening it is recorded."""
    asked = asked_or_404(request, verification_id)
    summary = summary_of(asked)
    if summary is None:
        raise Http404("No answer.")
    record_read(Actor.staff(request.user), "insurance_lines", asked.pk, inquiry_id=asked.policy.inquiry_id)
    of_the_message = [one.words for one in summary.warnings if one.key.startswith(OF_THE_MESSAGE)]
    context = {"asked": asked, "lines": trace(summary), "problems": of_the_message, "section": "desk"}
    return render(request, "dashboard/cover_lines.html", context)


@require_GET
@requires(Permission.ANSWER_INQUIRIES)
def cover_since(request: StaffRequest, verification_id: UUID, earlier_id: UUID) -> HttpResponse:
    """Side by side with an earlier answer of the same person's: what changed since, by line."""
    now, before = asked_or_404(request, verification_id), asked_or_404(request, earlier_id)
    old, new = summary_of(before), summary_of(now)
    if before.policy_id != now.policy_id or old is None or new is None or before.made_at >= now.made_at:
        raise Http404("Not an earlier answer of theirs.")
    for one in (now, before):
        record_read(Actor.staff(request.user), "insurance_answer", one.pk, inquiry_id=now.policy.inquiry_id)
    changes, same = changes_in_words(old, new)
    context = {"asked": now, "before": before, "changes": changes, "same": same, "section": "desk"}
    return render(request, "dashboard/cover_since.html", context)


@answering
def cover_as_pdf(request: StaffRequest, verification_id: UUID) -> HttpResponse:
    """The same content to hand to the person, in the language they read. That it was made is recorded."""
    asked = asked_or_404(request, verification_id)
    with translation.override(language_of(request.POST)):
        content = cover_pdf(cover_or_404(asked), payer=asked.asked_name, trace=asked.trace)
    by = Actor.staff(request.user)
    record(by, "exported", "insurance_answer", [asked.pk], inquiry_id=asked.policy.inquiry_id)
    return as_download(content)


def as_download(content: bytes) -> HttpResponse:
    """A PDF that no cache keeps, under a name that says nothing of anybody."""
    answer = HttpResponse(content, content_type="application/pdf", headers={"Cache-Control": "no-store"})
    answer["Content-Disposition"] = 'attachment; filename="answer.pdf"'
    return answer


@answering
def ask_other_company(request: StaffRequest, verification_id: UUID, at: int) -> HttpResponse:
    """Ask the company the plan pointed to, by one press; or say what has to be signed first."""
    asked = asked_or_404(request, verification_id)
    form = OtherCompanyForm(request.POST)
    if not form.is_valid():
        messages.error(request, str(form.errors["member_id"][0]), extra_tags="insurance")
        return back_to(asked.policy.inquiry_id, "insurance")
    theirs = form.cleaned_data["member_id"]
    by_which = _("By their member ID there.") if theirs else _("By the member ID of the plan.")
    done = f"{_('The other company is asked, too.')} {by_which}"
    done_or_why(request, "insurance", lambda: _ask_other(request, asked, at, theirs), done)
    return back_to(asked.policy.inquiry_id, "insurance")


def _ask_other(request: StaffRequest, asked: Verification, at: int, member_id: str) -> None:
    try:
        ask_other(asked, at, member_id=member_id, by=request.user)
    except NotNamed as missing:
        words = _(
            "Nothing was sent: what they signed names another plan. Offer the one-time link under Consent. To have "
            "this company asked, they write “%(name)s” there as the other company, and sign."
        )
        raise MoveRefused(words % {"name": missing.name}) from None
