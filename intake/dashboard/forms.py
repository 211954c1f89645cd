"""What consultants type. Every form keeps what was typed when something is wrong with it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.core.validators import MaxLengthValidator, MaxValueValidator, MinValueValidator
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from helpline.payers.models import Payer
from intake.calls.models import Call, Disposition
from intake.dashboard.told import LANGUAGES, language_in_words
from intake.inquiries.answers import (
    Answers,
    Contact,
    ContactMethod,
    ForWhom,
    InsuranceKind,
    LastUse,
    PartOfDay,
    Relation,
    Said,
    ServiceCover,
    SubscriberRelation,
    Symptom,
    Use,
)
from intake.inquiries.local_time import times_where
from intake.inquiries.models import Closing, ContactPoint, Inquiry, dialable
from intake.inquiries.wording import choices, in_words
from intake.matching.models import ReferralState
from intake.messages.gate import may_call, may_leave_voicemail

NOTE = forms.Textarea(attrs={"rows": 3, "autocomplete": "off"})
LONGEST_NOTE = 4000
NOT_SAID: list[tuple[str, Any]] = [("", _("Not said"))]


FURTHEST_CALLBACK = timedelta(days=366)
OLDEST_YEARS = 120


def born_lately_enough(day: date) -> None:
    today = timezone.localdate()
    if not today.year - OLDEST_YEARS <= day.year or day > today:
        raise forms.ValidationError(_("Nobody was born on that day: check the year."))


class DeskForm(forms.Form):
    """Ids carry a prefix, since many forms stand on one page."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", f"{type(self).__name__.removesuffix('Form').lower()}_%s")
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.validators = [_in_our_words(each, field) for each in field.validators]


def _in_our_words(validator: Any, field: forms.Field) -> Any:
    """Django's own sentence about length does not say which field it means."""
    if not isinstance(validator, MaxLengthValidator):
        return validator
    words = _("%(field)s: use %(most)s characters or fewer.") % {
        "field": field.label, "most": validator.limit_value,
    }  # fmt: skip
    return MaxLengthValidator(validator.limit_value, words)


class CallForm(DeskForm):
    direction = forms.ChoiceField(
        label=_("Who called"),
        choices=Call.Direction.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Say who called whom.")},
    )
    disposition = forms.ChoiceField(
        label=_("What came of it"),
        choices=[("", _("Choose")), *Disposition.choices],
        error_messages={"required": _("Say what came of the call.")},
    )
    voicemail_anyway = forms.BooleanField(
        label=_("A voicemail was left: they said on the phone that it is safe, or the note says why"), required=False
    )
    note = forms.CharField(label=_("Note"), required=False, max_length=LONGEST_NOTE, widget=NOTE)

    def __init__(self, *args: Any, inquiry: Inquiry, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.point = inquiry.contact_points.filter(method=ContactPoint.Method.CALL).first()
        self.voicemail_is_safe = self.point is not None and may_leave_voicemail(self.point).given
        # Asked for only where it was refused: nobody reads past it all night
        if self.voicemail_is_safe or self.data.get("disposition") != Disposition.LEFT_VOICEMAIL:
            del self.fields["voicemail_anyway"]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        said["contact_point"] = self.point if said.get("direction") == Call.Direction.OUT else None
        explained = said.pop("voicemail_anyway", False) and said.get("note")
        if said.get("disposition") == Disposition.LEFT_VOICEMAIL and not self.voicemail_is_safe and not explained:
            self.add_error("disposition", _("NO voicemail here. If one was left: tick the box below, and note why."))
        return said


class CallbackForm(DeskForm):
    day = forms.DateField(
        label=_("Day"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": _("Choose a day."), "invalid": _("Write the day as 2026-11-30.")},
    )
    at = forms.TimeField(
        label=_("Time"),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={"required": _("Choose a time."), "invalid": _("Write the time as 14:30.")},
    )
    contact_point = forms.ModelChoiceField(
        ContactPoint.objects.none(), label=_("By"), required=False, empty_label=_("They will call us")
    )
    why = forms.CharField(label=_("What about"), required=False, max_length=300)
    unsafe_hour = forms.BooleanField(
        label=_("They asked for this time: plan it although it is outside the hours they said are safe"), required=False
    )

    def __init__(self, *args: Any, inquiry: Inquiry, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.answers = inquiry.answers
        callable_points = inquiry.contact_points.filter(method="call", withdrawn_at=None)
        self.fields["contact_point"].queryset = callable_points  # type: ignore[attr-defined]
        self.fields["contact_point"].label_from_instance = lambda point: point.shown  # type: ignore[attr-defined]
        zone = timezone.localtime().tzname()
        self.fields["at"].help_text = _("Our time, %(zone)s.") % {"zone": zone}

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        if said.get("day") and said["day"] > timezone.localdate() + FURTHEST_CALLBACK:
            self.add_error("day", _("Choose a day within a year."))
        elif said.get("day") and said.get("at"):
            said["due_at"] = timezone.make_aware(datetime.combine(said["day"], said["at"]))
            if said["due_at"] < timezone.now():
                self.add_error("at", _("This time has passed. Choose a later one."))
            self._mind_the_hours(said)
        return said

    def _mind_the_hours(self, said: dict[str, Any]) -> None:
        """A time outside their safe hours is planned only when the consultant says that they asked for it."""
        point = said.get("contact_point")
        if not point or said.get("unsafe_hour"):
            return
        leave = may_call(point, at=times_where(self.answers, said["due_at"]))
        if not leave.given:
            words = _("%(why)s. They said only these hours are safe, in their own time zone: %(hours)s.")
            self.add_error("at", words % {"why": leave.why_not, "hours": point.hours.replace(",", ", ")})


class NoteForm(DeskForm):
    text = forms.CharField(
        label=_("Note"),
        max_length=LONGEST_NOTE,
        widget=NOTE,
        error_messages={"required": _("Write something.")},
    )


class CloseForm(DeskForm):
    closing = forms.ChoiceField(
        label=_("How did it end?"),
        choices=[("", _("Choose")), *Closing.choices],
        error_messages={"required": _("Say how it ended.")},
    )


class StayForm(DeskForm):
    """A stay to work out their share for. We know no price: the program's is typed in."""

    days = forms.IntegerField(
        label=_("Days or visits"),
        required=False,
        min_value=1,
        max_value=366,
        error_messages={
            "invalid": _("Days: a whole number, such as 28."),
            "min_value": _("Days: from 1 to 366."),
            "max_value": _("Days: from 1 to 366."),
        },
    )
    price = forms.DecimalField(
        label=_("Price of all of it, in dollars, as the program said"),
        required=False,
        min_value=1,
        max_value=1_000_000,
        decimal_places=2,
        error_messages={
            "invalid": _("Price: figures only, such as 12000."),
            "min_value": _("Price: from 1 to 1,000,000 dollars."),
            "max_value": _("Price: from 1 to 1,000,000 dollars."),
            "max_decimal_places": _("Price: at most two places after the point."),
        },
    )


class TogetherForm(DeskForm):
    """A shared call, asked about after it began: the record never runs ahead of the call."""

    on_the_line = forms.BooleanField(
        label=_("They were on the line with the program and spoke for themselves"),
        error_messages={"required": _("Tick this once they are on the line. Otherwise nothing is written down.")},
    )
    came_of = forms.ChoiceField(
        label=_("What came of it"),
        choices=[
            (ReferralState.CALLED_TOGETHER, _("They talked: the program will say")),
            (ReferralState.ACCEPTED, _("Accepted: a place or an appointment is agreed")),
            (ReferralState.DECLINED, _("The program declined")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Say what came of the call.")},
    )
    note = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=LONGEST_NOTE,
        widget=NOTE,
        help_text=_("When they may come, what to bring, whom they spoke to."),
    )


class FindForm(DeskForm):
    sought = forms.CharField(
        label=_("Reference code, phone number or name"),
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "off", "class": "w-chars-20"}),
        error_messages={"required": _("Type a reference code, a phone number or a name.")},
    )


class PlanForm(DeskForm):
    """Which insurer of the directory they meant."""

    payer = forms.ModelChoiceField(Payer.objects.all())


class OtherCompanyForm(DeskForm):
    """Under which ID another company knows them, if it has one of its own."""

    member_id = forms.CharField(label=_("Member ID"), max_length=40, required=False)

    def clean_member_id(self) -> str:
        return "".join(self.cleaned_data["member_id"].split())


AGE_RANGE = _("Write the age as a number from 0 to 120.")


class TellForm(DeskForm):
    """What a consultant asks on the phone: enough to judge danger, to call back and to look for a place."""

    danger_now = forms.ChoiceField(
        label=_("Danger right now?"), choices=choices(Said), required=False, widget=forms.RadioSelect
    )
    phone = forms.CharField(
        label=_("Phone to call back"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off", "class": "w-chars-12"}),
    )
    zip = forms.RegexField(
        r"^\d{5}$",
        label=_("ZIP code"),
        required=False,
        error_messages={"invalid": _("Write the ZIP code as five digits.")},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "class": "w-chars-5"}),
    )
    symptoms = forms.MultipleChoiceField(
        label=_("Happening now"),
        choices=choices(Symptom),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    right_now = forms.ChoiceField(
        label=_("Thoughts of killing themselves right now?"),
        choices=choices(Said),
        required=False,
        widget=forms.RadioSelect,
    )
    past_seizure = forms.ChoiceField(
        label=_("A seizure before?"), choices=choices(Said), required=False, widget=forms.RadioSelect
    )
    past_overdose = forms.ChoiceField(
        label=_("An overdose before?"), choices=choices(Said), required=False, widget=forms.RadioSelect
    )
    pregnant = forms.ChoiceField(label=_("Pregnant?"), choices=choices(Said), required=False, widget=forms.RadioSelect)
    substance = forms.CharField(label=_("Substance"), max_length=80, required=False)
    last_use = forms.ChoiceField(label=_("Last use"), choices=NOT_SAID + choices(LastUse), required=False)
    stopped = forms.ChoiceField(
        label=_("Stopped or cut down?"), choices=choices(Said), required=False, widget=forms.RadioSelect
    )
    second_substance = forms.CharField(label=_("Second substance"), max_length=80, required=False)
    second_last_use = forms.ChoiceField(
        label=_("Last use of that"), choices=NOT_SAID + choices(LastUse), required=False
    )
    second_stopped = forms.ChoiceField(
        label=_("Stopped or cut down that?"), choices=choices(Said), required=False, widget=forms.RadioSelect
    )
    for_whom = forms.ChoiceField(
        label=_("Who needs help?"),
        choices=[(ForWhom.SELF, _("The caller")), (ForWhom.SOMEONE_ELSE, _("Someone else"))],
        required=False,
        widget=forms.RadioSelect,
    )
    relation = forms.ChoiceField(label=_("The caller is"), choices=NOT_SAID + choices(Relation), required=False)
    caller_name = forms.CharField(label=_("Caller's name"), max_length=60, required=False)
    first_name = forms.CharField(label=_("Person's first name"), max_length=60, required=False)
    last_name = forms.CharField(label=_("Person's last name"), max_length=60, required=False)
    birth_date = forms.DateField(
        label=_("Birth date"),
        required=False,
        input_formats=["%m/%d/%Y", "%Y-%m-%d", "%m-%d-%Y"],
        widget=forms.DateInput(format="%m/%d/%Y", attrs={"class": "w-chars-12"}),
        help_text=_("Month, day, year: 3/27/1985"),
        error_messages={"invalid": _("Write the birth date as month, day, year: 3/27/1985.")},
        validators=[born_lately_enough],
    )
    age = forms.IntegerField(
        label=_("Or age"),
        required=False,
        validators=[MinValueValidator(0, AGE_RANGE), MaxValueValidator(120, AGE_RANGE)],
        error_messages={"invalid": AGE_RANGE},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "w-chars-5"}),
    )
    language = forms.CharField(
        label=_("Language, if not English"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"class": "w-chars-12"}),
    )
    voicemail_ok = forms.ChoiceField(
        label=_("Voicemail safe?"), choices=choices(Said), required=False, widget=forms.RadioSelect
    )
    say_who_we_are = forms.ChoiceField(
        label=_("May we say who we are?"), choices=choices(Said), required=False, widget=forms.RadioSelect
    )
    shared_phone = forms.ChoiceField(
        label=_("Does anyone else answer or read this phone?"),
        choices=choices(Said),
        required=False,
        widget=forms.RadioSelect,
    )
    hours = forms.MultipleChoiceField(
        label=_("When is it safe to call?"),
        choices=choices(PartOfDay),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("In their own time. Nothing ticked: at any time."),
    )
    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        required=False,
        error_messages={"invalid": _("Write the e-mail address like name@example.org.")},
    )
    insurance_kind = forms.ChoiceField(label=_("Insurance"), choices=NOT_SAID + choices(InsuranceKind), required=False)
    service = forms.ChoiceField(
        label=_("If it is by service or tribe, which"), choices=NOT_SAID + choices(ServiceCover), required=False
    )
    payer_name = forms.CharField(label=_("Plan"), max_length=80, required=False)
    member_id = forms.CharField(label=_("Member ID"), max_length=40, required=False)
    subscriber_relation = forms.ChoiceField(
        label=_("Policy in the name of"), choices=NOT_SAID + choices(SubscriberRelation), required=False
    )
    subscriber_first_name = forms.CharField(label=_("Policy holder's first name"), max_length=60, required=False)
    subscriber_last_name = forms.CharField(label=_("Policy holder's last name"), max_length=60, required=False)
    subscriber_birth_date = forms.DateField(
        label=_("Policy holder's birth date"),
        required=False,
        input_formats=["%m/%d/%Y", "%Y-%m-%d", "%m-%d-%Y"],
        widget=forms.DateInput(format="%m/%d/%Y", attrs={"class": "w-chars-12"}),
        error_messages={"invalid": _("Write the policy holder's birth date as month, day, year: 3/27/1985.")},
        validators=[born_lately_enough],
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    first = "danger_now phone zip"
    columns = (
        (
            (_("Danger"), "symptoms right_now past_seizure past_overdose pregnant"),
            (_("What is used"), "substance last_use stopped"),
            (_("What else is used"), "second_substance second_last_use second_stopped"),
        ),
        (
            (_("Who it is about"), "for_whom relation caller_name language first_name last_name birth_date age"),
            (_("How to reach them safely"), "voicemail_ok say_who_we_are shared_phone hours email"),
            (
                _("Insurance"),
                "insurance_kind service payer_name member_id subscriber_relation subscriber_first_name "
                "subscriber_last_name subscriber_birth_date",
            ),
        ),
    )

    def laid_out(self) -> dict[str, Any]:
        """Bound fields for the page: ``first`` in a row, then ``columns`` of groups, each with its heading."""
        columns = [[(name, self._bound(fields)) for name, fields in column] for column in self.columns]
        return {"first": self._bound(self.first), "columns": columns}

    def _bound(self, names: str) -> list[forms.BoundField]:
        return [self[name] for name in names.split()]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        service, kind = data.get("service"), data.get("insurance_kind")
        beside = service == ServiceCover.INDIAN_HEALTH and kind != InsuranceKind.NONE
        if service and kind and not beside and _kind(None, service) is not _one(InsuranceKind, kind):
            words = _("That goes with “%(kind)s” as the insurance. Change one of the two.")
            self.add_error("service", words % {"kind": in_words(_kind(None, service))})
        return data

    def clean_phone(self) -> str:
        typed = str(self.cleaned_data["phone"]).strip()
        number = dialable(typed) if typed else ""
        if number is None:
            raise forms.ValidationError(_("Write the phone number with its area code, like 205 555 0123."))
        return number

    @classmethod
    def showing(cls, answers: Answers, version: int) -> TellForm:
        """The form filled with what is known."""
        uses, contact = [*answers.uses, Use(), Use()], answers.contact
        known = {
            "for_whom": answers.for_whom, "relation": answers.relation, "caller_name": answers.caller_name,
            "first_name": answers.person.first_name, "last_name": answers.person.last_name,
            "birth_date": answers.person.birth_date, "age": answers.person.age, "pregnant": answers.person.pregnant,
            "danger_now": answers.danger_now, "symptoms": list(answers.symptoms),
            "right_now": answers.suicide.right_now, "substance": uses[0].text, "last_use": uses[0].last_use,
            "stopped": uses[0].stopped, "second_substance": uses[1].text, "second_last_use": uses[1].last_use,
            "second_stopped": uses[1].stopped, "past_seizure": answers.history.seizure,
            "past_overdose": answers.history.overdose, "zip": answers.zip, "phone": contact.phone,
            "language": language_in_words(answers.preferences.language), "email": contact.email,
            "voicemail_ok": contact.voicemail_ok, "say_who_we_are": contact.say_who_we_are,
            "shared_phone": contact.shared_phone, "hours": list(contact.hours),
            "insurance_kind": answers.insurance.kind, "service": answers.insurance.service,
            "payer_name": answers.insurance.payer_name, "member_id": answers.insurance.member_id,
            "subscriber_relation": answers.insurance.subscriber_relation,
            "subscriber_first_name": answers.insurance.subscriber_first_name,
            "subscriber_last_name": answers.insurance.subscriber_last_name,
            "subscriber_birth_date": answers.insurance.subscriber_birth_date, "version": version,
        }  # fmt: skip
        return cls(initial=known)

    def applied(self, answers: Answers) -> Answers:
        """The answers with what this valid form says; what the form does not ask stays as it was, and where nothing
        differs the answers are the same ones.
        """
        said = {name: value or None for name, value in self.cleaned_data.items()}
        text = {name: str(value or "") for name, value in self.cleaned_data.items()}
        now = replace(
            answers,
            for_whom=_one(ForWhom, said["for_whom"]),
            relation=_one(Relation, said["relation"]),
            caller_name=text["caller_name"],
            danger_now=_one(Said, said["danger_now"]),
            symptoms=tuple(Symptom(one) for one in self.cleaned_data["symptoms"]),
            person=replace(
                answers.person, first_name=text["first_name"], last_name=text["last_name"],
                birth_date=self.cleaned_data["birth_date"], age=self.cleaned_data["age"],
                pregnant=_one(Said, said["pregnant"]),
            ),
            uses=self._uses(answers),
            history=replace(
                answers.history, seizure=_one(Said, said["past_seizure"]), overdose=_one(Said, said["past_overdose"])
            ),
            suicide=replace(answers.suicide, right_now=_one(Said, said["right_now"])),
            zip=text["zip"],
            contact=self._contact(answers.contact),
            insurance=replace(
                answers.insurance, kind=_kind(said["insurance_kind"], said["service"]),
                service=_one(ServiceCover, said["service"]), payer_name=text["payer_name"],
                member_id="".join(text["member_id"].split()),
                subscriber_relation=_one(SubscriberRelation, said["subscriber_relation"]),
                subscriber_first_name=text["subscriber_first_name"],
                subscriber_last_name=text["subscriber_last_name"],
                subscriber_birth_date=self.cleaned_data["subscriber_birth_date"],
            ),
            preferences=replace(answers.preferences, language=self._language(answers.preferences.language)),
        )  # fmt: skip
        return answers if now == answers else replace(now, asked_on=timezone.localdate())

    def out_of_date(self, inquiry: Inquiry, who: str) -> TellForm:
        """The same form, as typed, saying that somebody changed the inquiry meanwhile; sending again is then meant."""
        typed = QueryDict(mutable=True)
        typed.update(self.data)
        typed["version"] = str(inquiry.version)
        again = TellForm(typed)
        again.is_valid()
        again.add_error(
            None,
            _("%(who)s changed this inquiry while you were typing. Different now from what you typed: %(fields)s.")
            % {"who": who or _("Somebody"), "fields": ", ".join(again._unlike(inquiry)) or _("nothing here")},
        )
        again.add_error(None, _("Nothing of yours is saved yet. Look at what is there now, then save again."))
        return again

    def _unlike(self, inquiry: Inquiry) -> list[str]:
        """Labels of what was typed that is not what is stored now."""
        stored = TellForm.showing(inquiry.answers, inquiry.version).initial
        stored["phone"] = dialable(stored["phone"]) or stored["phone"]
        same = {name: (self.cleaned_data.get(name) or "") == (stored.get(name) or "") for name in self.fields}
        return [str(field.label) for name, field in self.fields.items() if not same[name]]

    def _uses(self, answers: Answers) -> tuple[Use, ...]:
        """The first two substances as typed. A corrected name forgets what was picked for the old one, and nothing
        else: how much, how often and what with were told of this use. One whose name is taken away goes.
        """
        before, uses = [*answers.uses, Use(), Use()], []
        for known, prefix in zip(before, ("", "second_"), strict=False):
            text = self.cleaned_data[f"{prefix}substance"].strip()
            if known.text and not text:
                continue
            use = replace(
                known if known.text == text else replace(known, text=text, canonical=None, klass=None),
                last_use=_one(LastUse, self.cleaned_data[f"{prefix}last_use"]),
                stopped=_one(Said, self.cleaned_data[f"{prefix}stopped"]),
            )
            uses.append(use)
        return tuple(use for use in (*uses, *answers.uses[2:]) if use != Use())

    def _language(self, known: str) -> str:
        """As the web form keeps it: "es" for Spanish, another language as typed; what was there before stays."""
        typed = self.cleaned_data["language"].strip()
        codes = {str(name).lower(): code for code, name in LANGUAGES.items()}
        return known if typed == language_in_words(known) else codes.get(typed.lower(), typed)

    def _contact(self, contact: Contact) -> Contact:
        """A number or address newly given is one we may use, even where the form said "do not contact me"."""
        phone, email, methods = self.cleaned_data["phone"], self.cleaned_data["email"], contact.methods
        if phone and phone == dialable(contact.phone):
            phone = contact.phone  # the same number: what is stored stays as it was written
        by_phone = {ContactMethod.CALL, ContactMethod.TEXT} & {*methods}
        if phone and not by_phone and (not methods or phone != contact.phone):
            methods = (*methods, ContactMethod.CALL)
        if email and email != contact.email and ContactMethod.EMAIL not in methods:
            methods = (*methods, ContactMethod.EMAIL)
        if len(methods) > 1:
            methods = tuple(method for method in methods if method is not ContactMethod.NONE)
        return replace(
            contact,
            phone=phone,
            email=email,
            methods=methods,
            voicemail_ok=_one(Said, self.cleaned_data["voicemail_ok"]),
            say_who_we_are=_one(Said, self.cleaned_data["say_who_we_are"]),
            shared_phone=_one(Said, self.cleaned_data["shared_phone"]),
            hours=tuple(PartOfDay(one) for one in self.cleaned_data["hours"]),
        )


def _kind(said: str | None, service: str | None) -> InsuranceKind | None:
    """The kind of insurance; where only the service was said, the one it belongs to."""
    if said or not service:
        return InsuranceKind(said) if said else None
    return InsuranceKind.OTHER if service == ServiceCover.INDIAN_HEALTH else InsuranceKind.TRICARE_VA


def _one(kind: type, value: str | None) -> Any:
    return kind(value) if value else None
