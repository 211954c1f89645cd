"""What they told us, in words, only what was said."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from intake.inquiries.answers import Answers, Use
from intake.inquiries.wording import in_words

Line = tuple[str | Promise, str]


def told_of(answers: Answers) -> list[Line]:
    """Pairs of a short label and what was said; what was not asked or not answered is left out."""
    return [(label, words) for label, words in _lines(answers) if words]


def _lines(answers: Answers) -> Iterator[Line]:
    person, history, wishes = answers.person, answers.history, answers.preferences
    yield _("Caller"), answers.caller_name
    yield _("The caller is"), in_words(answers.relation)
    yield _("Name"), f"{person.first_name} {person.last_name}".strip()
    yield _("Age"), str(answers.age) if answers.age is not None else ""
    yield _("Born"), person.birth_date.strftime("%m/%d/%Y") if person.birth_date else ""
    yield _("Gender"), person.gender
    yield _("Pregnant"), in_words(person.pregnant)
    for use in answers.uses:
        yield _("Uses"), _use(use)
    yield _("Now"), in_words(answers.symptoms)
    yield _("Danger now"), in_words(answers.danger_now)
    yield _("Alone"), in_words(answers.alone_now)
    yield _("Being hurt"), in_words(answers.being_hurt)
    yield _("Overdose before"), in_words(history.overdose)
    yield _("Seizure before"), in_words(history.seizure)
    yield _("Delirium before"), in_words(history.delirium)
    yield _("Break in use"), in_words(history.break_in_use)
    yield _("Naloxone at hand"), in_words(history.naloxone_at_hand)
    yield _("ZIP"), answers.zip
    yield _("Insurance"), in_words(answers.insurance.kind)
    yield _("Plan"), answers.insurance.payer_name
    yield _("Member ID"), answers.insurance.member_id
    yield _("Language"), wishes.language
    yield _("Program for"), in_words(wishes.gender)
    yield _("Medication"), in_words(wishes.medication)
    yield _("Telehealth"), in_words(wishes.telehealth)
    yield _("Veteran"), in_words(wishes.veteran)
    yield _("Children along"), in_words(wishes.children_along)
    yield _("Deaf or ASL"), in_words(wishes.deaf_asl)
    yield _("Also said"), answers.anything_else


def _use(use: Use) -> str:
    details = [
        use.amount,
        in_words(use.how_often),
        in_words(use.how_taken),
        f"{_('last')}: {in_words(use.last_use)}" if use.last_use else "",
        f"{_('stopped or cut down')}: {in_words(use.stopped)}" if use.stopped else "",
        f"{_('prescribed')}: {in_words(use.prescribed)}" if use.prescribed else "",
        f"{_('for')} {in_words(use.how_long)}" if use.how_long else "",
        f"{_('with')} {use.used_with}" if use.used_with else "",
    ]
    named = f"{use.text} ({use.canonical})" if use.canonical and use.canonical != use.text else use.text
    return ", ".join([named, *(part for part in details if part)])
