"""After sending: what happens now, and asking later how far it is."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from helpline.audit.acting import CALLER, record_read
from intake.inquiries.answers import ForWhom
from intake.inquiries.triage import NOT_A_DIAGNOSIS
from intake.inquiries.wording import in_words
from intake.journey.consent import take_back
from intake.public import drafts
from intake.public.codes import CodeForm
from intake.public.consent_page import signed_copy
from intake.public.nearby import asked_of_all, programs_to_ring
from intake.public.phone_words import ROOM, what_to_say
from intake.public.plan_said import plan_of
from intake.public.promises import what_happens_next
from intake.public.views import callers_page, posted


@callers_page
def intake_sent(request: HttpRequest) -> HttpResponse:
    """What happens next, what to do now, the code, numbers to ring. A POST takes it off the device."""
    draft = drafts.find(request)
    if draft is None or draft.inquiry is None:
        return redirect("get_help")
    if request.method == "POST":
        return drafts.forget(redirect("home"))
    inquiry, triage = draft.inquiry, draft.inquiry.triage()
    answers, programs = inquiry.answers, programs_to_ring(inquiry.answers, triage)
    record_read(CALLER, "inquiry", inquiry.pk, inquiry_id=inquiry.pk)
    context = {
        "code": inquiry.reference_code,
        "triage": triage,
        "not_a_diagnosis": NOT_A_DIAGNOSIS,
        "care_words": [in_words(care) for care in triage.care],
        "answers": answers,
        "for_other": answers.for_whom is ForWhom.SOMEONE_ELSE,
        "next": what_happens_next(answers, triage),
        "programs": programs,
        "say": what_to_say(answers, triage),
        "ask_all": (ROOM, *asked_of_all(programs)),
    }
    return render(request, "public/intake/sent.html", context)


@callers_page
def inquiry_status(request: HttpRequest) -> HttpResponse:
    """How far an inquiry is, by a code. Only who it is about sees what they signed and what their plan said."""
    form = CodeForm(posted(request), request=request)
    found = form.found() if request.method == "POST" else None
    if found is None:
        return render(request, "public/intake/status.html", {"form": form})
    inquiry_id, own = found.inquiry_id, found.by_the_person
    if taken_back := own and "take_back" in request.POST:
        take_back(inquiry_id, by=found.by)
    record_read(found.by, "consent", inquiry_id, inquiry_id=inquiry_id)
    shown = {"state": found.state_words, "own": own, "taken_back": taken_back}
    shown |= plan_of(request, found)
    signed = signed_copy(inquiry_id) if own else []
    return render(request, "public/intake/status.html", {"form": form, "signed": signed, **shown})
