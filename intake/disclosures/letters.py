"""Letters that the font of our PDFs cannot print: told by their numbers in Unicode, never lost, never printed as boxes.

DejaVu Sans has Latin (Vietnamese, too), Greek and Cyrillic. It lacks Chinese, Japanese, Korean and Indian letters; what
is written from the right would stand in the wrong order and unjoined without a library that shapes it.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from unicodedata import bidirectional, normalize

from fontTools.ttLib import TTFont

FONTS = Path(__file__).parent / "fonts"
FROM_THE_RIGHT = {"R", "AL"}


def printable(text: str) -> str:
    """The text with each word of which a letter cannot be printed as ``[U+674E U+5C0F]``."""
    return re.sub(r"\S+", _word, normalize("NFC", text))


def is_whole(*texts: str) -> bool:
    """Whether all of it can be printed as it is."""
    return all(printable(text) == normalize("NFC", text) for text in texts)


def _word(found: re.Match[str]) -> str:
    word = found[0]
    if all(ord(letter) in _letters() and bidirectional(letter) not in FROM_THE_RIGHT for letter in word):
        return word
    return f"[{' '.join(f'U+{ord(letter):04X}' for letter in word)}]"


@lru_cache(maxsize=1)
def _letters() -> frozenset[int]:
    """What both the regular and the bold one have."""
    regular, bold = (_known(FONTS / f"DejaVuSans{style}.ttf") for style in ("", "-Bold"))
    return regular & bold


def _known(path: Path) -> frozenset[int]:
    with TTFont(path) as font:
        return frozenset(font.getBestCmap())
