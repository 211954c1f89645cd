"""The caller's door: the form step by step, kept on our side, sent once, and looked up by its code."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods

from helpline.audit.acting import CALLER, acting, record_read
from intake.disclosures.wording import WORDINGS
from intake.inquiries.answers import Answers, ForWhom, Use
from intake.inquiries.models import Draft, Inquiry
from intake.inquiries.screening import suicide_screen
from intake.inquiries.triage import NOT_A_DIAGNOSIS
from intake.inquiries.wording import in_words
from intake.journey.consent import take_back
from intake.journey.open_inquiry import open_inquiry
from intake.public import drafts
from intake.public.codes import STATE_WORDS, CodeForm, SendForm
from intake.public.flow import elsewhere, onward, wants_check
from intake.public.nearby import programs_to_ring
from intake.public.notice import notice
from intake.public.sections import sections
from intake.public.step_form import StepForm
from intake.public.steps import BY_SLUG, Step, applying, before, urgent_actions
from intake.public.use_form import MOST_SUBSTANCES, UseForm, needs_asking, one_meaning

View = Callable[..., HttpResponse]


def callers_page(view: View) -> View:
    """Open to everybody and kept by no cache."""
    guarded = require_http_methods(["GET", "HEAD", "POST"])(cache_control(no_store=True, private=True)(view))
    return login_not_required(wraps(view)(guarded))


def posted(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else None


@callers_page
def get_help(request: HttpRequest) -> HttpResponse:
    """The way in. ``?substance=`` fills in the first substance; nothing is stored before "Start"."""
    said = request.POST if request.method == "POST" else request.GET
    substance = said.get("substance", "").replace("\x00", "").strip()[:80]
    if request.method == "POST":
        draft = Draft()
        drafts.keep(draft, Answers(uses=(_named(substance),) if substance else ()))
        return drafts.remember(redirect("intake_step", "who"), draft)
    started = drafts.find(request)
    return render(request, "public/intake/start.html", {"substance": substance, "started": started})


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
    form = step.form(posted(request), answers=draft.answers)
    if not form.is_valid():
        return render(request, step.template, _context(request, step, form))
    answers = form.applied()
    drafts.keep(draft, answers)
    return drafts.remember(redirect(onward(request, step, answers)), draft)


def _context(request: HttpRequest, step: Step, form: StepForm) -> dict[str, Any]:
    steps = applying(form.answers)
    return {
        "form": form,
        "title": step.title,
        "answers": form.answers,
        "for_other": form.for_other,
        "urgent": urgent_actions(form.answers),
        "screen": suicide_screen(form.answers.for_whom),
        "consent": WORDINGS["check_insurance"],
        "then": "check" if wants_check(request) else "",
        "back_url": before(step, form.answers),
        "step": steps.index(step) + 1 if step in steps else None,
        "steps": len(steps),
    }


@callers_page
def intake_substance(request: HttpRequest, number: int) -> HttpResponse:
    """One substance (1 is the first). A word with several meanings is asked about once, on the same page."""
    step, draft = BY_SLUG["substances"], drafts.find_or_new(request)
    at = max(0, min(number - 1, len(draft.answers.uses), MOST_SUBSTANCES - 1))
    if request.method != "POST" and draft._state.adding:
        return redirect("get_help")
    if "remove" in request.POST:
        return _without(draft, at)
    form = UseForm(posted(request), answers=draft.answers, at=at)
    if not form.is_valid():
        return render(request, "public/intake/step.html", _context(request, step, form))
    answers = form.applied()
    drafts.keep(draft, answers)
    ask = at < len(answers.uses) and needs_asking(answers.uses[at]) and "meaning" not in request.POST
    there = redirect("intake_substance", at + 1) if ask else redirect(_after_substance(request, step, answers))
    return drafts.remember(there, draft)


def _after_substance(request: HttpRequest, step: Step, answers: Answers) -> str:
    """The list of what was named; with nothing named, the next question."""
    if answers.uses:
        return f"{step.url}?then=check" if wants_check(request) else step.url
    return onward(request, step, answers)


def _without(draft: Draft, at: int) -> HttpResponse:
    uses = draft.answers.uses
    drafts.keep(draft, drafts.with_uses(draft.answers, uses[:at] + uses[at + 1 :]))
    return drafts.remember(redirect("intake_step", "substances"), draft)


@callers_page
def intake_check(request: HttpRequest) -> HttpResponse:
    """Everything said, each with a way to change it; and sending, which done twice is done once."""
    draft = drafts.find(request)
    if draft is None:
        return redirect("get_help")
    if draft.inquiry_id is not None:
        return redirect("intake_sent")
    form = SendForm(posted(request), initial={"key": draft.idempotency_key})
    if request.method == "POST" and form.belongs_to(draft.idempotency_key):
        _send(draft, quarantined=form.looks_automatic())
        return redirect("intake_sent")
    shown = {"sections": sections(draft.answers), "urgent": urgent_actions(draft.answers), "notice": notice()}
    other = draft.answers.for_whom is ForWhom.SOMEONE_ELSE
    return render(request, "public/intake/check.html", shown | {"key": draft.idempotency_key, "for_other": other})


def _send(draft: Draft, *, quarantined: bool) -> Inquiry:
    inquiry = open_inquiry(
        answers=draft.answers,
        idempotency_key=draft.idempotency_key,
        by=CALLER,
        quarantined=quarantined,
        language=get_language()[:2],
    )
    drafts.sent(draft, inquiry)
    return inquiry


@callers_page
def intake_sent(request: HttpRequest) -> HttpResponse:
    """What happens next, what to do now, the code, numbers to ring. A POST takes it off the device."""
    draft = drafts.find(request)
    if draft is None or draft.inquiry is None:
        return redirect("get_help")
    if request.method == "POST":
        return drafts.forget(redirect("home"))
    inquiry, triage = draft.inquiry, draft.inquiry.triage()
    record_read(CALLER, "inquiry", inquiry.pk, inquiry_id=inquiry.pk)
    context = {
        "code": inquiry.reference_code,
        "triage": triage,
        "not_a_diagnosis": NOT_A_DIAGNOSIS,
        "care_words": [in_words(care) for care in triage.care],
        "answers": inquiry.answers,
        "for_other": inquiry.answers.for_whom is ForWhom.SOMEONE_ELSE,
        "programs": programs_to_ring(inquiry.answers, triage),
    }
    return render(request, "public/intake/sent.html", context)


@callers_page
def intake_save(request: HttpRequest) -> HttpResponse:
    """A code to come back with."""
    draft = drafts.find(request)
    if draft is None or draft.inquiry_id is not None:
        return redirect("get_help")
    if request.method == "POST":
        with acting(CALLER):
            draft.give_code()
        return redirect("intake_save")
    return render(request, "public/intake/save.html", {"draft": draft})


@callers_page
def intake_resume(request: HttpRequest) -> HttpResponse:
    """Open a saved form with its code, on any device."""
    form = CodeForm(posted(request), request=request)
    if request.method == "POST" and (draft := form.draft()):
        return drafts.remember(redirect("intake_check"), draft)
    return render(request, "public/intake/resume.html", {"form": form})


@callers_page
def inquiry_status(request: HttpRequest) -> HttpResponse:
    """How far an inquiry is, by its reference code: the state only. Consents are taken back here, too."""
    form = CodeForm(posted(request), request=request)
    inquiry = form.inquiry() if request.method == "POST" else None
    taken_back = inquiry is not None and "take_back" in request.POST
    if inquiry and taken_back:
        take_back(inquiry.pk, by=CALLER)
    state = STATE_WORDS[inquiry.state] if inquiry else ""
    shown = {"form": form, "state": state, "taken_back": taken_back}
    return render(request, "public/intake/status.html", shown)
