"""From a need to the programs on the desk: the query, the map from rows to offers, and how far to look.

One query finds the nearest programs that say they give the care looked for, and beside them a few of the
nearest that do not say so, because a listing's silence is not a no. PostgreSQL does the geography and the
codes in one index; the engine ranks what is left.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Self

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from helpline.programs.geography import chord_of
from helpline.programs.models import Place, Program, ProgramQuerySet, ServiceCode
from intake.inquiries.answers import Answers
from intake.inquiries.triage import Triage
from intake.matching.engine import Matches, Say, match
from intake.matching.facts import Statement, statements
from intake.matching.need import Listing, Need, Offer
from intake.matching.rules import evidence, setting

STEPS = (25, 50, 100, 200)
LIKELY_LIMIT = 150
OTHERS_LIMIT = 50
HIDDEN_STEP_MILES = 10
PLACE_NEEDED = Say("place_needed", "Ask for a ZIP code to find programs.")
NOTHING_LISTED = Say(
    "nothing_listed",
    f"No program within {STEPS[-1]} miles lists this care. Ask a hospital, programs further away, or about telehealth.",
)
FIELDS = (
    "id",
    "name1",
    "name2",
    "street1",
    "street2",
    "city",
    "state",
    "zip",
    "phone",
    "intake_lines",
    "codes",
    "latitude",
    "longitude",
    "status",
    "confidential",
    "verified_at",
    "edition__published",
    "miles",
)


@dataclass(frozen=True, slots=True)
class CodeBook:
    """What each number in ``Program.codes`` says, over every edition."""

    says: Mapping[int, Statement]

    @classmethod
    def load(cls) -> Self:
        known = statements()
        rows = ServiceCode.objects.values_list("id", "edition__code", "code")
        return cls({number: known[of, code] for number, of, code in rows if (of, code) in known})

    def numbers(self, facts: frozenset[str]) -> list[int]:
        """The codes that say yes to any of these facts."""
        return sorted(number for number, says in self.says.items() if says.yes and says.fact in facts)

    def read(self, numbers: Iterable[int]) -> tuple[frozenset[str], frozenset[str]]:
        """Known yes and known no; what a listing contradicts itself on is neither."""
        said = [says for number in numbers if (says := self.says.get(number))]
        yes = frozenset(each.fact for each in said if each.yes)
        no = frozenset(each.fact for each in said if not each.yes)
        return yes - no, no - yes


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
    """The programs for a need, ranked with reasons, looking further when none near lists the care.

    ``hidden_places`` adds confidential sites, for consultants only: their offers carry a phone, no address.
    Without a place nothing is looked up, and a note says that a ZIP code is needed. ``need.miles`` of the
    answer is how far was looked. Three statements, and one more for each step further that is tried.
    """
    if need.latitude is None or need.longitude is None:
        return match(need, [], today=today, notes=(PLACE_NEEDED,))
    programs = Program.objects.listed() if hidden_places else Program.objects.public()
    codes = CodeBook.load()
    nearby = programs.near(need.latitude, need.longitude, max(need.miles, STEPS[-1]))
    counts = count_within(nearby, need, codes)
    for miles in reaches(need.miles, counts):
        rows = nearest(programs.near(need.latitude, need.longitude, miles), need, codes)
        found = match(
            replace(need, miles=miles),
            [offer_of(row, codes) for row in rows],
            today=today,
            notes=how_far(need.miles, miles, counts),
        )
        if found.likely:
            return found
    return replace(found, notes=(*found.notes, NOTHING_LISTED))


def count_within(nearby: ProgramQuerySet, need: Need, codes: CodeBook) -> dict[int, int]:
    """How many programs list the care looked for, within the wished distance and each step: by miles."""
    if wanted := setting(need):
        nearby = nearby.filter(codes__overlap=codes.numbers(wanted))
    steps = sorted({need.miles, *STEPS})
    within = {f"within_{miles}": Count("id", filter=Q(chord__lte=chord_of(miles))) for miles in steps}
    counted = nearby.order_by().aggregate(**within)
    return {miles: counted[f"within_{miles}"] for miles in steps}


def reaches(wished: int, counts: Mapping[int, int]) -> list[int]:
    """How far to look, in turn: as wished if that brings any, then each step that brings more."""
    found, seen = [], 0
    for miles, count in sorted(counts.items()):
        if miles >= wished and count > seen:
            found.append(miles)
            seen = count
    return found or [wished]


def nearest(near: ProgramQuerySet, need: Need, codes: CodeBook) -> QuerySet[Program, Any]:
    """The nearest that list the care, and the nearest few that do not say, in one statement: ``FIELDS``."""
    rows: QuerySet[Program, Any] = near.values(*FIELDS)
    wanted = codes.numbers(evidence(need))
    if not wanted:
        return rows[: LIKELY_LIMIT + OTHERS_LIMIT]
    likely = rows.filter(codes__overlap=wanted)[:LIKELY_LIMIT]
    others = rows.exclude(codes__overlap=wanted)[:OTHERS_LIMIT]
    return likely.union(others, all=True)


def offer_of(row: Mapping[str, Any], codes: CodeBook) -> Offer:
    """A row of ``FIELDS`` as an offer. A hidden place keeps its phone, its name and a rough distance."""
    yes, no = codes.read(row["codes"])
    offer = Offer(
        public_id=str(row["id"]),
        name=row["name1"],
        program_name=row["name2"],
        state=row["state"],
        phone=row["phone"],
        intake_phone=row["intake_lines"][0] if row["intake_lines"] else "",
        distance_miles=row["miles"],
        facts=yes,
        known_no=no,
        published=row["edition__published"],
        verified_on=timezone.localtime(row["verified_at"]).date() if row["verified_at"] else None,
        listing=Listing(row["status"]),
        confidential=row["confidential"],
    )
    return _hidden(offer) if row["confidential"] else _with_address(offer, row)


def _with_address(offer: Offer, row: Mapping[str, Any]) -> Offer:
    street = ", ".join(part for part in (row["street1"], row["street2"]) if part)
    where = {name: row[name] for name in ("city", "zip", "latitude", "longitude")}
    return replace(offer, street=street, **where)


def _hidden(offer: Offer) -> Offer:
    if offer.distance_miles is None:
        return offer
    rough = HIDDEN_STEP_MILES * round(offer.distance_miles / HIDDEN_STEP_MILES)
    return replace(offer, distance_miles=float(rough))


def how_far(wished: int, miles: int, counts: Mapping[int, int]) -> tuple[Say, ...]:
    """That the search went further than wished, and how many more there are one step on."""
    notes = []
    if miles > wished:
        words = f"No program within {wished} miles lists this care, so we looked within {miles} miles."
        notes.append(Say("widened", words, (("wished", str(wished)), ("miles", str(miles)))))
    further = next((each for each in sorted(counts) if each > miles and counts[each] > counts[miles]), None)
    if further:
        more = str(counts[further] - counts[miles])
        notes.append(
            Say(
                "more_within",
                f"{more} more within {further} miles.",
                (("count", more), ("miles", str(further))),
            )
        )
    return tuple(notes)
