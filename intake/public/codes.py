"""Forms of few fields: a code to come back with, a code to ask about, and sending."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from django import forms
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from helpline.accounts.lockout import count_wrong_code, may_try_code
from helpline.audit.acting import CALLER, Actor
from intake.inquiries.models import Draft, Inquiry, State
from intake.journey.own_code import behind_own_code

TOO_MANY = _("Too many wrong codes came from this connection. Wait ten minutes and try again, or call us.")
DELETED = _(
    "What you told us was deleted. What you signed is kept, so that we can tell you to whom we passed something on."
)
STATE_WORDS: dict[str, Promise] = {
    State.WAITING: _("We have it. Nobody has started on it yet."),
    State.IN_PROGRESS: _("Somebody here is working on it."),
    State.REFERRED: _("We have asked a program."),
    State.CLOSED: _("It is closed. You can call us, or start a new one, at any time."),
}


@dataclass(frozen=True)
class Found:
    """What a code opens, for whom: the person it is about, or somebody who asked for them.

    The person's own code outlives their inquiry, as what they signed does; then there is no ``inquiry``.
    """

    inquiry_id: UUID
    inquiry: Inquiry | None
    by: Actor
    by_the_person: bool

    @property
    def state_words(self) -> Promise:
        """A caller who is somebody else does not learn that a program was asked: the person tells them, or nobody."""
        if self.inquiry is None:
            return DELETED
        told_less = self.inquiry.state == State.REFERRED and not self.by_the_person
        return STATE_WORDS[State.IN_PROGRESS if told_less else self.inquiry.state]


Behind = TypeVar("Behind", Draft, Found)


class CodeForm(forms.Form):
    code = forms.CharField(
        max_length=40,
        label=_("Your code"),
        help_text=_("The letters and numbers we gave you, like BCD2-F3G-H4J. Capitals and dashes do not matter."),
        error_messages={
            "required": _("Enter your code."),
            "max_length": _("No code is that long. Check what you typed."),
        },
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "class": "w-chars-20"}),
    )

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request

    def draft(self) -> Draft | None:
        """The saved form behind the code. Adds an error and gives ``None`` when there is none."""
        unknown = _("We know no saved form with this code. It may be too old, or mistyped.")
        return self._behind(Draft.objects.by_code, unknown)

    def found(self) -> Found | None:
        """The inquiry behind the code, and whose code it is; as ``draft``."""
        return self._behind(_look_up, _("We know no inquiry with this code. Check it, or call us."))

    def _behind(self, look_up: Callable[[str], Behind | None], unknown: Any) -> Behind | None:
        """What the code leads to. After too many wrong codes from one connection nothing is looked up for a while."""
        if not self.is_valid():
            return None
        if not may_try_code(self.request):
            self.add_error("code", TOO_MANY)
            return None
        found = look_up(self.cleaned_data["code"])
        if found is None:
            count_wrong_code(self.request)
            self.add_error("code", unknown)
        return found


class ConsentCodeForm(forms.Form):
    code = forms.CharField(
        max_length=20,
        label=_("The code you were just told"),
        help_text=_("Eight letters and numbers, like BCDF-2345. Capitals and the dash do not matter."),
        error_messages={
            "required": _("Enter the code the person on the line read out."),
            "max_length": _("The code has eight letters and numbers. Check what you typed."),
        },
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "class": "w-chars-12"}),
    )

    def refuse(self) -> None:
        self.add_error(
            "code", _("This code opens nothing: mistyped, used, or older than 15 minutes. Ask for a new one.")
        )

    def refuse_for_a_while(self) -> None:
        self.add_error("code", _("Too many tries from here. Wait 15 minutes, or ask on the phone for a link instead."))


def _look_up(code: str) -> Found | None:
    if link := behind_own_code(code):
        inquiry = Inquiry.objects.filter(pk=link.subject).first()
        return Found(link.subject, inquiry, Actor.link(link), by_the_person=True)
    inquiry = Inquiry.objects.by_reference(code)
    return Found(inquiry.pk, inquiry, CALLER, by_the_person=inquiry.caller_is_person) if inquiry else None


class SendForm(forms.Form):
    """``website`` is shown to nobody: who fills it in is set aside as a likely program, never turned away."""

    key = forms.UUIDField(required=False, widget=forms.HiddenInput)
    website = forms.CharField(required=False)

    def looks_automatic(self) -> bool:
        return not self.is_valid() or bool(self.cleaned_data.get("website"))

    def belongs_to(self, key: UUID) -> bool:
        """Whether this form was made for the draft with that key, not for another of the same browser."""
        return self.is_valid() and self.cleaned_data["key"] == key
