"""From one page to the next: where a page leads, and where it is no use."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from intake.inquiries.answers import Answers
from intake.inquiries.models import Draft
from intake.public.steps import BY_SLUG, Step, after

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
