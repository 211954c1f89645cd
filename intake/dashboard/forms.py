"""What consultants type. Every form keeps what was typed when something is wrong with it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from intake.calls.models import Call, Disposition
from intake.inquiries.answers import (
    Answers,
    Contact,
    ContactMethod,
    ForWhom,
    InsuranceKind,
    LastUse,
    Relation,
    Said,
    SubscriberRelation,
    Symptom,
    Use,
)
from intake.inquiries.models import Closing, ContactPoint, Inquiry
from intake.inquiries.wording import choices
from intake.messages.gate import may_call

NOTE = forms.Textarea(attrs={"rows": 3, "autocomplete": "off"})
LONGEST_NOTE = 4000


class DeskForm(forms.Form):
    """Ids carry a prefix, since many forms stand on one page."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", f"{type(self).__name__.removesuffix('Form').lower()}_%s")
        super().__init__(*args, **kwargs)


class CallForm(DeskForm):
    direction = forms.ChoiceField(label=_("Who called"), choices=Call.Direction.choices, widget=forms.RadioSelect)
    disposition = forms.ChoiceField(
        label=_("What came of it"),
        choices=[("", _("Choose")), *Disposition.choices],
        error_messages={"required": _("Say what came of the call.")},
    )
    note = forms.CharField(label=_("Note"), required=False, max_length=LONGEST_NOTE, widget=NOTE)


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
        self.fields["contact_point"].queryset = inquiry.contact_points.filter(method="call")  # type: ignore[attr-defined]
        self.fields["contact_point"].label_from_instance = lambda point: point.shown  # type: ignore[attr-defined]
        zone = timezone.localtime().tzname()
        self.fields["at"].help_text = _("Our time, %(zone)s.") % {"zone": zone}

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        if said.get("day") and said.get("at"):
            said["due_at"] = timezone.make_aware(datetime.combine(said["day"], said["at"]))
            if said["due_at"] < timezone.now():
                self.add_error("at", _("This time has passed. Choose a later one."))
            self._mind_the_hours(said)
        return said

    def _mind_the_hours(self, said: dict[str, Any]) -> None:
        """A time outside their safe hours is planned only when the consultant says that they asked for it."""
        point = said.get("contact_point")
        if point and not said.get("unsafe_hour") and not may_call(point, at=said["at"]).given:
            hours = point.hours.replace(",", ", ")
            self.add_error("at", _("They said only these hours are safe: %(hours)s.") % {"hours": hours})


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


class FindForm(DeskForm):
    sought = forms.CharField(
        label=_("Reference code, phone number or name"),
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "off", "class": "w-chars-20"}),
        error_messages={"required": _("Type a reference code, a phone number or a name.")},
    )


class PhoneAnswerForm(DeskForm):
    spoke_to = forms.CharField(label=_("Who you spoke to"), max_length=80, required=False)
    reference = forms.CharField(label=_("Their reference number"), max_length=60, required=False)
    answer = forms.CharField(
        label=_("What the plan said"),
        max_length=LONGEST_NOTE,
        widget=NOTE,
        error_messages={"required": _("Write what the plan said.")},
    )


class TellForm(DeskForm):
    """What a consultant asks on the phone: enough to judge danger and to look for a place."""

    field_order = ("danger_now", "symptoms", "right_now", "substance", "second_substance", "stopped", "last_use", "zip")

    for_whom = forms.ChoiceField(
        label=_("Who needs help?"), choices=choices(ForWhom), required=False, widget=forms.RadioSelect
    )
    relation = forms.ChoiceField(
        label=_("The caller is"), choices=[("", _("Not said")), *choices(Relation)], required=False
    )
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
    )
    age = forms.IntegerField(label=_("Or age"), required=False, min_value=0, max_value=120)
    danger_now = forms.ChoiceField(
        label=_("Danger right now?"), choices=choices(Said), required=False, widget=forms.RadioSelect
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
    substance = forms.CharField(label=_("What is used"), max_length=80, required=False)
    second_substance = forms.CharField(label=_("And"), max_length=80, required=False)
    last_use = forms.ChoiceField(label=_("Last use"), choices=[("", _("Not said")), *choices(LastUse)], required=False)
    stopped = forms.ChoiceField(
        label=_("Stopped or cut down?"), choices=choices(Said), required=False, widget=forms.RadioSelect
    )
    past_seizure = forms.ChoiceField(
        label=_("A seizure before?"), choices=choices(Said), required=False, widget=forms.RadioSelect
    )
    past_overdose = forms.ChoiceField(
        label=_("An overdose before?"), choices=choices(Said), required=False, widget=forms.RadioSelect
    )
    zip = forms.RegexField(
        r"^\d{5}$",
        label=_("ZIP code"),
        required=False,
        error_messages={"invalid": _("Write the ZIP code as five digits.")},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "w-chars-5"}),
    )
    phone = forms.CharField(label=_("Phone to call back"), max_length=40, required=False)
    voicemail_ok = forms.ChoiceField(
        label=_("Voicemail safe?"), choices=choices(Said), required=False, widget=forms.RadioSelect
    )
    say_who_we_are = forms.ChoiceField(
        label=_("May we say who we are?"), choices=choices(Said), required=False, widget=forms.RadioSelect
    )
    insurance_kind = forms.ChoiceField(
        label=_("Insurance"), choices=[("", _("Not said")), *choices(InsuranceKind)], required=False
    )
    payer_name = forms.CharField(label=_("Plan"), max_length=80, required=False)
    member_id = forms.CharField(label=_("Member ID"), max_length=40, required=False)
    subscriber_relation = forms.ChoiceField(
        label=_("Policy in the name of"),
        choices=[("", _("Not said")), *choices(SubscriberRelation)],
        required=False,
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    @classmethod
    def showing(cls, answers: Answers, version: int) -> TellForm:
        """The form filled with what is known."""
        uses = [*answers.uses, Use(), Use()]
        known = {
            "for_whom": answers.for_whom, "relation": answers.relation, "caller_name": answers.caller_name,
            "first_name": answers.person.first_name, "last_name": answers.person.last_name,
            "birth_date": answers.person.birth_date, "age": answers.person.age, "danger_now": answers.danger_now,
            "symptoms": list(answers.symptoms), "right_now": answers.suicide.right_now,
            "substance": uses[0].text, "second_substance": uses[1].text, "last_use": uses[0].last_use,
            "stopped": uses[0].stopped, "past_seizure": answers.history.seizure,
            "past_overdose": answers.history.overdose, "zip": answers.zip, "phone": answers.contact.phone,
            "voicemail_ok": answers.contact.voicemail_ok, "say_who_we_are": answers.contact.say_who_we_are,
            "insurance_kind": answers.insurance.kind,
            "payer_name": answers.insurance.payer_name, "member_id": answers.insurance.member_id,
            "subscriber_relation": answers.insurance.subscriber_relation, "version": version,
        }  # fmt: skip
        return cls(initial=known)

    def applied(self, answers: Answers) -> Answers:
        """The answers with what this valid form says; what the form does not ask stays as it was."""
        said = {name: value or None for name, value in self.cleaned_data.items()}
        text = {name: str(value or "") for name, value in self.cleaned_data.items()}
        return replace(
            answers,
            asked_on=timezone.localdate(),
            for_whom=_one(ForWhom, said["for_whom"]),
            relation=_one(Relation, said["relation"]),
            caller_name=text["caller_name"],
            danger_now=_one(Said, said["danger_now"]),
            symptoms=tuple(Symptom(one) for one in self.cleaned_data["symptoms"]),
            person=replace(
                answers.person, first_name=text["first_name"], last_name=text["last_name"],
                birth_date=self.cleaned_data["birth_date"], age=self.cleaned_data["age"],
            ),
            uses=self._uses(answers),
            history=replace(
                answers.history, seizure=_one(Said, said["past_seizure"]), overdose=_one(Said, said["past_overdose"])
            ),
            suicide=replace(answers.suicide, right_now=_one(Said, said["right_now"])),
            zip=text["zip"],
            contact=self._contact(answers.contact),
            insurance=replace(
                answers.insurance, kind=_one(InsuranceKind, said["insurance_kind"]), payer_name=text["payer_name"],
                member_id="".join(text["member_id"].split()),
                subscriber_relation=_one(SubscriberRelation, said["subscriber_relation"]),
            ),
        )  # fmt: skip

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
        same = {name: (self.cleaned_data.get(name) or "") == (stored.get(name) or "") for name in self.fields}
        return [str(field.label) for name, field in self.fields.items() if not same[name]]

    def _uses(self, answers: Answers) -> tuple[Use, ...]:
        """The first two substances as typed; one whose name changed forgets what was picked for the old name."""
        told = [self.cleaned_data["substance"].strip(), self.cleaned_data["second_substance"].strip()]
        before = [*answers.uses, Use(), Use()]
        uses = []
        for at, text in enumerate(told):
            use = before[at] if before[at].text == text else Use(text=text)
            if at == 0:
                use = replace(
                    use,
                    last_use=_one(LastUse, self.cleaned_data["last_use"]),
                    stopped=_one(Said, self.cleaned_data["stopped"]),
                )
            uses.append(use)
        return tuple(use for use in (*uses, *answers.uses[2:]) if use.text)

    def _contact(self, contact: Contact) -> Contact:
        phone = self.cleaned_data["phone"].strip()
        methods = contact.methods
        if phone and not methods:
            methods = (ContactMethod.CALL,)
        return replace(
            contact,
            phone=phone,
            methods=methods,
            voicemail_ok=_one(Said, self.cleaned_data["voicemail_ok"]),
            say_who_we_are=_one(Said, self.cleaned_data["say_who_we_are"]),
        )


def _one(kind: type, value: str | None) -> Any:
    return kind(value) if value else None
