"""Reading a long JSON list entry by entry, so that a directory takes the memory of its listings and not that of its
whole text as objects: pure Python, no Django.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator
from json import JSONDecodeError, JSONDecoder

LONGEST = 8 * 1024 * 1024
"""Characters of one entry; a listing has some thousands."""
BLANK = " \t\r\n"
_DECODER = JSONDecoder()


class BadList(ValueError):
    """The text is no JSON list, or breaks off; the message says how."""


def entries(chunks: Iterable[str]) -> Iterator[object]:
    """The entries of the list that pieces of text make together, each as soon as it is whole. Raises ``BadList``."""
    text = _Text(chunks)
    text.take("[")
    if text.sign() != "]":
        yield text.value()
        while text.sign() == ",":
            text.take(",")
            yield text.value()
    text.take("]")
    if text.sign():
        raise BadList("something follows the end of the list")


def decoded(pieces: Iterable[bytes], encoding: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    for piece in pieces:
        yield decoder.decode(piece)
    yield decoder.decode(b"", True)


def encoding_of(pieces: Iterable[bytes]) -> str:
    """UTF-8, UTF-16 where its first bytes say so, or what a Windows spreadsheet saves when it is neither."""
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    for number, piece in enumerate(pieces):
        if not number and piece.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        try:
            decoder.decode(piece)
        except UnicodeDecodeError:
            return "cp1252"
    try:
        decoder.decode(b"", True)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8-sig"


class _Text:
    """What was read of the text and not used yet."""

    def __init__(self, chunks: Iterable[str]) -> None:
        self._chunks = iter(chunks)
        self._text, self._at = "", 0

    def sign(self) -> str:
        """The next sign that is no blank, which stays; nothing at the end."""
        while True:
            while self._at < len(self._text):
                if self._text[self._at] not in BLANK:
                    return self._text[self._at]
                self._at += 1
            if not self._more():
                return ""

    def take(self, sign: str) -> None:
        if self.sign() != sign:
            raise BadList(f"“{sign}” was expected, and there is “{self.sign()}”")
        self._at += 1

    def value(self) -> object:
        self.sign()
        while True:
            try:
                value, end = _DECODER.raw_decode(self._text, self._at)
            except RecursionError as problem:
                raise BadList("it is nested too deeply") from problem
            except JSONDecodeError as problem:
                # It may only not be whole yet
                if len(self._text) - self._at > LONGEST or not self._more():
                    raise BadList(problem.msg) from problem
                continue
            # A number may go on in the next piece
            if end < len(self._text) or not self._more():
                self._at = end
                return value

    def _more(self) -> bool:
        chunk = next(self._chunks, None)
        if chunk is None:
            return False
        self._text, self._at = self._text[self._at :] + chunk, 0
        return True
