"""The form somebody is filling in, found by a signed cookie that holds nothing but its opaque id."""

from dataclasses import replace
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from helpline.audit.acting import CALLER, acting
from intake.inquiries.answers import Answers, Use
from intake.inquiries.models import Draft, Inquiry

SALT = "intake.draft"


def find(request: HttpRequest) -> Draft | None:
    """The draft of this browser, or ``None``: no cookie, a forged one, or one that has expired."""
    value = request.get_signed_cookie(settings.DRAFT_COOKIE_NAME, default="", salt=SALT)
    try:
        return Draft.objects.usable().filter(pk=UUID(value)).first()
    except ValueError:
        return None


def find_or_new(request: HttpRequest) -> Draft:
    """As ``find``; a new, unsaved one instead of ``None``, so that nothing typed after expiry is lost."""
    draft = find(request)
    return draft if draft is not None and draft.inquiry_id is None else Draft()


def keep(draft: Draft, answers: Answers) -> None:
    with acting(CALLER):
        draft.keep(put_day(answers))


def with_uses(answers: Answers, uses: tuple[Use, ...]) -> Answers:
    return replace(answers, uses=uses)


def put_day(answers: Answers) -> Answers:
    """The answers marked with today in the line's own zone: triage reads an age from it."""
    return replace(answers, asked_on=timezone.localdate())


def sent(draft: Draft, inquiry: Inquiry) -> None:
    """Tie the draft to its inquiry and forget the answers: from here on they live in the inquiry only."""
    with acting(CALLER):
        draft.inquiry, draft.answers_json = inquiry, {}
        draft.save(update_fields=["inquiry", "answers_json"])


def remember(response: HttpResponse, draft: Draft) -> HttpResponse:
    """Set the cookie. It ends with the browser session: phones and library computers are shared."""
    response.set_signed_cookie(
        settings.DRAFT_COOKIE_NAME,
        str(draft.pk),
        salt=SALT,
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Lax",
    )
    return response


def forget(response: HttpResponse) -> HttpResponse:
    response.delete_cookie(settings.DRAFT_COOKIE_NAME, samesite="Lax")
    return response
