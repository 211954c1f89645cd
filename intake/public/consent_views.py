"""The page behind a one-time consent link."""

from allauth.account.adapter import get_adapter
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from helpline.vault.models import LinkRefused, SignedLink
from intake.disclosures.codes import CodeRefused, TooMany
from intake.disclosures.wording import WORDINGS
from intake.inquiries.models import Inquiry
from intake.journey.consent import open_link, open_with_code, sign
from intake.public.codes import ConsentCodeForm
from intake.public.consent_page import ConsentLinkForm
from intake.public.views import callers_page, posted


@callers_page
def consent_by_code(request: HttpRequest) -> HttpResponse:
    """Type the code that somebody on the line just read out; the page it opens is the person's own."""
    form = ConsentCodeForm(posted(request))
    if form.is_valid():
        try:
            typed = form.cleaned_data["code"]
            return redirect("consent_by_link", open_with_code(typed, address=get_adapter().get_client_ip(request)))
        except CodeRefused:
            form.refuse()
        except TooMany:
            form.refuse_for_a_while()
    return render(request, "public/intake/consent_code.html", {"form": form})


@callers_page
def consent_by_link(request: HttpRequest, secret: str) -> HttpResponse:
    """Read what each yes means, choose, sign. A used or old link says so and what to do."""
    try:
        link = open_link(secret)
        form = ConsentLinkForm(posted(request), answers=Inquiry.objects.get(pk=link.subject).answers)
        if form.is_valid():
            _sign(link, form)
            return redirect("consent_given")
    except LinkRefused:
        return render(request, "public/intake/consent_refused.html", status=410)
    return render(request, "public/intake/consent_link.html", {"form": form, "wordings": WORDINGS})


def _sign(link: SignedLink, form: ConsentLinkForm) -> None:
    said = form.cleaned_data
    name = (said["first_name"], said["last_name"])
    sign(link, purposes=said["purposes"], name=name, signature=said["signature"], told=form.told())


@callers_page
def consent_given(request: HttpRequest) -> HttpResponse:
    return render(request, "public/intake/consent_given.html")
