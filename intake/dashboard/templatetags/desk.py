"""Small words of the desk's templates."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import phonenumbers
from django import template
from django.contrib.messages.storage.base import BaseStorage, Message
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from intake.dashboard.panels import PANELS

register = template.Library()


@register.filter
def dial(number: str) -> str | SafeString:
    """A number as a link that dials it, as it was written; one that cannot be dialled stays plain text."""
    try:
        known = phonenumbers.parse(str(number), "US")
    except phonenumbers.NumberParseException:
        return str(number)
    href = phonenumbers.format_number(known, phonenumbers.PhoneNumberFormat.RFC3966)
    return format_html('<a class="dial" href="{}">{}</a>', href, number)


@register.filter
def miles(distance: float | None) -> str:
    """How far, as well as a ZIP code can tell."""
    if distance is None:
        return ""
    if distance < 1:
        return _("less than a mile")
    whole = round(distance)
    return ngettext("about %(n)d mile", "about %(n)d miles", whole) % {"n": whole}


@register.filter
def us_date(iso: str | None) -> str:
    """A stored birth date as people here write it: 04/12/1996."""
    return date.fromisoformat(iso).strftime("%m/%d/%Y") if iso else ""


@register.filter
def said_at(messages: BaseStorage, part: str) -> list[Message]:
    """What is to be said at one part of an inquiry's page."""
    return [message for message in messages if message.extra_tags == part]


@register.filter
def said_elsewhere(messages: BaseStorage) -> list[Any]:
    """What is to be said at no part, and so stands on top."""
    return [message for message in messages if message.extra_tags not in PANELS]


STEPS = {
    "try_again": gettext_lazy("the plan could not answer just then"),
    "ask_caller": gettext_lazy("something does not match the card"),
    "configuration": gettext_lazy("our set-up was refused"),
    "ask_a_person": gettext_lazy("the plan wants to be called"),
}
REFUSED = {
    "refused with 999": gettext_lazy("the clearinghouse refused our question as it is written (999)"),
    "refused with TA1": gettext_lazy("the clearinghouse refused the envelope of our question (TA1)"),
}
SAID = {
    "status_not_clear": gettext_lazy("the answer does not say clearly whether the coverage is active"),
    "status_not_stated": gettext_lazy("the answer does not say whether the coverage is active"),
    **dict.fromkeys(("52", "56", "57", "62", "63"), gettext_lazy("the plan does not answer for today")),
}
WHOLE = 60
STEP = re.compile(rf"\b({'|'.join(STEPS)})\b ?(\w*)")


@register.filter
def why(code: str) -> str:
    """Why a question to a plan ended as it did: our own short code, as stored, in words. What the column was too
    narrow for ends with its last whole sentence or word.
    """

    def words(found: re.Match[str]) -> str:
        step, code = found.groups()
        said = SAID.get(code, STEPS[step])
        return f"{said} ({_('code')} {code})" if code and not code.startswith("status_") else str(said)

    if code in REFUSED:
        return str(REFUSED[code])
    if len(code) < WHOLE or code.endswith("."):
        return STEP.sub(words, code)
    whole, _point, cut = code.rpartition(". ")
    return f"{whole}." if whole else f"{cut.rpartition(' ')[0]} …"
