"""From a need to the programs on the desk: what is looked at, how far, and the map from rows to offers.

One query finds the nearest programs (``nearest.py``), the engine ranks them with reasons, and how many more there are,
and what would bring them back, is counted apart over the whole distance (``counting.py``).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from math import ceil

from django.utils import timezone

from helpline.programs.models import Place
from intake.inquiries.answers import Answers
from intake.inquiries.triage import Triage
from intake.matching import facts, telling
from intake.matching.codebook import CodeBook
from intake.matching.counting import STEPS, counted
from intake.matching.engine import Matches, Say, match
from intake.matching.nearest import Row, miles_to_the_next, nearest, read
from intake.matching.need import Listing, Need, Offer
from intake.matching.openings import free_for, open_now
from intake.matching.past import came_of

OPEN = frozenset({facts.OPEN_NOW})
TRIES = 5
HIDDEN_STEP_MILES = 10
PLACE_NEEDED = Say("place_needed", "Ask for a ZIP code to find programs.")
NOTHING_LISTED = Say(
    "nothing_listed",
    "No program that we know lists this care. Ask a hospital, and the state's agency by 1-800-662-4357 (SAMHSA).",
)
IF_IT_CANNOT_WAIT = Say(
    "cannot_wait",
    "If it cannot wait: the nearest emergency department or 911; for thoughts of suicide call or text 988.",
)


def need_of(answers: Answers, triage: Triage, *, miles: int = 50, plan: str | None = None) -> Need:
    """The need of one inquiry, placed at the middle of its ZIP (about five miles of doubt)."""
    place = Place.objects.filter(pk=answers.zip[:5]).first() if answers.zip else None
    return Need.of(
        answers,
        triage,
        state=place.state if place else None,
        latitude=place.latitude if place else None,
        longitude=place.longitude if place else None,
        miles=miles,
        plan=plan,
    )


def choose(need: Need, *, today: date, hidden_places: bool = False) -> Matches:
    """The programs for a need, ranked with reasons and counted, looking further when none near lists the care.

    ``hidden_places`` adds what is for consultants only: confidential sites, whose offers carry a phone and no address,
    and what became of the people we sent to a program.
    Without a place nothing is looked up, and a note says that a ZIP code is needed. ``need.miles`` of the
    answer is how far was looked.
    """
    if need.latitude is None or need.longitude is None:
        return match(need, [], today=today, notes=(PLACE_NEEDED,))
    codes = CodeBook.load()
    found = ranked(need, codes, today=today, hidden_places=hidden_places)
    if not found.likely:
        found = _further(need, codes, today=today, hidden_places=hidden_places)
    return counted(found, codes, hidden_places=hidden_places)


def ranked(need: Need, codes: CodeBook, *, today: date, hidden_places: bool, afar: bool = False) -> Matches:
    """The match itself: what the query finds within ``need.miles``, ranked with reasons. Five or six statements."""
    found = nearest(need, codes, hidden_places=hidden_places, afar=afar or bool(need.telehealth))
    rows, now = read(found), timezone.now()
    told, free, opened = telling.told_by(found, now=now), free_for(need, found, now=now), open_now(found, now=now)
    past = came_of(found, now=now) if hidden_places else {}
    offers = [
        offer_of(
            row,
            codes,
            told.get(row.id, telling.NOTHING),
            free.get(row.id),
            opened.get(row.id),
            past.get(row.id, (0, 0)),
        )
        for row in rows
    ]
    return match(need, offers, today=today)


def _further(need: Need, codes: CodeBook, *, today: date, hidden_places: bool) -> Matches:
    """Look again where the nearest that list the care are, if need be in other states, and by telehealth; say so."""
    for miles in _reaches(need, codes, hidden_places=hidden_places):
        found = ranked(replace(need, miles=miles), codes, today=today, hidden_places=hidden_places, afar=True)
        if found.likely:
            return replace(found, notes=(_widened(need.miles, miles), IF_IT_CANNOT_WAIT))
    found = ranked(need, codes, today=today, hidden_places=hidden_places, afar=True)
    return replace(found, notes=(NOTHING_LISTED, IF_IT_CANNOT_WAIT))


def _reaches(need: Need, codes: CodeBook, *, hidden_places: bool) -> Iterator[int]:
    """The next distances, in miles, that bring a program which lists the care: a step each, then wherever it is."""
    tried = need.miles
    for _ in range(TRIES):
        far = miles_to_the_next(need, codes, hidden_places=hidden_places, beyond=tried)
        if far is None:
            return
        tried = next((step for step in STEPS if step >= far), ceil(far / 50) * 50)
        yield tried


def _widened(wished: int, miles: int) -> Say:
    words = f"No program within {wished} miles lists this care, so we looked within {miles} miles."
    return Say("widened", words, (("wished", str(wished)), ("miles", str(miles))))


def offer_of(
    row: Row,
    codes: CodeBook,
    told: telling.Answers = telling.NOTHING,
    free: int | None = None,
    opened: bool | None = None,
    past: tuple[int, int] = (0, 0),
) -> Offer:
    """A row as an offer; ``free`` places and whether intake answers (``opened``) as it said, None when not known.

    ``past``: how many it took of those we sent. A hidden place keeps its phone, its name and a rough distance.
    """
    yes, no = codes.read(row.codes)
    if told is not telling.NOTHING:
        yes, no = told.over(yes, no)
    if opened is not None:
        yes, no = (yes | OPEN, no) if opened else (yes, no | OPEN)
    hidden = row.confidential
    return Offer(
        public_id=str(row.id),
        name=row.name1,
        program_name=row.name2,
        street="" if hidden else f"{row.street1}, {row.street2}".strip(", "),
        city="" if hidden else row.city,
        state=row.state,
        zip="" if hidden else row.zip,
        phone=row.phone,
        intake_phone=row.intake_lines[0] if row.intake_lines else "",
        distance_miles=_roughly(row.miles) if hidden else row.miles,
        latitude=None if hidden else row.latitude,
        longitude=None if hidden else row.longitude,
        facts=yes,
        known_no=no,
        published=row.published,
        verified_on=timezone.localtime(row.verified_at).date() if row.verified_at else None,
        listing=Listing(row.status),
        confidential=hidden,
        openings=free,
        told=tuple(sorted({**told.yes, **told.no}.items())),
        took=past[0],
        sent=past[1],
    )


def _roughly(miles: float) -> float:
    return float(HIDDEN_STEP_MILES * round(miles / HIDDEN_STEP_MILES))
