"""The page behind a one-time consent link."""

from collections.abc import Callable
from functools import wraps

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from helpline.accounts.lockout import counted_address
from helpline.audit.acting import Actor, acting, record_read
from helpline.vault.models import LinkRefused, SignedLink
from intake.disclosures.codes import CodeRefused, TooMany
from intake.disclosures.consenting import standing
from intake.disclosures.models import Purpose
from intake.disclosures.wording import WORDINGS
from intake.inquiries.models import Inquiry
from intake.journey.consent import open_link, open_with_code, sign
from intake.journey.own_code import give_own_code
from intake.public.codes import ConsentCodeForm
from intake.public.consent_page import ConsentLinkForm, signed_copy
from intake.public.views import callers_page, posted

View = Callable[..., HttpResponse]


def the_persons_own(view: View) -> View:
    """Nobody who is signed in here signs for a person: not by mistake at the desk, and not in their name."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: str, **kwargs: str) -> HttpResponse:
        if request.user.is_authenticated:
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded


@callers_page
@the_persons_own
def consent_by_code(request: HttpRequest) -> HttpResponse:
    """Type the code that somebody on the line just read out; the page it opens is the person's own."""
    form = ConsentCodeForm(posted(request))
    if form.is_valid():
        try:
            typed = form.cleaned_data["code"]
            return redirect("consent_by_link", open_with_code(typed, address=counted_address(request)))
        except CodeRefused:
            form.refuse()
        except TooMany:
            form.refuse_for_a_while()
    return render(request, "public/intake/consent_code.html", {"form": form})


@callers_page
@the_persons_own
def consent_by_link(request: HttpRequest, secret: str) -> HttpResponse:
    """Read what each yes means, choose, sign. A link that is signed, old, or of an erased inquiry says what to do."""
    try:
        link = open_link(secret)
        record_read(Actor.link(link), "inquiry", link.subject)
        form = ConsentLinkForm(posted(request), answers=Inquiry.objects.get(pk=link.subject).answers)
        if form.is_valid():
            return _given(request, link, _sign(link, form))
    except (LinkRefused, Inquiry.DoesNotExist):
        return render(request, "public/intake/consent_refused.html", status=410)
    shown = {"form": form, "wordings": WORDINGS, "until": link.expires_at}
    return render(request, "public/intake/consent_link.html", shown)


def _sign(link: SignedLink, form: ConsentLinkForm) -> str:
    """Sign, and give the signer a code of their own in the same step."""
    said, by = form.cleaned_data, Actor.link(link)
    name = (said["first_name"], said["last_name"])
    with acting(by):
        sign(
            link,
            purposes=said["purposes"],
            name=name,
            signature=said["signature"],
            complete=form.complete,
            ask_again=said["ask_again"],
            other_payer=said["other_payer_name"],
        )
        return give_own_code(link.subject, by=by)


def _given(request: HttpRequest, link: SignedLink, code: str) -> HttpResponse:
    """Shown this once, at no address of its own: nobody who comes to this device later finds it."""
    asks_plan = Purpose.CHECK_INSURANCE in standing(link.subject)
    context = {"code": code, "signed": signed_copy(link.subject), "asks_plan": asks_plan}
    return render(request, "public/intake/consent_given.html", context)
