"""Insurance, and the consent to ask the plan: told first, asked second, and only of the person themselves."""

from datetime import date
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from intake.inquiries.answers import Answers, CheckWish, ForWhom, InsuranceKind, Said, SubscriberRelation
from intake.inquiries.wording import choices
from intake.public.card import CardPhotoField
from intake.public.signatures import NOT_THAT_NAME, signs_for
from intake.public.step_form import NO_ANSWER, Pick, StepForm, Words, with_said

DATE_FORMATS = [
    "%m/%d/%Y",
    "%m-%d-%Y",
    "%m %d %Y",
    "%m.%d.%Y",
    "%m/%d/%y",
    "%Y-%m-%d",
    "%B %d, %Y",
    "%B %d %Y",
]
OLDEST = 120


class BirthDate(forms.DateField):
    """A day in the past, typed the American way or as ISO."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            required=False,
            input_formats=DATE_FORMATS,
            help_text=_("Month, day, year. For example 3/27/1985."),
            error_messages={"invalid": _("Enter the birth date as month, day and year, like 3/27/1985.")},
            widget=forms.DateInput(format="%m/%d/%Y", attrs={"autocomplete": "off", "class": "w-chars-12"}),
            **kwargs,
        )

    def clean(self, value: Any) -> date | None:
        day = super().clean(value)
        if not isinstance(day, date):
            return None
        today = timezone.localdate()
        if not today.replace(year=today.year - OLDEST, day=1) < day <= today:
            raise forms.ValidationError(_("Enter a birth date in the past, with four digits for the year."))
        return day


class InsuranceForm(StepForm):
    insurance__kind = Pick(InsuranceKind, help_text=_("There is help without insurance, too."))
    words = {
        "insurance__kind": (
            _("What health insurance do you have?"),
            _("What health insurance do they have?"),
        ),
    }


class PlanForm(StepForm):
    insurance__payer_name = Words(
        80, label=_("Which insurance company or plan?"), help_text=_("As it is written on the card.")
    )
    insurance__member_id = Words(
        40,
        label=_("Member ID"),
        help_text=_("Letters and numbers on the card. You can tell us later."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "class": "w-chars-20"}),
    )
    insurance__subscriber_relation = Pick(SubscriberRelation, label=_("In whose name is the policy?"))
    insurance__subscriber_first_name = Words(60, label=_("First name of whoever holds the policy, if somebody else"))
    insurance__subscriber_last_name = Words(60, label=_("Last name of whoever holds the policy, if somebody else"))
    insurance__subscriber_birth_date = BirthDate(label=_("Birth date of whoever holds the policy, if somebody else"))
    insurance__holder_may_not_know = Pick(
        label=_("Does somebody else hold the policy who may not know about this?"),
        help_text=_("Plans send letters to whoever holds the policy."),
    )

    card_photo = CardPhotoField()
    apart = frozenset({"card_photo"})

    def clean_insurance__member_id(self) -> str:
        return "".join(self.cleaned_data["insurance__member_id"].split())

    def applied(self) -> Answers:
        """A wish given before the holder was known to be a risk does not outlive that answer."""
        answers = super().applied()
        return answers if may_be_asked(answers) else with_said(answers, {"insurance__signed_name": ""})


def may_be_asked(answers: Answers) -> bool:
    """Electronic asking is offered only when no other holder might learn of it against the person's wish."""
    return answers.insurance.holder_may_not_know not in (Said.YES, Said.NOT_SURE)


class ConsentForm(StepForm):
    insurance__check = Pick(CheckWish, label=_("Shall we ask your plan what it pays for?"))
    person__first_name = Words(60, label=_("Your first name, as on the card"))
    person__last_name = Words(60, label=_("Your last name, as on the card"))
    person__birth_date = BirthDate(label=_("Your birth date"))
    insurance__signed_name = Words(
        120,
        label=_("Type your full name to sign"),
        help_text=_("Only if you said yes. Typing your name here is your signature for this one question."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def adapt(self) -> None:
        if not may_be_asked(self.answers):
            safe = [one for one in choices(CheckWish) if one[0] != CheckWish.ELECTRONIC]
            self.fields["insurance__check"].choices = [*safe, NO_ANSWER]  # type: ignore[attr-defined]  # ChoiceField
            del self.fields["insurance__signed_name"]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        if said.get("insurance__check") is CheckWish.ELECTRONIC:
            for name, sentence in NEEDED_TO_ASK.items():
                if not said.get(name) and name not in self.errors:
                    self.add_error(name, sentence)
            signed = [said.get(name, "") for name in SIGNED]
            if all(signed) and not signs_for(*signed):
                self.add_error("insurance__signed_name", NOT_THAT_NAME)
            if not self.answers.insurance.member_id or not self.answers.insurance.payer_name:
                self.add_error("insurance__check", _("To ask, we need the plan and the member ID: go back one page."))
        elif "insurance__signed_name" in said:
            said["insurance__signed_name"] = ""
        return said


SIGNED = ("insurance__signed_name", "person__first_name", "person__last_name")
NEEDED_TO_ASK = {
    "person__first_name": _("Enter your first name, or choose another answer above."),
    "person__last_name": _("Enter your last name, or choose another answer above."),
    "person__birth_date": _("Enter your birth date, or choose another answer above."),
    "insurance__signed_name": _("Type your full name to sign, or choose another answer above."),
}


def is_insured(answers: Answers) -> bool:
    return answers.insurance.kind not in (None, InsuranceKind.NONE)


def is_the_person(answers: Answers) -> bool:
    return answers.for_whom is ForWhom.SELF
