"""What somebody reads in a PDF that fpdf2 made: its text, by the table of letters each font in it carries."""

from __future__ import annotations

import re
import zlib

STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.S)
SHOWN = re.compile(rb"/F(\d+) [\d.]+ Tf|\(((?:[^\\()]|\\.)*)\) Tj", re.S)
ESCAPED = re.compile(rb"\\(.)", re.S)
ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def text_of(content: bytes) -> str:
    streams = [found[1] for found in STREAM.finditer(content)]
    letters = [_letters(stream) for stream in streams if b"beginbfchar" in stream]
    words, font = [], 1
    for stream in streams:
        for number, shown in SHOWN.findall(_page(stream)):
            if number:
                font = int(number)
            else:
                words.append(_read(shown, letters[font - 1]))
    return " ".join(" ".join(words).split())


def _page(stream: bytes) -> bytes:
    try:
        unpacked = zlib.decompress(stream)
    except zlib.error:
        return b""
    return unpacked if b" Tj ET" in unpacked else b""


def _letters(stream: bytes) -> dict[int, str]:
    pairs = re.findall(rb"<([0-9A-Fa-f]{4})> <([0-9A-Fa-f]{4})>", stream.partition(b"beginbfchar")[2])
    return {int(code, 16): chr(int(letter, 16)) for code, letter in pairs}


def _read(shown: bytes, letters: dict[int, str]) -> str:
    raw = ESCAPED.sub(lambda found: ESCAPES.get(found[1], found[1]), shown)
    return "".join(letters[int.from_bytes(raw[at : at + 2], "big")] for at in range(0, len(raw), 2))
