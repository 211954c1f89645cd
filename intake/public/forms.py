"""The questions, one class a step. Labels come in two voices: to the person, and to whoever helps them."""

from dataclasses import replace
from typing import Any

import phonenumbers
from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.utils.translation import gettext_lazy as _

from helpline.programs.models import Place
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
            _("Have you lately gone a week or more without using?"),
            _("Have they lately gone a week or more without using?"),
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
        """Five digits. One we do not know is asked about once, and kept when it comes again as it was."""
        typed = str(self.cleaned_data["zip"])[:5]
        if typed and self.data.get("zip_as_typed") != typed and _is_unknown(typed):
            raise forms.ValidationError(
                _("We do not know this ZIP code, so we cannot look near it. Change it, or go on with it as it is.")
            )
        return typed


def _is_unknown(zip_code: str) -> bool:
    """Not in the postal data; where none is loaded no ZIP code is unknown."""
    return Place.objects.exists() and not Place.objects.filter(pk=zip_code).exists()


PHONED = frozenset({ContactMethod.CALL, ContactMethod.TEXT})
WRITTEN = frozenset({ContactMethod.EMAIL})
# Field, the ways that use it, what to say when it is there and no way is, and the other way round
ADDRESSES = (
    (
        "contact__phone",
        PHONED,
        _("May we call or text this number? Tick “Phone call” or “Text message” above, or take the number away."),
        _("Enter the number we should use, or take the tick away above."),
    ),
    (
        "contact__email",
        WRITTEN,
        _("May we write to this address? Tick “E-mail” above, or take the address away."),
        _("Enter the address we should use, or take the tick away above."),
    ),
)


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
    contact__hours = PickSome(PartOfDay, label=_("When is a good time, by your own clock?"))

    def written(self, name: str) -> Any:
        said = super().written(name)
        return as_written(said) if name == "contact__phone" else said

    def clean_contact__phone(self) -> str:
        """A number that can exist, in the North American plan or with a country code, kept as E.164 (and extension)."""
        typed = self.cleaned_data["contact__phone"].strip()
        number = _number(typed)
        if typed and (number is None or not phonenumbers.is_valid_number(number)):
            raise forms.ValidationError(_("Enter the phone number with its area code, like 205 555 0123."))
        if number is None:
            return ""
        bare = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
        return f"{bare} x{number.extension}" if number.extension else bare

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        methods = set(said.get("contact__methods", ()))
        if methods == {ContactMethod.NONE}:
            return self._without_addresses(said)
        if ContactMethod.NONE in methods:
            self.add_error("contact__methods", _("Choose ways to reach you, or “Do not contact me”, not both."))
            return said
        for name, ways, no_way, missing in ADDRESSES:
            if name not in self.errors and bool(said.get(name)) is not bool(methods & ways):
                self.add_error(name, no_way if said.get(name) else missing)
        return said

    def _without_addresses(self, said: dict[str, Any]) -> dict[str, Any]:
        """Whoever wants no contact need not correct a number first: none is kept."""
        for name, *_rest in ADDRESSES:
            self.errors.pop(name, None)
        return said | {name: "" for name, *_rest in ADDRESSES}

    @property
    def drops(self) -> str:
        wished = self.cleaned_data.get("contact__methods") == (ContactMethod.NONE,)
        typed = any(self.data.get(name, "").strip() for name, *_rest in ADDRESSES)
        return "no-contact" if wished and typed else ""

    def applied(self) -> Answers:
        """Number and address are kept only with a way to use them, and a way only with its number or address."""
        answers = super().applied()
        contact = answers.contact
        lacking = (frozenset() if contact.phone else PHONED) | (frozenset() if contact.email else WRITTEN)
        methods = tuple(way for way in contact.methods if way not in lacking)
        phone = contact.phone if PHONED & set(methods) else ""
        email = contact.email if WRITTEN & set(methods) else ""
        return replace(answers, contact=replace(contact, methods=methods, phone=phone, email=email))


def _number(typed: str) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(typed, "US")
    except phonenumbers.NumberParseException:
        return None


def as_written(phone: str) -> str:
    """A kept number as people write it: (205) 555-0114, or +44 20 7946 0958."""
    number = _number(phone)
    if number is None:
        return phone
    formats = phonenumbers.PhoneNumberFormat
    return phonenumbers.format_number(number, formats.NATIONAL if number.country_code == 1 else formats.INTERNATIONAL)


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
