"""The questions, one class a step. Labels come in two voices: to the person, and to whoever helps them."""

from typing import Any

import phonenumbers
from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.utils.translation import gettext_lazy as _

from intake.inquiries.answers import (
    Answers,
    ContactMethod,
    ForWhom,
    GenderWish,
    PartOfDay,
    Relation,
    Symptom,
)
from intake.inquiries.screening import suicide_screen
from intake.public.step_form import Pick, PickSome, StepForm, Words, with_said

AGE_RANGE = _("Enter an age between 0 and 120, or leave it empty.")


class WhoForm(StepForm):
    for_whom = Pick(ForWhom, label=_("Who needs help?"))
    relation = Pick(
        Relation,
        label=_("If it is for someone else: who are you?"),
        help_text=_("Leave this empty if the help is for you."),
    )
    caller_name = Words(
        60,
        label=_("What may we call you?"),
        help_text=_("A first name or any name. You can leave it empty."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "class": "w-chars-20"}),
    )

    def applied(self) -> Answers:
        """Somebody who answers for another gives no consent: one given before is dropped."""
        answers = super().applied()
        if answers.for_whom is ForWhom.SELF:
            return with_said(answers, {"relation": None})
        return with_said(answers, {"insurance__check": None, "insurance__signed_name": ""})


class NoneOfThese(forms.CheckboxSelectMultiple):
    """Ticking "none" unticks the others where there is script; else a danger ticked beside it counts."""

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        if value == Symptom.NONE:
            option["attrs"]["data-none-of-these"] = True
        return option


class DangerForm(StepForm):
    danger_now = Pick(label=_("Is anyone in danger right now?"))
    symptoms = PickSome(Symptom, widget=NoneOfThese, help_text=_("Tick all that fit."))
    alone_now = Pick()
    words = {
        "symptoms": (_("Is any of this happening to you now?"), _("Is any of this happening to them now?")),
        "alone_now": (_("Are you alone right now?"), _("Are they alone right now?")),
    }


class HistoryForm(StepForm):
    history__overdose = Pick()
    history__seizure = Pick(help_text=_("A fit, with or without a known cause."))
    history__delirium = Pick(
        help_text=_("Also called delirium tremens or DTs: confusion, seeing things, shaking, after stopping.")
    )
    history__break_in_use = Pick(help_text=_("For example in jail, in a hospital or in treatment."))
    history__naloxone_at_hand = Pick(help_text=_("Naloxone can stop an opioid overdose."))
    words = {
        "history__overdose": (_("Have you ever had an overdose?"), _("Have they ever had an overdose?")),
        "history__seizure": (_("Have you ever had a seizure?"), _("Have they ever had a seizure?")),
        "history__delirium": (
            _("Have you ever had withdrawal delirium?"),
            _("Have they ever had withdrawal delirium?"),
        ),
        "history__break_in_use": (
            _("Have you lately had a week or more without?"),
            _("Have they lately had a week or more without?"),
        ),
        "history__naloxone_at_hand": (
            _("Is naloxone (Narcan) within your reach?"),
            _("Is naloxone (Narcan) within reach?"),
        ),
    }


class FeelingsForm(StepForm):
    suicide__wished_dead = Pick()
    suicide__better_off_dead = Pick()
    suicide__thoughts = Pick()
    suicide__ever_tried = Pick()
    suicide__right_now = Pick()
    suicide__plan_or_means = Pick()
    suicide__tried_recently = Pick()

    def adapt(self) -> None:
        """Only the screen that fits, in its order and its own words; other answers are left as they were."""
        asked = {f"suicide__{item.field}": item.text for item in suicide_screen(self.answers.for_whom).items}
        self.fields = {name: self.fields[name] for name in asked}
        for name, text in asked.items():
            self.fields[name].label = _(text)


class HomeForm(StepForm):
    being_hurt = Pick()
    person__age = forms.IntegerField(
        required=False,
        validators=[MinValueValidator(0, AGE_RANGE), MaxValueValidator(120, AGE_RANGE)],
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "w-chars-5", "autocomplete": "off"}),
        error_messages={"invalid": _("Enter the age as a number, like 34, or leave it empty.")},
    )
    person__gender = Words(
        40, help_text=_("In your own words, if it matters for finding the right place."), label=_("Gender")
    )
    person__pregnant = Pick()
    words = {
        "being_hurt": (
            _("Is anybody hurting you or threatening you?"),
            _("Is anybody hurting or threatening them?"),
        ),
        "person__age": (_("How old are you?"), _("How old are they?")),
        "person__gender": (_("What is your gender?"), _("What is their gender?")),
        "person__pregnant": (_("Are you pregnant?"), _("Are they pregnant?")),
    }


class WhereForm(StepForm):
    zip = Words(
        10,
        validators=[RegexValidator(r"^\d{5}(-?\d{4})?$", _("Enter the ZIP code as five digits, or leave it empty."))],
        help_text=_("Five digits. We use it to find places nearby. You can leave it empty."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "postal-code", "class": "w-chars-5"}),
    )
    words = {"zip": (_("What is your ZIP code?"), _("What is their ZIP code?"))}

    def clean_zip(self) -> str:
        return str(self.cleaned_data["zip"])[:5]


class ReachForm(StepForm):
    contact__methods = PickSome(
        ContactMethod,
        label=_("How may we reach you?"),
        help_text=_("You do not have to give us any way. You can call us, or look up your code, instead."),
    )
    contact__phone = Words(
        30,
        label=_("Phone number"),
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "class": "w-chars-20"}),
    )
    contact__email = forms.EmailField(
        required=False,
        max_length=254,
        label=_("E-mail address"),
        error_messages={"invalid": _("Enter an e-mail address like name@example.org, or leave it empty.")},
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    contact__shared_phone = Pick(label=_("Does anyone else answer or read this phone?"))
    contact__voicemail_ok = Pick(label=_("May we leave a voicemail?"))
    contact__say_who_we_are = Pick(
        label=_("May we say who we are?"),
        help_text=_("If not, we only say a first name and ask for you."),
    )
    contact__hours = PickSome(PartOfDay, label=_("When is a good time?"))

    def clean_contact__phone(self) -> str:
        """A number of the North American plan or with a country code, kept as E.164."""
        typed = self.cleaned_data["contact__phone"].strip()
        if not typed:
            return ""
        try:
            number = phonenumbers.parse(typed, "US")
        except phonenumbers.NumberParseException:
            number = None
        if number is None or not phonenumbers.is_possible_number(number):
            raise forms.ValidationError(_("Enter the phone number with its area code, like 205 555 0123."))
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        methods = said.get("contact__methods", ())
        if ContactMethod.NONE in methods and len(methods) > 1:
            self.add_error("contact__methods", _("Choose ways to reach you, or “Do not contact me”, not both."))
        phoned = {ContactMethod.CALL, ContactMethod.TEXT} & set(methods)
        if phoned and not said.get("contact__phone") and "contact__phone" not in self.errors:
            self.add_error("contact__phone", _("Enter the number we should use, or take the tick away above."))
        if ContactMethod.EMAIL in methods and not said.get("contact__email") and "contact__email" not in self.errors:
            self.add_error("contact__email", _("Enter the address we should use, or take the tick away above."))
        return said


class PreferencesForm(StepForm):
    preferences__language = Words(
        40,
        label=_("Which language is best?"),
        help_text=_("For example English, Español, American Sign Language."),
    )
    preferences__gender = Pick(GenderWish, label=_("Who should the program be for?"))
    preferences__medication = Pick()
    preferences__telehealth = Pick(label=_("Would care by video or phone work?"))
    preferences__veteran = Pick()
    preferences__children_along = Pick()
    preferences__deaf_asl = Pick()
    anything_else = Words(
        2000,
        label=_("Is there anything else we should know?"),
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    words = {
        "preferences__medication": (
            _("Would you like medication as part of treatment?"),
            _("Would they like medication as part of treatment?"),
        ),
        "preferences__veteran": (
            _("Have you served in the military?"),
            _("Have they served in the military?"),
        ),
        "preferences__children_along": (
            _("Do you need to bring children with you?"),
            _("Do they need to bring children with them?"),
        ),
        "preferences__deaf_asl": (
            _("Are you deaf, or do you sign (ASL)?"),
            _("Are they deaf, or do they sign (ASL)?"),
        ),
    }


class NothingForm(StepForm):
    """A page to read, with only a way on."""
