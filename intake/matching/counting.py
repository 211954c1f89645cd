"""How many programs are left out over the whole distance, by reason, and what would bring them back.

The match looks at the nearest; these counts look at all, then step by step further until there is more. PostgreSQL
groups the programs in reach by the codes that can decide (a few hundred kinds), and the same rules that rank are asked
about one program of each kind, so that a count cannot disagree with a list.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from django.db import connection
from django.utils import timezone
from psycopg.sql import SQL

from helpline.programs.geography import chord_of
from intake.matching import telling
from intake.matching.codebook import CodeBook
from intake.matching.engine import Exclusion, Match, Matches, Say, consider, excluded_for
from intake.matching.nearest import place_of
from intake.matching.need import Listing, Need, Offer, PayerKind
from intake.matching.rules import PAYER_FACTS, decided_by_telling, deciding, setting

STEPS = (25, 50, 100, 200)
# Another way to pay that may be asked about, and the words for it
OTHER_WAYS: Mapping[PayerKind, str] = {
    PayerKind.PRIVATE: "if private insurance pays",
    PayerKind.SELF_PAY: "if they pay themselves (private pay)",
}
HELP_WORDS: Mapping[str, str] = {
    "no_payment": "No payment at all (NP)",
    "sliding_scale": "Fees that depend on income (SS)",
    "payment_assistance": "Help with payment (PA)",
    "block_grant": "Block-grant money (SAMF)",
}
UNPAID = frozenset({"payment_not_listed", "cash_no_help", "payment_refused", "plan_refused", "help_refused"})


# What told us something that decides is looked at one by one: there are few
_KINDS = SQL("""
SELECT codes & %(decisive)s AS said, status, state = %(state)s AS own_state,
    CASE WHEN id IN (SELECT program_id FROM matching_told WHERE fact = ANY(%(told)s)) THEN id END AS told, count(*)
FROM programs_program
WHERE position <@ cube_enlarge(%(here)s::cube, %(reach)s, 3) AND position <-> %(here)s::cube <= %(reach)s
    AND status <> 'withdrawn' AND (%(hidden)s OR NOT confidential) {}
GROUP BY said, status, own_state, told
""")
_BEYOND = SQL("AND position <-> %(here)s::cube > %(beyond)s")
_WITH_CARE = SQL("AND may_give && %(setting)s")
# Nobody can tell the planner how many rows a box of a cube holds: it would sort thousands of arrays, which is slow
_HASHED = SQL("SET LOCAL enable_sort = off; {}; SET LOCAL enable_sort TO DEFAULT")


@dataclass(frozen=True, slots=True)
class Kind:
    """Programs that the rules cannot tell apart: what they say, and how many."""

    offer: Offer
    count: int


Judged = tuple[Kind, Match]


def counted(found: Matches, codes: CodeBook, *, hidden_places: bool) -> Matches:
    """The match with what is left out counted over the whole distance, and with what would bring more."""
    need = found.need
    near = _judged(found, codes, hidden_places=hidden_places, within=need.miles)
    more = _further(found, codes, hidden_places=hidden_places)
    return replace(
        found,
        excluded=_excluded(near, found),
        notes=(*found.notes, *more, *_paid_otherwise(need, near)),
        help_listed=tuple(_help(need, near)),
    )


def _judged(
    found: Matches, codes: CodeBook, *, hidden_places: bool, within: int, beyond: int | None = None
) -> list[Judged]:
    kinds = kinds_of(found.need, codes, hidden_places=hidden_places, within=within, beyond=beyond)
    offers = (each.offer for each in kinds)
    judged = consider(found.need, offers, today=found.today, version=found.version, deciding_only=True)
    return list(zip(kinds, judged, strict=True))


def kinds_of(need: Need, codes: CodeBook, *, hidden_places: bool, within: int, beyond: int | None = None) -> list[Kind]:
    """Every program within so many miles, grouped by what decides; beyond some miles only what may give the care.

    One statement, two where some told us.
    """
    wanted = codes.numbers(setting(need))
    given = place_of(need, within, hidden_places=hidden_places) | {
        "beyond": chord_of(beyond or 0),
        "setting": wanted,
        "decisive": codes.about(deciding(need)),
        "state": need.state or "",
        "told": sorted(decided_by_telling(need)),
    }
    conditions = () if beyond is None else (_BEYOND, _WITH_CARE) if wanted else (_BEYOND,)
    with connection.cursor() as cursor:
        cursor.execute(_HASHED.format(_KINDS.format(SQL(" ").join(conditions))), given)
        cursor.nextset()
        rows = cursor.fetchall()
    told = telling.told_by([row[3] for row in rows if row[3]], now=timezone.now())
    counts = Counter[tuple[frozenset[str], frozenset[str], str, bool]]()
    for said, status, own_state, program, count in rows:
        yes, no = told.get(program, telling.NOTHING).over(*codes.read(said))
        counts[yes, no, status, own_state] += count
    return [_kind(need, *signature, count) for signature, count in counts.items()]


def _kind(need: Need, yes: frozenset[str], no: frozenset[str], status: str, own_state: bool, count: int) -> Kind:
    state = (need.state or "") if own_state else ""
    return Kind(Offer("", state=state, distance_miles=0.0, facts=yes, known_no=no, listing=Listing(status)), count)


def _excluded(near: Iterable[Judged], found: Matches) -> tuple[Exclusion, ...]:
    """By reason over the whole distance; the programs named are those the match looked at.

    Who is closed now is counted among those only: hours are told, and few.
    """
    named = {each.code: each.programs for each in found.excluded}
    all_of, alone = Counter[str](), Counter[str]()
    for each, one in near:
        codes = {reason.code for reason in one.against}
        for code in codes:
            all_of[code] += each.count
            alone[code] += each.count if codes == {code} else 0
    counts = {code: (count, alone[code], named.get(code, ())) for code, count in all_of.items()}
    closed = {each.code: (each.count, each.would_return, each.programs) for each in found.excluded}
    return excluded_for({code: each for code, each in closed.items() if code == "closed_now"} | counts)


def _further(found: Matches, codes: CodeBook, *, hidden_places: bool) -> Iterator[Say]:
    """How many more list the care, and are not left out, at the next distance that brings any."""
    beyond, wanted = found.need.miles, setting(found.need)
    for miles in (step for step in STEPS if step > found.need.miles):
        judged = _judged(found, codes, hidden_places=hidden_places, within=miles, beyond=beyond)
        kept = [each for each, one in judged if not one.against and (not wanted or each.offer.lists_any(wanted))]
        if count := sum(each.count for each in kept):
            words = f"{count} more within {miles} miles."
            yield Say("more_within", words, (("count", str(count)), ("miles", str(miles))))
            return
        beyond = miles


def _help(need: Need, near: Iterable[Judged]) -> Iterator[Say]:
    """For somebody who cannot pay: how many that list the care, and are not left out, list each kind of help."""
    if need.payer is not PayerKind.NONE:
        return
    wanted = setting(need)
    kept = [each for each, one in near if not one.against and (not wanted or each.offer.lists_any(wanted))]
    for fact, words in HELP_WORDS.items():
        count = sum(each.count for each in kept if fact in each.offer.facts)
        yield Say(f"help_{fact}", f"{words}: {count} within {need.miles} miles.", (("count", str(count)),))


def _paid_otherwise(need: Need, near: Iterable[Judged]) -> Iterator[Say]:
    """How many that list the care, and that they cannot pay for now, list another way to pay."""
    if need.payer not in PAYER_FACTS and need.payer is not PayerKind.NONE:
        return
    wanted = setting(need)
    unpaid = [
        (each, one)
        for each, one in near
        if (not wanted or each.offer.lists_any(wanted))
        and {reason.code for reason in one.against} <= UNPAID
        and UNPAID & {reason.code for reason in one.reasons}
    ]
    for payer, words in OTHER_WAYS.items():
        count = sum(each.count for each, _ in unpaid if PAYER_FACTS[payer][0] in each.offer.facts)
        if count and payer is not need.payer:
            yield Say(f"more_if_{payer}", f"{count} more {words}.", (("count", str(count)),))
