"""Whether a consent is about this person and this plan: names as people write them. Plain Python."""

from __future__ import annotations

import re
import unicodedata
from difflib import SequenceMatcher

ALIKE = 0.75
"""How alike two spellings of one name are at least: "Jon Smyth" and "John Smith" are, "Zoe Other" and "Daniel Reyes"
are not. Our own choice.
"""


def words_of(name: str) -> list[str]:
    """Its words in no order, without capitals, accents or signs."""
    plain = unicodedata.normalize("NFKD", name).casefold()
    return sorted(re.findall(r"\w+", "".join(c for c in plain if not unicodedata.combining(c))))


def same_name(one: str, other: str) -> bool:
    """Whether two spellings can be of one name; an empty one contradicts nothing."""
    first, second = words_of(one), words_of(other)
    if not first or not second:
        return True
    return SequenceMatcher(None, " ".join(first), " ".join(second)).ratio() >= ALIKE


def names_one_of(recipients: str, names: list[str]) -> bool:
    """Whether a consent's recipients, if they name a plan at all, name one of these; no names contradict nothing.

    Several plans of one consent stand between semicolons.
    """
    named, known = recipients.partition(": ")[2], [name for name in names if name]
    said = [words_of(one) for one in named.split(";")]
    return not named or not known or any(words_of(name) in said for name in known)
