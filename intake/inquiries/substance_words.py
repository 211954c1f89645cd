"""What the words a caller typed for a substance may mean.

A small fallback beside the guides' own list: ``substance_words.csv`` (DEA lists by way of CTN-0094/DOPE, 2017)
and ``substance_words_ours.csv`` (brands, Spanish words and misspellings: common knowledge, written down by us on
24 November 2026, as its column ``source`` says). No clinician has reviewed either. It reads with one bias: a word
that might be dangerous is never read as harmless, and slang or a word nobody knows stays UNKNOWN, so that a person
asks.
"""

import csv
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

from intake.inquiries.spelling import words

HERE = Path(__file__).parent
SHORTEST_GUESSED = 4  # in letters
SHORTEST_GUESSED_IN_SENTENCE = 6  # in a sentence short words are too often other words
LONG = 9
LONGEST_SHORTENED_TWICE = 14  # beyond it only chemists' names are left, and their number grows with the square
# After a number these count or measure; "2 g" is not GHB.
UNITS = frozenset(
    {"mg", "mgs", "g", "gs", "gm", "gms", "ml", "cl", "l", "oz", "mcg", "ug", "x", "k", "cc", "lb", "lbs"}
    | {"hr", "hrs", "st", "nd", "rd", "th", "am", "pm", "s"}
)
GUIDES_TERMS = HERE.parents[1] / "helpline" / "guides" / "data" / "substance_terms.csv"


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
    "caffeine": Group.MILDER,
}


LETHAL_WITHDRAWAL = frozenset(
    {
        Group.ALCOHOL,
        Group.BENZODIAZEPINE,
        Group.Z_DRUG,
        Group.BARBITURATE,
        Group.GHB,
        Group.BACLOFEN_PHENIBUT,
        Group.OTHER_SEDATIVE,
        Group.GABAPENTINOID,
    }
)
DEPRESSANTS = LETHAL_WITHDRAWAL | {Group.OPIOID, Group.ADULTERANT}


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
    text = (HERE / "substance_filler.txt").read_text(encoding="utf-8")
    return frozenset(text.split())


@cache
def dictionary() -> Mapping[str, tuple[Meaning, ...]]:
    """Meanings by term as ``spelling`` sees it: our own lists, and what they lack from the guides' list."""
    known: defaultdict[str, set[Meaning]] = defaultdict(set)
    for row in (*_rows(HERE / "substance_words.csv"), *_rows(HERE / "substance_words_ours.csv")):
        known[_spelt(row["term"])].add(Meaning(row["canonical"], row["class"], row["kind"] == "street"))
    guides: defaultdict[str, set[Meaning]] = defaultdict(set)
    for row in _rows(GUIDES_TERMS):
        if (term := _spelt(row["term"])) not in known:
            guides[term].add(Meaning(row["substance"], row["drug_class"], row["kind"] == "street"))
    known |= guides
    return {term: _names_first(found) for term, found in (_joined(known) | known).items()}


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _spelt(text: str) -> str:
    return " ".join(words(text))


def _joined(known: Mapping[str, set[Meaning]]) -> dict[str, set[Meaning]]:
    """Two words typed as one ("budlight", "kpins")."""
    return {term.replace(" ", ""): found for term, found in known.items() if term.replace(" ", "").isalpha()}


def _names_first(found: set[Meaning]) -> tuple[Meaning, ...]:
    """A proper name is not also read as slang for another drug, unless as slang it can kill in withdrawal."""
    names = {one for one in found if not one.street}
    other_dangers = LETHAL_WITHDRAWAL - {group_of(one.klass) for one in names}
    return tuple(sorted(names | {one for one in found if not names or group_of(one.klass) in other_dangers}))


def meanings(text: str) -> tuple[Meaning, ...]:
    """What the whole text may mean, by name; empty when it is not one known word or name."""
    return dictionary().get(_spelt(text), ())


def read(text: str) -> frozenset[Group]:
    """Every group a text about substances may speak of. What nobody knows adds UNKNOWN; empty text gives nothing."""
    if known := meanings(text):
        return _groups(known)
    found = frozenset[Group]().union(*(_groups_of(term) for term in _terms(words(text))))
    return found or frozenset({Group.UNKNOWN} if text.split() else ())


def read_dangers(text: str) -> frozenset[Group]:
    """The depressants a sentence names outright or nearly. Slang and all else in it is taken for other words."""
    found = frozenset[Group]().union(*(_dangers_of(term) for term in _terms(words(text))))
    return found & DEPRESSANTS


def _terms(typed: tuple[str, ...]) -> Iterator[str]:
    """The text cut into the longest known terms, without amounts and words that say nothing."""
    at = 0
    while at < len(typed):
        longest = min(longest_from().get(typed[at], 1), len(typed) - at)
        length = next(n for n in range(longest, 0, -1) if n == 1 or _find(typed[at : at + n]))
        term = " ".join(typed[at : at + length])
        counted = at > 0 and typed[at - 1].isdigit() and term in UNITS
        if not (term.isdigit() or counted or term in fillers()):
            yield term
        at += length


@cache
def longest_from() -> Mapping[str, int]:
    """How many words the longest term has that begins with a word, so that few have to be tried."""
    longest: defaultdict[str, int] = defaultdict(int)
    for term in dictionary():
        first, *others = term.split()
        longest[first] = max(longest[first], 1 + len(others))
    return longest


def _find(typed: tuple[str, ...]) -> tuple[Meaning, ...]:
    term = " ".join(typed)
    singular = (term, term.removesuffix("s"), term.removesuffix("es"))
    return next((dictionary()[each] for each in singular if each in dictionary()), ())


def _groups_of(term: str) -> frozenset[Group]:
    known = _find((term,))
    return _groups(known) if known else misspelt(term) | {Group.UNKNOWN}


def _dangers_of(term: str) -> frozenset[Group]:
    known = _find((term,))
    if known:
        return frozenset(group_of(one.klass) for one in known if not one.street)
    return misspelt(term) if len(term) >= SHORTEST_GUESSED_IN_SENTENCE else frozenset()


def misspelt(word: str) -> frozenset[Group]:
    """The dangerous group of a name this word is nearly ("vodca", "klonipin"); nothing for anything else.

    A letter more, less, other or swapped; two of them in long words. Only danger is guessed, and the word
    stays unknown beside it, so that a person asks. Our own rule.
    """
    if len(word) < SHORTEST_GUESSED:
        return frozenset()
    near = frozenset[str]().union(*(dangerous_names().get(each, frozenset()) for each in _shortened(word)))
    return frozenset(group_of(one.klass) for name in near if _nearly(word, name) for one in dictionary()[name])


def _nearly(word: str, name: str) -> bool:
    if len(word) != len(name) or len(word) >= LONG:
        return True
    other = [at for at in range(len(word)) if word[at] != name[at]]
    swapped = (
        len(other) == 2
        and other[1] - other[0] == 1
        and word[other[0]] + word[other[1]] == name[other[1]] + name[other[0]]
    )
    return len(other) <= 1 or swapped


@cache
def dangerous_names() -> Mapping[str, frozenset[str]]:
    """Single words that name, not as slang, a depressant: by themselves and by what is left without a letter.

    Short ones only when withdrawal can kill: too many ordinary words are nearly "perc" or "fent".
    """
    near: defaultdict[str, set[str]] = defaultdict(set)
    for term, known in dictionary().items():
        groups = DEPRESSANTS if len(term) >= SHORTEST_GUESSED_IN_SENTENCE else LETHAL_WITHDRAWAL
        dangerous = all(not one.street and group_of(one.klass) in groups for one in known)
        if dangerous and term.isalpha() and len(term) >= SHORTEST_GUESSED:
            for each in _shortened(term):
                near[each].add(term)
    return {each: frozenset(names) for each, names in near.items()}


def _shortened(word: str) -> set[str]:
    once = {word} | {word[:at] + word[at + 1 :] for at in range(len(word))}
    if not LONG <= len(word) <= LONGEST_SHORTENED_TWICE:
        return once
    return once | {each[:at] + each[at + 1 :] for each in once for at in range(len(each))}


def _groups(known: tuple[Meaning, ...]) -> frozenset[Group]:
    """Groups of a word's meanings. Slang never settles what it is, nor does a word of several meanings.

    Only where it can kill in withdrawal is slang taken at its word: more than that a person cannot be asked.
    """
    groups = {group_of(meaning.klass) for meaning in known}
    slang = all(meaning.street for meaning in known) and not groups & LETHAL_WITHDRAWAL
    return frozenset(groups | {Group.UNKNOWN} if slang or len(groups) > 1 else groups)
