"""What the words a caller typed for a substance may mean.

A small fallback beside the guides' own list (``substance_words.csv``: DEA lists by way of CTN-0094/DOPE,
2017, and our own additions, unreviewed by a clinician). It reads with one bias: a word that might be
dangerous is never read as harmless, and a word nobody knows stays UNKNOWN so that a person asks.
"""

import csv
import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from functools import cache
from pathlib import Path

LONGEST_TERM_WORDS = 5
GUIDES_TERMS = Path(__file__).parents[2] / "helpline" / "guides" / "data" / "substance_terms.csv"


class Group(StrEnum):
    """What triage knows apart. Names of the substance list's classes are mapped onto these."""

    ALCOHOL = "alcohol"
    BENZODIAZEPINE = "benzodiazepine"
    Z_DRUG = "z_drug"
    BARBITURATE = "barbiturate"
    GHB = "ghb"
    BACLOFEN_PHENIBUT = "baclofen_phenibut"
    OTHER_SEDATIVE = "other_sedative"
    GABAPENTINOID = "gabapentinoid"
    OPIOID = "opioid"
    STIMULANT = "stimulant"
    ADULTERANT = "adulterant"
    MILDER = "milder"  # no withdrawal or overdose danger that triage has a rule for
    TREATMENT = "treatment"
    UNKNOWN = "unknown"


GROUPS: Mapping[str, Group] = {
    "alcohol": Group.ALCOHOL,
    "benzodiazepine": Group.BENZODIAZEPINE,
    "z-drug": Group.Z_DRUG,
    "barbiturate": Group.BARBITURATE,
    "depressant (GHB)": Group.GHB,
    "gaba-b agonist": Group.BACLOFEN_PHENIBUT,
    "depressant (unspecified)": Group.OTHER_SEDATIVE,
    "muscle relaxant (carisoprodol)": Group.OTHER_SEDATIVE,
    "gabapentinoid": Group.GABAPENTINOID,
    "opioid": Group.OPIOID,
    "opioid-like": Group.OPIOID,
    "stimulant": Group.STIMULANT,
    "stimulant/hallucinogen": Group.STIMULANT,
    "crack cocaine": Group.STIMULANT,
    "alpha-2 agonist adulterant": Group.ADULTERANT,
    "cannabis": Group.MILDER,
    "hallucinogen": Group.MILDER,
    "dissociative": Group.MILDER,
    "inhalant": Group.MILDER,
    "nicotine": Group.MILDER,
    "anabolic steroid": Group.MILDER,
    "treatment (alcohol)": Group.TREATMENT,
    "treatment (antagonist)": Group.TREATMENT,
    "reversal agent": Group.TREATMENT,
}


TAME = frozenset({Group.MILDER, Group.TREATMENT, Group.STIMULANT, Group.UNKNOWN})
SHORTEST_GUESSED = 6
LIKENESS = 0.84


@dataclass(frozen=True, slots=True, order=True)
class Meaning:
    canonical: str
    klass: str
    street: bool


def group_of(klass: str | None) -> Group:
    """The triage group of a class of the substance list; UNKNOWN for a class it has never heard of."""
    return GROUPS.get(klass or "", Group.UNKNOWN)


@cache
def fillers() -> frozenset[str]:
    """Words around a substance that say nothing about which one ("two bottles of")."""
    text = Path(__file__).with_name("substance_filler.txt").read_text(encoding="utf-8")
    return frozenset(text.split())


@cache
def dictionary() -> Mapping[str, tuple[Meaning, ...]]:
    """Our own words first; what they lack is taken from the guides' list, so that no known word is unknown here."""
    own: defaultdict[str, set[Meaning]] = defaultdict(set)
    for row in _rows(Path(__file__).with_name("substance_words.csv")):
        own[row["term"]].add(Meaning(row["canonical"], row["class"], row["kind"] == "street"))
    guides: defaultdict[str, set[Meaning]] = defaultdict(set)
    for row in _rows(GUIDES_TERMS):
        term = " ".join(row["term"].lower().replace('"', "").split())
        if term not in own:
            guides[term].add(Meaning(row["substance"], row["drug_class"], row["kind"] == "street"))
    return {term: _proper_names_first(known) for term, known in (own | guides).items()}


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _proper_names_first(meanings: set[Meaning]) -> tuple[Meaning, ...]:
    """A word that is a medicine's or drug's own name is not also read as slang for another."""
    named = {meaning for meaning in meanings if not meaning.street}
    return tuple(sorted(named or meanings))


def meanings(text: str) -> tuple[Meaning, ...]:
    """What the whole text may mean, by name; empty when it is not one known word or name."""
    return dictionary().get(" ".join(text.lower().split()), ())


def read(text: str) -> frozenset[Group]:
    """Every group the text may speak of. What nobody knows adds UNKNOWN; empty text gives nothing."""
    whole = " ".join(text.lower().split())
    if not whole or whole in dictionary():
        return _groups(whole, meanings(whole)) if whole else frozenset()
    words = [word.strip(".!?:()\"'") for word in re.split(r"[\s;/+&]+|,(?!\d)", whole)]
    found: set[Group] = set()
    at = 0
    while at < len(words):
        length, groups = _longest(words, at)
        found |= groups
        at += length
    return frozenset(found or {Group.UNKNOWN})


def _longest(words: list[str], at: int) -> tuple[int, frozenset[Group]]:
    for length in range(min(LONGEST_TERM_WORDS, len(words) - at), 0, -1):
        term = " ".join(words[at : at + length])
        known = dictionary().get(term) or dictionary().get(term.removesuffix("s"))
        if known and term not in fillers():
            return length, _groups(term, known)
    word = words[at]
    ignorable = word in fillers() or not any(letter.isalpha() for letter in word) or _is_amount(word)
    return 1, frozenset() if ignorable else misspelt(word) | {Group.UNKNOWN}


def misspelt(word: str) -> frozenset[Group]:
    """The dangerous group of a name this word is nearly ("alchohol", "klonipin"); nothing for anything else.

    Only danger is guessed, and the word stays unknown beside it, so that a person asks. Our own rule.
    """
    if len(word) < SHORTEST_GUESSED:
        return frozenset()
    near = get_close_matches(word, dangerous_names(), n=1, cutoff=LIKENESS)
    return _groups(near[0], dictionary()[near[0]]) if near else frozenset()


@cache
def dangerous_names() -> tuple[str, ...]:
    """Single words that name, not as slang, something whose withdrawal or overdose can kill."""
    return tuple(
        term
        for term, known in dictionary().items()
        if " " not in term and not any(one.street for one in known) and not {group_of(k.klass) for k in known} & TAME
    )


def _is_amount(word: str) -> bool:
    return re.fullmatch(r"[\d.,x-]+(mg|mgs|g|ml|oz|mcg|x|st|nd|rd|th|pm|am)?", word) is not None


def _groups(term: str, known: tuple[Meaning, ...]) -> frozenset[Group]:
    groups = {group_of(meaning.klass) for meaning in known}
    # Slang for something harmless is too easily misread; plain words for it are marked "name" in the data.
    harmless_slang = groups <= {Group.MILDER, Group.TREATMENT} and all(meaning.street for meaning in known)
    if len(groups) > 1 or harmless_slang:
        groups.add(Group.UNKNOWN)
    return frozenset(groups)
