"""Ways to be treated without cover, or with cover that is no ordinary plan. Plain Python; each sentence has its source.

No cover is a path, not an end: what may be asked for, whom to ring, who comes first. Nobody is asked for papers.
"""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from intake.matching.need import Need, PayerKind

TABLE = Path(__file__).with_name("cover.csv")
# the states' own lines, as far as a text was read that names the agency; a missing state has SAMHSA's line
OFFICES = Path(__file__).with_name("state_offices.csv")
# TRICARE, "New TRICARE Stateside Regions" (2018) with the six states that moved on 1 January 2025 ("Changes");
# small areas of a few states belong to the other region
TRICARE_WEST = frozenset(
    "AK AR AZ CA CO HI IA ID IL KS LA MN MO MT ND NE NM NV OK OR SD TX UT WA WI WY".split()  # noqa: SIM905
)


@dataclass(frozen=True, slots=True)
class Way:
    """One sentence for whoever has no ordinary plan, with where it comes from."""

    code: str
    words: str
    source: str
    source_date: str


@cache
def _ways() -> Mapping[str, tuple[Way, ...]]:
    with TABLE.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    return {
        kind: tuple(
            Way(row["code"], row["words"], row["source"], row["source_date"]) for row in rows if row["for"] == kind
        )
        for kind in {row["for"] for row in rows}
    }


@cache
def _offices() -> Mapping[str, Way]:
    with OFFICES.open(encoding="utf-8", newline="") as lines:
        return {row["state"]: _office(row) for row in csv.DictReader(lines)}


def _office(row: Mapping[str, str]) -> Way:
    hours = f", {row['hours']}" if row["hours"] else ""
    words = f"The state's own line: {row['phone']} ({row['line']}{hours}). If nobody answers there, the number above."
    return Way("state_line", words, f"{row['source']}, page of {row['page_date']}", f"read {row['read']}")


def ways(need: Need) -> tuple[Way, ...]:
    """What to know about paying, before any program is asked; nothing for an ordinary plan."""
    return tuple(_for(need))


def _for(need: Need) -> Iterator[Way]:
    if need.payer is PayerKind.MILITARY:
        for kind in (PayerKind.TRICARE, PayerKind.CHAMPVA, PayerKind.VA):
            yield from (_placed(way, need) for way in _ways()[kind])
    for way in _ways().get(need.payer, ()):
        yield _placed(way, need)
        if way.code == "state_office" and (office := _offices().get(need.state or "")):
            yield office
    if need.payer in (PayerKind.TRICARE, PayerKind.MILITARY):
        yield from _ways()[f"tricare {need.tricare_status or 'not said'}"]
    if need.payer in (PayerKind.NONE, PayerKind.MEDICAID):
        first = {"pregnant_first": need.pregnant, "injecting_first": need.injects}
        yield from (way for way in _ways()["first"] if first[way.code])


def _placed(way: Way, need: Need) -> Way:
    if "{region}" not in way.words:
        return way
    if not need.state:
        region = "East (Humana Military) and West (TriWest)"
    else:
        west = need.state in TRICARE_WEST
        region = f"{need.state} is {'West (TriWest)' if west else 'East (Humana Military)'}, but for a few ZIP codes"
    return Way(way.code, way.words.format(region=region), way.source, way.source_date)
