"""What is typed about people's rights, emergencies and officials. Every form keeps what was typed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from helpline.accounts.models import User
from helpline.accounts.permissions import Permission
from intake.dashboard.forms import LONGEST_NOTE, NOTE, DeskForm
from intake.disclosures.applicability import applicability
from intake.disclosures.models import AccountingRequest, Breach, BreakGlass, OfficialRequest, Purpose
from intake.disclosures.rights import years_before
from intake.journey.asked import ORDER_FIELDS, REPORT_FIELDS
from intake.journey.break_glass import EMERGENCY_FIELDS

if TYPE_CHECKING:
    _BreachForm = forms.ModelForm[Breach]
else:
    _BreachForm = forms.ModelForm


# What the column holds
MOST = 2_147_483_647


def record_code(label: Any, missing: Any, help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=40,
        help_text=help_text,
        error_messages={"required": missing},
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "class": "w-chars-20"}),
    )


def day(label: Any, *, required: bool = True, help_text: Any = "") -> forms.DateField:
    return forms.DateField(
        label=label,
        required=required,
        help_text=help_text,
        widget=forms.DateInput(attrs={"type": "date", "class": "w-chars-12"}, format="%Y-%m-%d"),
        error_messages={"required": _("Choose a day."), "invalid": _("Write the day as 2026-11-30.")},
    )


def words(label: Any, error: Any = "", *, help_text: Any = "", required: bool = True) -> forms.CharField:
    errors = {"required": error or _("Write something.")}
    return forms.CharField(
        label=label, required=required, max_length=LONGEST_NOTE, widget=NOTE, help_text=help_text, error_messages=errors
    )


def ticks(label: Any, names: tuple[str, ...], error: Any) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label,
        choices=[(name, name.capitalize()) for name in names],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": error},
    )


class GlassForm(DeskForm):
    reason = words(
        _("Why you have to open it now"),
        _("Say why: a supervisor and the privacy officer read it."),
        help_text=_("You get in for 60 minutes. They are told at once, and another person looks at it afterwards."),
    )


class SealForm(DeskForm):
    reason = words(
        _("Why it is sealed"),
        _("Say why."),
        help_text=_("For example: about a colleague, a relative, a public person."),
    )


class EmergencyForm(DeskForm):
    name = forms.CharField(
        label=_("Whom you tell: name"), max_length=120, error_messages={"required": _("Ask for their name.")}
    )
    affiliation = forms.CharField(
        label=_("Which hospital, ambulance or practice"),
        max_length=120,
        error_messages={"required": _("Ask where they work.")},
    )
    nature = words(_("What the emergency is"), _("Say what the emergency is."))
    reason = words(_("Why their own consent cannot be had now"), _("Say why they cannot consent now."))
    fields_told = ticks(
        _("What you tell, only what is needed"), EMERGENCY_FIELDS, _("Tick what you tell, and nothing else.")
    )


class AbuseReportForm(DeskForm):
    authority = forms.CharField(
        label=_("The authority that took the report, and the number you called"),
        max_length=200,
        error_messages={"required": _("Say which authority took the report.")},
    )
    fields_told = ticks(_("What you told"), REPORT_FIELDS, _("Tick what you told."))
    what = words(_("The report in two sentences, and its number if they gave one"), _("Write down what you reported."))


class RestrictionForm(DeskForm):
    purpose = forms.ChoiceField(label=_("What we should not do"), choices=Purpose.choices, widget=forms.RadioSelect)
    paid_in_full = forms.BooleanField(
        label=_("It is about a service that was paid for in full without the plan: we must agree, and do so at once"),
        required=False,
    )
    what = words(_("In their words"), _("Write down what they ask."))


class AccountingForm(DeskForm):
    kind = forms.ChoiceField(label=_("They ask for"), widget=forms.RadioSelect)
    asked_on = day(_("Asked on"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        lists = applicability().answers_with_a_list
        kinds = [one for one in AccountingRequest.Kind.choices if lists or one[0] != AccountingRequest.Kind.LIST]
        self.fields["kind"].choices = kinds  # type: ignore[attr-defined]  # ChoiceField

    def clean_asked_on(self) -> Any:
        asked_on, today = self.cleaned_data["asked_on"], timezone.localdate()
        if asked_on > today:
            raise forms.ValidationError(_("This day has not come yet."))
        if asked_on < years_before(today):
            raise forms.ValidationError(_("This day is more than three years ago. Check the year."))
        return asked_on


class AccountingByCodeForm(AccountingForm):
    code = record_code(
        _("Their code"),
        _("Ask for the code."),
        _("The reference code of the form or call, or the code of their own that they got when they signed."),
    )
    field_order = ("code", "kind", "asked_on")


class CourtOrderForm(DeskForm):
    """An order authorizes and a subpoena compels: both are asked for (42 CFR 2.61)."""

    code = record_code(_("Reference code of the record the order names"), _("Write the reference code."))
    court = forms.CharField(
        label=_("Which court"), max_length=200, error_messages={"required": _("Write which court ordered it.")}
    )
    number = forms.CharField(
        label=_("Number of the order or case"), max_length=80, error_messages={"required": _("Write its number.")}
    )
    ordered_on = day(_("Ordered on"))
    subpoena = forms.CharField(
        label=_("The subpoena or other mandate that goes with it: who issued it, and its number"),
        max_length=200,
        help_text=_("The order alone lets us disclose and does not make us; the subpoena alone opens nothing."),
        error_messages={"required": _("Without a subpoena or similar mandate nothing has to leave: ask counsel.")},
    )
    subpoena_on = day(_("Subpoena of"))
    scope = words(_("What the order lets us disclose, and for what"), _("Write what the order allows."))
    recipient = forms.CharField(
        label=_("To whom it goes"), max_length=200, error_messages={"required": _("Write to whom it goes.")}
    )
    fields_told = ticks(_("What goes, and nothing beyond the order"), ORDER_FIELDS, _("Tick what goes."))
    counsel = forms.BooleanField(
        label=_("Counsel read the order, and it is one of 42 CFR 2.61 to 2.67"),
        error_messages={"required": _("Ask counsel first.")},
    )

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        for name in ("ordered_on", "subpoena_on"):
            if said.get(name) and said[name] > timezone.localdate():
                self.add_error(name, _("This day has not come yet."))
        return said


class OfficialForm(DeskForm):
    kind = forms.ChoiceField(label=_("Who asks"), choices=OfficialRequest.Kind.choices, widget=forms.RadioSelect)
    who = forms.CharField(
        label=_("Their name and office"), max_length=200, error_messages={"required": _("Write who asked.")}
    )
    reach = forms.CharField(label=_("How to reach them"), max_length=200, required=False)
    asked = words(_("What they asked for, in their words"), _("Write what they asked for."))
    answer_by = day(_("The day their paper names, if it names one"), required=False)


class OfficialAnswerForm(DeskForm):
    answer = words(_("What was answered, by whom and how"), _("Write what was answered."))


class ReviewForm(DeskForm):
    outcome = forms.ChoiceField(
        label=_("What you found"),
        choices=BreakGlass.Outcome.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Say what you found.")},
    )
    words = words(_("In your words"), _("Say in a sentence what you looked at."))


class BreachForm(_BreachForm):
    """What is known on the day it is written down; the assessment follows on its own page."""

    discovered_on = day(_("Discovered on"), help_text=_("The first day anybody of ours knew, or should have."))
    happened_on = day(_("Happened on, if known"), required=False)
    what = words(_("What happened"), _("Write what happened."))
    whom = words(_("Whose records, as far as known"), _("Write whose records, or that nobody knows yet."))
    people = forms.IntegerField(
        label=_("How many people, if known"),
        required=False,
        min_value=1,
        max_value=MOST,
        help_text=_("Unknown counts as 500 or more."),
    )

    class Meta:
        model = Breach
        fields = ("discovered_on", "happened_on", "what", "whom", "people")

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        found, happened = said.get("discovered_on"), said.get("happened_on")
        if found and found > timezone.localdate():
            self.add_error("discovered_on", _("This day has not come yet."))
        if found and happened and happened > found:
            self.add_error("happened_on", _("It cannot have happened after it was discovered."))
        return said


class AssessmentForm(_BreachForm):
    """The four factors of 45 CFR 164.402(2), and what was concluded; then when people were told."""

    nature = words(_("1. What kind of information, and could people be identified by it?"), required=False)
    receiver = words(_("2. Who used it or got it?"), required=False)
    acquired = words(_("3. Was it really seen or taken?"), required=False)
    mitigated = words(_("4. How far was the risk reduced since?"), required=False)
    low_probability = forms.TypedChoiceField(
        label=_("Is it improbable that the records were compromised?"),
        required=False,
        choices=[("", _("Not decided yet")), ("yes", _("Yes: no breach, nobody is told")), ("no", _("No: a breach"))],
        coerce=lambda said: said == "yes",
        empty_value=None,
        widget=forms.RadioSelect,
    )
    people = forms.IntegerField(
        label=_("How many people"),
        required=False,
        min_value=1,
        max_value=MOST,
        help_text=_("Unknown counts as more than 500."),
    )
    most_in_a_state = forms.IntegerField(
        label=_("How many of them live in one state, in the one with the most"),
        required=False,
        min_value=1,
        max_value=MOST,
        help_text=_("More than 500: its newspapers and broadcasters are told, too."),
    )
    people_told_on = day(_("The people were told on"), required=False)
    secretary_told_on = day(_("The Secretary of Health and Human Services was told on"), required=False)
    media_told_on = day(_("Newspapers and broadcasters were told on"), required=False)

    class Meta:
        model = Breach
        fields = (
            "nature", "receiver", "acquired", "mitigated", "low_probability", "people", "most_in_a_state",
            "people_told_on", "secretary_told_on", "media_told_on",
        )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = {True: "yes", False: "no", None: ""}
        self.initial["low_probability"] = known[self.instance.low_probability]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        factors = ("nature", "receiver", "acquired", "mitigated")
        if said.get("low_probability"):
            for name in factors:
                if not said.get(name, "").strip():
                    self.add_error(name, _("A breach is presumed until all four are answered."))
        if (said.get("most_in_a_state") or 0) > (said.get("people") or MOST):
            self.add_error("most_in_a_state", _("More than there are people: one of the two is wrong."))
        return said


class SignOffForm(DeskForm):
    role = forms.CharField(
        label=_("What gives you the right to sign this off"),
        max_length=80,
        error_messages={"required": _("Say in which role you answer for this text.")},
    )
    read = forms.BooleanField(
        label=_("I have read it and answer for it"), error_messages={"required": _("Tick this when you have read it.")}
    )


class ReadersForm(DeskForm):
    readers = forms.ModelMultipleChoiceField(
        User.objects.none(),
        label=_("Who may open it besides its owner"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        may = [one.pk for one in User.objects.filter(is_active=True) if one.may(Permission.ANSWER_INQUIRIES)]
        self.fields["readers"].queryset = User.objects.filter(pk__in=may).order_by("name")  # type: ignore[attr-defined]
