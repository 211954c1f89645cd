"""Signs of danger in what was typed freely, in English and Spanish (``free_text_signs.csv``, our own list).

Simple stems, and no grammar: "no seizures" raises the same alarm as "seizures", because a false alarm costs a
phone call. Words may have one other word between them. No clinician has reviewed the list.
"""

import csv
from collections.abc import Iterable
from enum import StrEnum
from functools import cache
from pathlib import Path

from intake.inquiries.spelling import words

NOTHING = frozenset({"no", "none", "nothing", "nope", "n a", "na", "nada", "ninguno", "ninguna", "nothing else"})
STEM = "*"


class Sign(StrEnum):
    SUICIDE = "suicide"
    TAKEN_TOO_MUCH = "taken_too_much"
    CANNOT_BREATHE = "cannot_breathe"
    DELIRIUM = "delirium"
    CHEST_PAIN = "chest_pain"
    WEAPON = "weapon"
    SEIZURE = "seizure"
    OVERDOSE = "overdose"
    VIOLENCE = "violence"
    WITHDRAWAL = "withdrawal"
    STOPPING = "stopping"


def says_something(text: str) -> bool:
    """Whether there is anything to read; "none" is an answer, not a story."""
    return bool(text.strip()) and " ".join(words(text)) not in NOTHING


def signs(texts: Iterable[str]) -> frozenset[Sign]:
    """What the texts speak of, each for itself."""
    return frozenset(sign for text in texts for sign in _signs(words(text)))


def _signs(typed: tuple[str, ...]) -> Iterable[Sign]:
    for at, word in enumerate(typed):
        for first, others, sign in (*phrases().get(word, ()), *_stems(word)):
            if _like(word, first) and _follow(others, typed[at + 1 :]):
                yield sign


def _stems(word: str) -> Iterable[tuple[str, tuple[str, ...], Sign]]:
    for length in range(2, len(word) + 1):
        yield from phrases().get(word[:length] + STEM, ())


def _follow(others: tuple[str, ...], typed: tuple[str, ...]) -> bool:
    if not others:
        return True
    near = (at for at, word in enumerate(typed[:2]) if _like(word, others[0]))
    return any(_follow(others[1:], typed[at + 1 :]) for at in near)


def _like(word: str, wanted: str) -> bool:
    return word.startswith(wanted[:-1]) if wanted.endswith(STEM) else word == wanted


@cache
def phrases() -> dict[str, list[tuple[str, tuple[str, ...], Sign]]]:
    """Phrases by their first word or stem: that word, the words after it, and what they are a sign of."""
    known: dict[str, list[tuple[str, tuple[str, ...], Sign]]] = {}
    with Path(__file__).with_name("free_text_signs.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            first, *others = row["words"].split()
            known.setdefault(first, []).append((first, tuple(others), Sign(row["sign"])))
    return known
