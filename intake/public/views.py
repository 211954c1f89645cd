"""The caller's door: the form step by step, kept on our side, and sent once."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods

from helpline.accounts.lockout import sends_many
from helpline.audit.acting import CALLER, acting
from intake.disclosures.wording import WORDINGS
from intake.inquiries.answers import Answers, ForWhom, Use
from intake.inquiries.models import Draft, Inquiry
from intake.inquiries.screening import suicide_screen
from intake.insurance.cards import has_photo
from intake.journey.open_inquiry import open_inquiry
from intake.public import drafts
from intake.public.card import keep_card
from intake.public.codes import SendForm
from intake.public.flow import back, elsewhere, onward, stop, wants_check
from intake.public.notice import notice
from intake.public.sections import sections
from intake.public.step_form import StepForm
from intake.public.steps import BY_SLUG, PARTS, Step, first_open, urgent_actions
from intake.public.use_form import MOST_SUBSTANCES, UseForm, needs_asking, one_meaning

View = Callable[..., HttpResponse]


def callers_page(view: View) -> View:
    """Open to everybody and kept by no cache."""

    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return drafts.come_back(request, view(request, *args, **kwargs))

    guarded = require_http_methods(["GET", "HEAD", "POST"])(cache_control(no_store=True, private=True)(answered))
    return login_not_required(wraps(view)(guarded))


def posted(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else None


@callers_page
def get_help(request: HttpRequest) -> HttpResponse:
    """The way in. ``?substance=`` fills in the first substance; nothing is stored before "Start"."""
    said = request.POST if request.method == "POST" else request.GET
    substance = said.get("substance", "").replace("\x00", "").strip()[:80]
    started = drafts.find(request)
    if request.method == "POST":
        draft = drafts.start(started, (_named(substance),) if substance else ())
        return drafts.remember(redirect("intake_step", "who"), draft)
    context: dict[str, Any] = {"substance": substance}
    if started and started.begun:
        context |= {"started": started, "go_on_url": first_open(started.answers)}
    return render(request, "public/intake/start.html", context)


def _named(text: str) -> Use:
    meaning = one_meaning(text)
    return Use(text=text, canonical=meaning.canonical, klass=meaning.klass or None) if meaning else Use(text=text)


@callers_page
def intake_step(request: HttpRequest, slug: str) -> HttpResponse:
    """One step: show it, or keep what it says and go on. Nothing is required: an empty page goes on."""
    step = BY_SLUG.get(slug)
    if step is None:
        raise Http404("No such question.")
    if request.method != "POST" and (instead := elsewhere(step, drafts.find(request))):
        return instead
    draft = drafts.find_or_new(request)
    form = step.form(posted(request), request.FILES or None, answers=draft.answers)
    draft = keep_card(request, draft, form)
    if "later" in request.POST:
        return stop(draft, step, form)
    if not form.is_valid():
        return render(request, step.template, _context(request, step, form) | {"has_card": has_photo(draft)})
    draft = drafts.keep(draft, form.applied())
    there = onward(request, step, draft.answers)
    return drafts.remember(redirect(f"{there}?noted={form.drops}" if form.drops else there), draft)


def _context(request: HttpRequest, step: Step, form: StepForm, number: int | None = None) -> dict[str, Any]:
    return {
        "form": form,
        "title": step.title,
        "answers": form.answers,
        "for_other": form.for_other,
        "urgent": urgent_actions(form.answers),
        "screen": suicide_screen(form.answers.for_whom),
        "consent": WORDINGS["check_insurance"],
        "then": "check" if wants_check(request) else "",
        "back_url": back(request, step, form.answers, number=number),
        "part": step.part,
        "parts": len(PARTS),
        "part_title": PARTS[step.part - 1],
    }


@callers_page
def intake_substance(request: HttpRequest, number: int) -> HttpResponse:
    """One substance (1 is the first). A word with several meanings is asked about once, on the same page."""
    step, draft = BY_SLUG["substances"], drafts.find_or_new(request)
    at = max(0, min(number - 1, len(draft.answers.uses), MOST_SUBSTANCES - 1))
    if request.method != "POST" and drafts.find(request) is None:
        return redirect("get_help")
    if "remove" in request.POST:
        return _without(request, draft, at)
    form = UseForm(posted(request), answers=draft.answers, at=at)
    if "later" in request.POST:
        return stop(draft, step, form)
    if not form.is_valid():
        return render(request, "public/intake/step.html", _context(request, step, form, number))
    draft = drafts.keep(draft, form.applied())
    return drafts.remember(redirect(_after_substance(request, step, draft.answers, at)), draft)


def _after_substance(request: HttpRequest, step: Step, answers: Answers, at: int) -> str:
    """The same page to ask what the word means; the list of what was named; with nothing named, the next question."""
    then = "?then=check" if wants_check(request) else ""
    if at < len(answers.uses) and needs_asking(answers.uses[at]) and "meaning" not in request.POST:
        return f"{reverse('intake_substance', args=[at + 1])}{then}"
    return f"{step.url}{then}" if answers.uses else onward(request, step, answers)


def _without(request: HttpRequest, draft: Draft, at: int) -> HttpResponse:
    uses = draft.answers.uses
    draft = drafts.keep(draft, drafts.with_uses(draft.answers, uses[:at] + uses[at + 1 :]))
    then = "?then=check" if wants_check(request) else ""
    return drafts.remember(redirect(f"{BY_SLUG['substances'].url}{then}"), draft)


@callers_page
def intake_check(request: HttpRequest) -> HttpResponse:
    """Everything said, each with a way to change it; and sending, which done twice is done once."""
    draft = drafts.find(request)
    if draft is None:
        return redirect("get_help")
    if draft.inquiry_id is not None:
        return redirect("intake_sent")
    form = SendForm(posted(request), initial={"key": draft.idempotency_key})
    if "later" in request.POST:
        drafts.give_code(draft)
        return redirect("intake_save")
    if request.method == "POST" and form.belongs_to(draft.idempotency_key):
        _send(draft, quarantined=form.looks_automatic() or sends_many(request))
        return redirect("intake_sent")
    shown = {
        "sections": sections(draft.answers, has_card=has_photo(draft)),
        "urgent": urgent_actions(draft.answers),
        "notice": notice(),
    }
    other = draft.answers.for_whom is ForWhom.SOMEONE_ELSE
    return render(request, "public/intake/check.html", shown | {"key": draft.idempotency_key, "for_other": other})


def _send(draft: Draft, *, quarantined: bool) -> Inquiry:
    with acting(CALLER):
        inquiry = open_inquiry(
            answers=draft.answers,
            idempotency_key=draft.idempotency_key,
            by=CALLER,
            quarantined=quarantined,
            language=get_language()[:2],
        )
        drafts.sent(draft, inquiry)
    return inquiry
