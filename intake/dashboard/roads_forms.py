"""What an admin types about how a payer is asked. A stored secret is never shown again: an empty box keeps it."""

from __future__ import annotations

from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.utils.translation import gettext_lazy as _

from helpline.payers.models import EdiId, Payer, PayerRoad, RoadKind
from intake.insurance.keeping_gates import LIMITS
from intake.insurance.keeping_roads import problems_of
from intake.insurance.models import Gate
from intake.insurance.trying import NOBODY, TrialMember

SECRETS = ("password", "private_key")
KINDS = [
    (RoadKind.CORE_SOAP, _("CAQH CORE, SOAP")),
    (RoadKind.CORE_MIME, _("CAQH CORE, HTTP MIME")),
    (RoadKind.JSON_API, _("JSON with the raw 270 and 271")),
    (RoadKind.FILE_DROP, _("Files in a folder")),
    (RoadKind.SOAP_BATCH, _("CAQH CORE, SOAP, in batch")),
    (RoadKind.MIME_BATCH, _("CAQH CORE, HTTP MIME, in batch")),
]
PEM = {"rows": 3, "spellcheck": "false", "autocomplete": "off"}


class _Form(forms.Form):
    """Without a <form> tag of its own: the page writes it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True


class RoadForm(_Form):
    kind = forms.ChoiceField(label=_("How it is asked"), choices=KINDS)
    url = forms.CharField(
        label=_("Address"),
        max_length=200,
        required=False,
        help_text=_("Starts with https://. None for files."),
    )
    edi_payer_id = forms.CharField(
        label=_("The insurer's ID"),
        max_length=80,
        help_text=_("As the clearinghouse's payer list has it (NM109)."),
    )
    sender_id = forms.CharField(label=_("Our ID there"), max_length=15, help_text=_("ISA06"))
    receiver_id = forms.CharField(
        label=_("The clearinghouse's ID"), max_length=15, help_text=_("ISA08. With files it names the folder, too.")
    )
    service_types = forms.CharField(
        label=_("What is asked"),
        max_length=80,
        help_text=_("Service type codes, with commas between."),
    )
    user_name = forms.CharField(
        label=_("User name"),
        max_length=80,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("Empty it to forget the password, too. An API key needs none."),
    )
    password = forms.CharField(
        label=_("Password or API key"),
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    certificate = forms.CharField(
        label=_("Our certificate"),
        required=False,
        widget=forms.Textarea(attrs=PEM),
        help_text=_("PEM, with its chain. Only where the clearinghouse asks for one. Empty it to use none."),
    )
    private_key = forms.CharField(label=_("Its private key"), required=False, widget=forms.Textarea(attrs=PEM))
    authorities = forms.CharField(
        label=_("Their authority"),
        required=False,
        widget=forms.Textarea(attrs=PEM),
        help_text=_("PEM. Only if their certificate is not from a public authority; then no public one is trusted."),
    )
    provider_name = forms.CharField(label=_("Provider"), max_length=60, required=False)
    provider_npi = forms.CharField(
        label=_("NPI"), max_length=10, required=False, help_text=_("In whose name it is asked. Empty: the line's own.")
    )
    cost_per_check = forms.DecimalField(
        label=_("Cost of one check, in dollars"), max_digits=7, decimal_places=4, min_value=0, required=False
    )
    free_to_repeat = forms.BooleanField(
        label=_("Asking again costs nothing"),
        required=False,
        help_text=_("Only if the contract says so: then a question whose answer was lost is asked again by itself."),
    )
    production = forms.BooleanField(
        label=_("Real questions"),
        required=False,
        help_text=_("Without the tick everything is marked as a test (ISA15)."),
    )
    enabled = forms.BooleanField(
        label=_("In use"), required=False, help_text=_("Without the tick this insurer is asked by phone.")
    )
    groups: tuple[tuple[Any, tuple[str, ...]], ...] = (
        (_("Where"), ("kind", "url", "edi_payer_id", "sender_id", "receiver_id", "service_types")),
        (_("Signing in"), ("user_name", "password", "certificate", "private_key", "authorities")),
        (_("In whose name, and how"), (
            "provider_name", "provider_npi", "cost_per_check", "free_to_repeat", "production", "enabled",
        )),
    )  # fmt: skip

    def __init__(self, *args: Any, road: PayerRoad, **kwargs: Any) -> None:
        self.road = road
        shown = {name: getattr(road, name) for name in self.base_fields if name not in {*SECRETS, "payer"}}
        shown["service_types"] = ", ".join(road.service_types) or "30, MH, AI"
        super().__init__(*args, initial=shown, **kwargs)
        for name in SECRETS:
            if getattr(road, name):
                self.fields[name].help_text = _("One is stored and never shown again. Leave this empty to keep it.")

    @property
    def columns(self) -> list[tuple[Any, list[forms.BoundField]]]:
        return [(title, [self[name] for name in names]) for title, names in self.groups]

    def clean_service_types(self) -> list[str]:
        codes = self.cleaned_data["service_types"].upper().replace(",", " ").split()
        return list(dict.fromkeys(codes))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for name, value in data.items():
            if name not in SECRETS or value:
                setattr(self.road, name, value)
        if not self.road.certificate:
            self.road.private_key = None
        if not self.road.user_name and self.road.kind != RoadKind.JSON_API:
            self.road.password = ""
        if not self.errors:
            for name, words in problems_of(self.road).items():
                self.add_error(name, words)
        return data


class NewRoadForm(RoadForm):
    payer = forms.ModelChoiceField(
        Payer.objects.none(), label=_("Insurer"), error_messages={"required": _("Choose the insurer.")}
    )
    groups = ((_("Who"), ("payer",)), *RoadForm.groups)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, road=PayerRoad(), **kwargs)
        self.fields["payer"].queryset = Payer.objects.filter(road=None)  # type: ignore[attr-defined]
        self.fields["edi_payer_id"].required = False
        self.fields["edi_payer_id"].help_text = _("Empty: the one kept for this clearinghouse.")

    def clean(self) -> dict[str, Any]:
        """Where no id is typed, the one kept for this insurer and clearinghouse."""
        said = self.cleaned_data
        if not said.get("edi_payer_id") and said.get("payer"):
            kept = EdiId.objects.filter(payer=said["payer"], clearinghouse=said.get("receiver_id", "")).first()
            if kept:
                said["edi_payer_id"] = kept.edi_payer_id
            else:
                self.add_error("edi_payer_id", _("Enter the insurer's ID: none is kept for this clearinghouse."))
        return super().clean()


class GateForm(_Form):
    """How much goes this way at once, and when it rests."""

    most_in_flight = forms.IntegerField(
        label=_("Questions at the same time"),
        min_value=2,
        max_value=1000,
        help_text=_("So many wait for their answers together. One place is kept for somebody on the line."),
        error_messages={
            "min_value": _("Allow 2 questions at the same time or more: one place is kept for somebody on the line."),
            "max_value": _("Allow 1,000 questions at the same time or fewer."),
            "required": _("Say how many questions may wait for their answers at the same time."),
            "invalid": _("Questions at the same time: write a whole number."),
        },
    )
    per_minute = forms.IntegerField(
        label=_("Questions a minute"),
        min_value=4,
        max_value=100_000,
        required=False,
        help_text=_("What the contract allows. Empty: as many as come."),
        error_messages={
            "min_value": _("Allow 4 questions a minute or more, or leave it empty for no limit."),
            "max_value": _("Allow 100,000 questions a minute or fewer, or leave it empty for no limit."),
            "invalid": _("Questions a minute: write a whole number, or leave it empty for no limit."),
        },
    )
    rests_after = forms.IntegerField(
        label=_("Rests after so many failures in a row"),
        min_value=1,
        max_value=1000,
        help_text=_("A refusal is an answer, not a failure."),
        error_messages={
            "min_value": _("Let it rest after 1 failure or more."),
            "max_value": _("Let it rest after 1,000 failures or fewer."),
            "required": _("Say after how many failures in a row it rests."),
            "invalid": _("Failures in a row: write a whole number."),
        },
    )
    rests_seconds = forms.IntegerField(
        label=_("Rests for so many seconds"),
        min_value=1,
        max_value=3600,
        help_text=_("Then one question is tried. If it is answered, the others follow."),
        error_messages={
            "min_value": _("Let it rest for 1 second or more."),
            "max_value": _("Let it rest for 3,600 seconds, an hour, or less."),
            "required": _("Say for how many seconds it rests."),
            "invalid": _("Seconds: write a whole number."),
        },
    )

    def __init__(self, *args: Any, gate: Gate, **kwargs: Any) -> None:
        super().__init__(*args, initial={name: getattr(gate, name) for name in LIMITS}, **kwargs)


class TrialForm(_Form):
    """Whom to ask about; nobody when all is left empty."""

    member_id = forms.CharField(label=_("Member ID"), max_length=80, required=False)
    first_name = forms.CharField(label=_("First name"), max_length=35, required=False)
    last_name = forms.CharField(label=_("Last name"), max_length=60, required=False)
    birth_date = forms.DateField(
        label=_("Date of birth"), required=False, widget=forms.TextInput(attrs={"placeholder": "MM/DD/YYYY"})
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors and any(data.values()) and not all(data.values()):
            raise forms.ValidationError(_("Enter all four about the test member, or nothing."))
        return data

    @property
    def member(self) -> TrialMember:
        return TrialMember(**self.cleaned_data) if any(self.cleaned_data.values()) else NOBODY
