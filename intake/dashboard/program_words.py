"""What a program says on the phone, written down where it is heard: everybody sees it at once."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from helpline.accounts.requests import StaffRequest
from helpline.programs.curation import CannotChange, do_not_refer, verify
from helpline.programs.hours import tell_hours
from helpline.programs.hours_form import HoursForm
from helpline.programs.models import OpeningKind, Program
from helpline.programs.openings import tell_openings
from helpline.programs.rounds import takes_nobody
from helpline.programs.uses import count_asked
from intake.dashboard.actions import done_or_why
from intake.dashboard.gates import answering
from intake.dashboard.pages import back_to, inquiry_or_404
from intake.journey.hold import hold_place, let_go_of_place

PART = "programs"
MOST_PLACES = 500


class OpeningForm(forms.Form):
    kind = forms.ChoiceField(
        choices=OpeningKind.choices, error_messages={"required": gettext_lazy("Choose what is free.")}
    )
    places = forms.IntegerField(
        min_value=0,
        max_value=MOST_PLACES,
        error_messages={"required": gettext_lazy("Write how many are free: 0 if none is.")},
    )


@answering
def program_said(request: StaffRequest, inquiry_id: UUID, program_id: UUID) -> HttpResponse:
    """One click each: the listing is right, the number is dead; or how many places are free."""
    inquiry_or_404(request, inquiry_id)
    program = get_object_or_404(Program.objects.listed(), pk=program_id)
    try:
        _write_down(request, program)
    except CannotChange as problem:
        messages.error(request, str(problem), extra_tags=PART)
    return back_to(inquiry_id, PART)


def _write_down(request: StaffRequest, program: Program) -> None:
    by = request.user
    count_asked(program.pk, today=timezone.localdate())
    if "right" in request.POST:
        verify(program.pk, by=by, note=_("Confirmed from the desk"))
        messages.success(request, _("Confirmed today, by you. Everybody sees it."), extra_tags=PART)
    elif "dead" in request.POST:
        do_not_refer(program.pk, by=by, reason=_("The number is dead: told from the desk"))
        words = _("%(name)s is taken out for everybody, until a listings admin has found a number.")
        messages.success(request, words % {"name": program.name}, extra_tags=PART)
    elif request.POST.keys() & {"hours-open", "hours-closed"}:
        _write_hours_down(request, program)
    elif "full" in request.POST:
        takes_nobody(program.pk, by=by)
        words = _("%(name)s is taken out for everybody, and asked again in two weeks.")
        messages.success(request, words % {"name": program.name}, extra_tags=PART)
    else:
        form = OpeningForm(request.POST)
        if not form.is_valid():
            messages.error(request, str(next(iter(form.errors.values()))[0]), extra_tags=PART)
            return
        tell_openings(program.pk, by=by, **form.cleaned_data)
        messages.success(request, _("Written down: everybody sees it, until it is too old."), extra_tags=PART)


def _write_hours_down(request: StaffRequest, program: Program) -> None:
    form = HoursForm(request.POST, program=program)
    if not form.is_valid():
        messages.error(request, str(next(iter(form.errors.values()))[0]), extra_tags=PART)
        return
    tell_hours(program.pk, *form.told, by=request.user)
    messages.success(request, _("Written down: everybody sees it, until it is too old."), extra_tags=PART)


@answering
def hold(request: StaffRequest, inquiry_id: UUID, program_id: UUID) -> HttpResponse:
    """Hold a free place while the person is put through, or let it go."""
    inquiry = inquiry_or_404(request, inquiry_id)
    program = get_object_or_404(Program, pk=program_id)
    kind = request.POST.get("kind", "")
    opening = program.openings.filter(kind=kind).first()
    if "let_go" in request.POST and opening:
        let_go_of_place(inquiry, opening.pk, by=request.user)
        messages.success(request, _("The place is free for others again."), extra_tags=PART)
    else:
        done = _("Held for them for half an hour: nobody else here promises it.")
        done_or_why(request, PART, lambda: hold_place(inquiry, program.pk, kind, by=request.user), done)
    return back_to(inquiry_id, PART)
