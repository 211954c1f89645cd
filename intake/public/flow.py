"""From one page to the next: where a page leads, where it is no use, and stopping here."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from intake.inquiries.answers import Answers
from intake.inquiries.models import Draft
from intake.public import drafts
from intake.public.step_form import StepForm
from intake.public.steps import BY_SLUG, Step, after, before

HELP_FIRST = ("help-now", "safe-now")


def wants_check(request: HttpRequest) -> bool:
    """Whether the page was reached from the check page and leads back to it."""
    return "check" in (request.GET.get("then"), request.POST.get("then"))


def onward(request: HttpRequest, step: Step, answers: Answers) -> str:
    """The next step; the check page for one who came from there, unless help is needed first."""
    following = after(step, answers)
    if not wants_check(request):
        return following
    needs_help_first = following in [BY_SLUG[slug].url for slug in HELP_FIRST]
    return f"{following}?then=check" if needs_help_first else reverse("intake_check")


def back(request: HttpRequest, step: Step, answers: Answers, *, number: int | None = None) -> str:
    """Where "Back" leads: to the check page for one who came from there, to the list of substances from one of them."""
    if wants_check(request):
        return reverse("intake_check")
    return step.url if number and answers.uses else before(step, answers)


def stop(request: HttpRequest, draft: Draft, form: StepForm) -> HttpResponse:
    """Keep what is right on the page, say what is not, and show the code to come back with."""
    form.is_valid()
    draft = drafts.keep(draft, form.applied())
    if form.not_kept:
        words = _("Everything is kept but this, which we could not read: %(labels)s")
        messages.warning(request, words % {"labels": form.not_kept})
    drafts.give_code(draft)
    return drafts.remember(redirect("intake_save"), draft)


def elsewhere(step: Step, draft: Draft | None) -> HttpResponse | None:
    """Where to go instead: nothing started, already sent, a step that does not apply, no substance yet."""
    if draft is None:
        return redirect("get_help")
    if draft.inquiry_id is not None:
        return redirect("intake_sent")
    if not step.applies(draft.answers):
        return redirect(after(step, draft.answers))
    if step.slug == "substances" and not draft.answers.uses:
        return redirect("intake_substance", 1)
    return None
