"""The person's own yes, by a one-time link: read, choose, sign. Nothing others told us is shown."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from intake.disclosures.models import Consent, Purpose
from intake.inquiries.answers import Answers, Said
from intake.public.insurance_forms import BirthDate
from intake.public.signatures import NOT_THAT_NAME, signs_for
from intake.public.step_form import Pick, Words

PURPOSES = [
    (Purpose.CHECK_INSURANCE.value, _("Ask my insurance plan what it pays for")),
    (
        Purpose.REFER.value,
        _("Tell the treatment programs that I choose with you, so that they can offer a place"),
    ),
]


def signed_copy(inquiry_id: UUID) -> list[tuple[Any, Consent]]:
    """What they signed and did not take back, also while it is held, each with the words it was ticked by."""
    signed = Consent.objects.signed().filter(inquiry_id=inquiry_id).order_by("version")
    newest = {consent.purpose: consent for consent in signed}
    return [(words, newest[purpose]) for purpose, words in PURPOSES if purpose in newest]


IF_NEW = _("Leave it empty if we have it already.")
UNREMEMBERED = forms.TextInput(attrs={"autocomplete": "off"})


class ConsentLinkForm(forms.Form):
    purposes = forms.MultipleChoiceField(
        choices=PURPOSES,
        widget=forms.CheckboxSelectMultiple,
        label=_("What do you agree to?"),
        error_messages={"required": _("Choose what you agree to, or close this page to agree to nothing.")},
    )
    ask_again = forms.BooleanField(
        required=False,
        label=_("My plan may be asked again while I wait for a place"),
        help_text=_("Only if you tick the plan above. It ends with your consent, or when you take it back."),
    )
    first_name = Words(60, label=_("Your first name"))
    last_name = Words(60, label=_("Your last name"))
    birth_date = BirthDate(label=_("Your birth date"))
    payer_name = Words(80, label=_("Insurance company or plan"), help_text=_("Leave it empty if we have it already."))
    member_id = Words(40, label=_("Member ID"), help_text=IF_NEW)
    other_payer_name = Words(
        80,
        label=_("Another company that handles part of your plan"),
        help_text=_("Only if we told you its name: write it as we did, and it may be asked, too. Else leave it empty."),
        widget=UNREMEMBERED,
    )
    holder_may_not_know = Pick(label=_("Does somebody else hold the policy who may not know about this?"))
    signature = Words(
        120, label=_("Type your full name to sign"), widget=forms.TextInput(attrs={"autocomplete": "off"})
    )

    def __init__(self, *args: Any, answers: Answers, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.answers = answers

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        self._need("first_name", _("Enter your first name."))
        self._need("last_name", _("Enter your last name."))
        self._need("signature", _("Type your full name to sign."))
        signed = [said.get(name, "") for name in ("signature", "first_name", "last_name")]
        if all(signed) and not signs_for(*signed):
            self.add_error("signature", NOT_THAT_NAME)
        if Purpose.CHECK_INSURANCE in said.get("purposes", ()):
            self._clean_asking(said)
        return said

    def _need(self, name: str, sentence: Any, known: object = None) -> None:
        if not self.cleaned_data.get(name) and not known and name not in self.errors:
            self.add_error(name, sentence)

    def _clean_asking(self, said: dict[str, Any]) -> None:
        known = self.answers.insurance
        self._need("birth_date", _("Enter your birth date: the plan asks for it."))
        self._need("payer_name", _("Enter the plan's name, as on the card."), known.payer_name)
        self._need("member_id", _("Enter the member ID, as on the card."), known.member_id)
        if said.get("holder_may_not_know") in (Said.YES, Said.NOT_SURE):
            self.add_error(
                "holder_may_not_know",
                _("Then we do not ask the plan from here, for your safety. Take that tick away, or call us."),
            )

    def complete(self, answers: Answers) -> Answers:
        """The inquiry's answers completed by what was typed; what was left empty stays as it was."""
        said = self.cleaned_data
        person = replace(answers.person, birth_date=said["birth_date"] or answers.person.birth_date)
        insurance = replace(
            answers.insurance,
            payer_name=said["payer_name"] or answers.insurance.payer_name,
            member_id=said["member_id"] or answers.insurance.member_id,
            holder_may_not_know=said["holder_may_not_know"] or answers.insurance.holder_may_not_know,
        )
        return replace(answers, person=person, insurance=insurance)
