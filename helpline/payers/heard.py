"""Which insurer somebody may mean: what callers say is misspelt, half remembered, and often another company's brand.

Nothing is decided here. Each suggestion says under which name it is known, what to watch for, and a person chooses.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from rapidfuzz import fuzz

from helpline.payers.models import Payer, PayerAlias, PayerKind

MOST = 5
LIKELY = 80
"""Out of 100. Our own choice, tried on the names that are tested."""
SAME_WORD = 84
PARTLY = 90
HALF_OF = 0.5
SHORTEST_PREFIX = 5
FILLERS = frozenset({
    "a", "and", "con", "de", "del", "el", "en", "from", "have", "i", "is", "it", "la", "las", "los", "mi", "my", "of",
    "or", "por", "tengo", "the", "through", "un", "una", "with", "y",
})  # fmt: skip
# Words in so many names that hearing one of them says nothing
COMMON = FILLERS | {
    "care", "community", "health", "healthcare", "insurance", "integrated", "managed", "medicaid", "medical",
    "medicare", "member", "network", "plan", "plans", "program", "services", "state", "system",
}  # fmt: skip
SPANISH = {"cruz": "cross", "azul": "blue", "estado": "state", "estatal": "state", "medica": "medical",
           "plan": "plan", "salud": "health", "seguro": "insurance", "tarjeta": "card"}  # fmt: skip
SHORT = {"bcbs": "blue cross blue shield", "bluecross": "blue cross", "blueshield": "blue shield",
         "uhc": "unitedhealthcare"}  # fmt: skip
KINDS = {
    "medicaid": PayerKind.MEDICAID, "medicare": PayerKind.MEDICARE, "tricare": PayerKind.TRICARE,
    "champva": PayerKind.TRICARE, "va": PayerKind.TRICARE, "veterans": PayerKind.TRICARE,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A payer, the name of it that is like what was said, and how alike (to 100)."""

    payer: Payer
    known_as: str
    alike: int


@dataclass(frozen=True, slots=True)
class Heard:
    """``kinds``: of which kind it is by its own word ("medicade"), two where the word may be either."""

    kinds: tuple[PayerKind, ...]
    suggestions: tuple[Suggestion, ...]


def look_up(said: str, *, state: str = "", most: int = MOST) -> Heard:
    """The payers somebody may mean, the likeliest first; two statements.

    ``state`` is two letters: Medicaid of another state is then left out, because each state has its own.
    """
    spoken = " ".join(word for word in plain(said).split() if word not in FILLERS)
    if not spoken:
        return Heard((), ())
    kinds, found = tuple(_kinds(spoken)), dict[UUID, Suggestion]()
    # The bare word, and nobody knows where: it is one of fifty
    bare = bool(kinds) and not _telling(spoken.split())
    any_medicaid = PayerKind.MEDICAID in kinds and not state and bare
    names = list(_names())
    shared = Counter(name for _payer, name in names)
    for payer, name in names:
        # "Medicaid" is no misspelt Medica
        if bare and payer.kind == PayerKind.PRIVATE:
            continue
        if payer.kind == PayerKind.MEDICAID and (
            any_medicaid
            or (payer.state and state and payer.state != state)
            or (kinds and PayerKind.MEDICAID not in kinds)
        ):
            continue
        # "Blue Cross" is a company in each state: the one of theirs, or none of them
        if shared[name] > 1 and payer.state not in ("", state):
            continue
        alike = likeness(spoken, plain(name))
        if PayerKind.MEDICAID in kinds and state and name == f"{state} Medicaid":
            alike = max(alike, LIKELY)
        known = found.get(payer.pk)
        if alike >= LIKELY and (known is None or alike > known.alike):
            found[payer.pk] = Suggestion(payer, name, alike)
    ranked = sorted(found.values(), key=lambda one: (-one.alike, _elsewhere(one, state), one.payer.name))
    return Heard(kinds, tuple(ranked[:most]))


def _elsewhere(one: Suggestion, state: str) -> int:
    """0 of their state, 1 of all, 2 of another: a plan of a job elsewhere is asked last, and not left out."""
    return 1 if not one.payer.state else 0 if one.payer.state == state else 2


def plain(text: str) -> str:
    """Small letters without accents and signs, Spanish words of insurance in English, short names in full."""
    bare = "".join(
        letter for letter in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(letter)
    )
    words = "".join(letter if letter.isalnum() else " " for letter in bare.replace("'", "")).split()
    english = " ".join(SHORT.get(word, SPANISH.get(word, word)) for word in words)
    return english.replace("cross blue", "blue cross") if {"cruz", "azul"} <= set(words) else english


def likeness(said: str, name: str) -> int:
    """Of two plain names, 0 to 100: the whole, also as one word, or that all telling words of one stand in the other,
    and at least half of the other's in it.
    """
    whole = max(fuzz.token_sort_ratio(said, name), fuzz.ratio(said.replace(" ", ""), name.replace(" ", "")))
    heard, known = said.split(), name.split()
    theirs, ours = _share(heard, known), _share(known, heard)
    # Of two words one may be a brand, if it is said as it is written: "Ambetter from Sunshine"
    enough = theirs > HALF_OF or (theirs == HALF_OF and set(_telling(known)) <= set(heard))
    return round(max(whole, PARTLY * theirs, PARTLY * ours if enough else 0))


def _share(words: list[str], among: list[str]) -> float:
    """How many of the telling words stand among the others; 0 where none is telling."""
    telling = _telling(words)
    return sum(any(_same(word, other) for other in among) for word in telling) / len(telling) if telling else 0.0


def _telling(words: list[str]) -> list[str]:
    return [word for word in words if word not in COMMON and not _of_kind(word)]


def _same(word: str, other: str) -> bool:
    if min(len(word), len(other)) < SHORTEST_PREFIX:
        return word == other
    return word.startswith(other) or other.startswith(word) or fuzz.ratio(word, other) >= SAME_WORD


def _kinds(spoken: str) -> Iterator[PayerKind]:
    """A word written exactly settles it; misspelt it may be each that it is like."""
    words = [*spoken.split(), spoken.replace(" ", "")]
    exact = [kind for word, kind in KINDS.items() if word in words]
    yield from dict.fromkeys(exact or [kind for word in words for kind in _of_kind(word)])


def _of_kind(word: str) -> tuple[PayerKind, ...]:
    return tuple(kind for name, kind in KINDS.items() if word == name or _same(word, name))


def _names() -> Iterator[tuple[Payer, str]]:
    payers = {payer.pk: payer for payer in Payer.objects.all()}
    for payer in payers.values():
        yield payer, payer.name
    for owner, name in PayerAlias.objects.values_list("payer_id", "name"):
        if owner in payers:
            yield payers[owner], name
