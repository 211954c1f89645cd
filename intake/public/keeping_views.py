"""Stopping and coming back, on this device or another; and leaving it so that nobody else can."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt

from intake.public import drafts
from intake.public.codes import CodeForm
from intake.public.flow import not_kept
from intake.public.steps import first_open
from intake.public.views import callers_page, posted


@callers_page
def intake_save(request: HttpRequest) -> HttpResponse:
    """A code to come back with."""
    draft = drafts.find(request)
    if draft is None or draft.inquiry_id is not None:
        return redirect("get_help")
    if request.method == "POST":
        drafts.give_code(draft)
        return redirect("intake_save")
    page, labels = not_kept(request, draft.answers)
    shown = {"draft": draft, "go_on_url": first_open(draft.answers), "page_url": page, "not_kept": labels}
    return render(request, "public/intake/save.html", shown)


@callers_page
def intake_resume(request: HttpRequest) -> HttpResponse:
    """Open a saved form with its code, on any device, where it stopped."""
    form = CodeForm(posted(request), request=request)
    if request.method == "POST" and (draft := form.draft()):
        return drafts.remember(redirect(first_open(draft.answers)), draft)
    return render(request, "public/intake/resume.html", {"form": form})


# No token, because pages without a cookie have the button, too; another site's form brings no cookie to lose (SameSite)
@csrf_exempt
@callers_page
def leave(request: HttpRequest) -> HttpResponse:
    """Quick exit: forget the form on this device and go where nobody wonders. It asks no database, so it never waits.

    The script of the page is gone before we answer and only tells us ("quietly"); without it the button posts here.
    """
    if request.method != "POST" or not request.COOKIES:
        return redirect(settings.EXIT_URL)
    if "quietly" not in request.POST:
        return drafts.forget(redirect(settings.EXIT_URL))
    told = drafts.forget(HttpResponse(status=204))
    # Not on the way out itself: browsers were seen to clear for many seconds before they went on
    told["Clear-Site-Data"] = '"cache"'
    return told
