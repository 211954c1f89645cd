"""Names as they are said, misspelt and shortened: what is stored to find them by, and how alike two of them are.

Pure: no ORM, no key. The texts of ``findable`` are fingerprinted before they are kept; what even the fingerprints
tell, and why there is none of a first letter alone, stands in docs/decisions/0008-name-search.md.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import permutations

from doublemetaphone import doublemetaphone
from rapidfuzz.distance import JaroWinkler

MOST_PARTS = 6
LONGEST_PART = 40
# Letters that do not come apart into a plain one and an accent
PLAIN = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ß": "ss", "ı": "i"})

SAME_SOUND, INITIAL = 0.9, 0.85
ALIKE_ENOUGH = 0.75
# Beside somebody who answers well, those who answer this much worse are not shown: they need not be looked at
MUCH_WORSE = 0.15


def parts(name: str) -> list[str]:
    """``"  José O'Brien-Núñez"`` gives ``["jose", "obrien", "nunez"]``; in any script, six parts at most."""
    apart = unicodedata.normalize("NFKD", name.casefold().translate(PLAIN))
    plain = "".join(c for c in apart if not unicodedata.combining(c) and c not in "'’`´.")
    return [part[:LONGEST_PART] for part in re.findall(r"[^\W\d_]+", plain)[:MOST_PARTS]]


def sounds(part: str) -> set[str]:
    """Its Double Metaphone codes, one or two; none for a single letter or another script."""
    return {code for code in doublemetaphone(part) if code} if part.isascii() and len(part) > 1 else set()


def findable(name: str) -> set[str]:
    """What a name is found by: each part, how each sounds, and each part's first letter with how another sounds.

    Of a name that is stored and of one that is looked for alike; letters alone give nothing.
    """
    return set(_texts(parts(name)))


def likeness(said: str, name: str) -> float:
    """How well a name answers to what was said, 0 to 1: the mean over the parts said, each with its best partner."""
    wanted, there = parts(said), parts(name)
    if not wanted:
        return 0.0
    total = 0.0
    for part in sorted(wanted, key=len, reverse=True):
        best = max(there, key=lambda other: _alike(part, other), default=None)
        if best is not None:
            total += _alike(part, best)
            there.remove(best)
    return total / len(wanted)


def _texts(found: Sequence[str]) -> Iterator[str]:
    for part in found:
        if len(part) > 1:
            yield f"is {part}"
            yield from (f"sounds {code}" for code in sounds(part))
    for one, other in permutations(found, 2):
        yield from (f"{one[0]} and {code}" for code in sounds(other))


def _alike(part: str, other: str) -> float:
    if len(part) == 1 or len(other) == 1:
        return INITIAL if part[0] == other[0] else 0.0
    spelt = float(JaroWinkler.similarity(part, other))
    return max(spelt, SAME_SOUND) if sounds(part) & sounds(other) else spelt
