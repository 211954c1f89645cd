"""What their plan said, for the person alone: in words, as a PDF, and what to correct so that the plan finds them.

In English or in Spanish, whichever they press for, and before they press in the one they told us they speak.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from helpline.audit.acting import record, record_read
from intake.disclosures.consenting import standing
from intake.disclosures.models import Purpose
from intake.inquiries.answers import SubscriberRelation
from intake.inquiries.models import MoveRefused
from intake.insurance.correcting import ToCorrect, to_correct
from intake.insurance.cover import Cover, told
from intake.insurance.cover_pdf import cover_pdf
from intake.insurance.models import Verification, VerificationState
from intake.journey.correct_plan import TooManyGuesses, correct_plan, may_correct, newest_question
from intake.public.codes import CodeForm, Found
from intake.public.insurance_forms import BirthDate
from intake.public.step_form import Pick, Words
from intake.public.views import callers_page, posted

SPOKEN = ("en", "es")
UNREMEMBERED = {"autocomplete": "off"}


class CorrectPlanForm(forms.Form):
    """The fields a plan did not know them by, always empty at first: what we have is shown to nobody."""

    member_id = Words(
        40,
        label=_("Member ID, as on the card"),
        widget=forms.TextInput(attrs={**UNREMEMBERED, "autocapitalize": "characters", "class": "w-chars-20"}),
    )
    first_name = Words(60, label=_("Your first name, as on the card"), widget=forms.TextInput(attrs=UNREMEMBERED))
    last_name = Words(60, label=_("Your last name, as on the card"), widget=forms.TextInput(attrs=UNREMEMBERED))
    birth_date = BirthDate(label=_("Your birth date"))
    subscriber_relation = Pick(SubscriberRelation, label=_("In whose name is the policy?"))
    subscriber_first_name = Words(
        60, label=_("First name of whoever holds the policy"), widget=forms.TextInput(attrs=UNREMEMBERED)
    )
    subscriber_last_name = Words(
        60, label=_("Last name of whoever holds the policy"), widget=forms.TextInput(attrs=UNREMEMBERED)
    )
    subscriber_birth_date = BirthDate(label=_("Birth date of whoever holds the policy"))
    payer_name = Words(
        80, label=_("Insurance company or plan, as on the card"), widget=forms.TextInput(attrs=UNREMEMBERED)
    )

    def __init__(self, data: Any = None, *, wanted: Iterable[ToCorrect]) -> None:
        super().__init__(data)
        names = [each.field for each in wanted]
        self.fields = {name: self.fields[name] for name in names if name in self.fields}

    def clean_member_id(self) -> str:
        return "".join(self.cleaned_data["member_id"].split())

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        if not self.errors and not any(said.values()):
            self.add_error(next(iter(self.fields), None), _("Write what is on the card, or call us."))
        return said


def language_of(request: HttpRequest, found: Found) -> str:
    asked = request.POST.get("language") or request.POST.get("show_plan")
    if asked in SPOKEN:
        return asked
    return "es" if found.inquiry and found.inquiry.answers.preferences.language == "es" else "en"


def plan_of(request: HttpRequest, found: Found) -> dict[str, Any]:
    """For the status page: nothing of what a plan said unless whoever asks is the person, and its answer only when
    they pressed for it.
    """
    newest = newest_question(found.inquiry_id) if found.by_the_person else None
    if newest is None:
        return {}
    language = language_of(request, found)
    has_answer = newest.state == VerificationState.ANSWERED or newest.asked_by_phone_at is not None
    context: dict[str, Any] = {"has_answer": has_answer, "language": language}
    with translation.override(language):
        wanted = to_correct(newest)
        if wanted and may_correct(newest):
            context |= {"to_correct": wanted, "correct_form": CorrectPlanForm(wanted=wanted)}
        elif wanted:
            context["call_to_correct"] = True
        if "show_plan" in request.POST and context["has_answer"]:
            record_read(found.by, "insurance_answer", newest.pk, inquiry_id=found.inquiry_id)
            context["cover"] = told(newest)
        context["still_asking"] = _still_asking(newest)
    return context


def _still_asking(question: Verification) -> str:
    """What is still to be done, or ""; nothing that the plan said."""
    if not question.is_final:
        return str(_("We are asking your plan. Look here again in a few minutes."))
    by_phone = Verification.objects.for_phone().filter(pk=question.pk).exists()
    if by_phone and Purpose.CHECK_INSURANCE in standing(question.policy.inquiry_id):
        return str(_("We are going to call your plan and ask there. You do not have to do anything."))
    return ""


@callers_page
def correct_my_plan(request: HttpRequest) -> HttpResponse:
    """Store what they correct and ask again. What was stored is never shown, nor whether a guess was nearer."""
    form = CodeForm(posted(request), request=request)
    found = form.found() if request.method == "POST" else None
    newest = newest_question(found.inquiry_id) if found and found.by_the_person else None
    if found is None or newest is None:
        return redirect("inquiry_status")
    language = language_of(request, found)
    with translation.override(language):
        wanted = to_correct(newest)
        if not wanted:
            return redirect("inquiry_status")
        typed = CorrectPlanForm(request.POST, wanted=wanted)
        shown = {"form": form, "language": language, **_corrected(found, typed, wanted)}
    return render(request, "public/intake/correct_plan.html", shown)


def _corrected(found: Found, typed: CorrectPlanForm, wanted: tuple[ToCorrect, ...]) -> dict[str, Any]:
    """What came of it, for the page to say."""
    if not typed.is_valid():
        return {"to_correct": wanted, "correct_form": typed}
    try:
        return {"asked_again": correct_plan(found.inquiry_id, typed.cleaned_data, by=found.by)}
    except (MoveRefused, TooManyGuesses):
        return {"call_to_correct": True}


@callers_page
def my_plan_pdf(request: HttpRequest) -> HttpResponse:
    """The same as a PDF, in the language they choose, for whoever has the person's code. That it left is recorded."""
    form = CodeForm(posted(request), request=request)
    found = form.found() if request.method == "POST" else None
    newest = newest_question(found.inquiry_id) if found and found.by_the_person else None
    if found is None or newest is None:
        return redirect("inquiry_status")
    with translation.override(language_of(request, found)):
        cover: Cover | None = told(newest)
        if cover is None:
            return redirect("inquiry_status")
        content = cover_pdf(cover, payer=newest.asked_name, trace=newest.trace)
    record(found.by, "exported", "insurance_answer", [newest.pk], inquiry_id=found.inquiry_id)
    answer = HttpResponse(content, content_type="application/pdf")
    answer["Content-Disposition"] = 'attachment; filename="answer.pdf"'
    return answer
