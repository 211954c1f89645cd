"""One substance: what it is, how it is used, and, where the word can mean several things, which of them."""

from dataclasses import replace
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from intake.inquiries.answers import Answers, Frequency, HowLong, LastUse, Route, Use
from intake.inquiries.substance_words import Meaning, group_of, meanings
from intake.public.step_form import Pick, StepForm, Words, look_up

MOST_SUBSTANCES = 12
OTHER = "other"


def one_meaning(text: str) -> Meaning | None:
    """The only thing the text can mean, as far as danger goes; ``None`` when a person must say.

    Slang alone never settles it: "lemons" can be methamphetamine, or hard lemonade.
    """
    found = meanings(text)
    settled = len({group_of(one.klass) for one in found}) == 1 and not all(one.street for one in found)
    return found[0] if settled else None


def needs_asking(use: Use) -> bool:
    return use.klass is None and bool(meanings(use.text)) and one_meaning(use.text) is None


class UseForm(StepForm):
    text = Words(
        80,
        help_text=_("Any name is fine: a brand, a street name, a drink."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
    )
    meaning = forms.ChoiceField(required=False, widget=forms.RadioSelect)
    last_use = Pick(LastUse)
    stopped = Pick()
    how_often = Pick(Frequency)
    amount = Words(
        120,
        label=_("How much in a day?"),
        help_text=_("As well as you can: “two pills of 2 mg”, “a bottle of wine”."),
    )
    used_with = Words(
        120, label=_("Together with anything else?"), help_text=_("Alcohol or any other drug or medicine.")
    )
    how_taken = Pick(Route, label=_("How is it taken?"))
    prescribed = Pick(label=_("Is it prescribed by a doctor?"))
    how_long = Pick(HowLong, label=_("For how long by now?"))
    words = {
        "text": (_("What are you using?"), _("What are they using?")),
        "last_use": (_("When did you last use it?"), _("When did they last use it?")),
        "stopped": (_("Have you stopped or cut down lately?"), _("Have they stopped or cut down lately?")),
        "how_often": (_("How often do you use it?"), _("How often do they use it?")),
    }

    def __init__(self, data: Any = None, *, answers: Answers, at: int) -> None:
        self.at = at
        super().__init__(data, answers=answers)

    @property
    def use(self) -> Use:
        """The substance this page is about; a new one past the end."""
        uses = self.answers.uses
        return uses[self.at] if self.at < len(uses) else Use()

    def first_values(self) -> dict[str, Any]:
        return {name: look_up(self.use, name) for name in self.base_fields if name != "meaning"}

    def adapt(self) -> None:
        """Ask what a word means only once it was typed and turned out to have several meanings."""
        if not needs_asking(self.use) and "meaning" not in self.data:
            del self.fields["meaning"]
            return
        names = {one.canonical: one.canonical.capitalize() for one in meanings(self.use.text)}
        field = self.fields["meaning"]
        field.choices = [*names.items(), (OTHER, _("Something else, or not sure"))]  # type: ignore[attr-defined]  # ChoiceField
        field.label = _("“%(word)s” can mean several things. Which is it?") % {"word": self.use.text}

    def applied(self) -> Answers:
        said = dict(self.cleaned_data)
        meaning = _meaning(said.get("text", self.use.text), said.pop("meaning", ""), self.use)
        use = replace(self.use, **said, canonical=meaning[0], klass=meaning[1])
        uses = list(self.answers.uses)
        uses[self.at : self.at + 1] = [use] if use != Use() else []
        return replace(self.answers, uses=tuple(uses[:MOST_SUBSTANCES]))


def _meaning(text: str, picked: str, before: Use) -> tuple[str | None, str | None]:
    """Canonical name and class: the picked one, the only one, or what stood there if the word is the same."""
    if only := one_meaning(text):
        return only.canonical, only.klass or None
    for one in meanings(text):
        if one.canonical == picked:
            return one.canonical, one.klass or None
    return (before.canonical, before.klass) if text == before.text and not picked else (None, None)
