"""The form somebody is filling in, found by a signed cookie that holds nothing but its opaque id.

"Start" gives the cookie only: a row is made by the first answer, so that whoever presses "Start" a thousand times
leaves nothing behind.
"""

from dataclasses import replace
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from helpline.audit.acting import CALLER, acting
from helpline.vault.wall import within_reach
from intake.inquiries.answers import Answers, Use
from intake.inquiries.models import Draft, Inquiry
from intake.insurance.cards import hand_over

SALT = "intake.draft"


def find(request: HttpRequest) -> Draft | None:
    """The draft of this browser, without a row until something is answered; ``None`` without a cookie, with a forged
    one, after leaving, or when the draft has expired.
    """
    if settings.LEFT_COOKIE_NAME in request.COOKIES:
        return None
    value = request.get_signed_cookie(settings.DRAFT_COOKIE_NAME, default="", salt=SALT)
    try:
        pk = UUID(value)
    except ValueError:
        return None
    within_reach(pk)
    found = Draft.objects.usable().filter(pk=pk).first()
    if found:
        _reaching(found)
    if found or Draft.objects.expired().filter(pk=pk).exists():
        return found
    # Known before there is a row, so that an empty form sent twice is one inquiry, too
    return Draft(pk=pk, idempotency_key=pk)


def _reaching(draft: Draft) -> Draft:
    """The draft, with what belongs to it in the request's reach."""
    within_reach(draft.pk, draft.idempotency_key)
    if draft.inquiry_id:
        within_reach(draft.inquiry_id)
    return draft


def find_or_new(request: HttpRequest) -> Draft:
    """As ``find``; a new one instead of ``None``, so that nothing typed after expiry is lost."""
    draft = find(request)
    return draft if draft is not None and draft.inquiry_id is None else _new()


def _new() -> Draft:
    draft = Draft()
    draft.idempotency_key = draft.pk
    return _reaching(draft)


def start(before: Draft | None, uses: tuple[Use, ...]) -> Draft:
    """A new draft. The one before it goes, unless it was sent or a code opens it: nobody could reach it any more."""
    with acting(CALLER):
        if before and before.begun and not before.inquiry_id and not before.resume_code:
            before.delete()
    return keep(_new(), with_uses(Answers(), uses))


def keep(draft: Draft, answers: Answers) -> Draft:
    """Store the answers; nothing said yet stays nothing."""
    if not draft.begun and answers == draft.answers:
        return draft
    with acting(CALLER):
        return draft.keep(put_day(answers))


def with_uses(answers: Answers, uses: tuple[Use, ...]) -> Answers:
    return replace(answers, uses=uses)


def put_day(answers: Answers) -> Answers:
    """The answers marked with today in the line's own zone: triage reads an age from it."""
    return replace(answers, asked_on=timezone.localdate())


def give_code(draft: Draft) -> None:
    """A code to come back with, once there is something to come back to."""
    if draft.begun:
        with acting(CALLER):
            draft.give_code()


def sent(draft: Draft, inquiry: Inquiry) -> None:
    """Tie the draft to its inquiry and forget the answers: from here on they live in the inquiry only."""
    with acting(CALLER):
        hand_over(draft, inquiry)
        draft.store(inquiry=inquiry, answers_json={})


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


def come_back(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Once this answer gives the form's cookie anew or takes it away, that somebody left is over."""
    if settings.LEFT_COOKIE_NAME in request.COOKIES and settings.DRAFT_COOKIE_NAME in response.cookies:
        response.delete_cookie(settings.LEFT_COOKIE_NAME, samesite="Lax")
    return response


def forget(response: HttpResponse) -> HttpResponse:
    """Lock the form on this device; only a code opens it again."""
    response.delete_cookie(settings.DRAFT_COOKIE_NAME, samesite="Lax")
    return response
