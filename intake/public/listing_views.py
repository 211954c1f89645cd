"""The page of a program's own link: what we say of it, what is free, what is wrong."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from helpline.programs.curation import CannotChange
from helpline.programs.hours import believed_hours
from helpline.programs.hours_form import HoursForm
from helpline.programs.models import Opening, OpeningKind, PacketWay, Program
from helpline.programs.packets import clean_address
from helpline.programs.published import clean_phone, clean_text, clean_zip
from helpline.programs.self_service import PROPOSABLE, confirm, open_listing_link, propose, say_hours, say_openings
from helpline.programs.states import STATES
from helpline.vault.models import LinkRefused, SignedLink
from intake.public.views import callers_page, posted

MOST_PLACES = 500
HOURS = {"hours-open", "hours-closed"}
NO_NUMBER = gettext_lazy("Write a number from 0 to 500, or leave it empty.")
PLACE = ("street1", "street2", "city", "state", "zip")


class FreeForm(forms.Form):
    """How many places of each kind are free; what is left empty is not said."""

    prefix = "free"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for kind, words in OpeningKind.choices:
            self.fields[kind] = forms.IntegerField(
                label=str(words).capitalize(),
                required=False,
                min_value=0,
                max_value=MOST_PLACES,
                error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), NO_NUMBER),
                widget=forms.NumberInput(attrs={"class": "w-chars-5", "inputmode": "numeric"}),
            )

    @property
    def said(self) -> dict[str, int]:
        return {kind: places for kind, places in self.cleaned_data.items() if places is not None}


class ChangeForm(forms.Form):
    name1 = forms.CharField(label=gettext_lazy("Name"), max_length=200)
    name2 = forms.CharField(label=gettext_lazy("Second name"), max_length=200, required=False)
    phone = forms.CharField(label=gettext_lazy("Phone"), max_length=40)
    intake_lines = forms.CharField(
        label=gettext_lazy("Intake lines"),
        help_text=gettext_lazy("One number a line."),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    street1 = forms.CharField(label=gettext_lazy("Street"), max_length=200, required=False)
    street2 = forms.CharField(label=gettext_lazy("Suite, building"), max_length=200, required=False)
    city = forms.CharField(label=gettext_lazy("City"), max_length=100)
    state = forms.ChoiceField(label=gettext_lazy("State"), choices=list(STATES.items()))
    zip = forms.CharField(label=gettext_lazy("ZIP code"), max_length=10)
    fax = forms.CharField(label=gettext_lazy("Fax for packets about people we refer"), max_length=40, required=False)
    email = forms.CharField(label=gettext_lazy("Encrypted e-mail for them"), max_length=254, required=False)
    direct = forms.CharField(label=gettext_lazy("Direct address for them"), max_length=254, required=False)
    note = forms.CharField(
        label=gettext_lazy("Anything else that is wrong"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy(
            "Such as who owns it, an e-mail address, how people can pay. Say nothing about anybody you treat."
        ),
    )

    def __init__(self, data: Any, *, program: Program) -> None:
        now = {name: getattr(program, name) for name in PROPOSABLE}
        now |= dict(program.packet_addresses.values_list("way", "address"))
        super().__init__(data, initial=now | {"intake_lines": "\n".join(program.intake_lines)})
        if program.confidential:
            # Whoever holds the link need not be the program: where a hidden place lies is neither shown nor asked
            for name in PLACE:
                del self.fields[name]

    def clean_zip(self) -> str:
        if five := clean_zip(self.cleaned_data["zip"]):
            return five
        raise forms.ValidationError(_("Enter the ZIP code as five digits, such as 35203."))

    def clean_phone(self) -> str:
        return self._number(self.cleaned_data["phone"])

    def clean_intake_lines(self) -> list[str]:
        lines = self.cleaned_data["intake_lines"].splitlines()
        return list(dict.fromkeys(self._number(line) for line in lines if line.strip()))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for way in PacketWay.values:
            if typed := data.get(way, "").strip():
                try:
                    data[way] = clean_address(way, typed)
                except CannotChange as problem:
                    self.add_error(way, str(problem))
        return data

    def _number(self, typed: str) -> str:
        if number := clean_phone(typed):
            return number
        message = _("“%(typed)s” cannot be dialled. Write ten digits, such as 205-216-0200 x12.")
        raise forms.ValidationError(message, params={"typed": typed[:40]})

    @property
    def wanted(self) -> dict[str, Any]:
        names = (*PROPOSABLE, *PacketWay.values)
        clean = {name: self.cleaned_data[name] for name in names if name in self.fields}
        return {name: clean_text(value) if isinstance(value, str) else value for name, value in clean.items()}


@callers_page
def own_listing(request: HttpRequest, secret: str) -> HttpResponse:
    """Confirm, say what is free, or ask for a change. The page never shows a referral, or anybody."""
    try:
        link, program = open_listing_link(secret)
    except LinkRefused:
        return render(request, "public/listing_refused.html", status=410)
    free = FreeForm(posted(request) if "free" in request.POST else None)
    change = ChangeForm(posted(request) if "change" in request.POST else None, program=program)
    hours = HoursForm(posted(request) if request.POST.keys() & HOURS else None, program=program)
    if request.method == "POST" and _kept(request, program, link, free, change, hours):
        return redirect("own_listing", secret)
    known = Opening.objects.believed(timezone.now()).filter(program=program).order_by("kind")
    context = {
        "program": program,
        "forms": [free, change, hours],
        "free": free,
        "change": change,
        "hours": hours,
        "known": known,
        "known_hours": believed_hours(program.pk, timezone.now()),
        "until": link.expires_at,
    }
    return render(request, "public/listing_own.html", context)


def _kept(
    request: HttpRequest, program: Program, link: SignedLink, free: FreeForm, change: ChangeForm, hours: HoursForm
) -> bool:
    if "right" in request.POST:
        confirm(program, link)
        messages.success(request, _("Thank you. We note that all of it is right today."))
        return True
    if free.is_valid() and free.said:
        for kind, places in free.said.items():
            say_openings(program, link, kind, places)
        messages.success(request, _("Thank you. Our consultants see it now."))
        return True
    if hours.is_valid():
        say_hours(program, link, *hours.told)
        messages.success(request, _("Thank you. Our consultants see it now."))
        return True
    if change.is_valid():
        try:
            propose(program, link, change.wanted, note=change.cleaned_data["note"])
        except CannotChange as problem:
            change.add_error(None, str(problem))
            return False
        messages.success(request, _("Thank you. Somebody looks at it before it changes; we may call you."))
        return True
    return False
