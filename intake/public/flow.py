"""From one page to the next: where a page leads, where it is no use, and stopping here."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from intake.inquiries.answers import Answers
from intake.inquiries.models import Draft
from intake.public import drafts
from intake.public.step_form import StepForm
from intake.public.steps import BY_SLUG, Step, after, before
from intake.public.use_form import UseForm

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


def stop(draft: Draft, step: Step, form: StepForm) -> HttpResponse:
    """Keep what is right on the page, and show the code to come back with. The fields that were not right go along in
    the address, by name: a caller has no session to put a notice into.
    """
    form.is_valid()
    draft = drafts.keep(draft, form.applied())
    drafts.give_code(draft)
    wrong = [("page", step.slug), *(("not_kept", name) for name in form.errors)] if form.errors else []
    there = f"{reverse('intake_save')}?{urlencode(wrong)}" if wrong else reverse("intake_save")
    return drafts.remember(redirect(there), draft)


def not_kept(request: HttpRequest, answers: Answers) -> tuple[str, list[str]]:
    """What ``stop`` could not keep: the address of the page and the labels of its fields."""
    step = BY_SLUG.get(request.GET.get("page", ""))
    if step is None:
        return "", []
    form = UseForm(answers=answers, at=0) if step.slug == "substances" else step.form(answers=answers)
    named = request.GET.getlist("not_kept")
    return step.entry, [str(form[name].label) for name in named if name in form.fields]


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
