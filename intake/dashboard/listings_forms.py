"""What an admin types about a listing, checked with the same cleaning an import uses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any
from uuid import UUID

from crispy_forms.helper import FormHelper
from django import forms
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from helpline.accounts.models import User
from helpline.programs import curation
from helpline.programs.models import OpeningKind, PacketWay, Program, ProgramChange, Proposal, ServiceCode
from helpline.programs.published import clean_phone, clean_text, clean_zip
from helpline.programs.states import STATES

MOST_TOGETHER = 100
NOTE = forms.CharField(
    label=_("Note"),
    required=False,
    max_length=300,
    help_text=_("Who you spoke to, what they said. Names no caller."),
)


class ListingForm(forms.Form):
    """Without a <form> tag of its own: the page writes it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True


class CorrectionForm(ListingForm):
    name1 = forms.CharField(label=_("Name"), max_length=200)
    name2 = forms.CharField(label=_("Second name"), max_length=200, required=False)
    phone = forms.CharField(label=_("Phone"), max_length=40, required=False)
    intake_lines = forms.CharField(
        label=_("Intake lines"),
        help_text=_("One number a line."),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    street1 = forms.CharField(label=_("Street"), max_length=200, required=False)
    street2 = forms.CharField(label=_("Suite, building"), max_length=200, required=False)
    city = forms.CharField(label=_("City"), max_length=100)
    state = forms.ChoiceField(label=_("State"), choices=list(STATES.items()))
    zip = forms.CharField(label=_("ZIP code"), max_length=10)
    latitude = forms.FloatField(label=_("Latitude"), required=False, min_value=-90, max_value=90)
    longitude = forms.FloatField(label=_("Longitude"), required=False, min_value=-180, max_value=180)
    confidential = forms.BooleanField(
        label=_("Hidden place"),
        required=False,
        help_text=_("Such as a shelter from violence: never on a public page, a map, a print or an export."),
    )
    codes = forms.TypedMultipleChoiceField(
        label=_("What it says it does"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Services, payment, ages and the rest of the edition's key. What is not ticked is not known."),
    )
    note = NOTE
    seen = forms.DateTimeField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, program: Program, **kwargs: Any) -> None:
        self.program = program
        now = {name: getattr(program, name) for name in self.base_fields if hasattr(program, name)}
        now |= {"intake_lines": "\n".join(program.intake_lines), "seen": program.changed_at.isoformat()}
        super().__init__(*args, initial=now, **kwargs)
        key = ServiceCode.objects.filter(edition=program.edition_id).order_by("id")
        self.key = [(name, list(group)) for name, group in groupby(key, key=lambda code: code.category_name)]
        choices = [(name, [(code.pk, code.name) for code in group]) for name, group in self.key]
        self.fields["codes"].choices = choices  # type: ignore[attr-defined]

    @property
    def facts(self) -> list[forms.BoundField]:
        """What is typed; the codes have a place of their own on the page."""
        return [field for field in self if field.name not in {"codes", "note", "seen"}]

    @property
    def groups(self) -> list[tuple[str, int, list[forms.boundfield.BoundWidget]]]:
        """The codes by category: its name, how many are ticked, and the boxes."""
        boxes = {str(box.data["value"]): box for box in self["codes"].subwidgets}
        grouped = [(name, [boxes[str(code.pk)] for code in group]) for name, group in self.key]
        return [(name, sum(bool(box.data["selected"]) for box in group), group) for name, group in grouped]

    def clean_codes(self) -> list[int]:
        return sorted(set(self.cleaned_data["codes"]))

    def clean_zip(self) -> str:
        if five := clean_zip(self.cleaned_data["zip"]):
            return five
        raise forms.ValidationError(_("Enter the ZIP code as five digits, such as 35203."))

    def clean_phone(self) -> str:
        return _number(self.cleaned_data["phone"])

    def clean_intake_lines(self) -> list[str]:
        lines = self.cleaned_data["intake_lines"].splitlines()
        return list(dict.fromkeys(_number(line) for line in lines if line.strip()))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors and not data["phone"] and not data["intake_lines"]:
            self.add_error("phone", _("Enter a phone or an intake line: a listing nobody can call helps nobody."))
        if (data.get("latitude") is None) != (data.get("longitude") is None):
            self.add_error("longitude", _("Enter both latitude and longitude, or neither."))
        return data

    def corrections(self) -> dict[str, Any]:
        """The fields that differ from the listing, clean."""
        fields = curation.CORRECTABLE - {"position"}
        typed = {name: self.cleaned_data[name] for name in fields}
        typed |= {name: clean_text(value) for name, value in typed.items() if isinstance(value, str)}
        changed = {name: value for name, value in typed.items() if value != getattr(self.program, name)}
        place = (self.cleaned_data["latitude"], self.cleaned_data["longitude"])
        if place != (self.program.latitude, self.program.longitude):
            changed["position"] = None if place[0] is None else place
        return changed


class VerifyForm(ListingForm):
    note = forms.CharField(
        label=_("Who confirmed it?"),
        max_length=300,
        help_text=_("Their name or desk, and what they said. Names no caller."),
        error_messages={"required": _("Say who confirmed it: the next person will want to know.")},
    )


class StatusForm(ListingForm):
    """Take out of use or bring back; which moves there are depends on where the listing is."""

    MOVES = {
        "do_not_refer": _("Do not refer: keep the listing, send nobody"),
        "withdrawn": _("Withdraw: the place is gone"),
        "listed": _("Restore: offer it to callers again"),
    }
    to = forms.ChoiceField(label=_("What to do"), widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        required=False,
        help_text=_("Such as: the number is dead; takes no new people; closed."),
    )

    def __init__(self, *args: Any, program: Program, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.program = program
        moves = [(to, words) for to, words in self.MOVES.items() if to != program.status]
        self.fields["to"].choices = moves  # type: ignore[attr-defined]  # it is a ChoiceField

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("to") in {"do_not_refer", "withdrawn"} and not data.get("reason", "").strip():
            self.add_error("reason", _("Say why: the next person will want to know."))
        return data

    def apply(self, *, by: User) -> Program:
        """Raises ``curation.CannotChange``."""
        to, reason = self.cleaned_data["to"], self.cleaned_data["reason"]
        if to == "listed":
            return curation.restore(self.program.pk, by=by, note=reason)
        verb = curation.withdraw if to == "withdrawn" else curation.do_not_refer
        return verb(self.program.pk, by=by, reason=reason)


class TogetherForm(ListingForm):
    """The same done to the ticked listings: ``verify`` or ``withdraw``."""

    words = forms.CharField(max_length=300, required=False)

    def __init__(self, *args: Any, chosen: QueryDict, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.withdraws = chosen.get("action") == "withdraw"
        self.query = chosen.get("query", "")
        ids = [program_id for text in chosen.getlist("ids")[:MOST_TOGETHER] if (program_id := id_or_none(text))]
        self.programs = list(Program.objects.filter(pk__in=ids).order_by("sort_name", "id"))
        self.fields["words"].label = _("Reason") if self.withdraws else _("Note")
        self.fields["words"].required = self.withdraws

    @property
    def way_back(self) -> str:
        return f"{reverse('listings')}?{QueryDict(self.query).urlencode()}"

    @property
    def title(self) -> str:
        count = len(self.programs)
        if self.withdraws:
            return ngettext("Withdraw %(count)d listing?", "Withdraw %(count)d listings?", count) % {"count": count}
        return ngettext("Verify %(count)d listing?", "Verify %(count)d listings?", count) % {"count": count}

    def apply(self, *, by: User) -> int:
        """Raises ``curation.CannotChange``, and then none is changed."""
        ids, words = [program.pk for program in self.programs], self.cleaned_data["words"]
        if self.withdraws:
            return curation.withdraw_many(ids, by=by, reason=words)
        return curation.verify_many(ids, by=by, note=words)


def shown_changes(changes: Iterable[ProgramChange | Proposal]) -> list[list[tuple[str, str, str]]]:
    """The fields of each change with their labels: ``(label, before, after)``; codes by name, only those that differ.
    One query for all.
    """
    fields = [change.fields for change in changes]
    codes = {code for each in fields for side in each.get("codes", ()) for code in side}
    names = dict(ServiceCode.objects.filter(pk__in=codes).values_list("pk", "name")) if codes else {}
    return [_shown(each, names) for each in fields]


def _shown(fields: Mapping[str, Any], names: Mapping[int, str]) -> list[tuple[str, str, str]]:
    labels = {name: str(field.label) for name, field in CorrectionForm.base_fields.items()}
    labels |= {
        "status": str(_("Status")),
        "position": str(_("Coordinates")),
        "status_reason": str(_("Why")),
        "codes": str(_("Service codes")),
        "unknown_codes": str(_("Codes nobody has explained")),
        "located_by": str(_("Coordinates from")),
    }
    labels |= {kind: str(words) for kind, words in OpeningKind.choices}
    labels |= {way: str(_("Packets by %(way)s") % {"way": words}) for way, words in PacketWay.choices}
    lines = []
    for name, (before, after) in fields.items():
        if name == "codes":
            before, after = _codes_told(before, after, names)
        lines.append((labels.get(name, name), _told(before), _told(after)))
    return lines


def _codes_told(before: list[int], after: list[int], names: Mapping[int, str]) -> tuple[list[str], list[str]]:
    were, are = ([names.get(pk, str(pk)) for pk in sorted(codes)] for codes in (before, after))
    return [name for name in were if name not in are], [name for name in are if name not in were]


def _told(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "–"
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    told = {**dict(Program.Status.choices), **dict(Program.LocatedBy.choices)}
    return str(told.get(value, value)) if value not in ("", None) else "–"


def _number(typed: str) -> str:
    if not typed.strip():
        return ""
    if number := clean_phone(typed):
        return number
    message = _("“%(typed)s” cannot be dialled. Write ten digits, such as 205-216-0200 x12.")
    raise forms.ValidationError(message, params={"typed": typed[:40]})


def id_or_none(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
