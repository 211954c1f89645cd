"""What they told us, in words, only what was said."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from helpline.programs.models import Place
from intake.inquiries.answers import Answers, ForWhom, Said, Use
from intake.inquiries.wording import in_words

Line = tuple[str | Promise, str]
LANGUAGES = {"en": _("English"), "es": _("Spanish")}


def told_of(answers: Answers) -> list[Line]:
    """Pairs of a short label and what was said; what was not asked or not answered is left out."""
    return _said(_caller(answers), _danger(answers), _person(answers), _plan(answers), _rest(answers))


def packet_of(answers: Answers) -> list[Line]:
    """Of that, what the person's consent to refer covers (``disclosures.wording``): themselves, what they use, their
    health, the care they wish for. Not the caller, not who hurts them, not what was typed freely.
    """
    return _said(_person(answers))


def facts_of(answers: Answers, place: Place | None) -> list[Line]:
    """Who, what and where: the three things to know before the phone is picked up."""
    where = f"{place.city}, {place.state} {answers.zip}" if place else answers.zip
    uses = "; ".join(map(_use_in_short, answers.uses))
    return [
        (_("Who"), _who(answers)),
        (_("Uses"), uses or str(_("Not said"))),
        (_("Where"), where or str(_("No ZIP code yet"))),
    ]


def language_in_words(said: str) -> str:
    return str(LANGUAGES.get(said, said))


def _said(*parts: Iterator[Line]) -> list[Line]:
    return [(label, words) for part in parts for label, words in part if words]


def _who(answers: Answers) -> str:
    person = answers.person
    if answers.for_whom is ForWhom.SELF:
        whose = str(_("The caller themselves"))
    elif answers.for_whom is ForWhom.SOMEONE_ELSE:
        whose = ", ".join(part for part in (answers.caller_name, in_words(answers.relation).lower()) if part)
        whose = str(_("Called by %(caller)s") % {"caller": whose or _("somebody else")})
    else:
        whose = str(_("Not said whether the caller is the person"))
    age = str(_("%(age)s years") % {"age": answers.age}) if answers.age is not None else ""
    pregnant = f"{_('pregnant')}: {in_words(person.pregnant).lower()}" if person.pregnant else ""
    return "; ".join(part for part in (whose, ", ".join(p for p in (person.gender, age, pregnant) if p)) if part)


def _use_in_short(use: Use) -> str:
    last = f"{_('last')} {in_words(use.last_use).lower()}" if use.last_use else ""
    stopped = {Said.YES: _("stopped or cut down"), Said.NO: _("not stopped")}.get(use.stopped) if use.stopped else ""
    return ", ".join(str(part) for part in (use.text, last, stopped) if part)


def _caller(answers: Answers) -> Iterator[Line]:
    yield _("Caller"), answers.caller_name
    yield _("The caller is"), in_words(answers.relation)


def _danger(answers: Answers) -> Iterator[Line]:
    yield _("Danger now"), in_words(answers.danger_now)
    yield _("Alone"), in_words(answers.alone_now)
    yield _("Being hurt"), in_words(answers.being_hurt)


def _person(answers: Answers) -> Iterator[Line]:
    person, history, wishes = answers.person, answers.history, answers.preferences
    yield _("Name"), f"{person.first_name} {person.last_name}".strip()
    yield _("Age"), str(answers.age) if answers.age is not None else ""
    yield _("Born"), person.birth_date.strftime("%m/%d/%Y") if person.birth_date else ""
    yield _("Gender"), person.gender
    yield _("Pregnant"), in_words(person.pregnant)
    for use in answers.uses:
        yield _("Uses"), _use(use)
    yield _("Now"), in_words(answers.symptoms)
    yield _("Overdose before"), in_words(history.overdose)
    yield _("Seizure before"), in_words(history.seizure)
    yield _("Delirium before"), in_words(history.delirium)
    yield _("Break in use"), in_words(history.break_in_use)
    yield _("ZIP"), answers.zip
    yield _("Language"), language_in_words(wishes.language)
    yield _("Program for"), in_words(wishes.gender)
    yield _("Medication"), in_words(wishes.medication)
    yield _("Telehealth"), in_words(wishes.telehealth)
    yield _("Veteran"), in_words(wishes.veteran)
    yield _("Children along"), in_words(wishes.children_along)
    yield _("Deaf or ASL"), in_words(wishes.deaf_asl)


def _plan(answers: Answers) -> Iterator[Line]:
    yield _("Insurance"), in_words(answers.insurance.kind)
    yield _("By service or tribe"), in_words(answers.insurance.service)
    yield _("Plan"), answers.insurance.payer_name
    yield _("Member ID"), answers.insurance.member_id


def _rest(answers: Answers) -> Iterator[Line]:
    yield _("Naloxone at hand"), in_words(answers.history.naloxone_at_hand)
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
