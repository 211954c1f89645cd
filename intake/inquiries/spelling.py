"""How typed words are compared: letters and numbers apart, without case, accents, apostrophes or joiners."""

import re
import unicodedata

APOSTROPHES = str.maketrans("", "", "'’‘`´ʼ")
LETTERS_OR_NUMBER = re.compile(r"[^\W\d_]+|\d+")
DOTTED = re.compile(r"(?<=\b\w)\.(?=\w\b)")


def words(text: str) -> tuple[str, ...]:
    """``"Xanax-2mg, Jack Daniel’s"`` as ``("xanax", "2", "mg", "jack", "daniels")``."""
    plain = unicodedata.normalize("NFKD", text.translate(APOSTROPHES)).casefold()
    seen = "".join(letter for letter in plain if unicodedata.category(letter) not in ("Mn", "Cf"))
    return tuple(LETTERS_OR_NUMBER.findall(DOTTED.sub("", seen)))
