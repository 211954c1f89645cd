"""Programs a caller can ring themselves: what is published, nothing about them sent to anybody."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import phonenumbers
from django.utils import timezone

from intake.inquiries.answers import Answers
from intake.inquiries.triage import Triage
from intake.matching.choosing import choose, need_of
from intake.matching.engine import Match, Matches
from intake.matching.need import Offer
from intake.public.phone_words import Asked, questions

MOST, ENOUGH, MOST_PLACES = 5, 3, 3
REACHES = (50, 100, 200)


@dataclass(frozen=True)
class Place:
    label: str
    address: str
    miles: int | None


@dataclass(frozen=True)
class ToRing:
    """One number, and the places that answer there. ``lists_it``: it says that it gives the care looked for."""

    name: str
    number: str
    href: str
    places: tuple[Place, ...]
    questions: tuple[str, ...]
    lists_it: bool
    published: int = 0

    @property
    def further_places(self) -> int:
        """How many more answer there than a card names."""
        return len(self.places) - MOST_PLACES


def asked_of_all(programs: Sequence[ToRing]) -> tuple[str, ...]:
    """What to ask each of them, said once; nothing for a single one."""
    first, *others = [one.questions for one in programs] or [()]
    return tuple(question for question in first if others and all(question in one for one in others))


def programs_to_ring(answers: Answers, triage: Triage) -> list[ToRing]:
    """The best near their ZIP, each number once; none without a ZIP.

    Those that say they give the care looked for, if need be from further away; then the nearest that do not say.
    """
    need = need_of(answers, triage)
    if need.latitude is None:
        return []
    asked, found, seen = Asked.of(answers, need), [], []
    for miles in REACHES:
        seen.append(choose(replace(need, miles=miles), today=timezone.localdate()))
        found = _by_number(seen[-1].likely, asked, lists_it=True)
        if len(found) >= ENOUGH:
            return found[:MOST]
    known = {one.number for one in found}
    others = _by_number(_silent(seen[0]), asked, lists_it=False)
    return [*found, *(one for one in others if one.number not in known)][:MOST]


def _silent(found: Matches) -> Iterator[Match]:
    likely = {each.offer.public_id for each in found.likely}
    return (each for each in found.ranked if each.offer.public_id not in likely)


def _by_number(matches: Iterable[Match], asked: Asked, *, lists_it: bool) -> list[ToRing]:
    """The best first; what shares its number is a further place of it."""
    found: dict[str, ToRing] = {}
    for each in matches:
        number, href = _number(each.offer)
        if not number:
            continue
        if number not in found:
            ask = questions(each.questions, asked)
            found[number] = ToRing(
                each.offer.name, number, href, (_place(each.offer),), ask, lists_it, each.offer.published or 0
            )
        else:
            first = found[number]
            found[number] = replace(first, places=(*first.places, _place(each.offer, beside=first.name)))
    return list(found.values())


def _place(offer: Offer, beside: str = "") -> Place:
    label = offer.program_name or (offer.name if beside not in ("", offer.name) else "")
    where = ", ".join(part for part in (offer.street, offer.city, f"{offer.state} {offer.zip}".strip()) if part)
    return Place(label, where, None if offer.distance_miles is None else round(offer.distance_miles))


def _number(offer: Offer) -> tuple[str, str]:
    """The line for new people if there is one: as people write it, and as a link a phone can dial."""
    try:
        number = phonenumbers.parse(offer.intake_phone or offer.phone, "US")
    except phonenumbers.NumberParseException:
        return offer.intake_phone or offer.phone, ""
    formats = phonenumbers.PhoneNumberFormat
    return phonenumbers.format_number(number, formats.NATIONAL), phonenumbers.format_number(number, formats.RFC3966)
