"""Whether two listings of different editions are the same place: pure Python, no Django.

The directory has no facility id. Listings that may be one are found by blocking (the same ZIP code, a common number, a
house number and street, a rare word of the name in the same state), compared by name and street with rapidfuzz, and
matched one to one. Weights and limits were set on labelled pairs of the 2021 locator and the 2022 directory and are
held by a test: docs/decisions/0025-the-same-place.md.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from rapidfuzz import fuzz

SURE, PROPOSED, MARGIN, SAME_NAME = 84.0, 70.0, 4.0, 80.0
"""From ``SURE`` on, with names alike from ``SAME_NAME`` on, and ahead of the next best by ``MARGIN``, it is the same
place; from ``PROPOSED`` on a person is asked.
"""
COMMON_WORD = 25
"""A word more listings of a state have than this says nothing."""

_SHORT = {
    "street": "st", "avenue": "ave", "road": "rd", "drive": "dr", "boulevard": "blvd", "lane": "ln", "court": "ct",
    "place": "pl", "highway": "hwy", "parkway": "pkwy", "suite": "ste", "building": "bldg", "floor": "fl",
    "north": "n", "south": "s", "east": "e", "west": "w", "northeast": "ne", "northwest": "nw", "southeast": "se",
    "southwest": "sw", "first": "1st", "second": "2nd", "third": "3rd", "fourth": "4th", "fifth": "5th",
    "saint": "st", "route": "rte", "center": "ctr", "centers": "ctr", "centre": "ctr", "service": "serv",
    "services": "serv", "servs": "serv", "svcs": "serv", "program": "prog", "programs": "prog", "addiction": "add",
    "addictions": "add", "outpatient": "outpt", "op": "outpt", "residential": "resid", "counseling": "csl",
    "community": "comm", "comprehensive": "comp", "substance": "subst", "rehabilitation": "rehab", "health": "hlth",
    "behavioral": "beh", "treatment": "treat", "department": "dept", "alaska": "ak", "connecticut": "ct",
}  # fmt: skip
"""One spelling for words the directories abbreviate as they like (USPS Publication 28 for streets; names by eye)."""
_SAYS_NOTHING = {"inc", "llc", "pc", "pllc", "plc", "the", "of", "and", "for", "dba", "a", "co", "corp", "at", "in"}
_PLAIN_NAMES = {
    "outpt",
    "resid",
    "subst",
    "use",
    "abuse",
    "treat",
    "prog",
    "serv",
    "ctr",
    "clinic",
    "beh",
    "hlth",
    "csl",
}
"""Words that say what kind of program, and not which."""


@dataclass(frozen=True)
class Seen:
    """A listing as far as it tells which place it is; ``key`` is whatever the caller knows it by."""

    key: Any
    name1: str
    name2: str
    street1: str
    street2: str
    city: str
    state: str
    zip: str
    phones: frozenset[str] = frozenset()

    @cached_property
    def words(self) -> list[str]:
        words = _words(f"{self.name1} {self.name2}")
        return list(dict.fromkeys(word for word in words if word not in _SAYS_NOTHING)) or words

    @cached_property
    def name(self) -> str:
        return " ".join(self.words)

    @cached_property
    def organization(self) -> str:
        words = _words(self.name1)
        return " ".join(word for word in words if word not in _SAYS_NOTHING) or " ".join(words)

    @cached_property
    def street(self) -> str:
        return " ".join(_words(self.street1))

    @cached_property
    def house(self) -> str:
        found = re.match(r"\d+", self.street)
        return found[0] if found else ""

    @cached_property
    def suite(self) -> str:
        return " ".join(sorted(_words(self.street2)))


@dataclass(frozen=True, slots=True)
class Match:
    """Two listings that may be one place, and how alike they are, 0 to 100."""

    new: Seen
    old: Seen
    score: float


def compare(new: Seen, old: Seen) -> float:
    """How alike two listings are, 0 to 100."""
    score = 0.5 * _names_alike(new, old) + 0.5 * _streets_alike(new, old)
    score -= 3 * (new.zip != old.zip) + 3 * (new.city.casefold() != old.city.casefold())
    score += 6 * bool(new.phones & old.phones) + 1 * bool(new.suite == old.suite)
    return max(0.0, min(100.0, score))


def matches(new: Sequence[Seen], old: Sequence[Seen]) -> tuple[list[Match], list[Match]]:
    """Those that are surely one place, each listing once, and those to ask a person about: the best of each."""
    found = sorted(_candidates(new, old), key=lambda match: -match.score)
    best: dict[tuple[bool, Hashable], list[float]] = defaultdict(list)
    for match in found:
        best[True, match.new.key].append(match.score)
        best[False, match.old.key].append(match.score)
    sure: list[Match] = []
    asked: list[Match] = []
    taken: set[tuple[bool, Hashable]] = set()
    for match in found:
        sides = ((True, match.new.key), (False, match.old.key))
        if taken & set(sides):
            continue
        alone = all(len(best[side]) == 1 or match.score - best[side][1] >= MARGIN for side in sides)
        taken |= set(sides)
        is_sure = match.score >= SURE and alone and not _contradict(match.new, match.old)
        (sure if is_sure else asked).append(match)
    return sure, asked


def _candidates(new: Iterable[Seen], old: Sequence[Seen]) -> Iterator[Match]:
    """Pairs that share a block and are alike enough to ask about, each once."""
    common = Counter((each.state, word) for each in old for word in each.words)
    blocks: dict[Hashable, list[Seen]] = defaultdict(list)
    for each in old:
        for block in _blocks(each, common):
            blocks[block].append(each)
    for each in new:
        near = {other.key: other for block in _blocks(each, common) for other in blocks[block]}
        for other in near.values():
            if (score := compare(each, other)) >= PROPOSED:
                yield Match(each, other, score)


def _blocks(each: Seen, common: Counter[tuple[str, str]]) -> Iterator[Hashable]:
    yield "zip", each.state, each.zip
    yield from (("phone", phone) for phone in each.phones)
    if each.house:
        yield "house", each.state, each.house, each.street.split()[-1]
    for word in each.words:
        if len(word) > 3 and common[each.state, word] <= COMMON_WORD:
            yield "word", each.state, word


def _names_alike(new: Seen, old: Seen) -> float:
    """By all words; or, a little less, by the words they share, where one says more than the other. An organisation's
    own name counts when the rest says only what kind of program it is.
    """
    alike = max(fuzz.token_sort_ratio(new.name, old.name), 0.95 * fuzz.token_set_ratio(new.name, old.name))
    if fuzz.token_sort_ratio(new.organization, old.organization) >= 95:
        rest = [set(each.words) - set(each.organization.split()) - _PLAIN_NAMES for each in (new, old)]
        return max(alike, 92.0) if not all(rest) else alike
    return alike


def _contradict(new: Seen, old: Seen) -> bool:
    """Whether they may be two programs in one house: the names differ, or what one organisation calls them does, or the
    organisation, however alike the rest is.
    """
    if _names_alike(new, old) < SAME_NAME:
        return True
    rest = [" ".join(sorted(set(each.words) - set(each.organization.split()) - _PLAIN_NAMES)) for each in (new, old)]
    of_one = fuzz.token_sort_ratio(new.organization, old.organization) >= 90
    if of_one and all(rest):
        return fuzz.token_set_ratio(*rest) < 80
    named = max(fuzz.token_set_ratio(new.organization, old.name), fuzz.token_set_ratio(old.organization, new.name))
    return named < 70


def _streets_alike(new: Seen, old: Seen) -> float:
    if not new.street or not old.street:
        return 50.0
    alike = fuzz.token_sort_ratio(new.street, old.street)
    return alike if new.house == old.house else min(alike, 60.0)


def _words(text: str) -> list[str]:
    words = re.sub(r"[^a-z0-9 ]+", " ", text.casefold().replace("'", "").replace("&", " and ")).split()
    return [_SHORT.get(word, word) for word in words]
