"""Reading Excel's .xlsx row by row in a bounded memory: pure Python, no Django.

The texts of a workbook lie in a table of their own, which may be larger than its sheets: what of it does not fit in a
few megabytes waits in a temporary file. Numbers that are written as dates are dates, errors are nothing; so
python-calamine reads them, which holds the whole sheet and therefore reads only what is no .xlsx here (``held``). What
cannot be read raises ``Damaged``.
"""

from __future__ import annotations

import io
import os
import re
import struct
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from pathlib import Path, PurePosixPath
from tempfile import TemporaryFile
from typing import IO
from xml.parsers import expat

import python_calamine

PIECE = 1 << 16
LONGEST_TEXT = 1 << 20
"""Characters of a cell, or bytes of a tag. Excel takes 32,767."""
MOST_COLUMNS = 16_384
MOST_STYLES = 1 << 16
MOST_SHEETS = 1000
LARGEST_HELD = 600 << 20
NEAR = 4 << 20
"""Characters of a workbook's texts that are held."""
DATES = {*range(14, 23), 45, 47}
DURATION = 46
"""Numbers of formats every workbook has."""
_QUOTED = re.compile(r'"[^"]*"|\\.|_.|\*.')
_ELAPSED = re.compile(r"\[(h+|m+|s+)\]", re.IGNORECASE)
_BRACKETS = re.compile(r"\[[^\]]*\]")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_ROW = re.compile(rb"<(?:\w+:)?row[\s/>]")

Line = tuple[int, list[object]]
"""The number a spreadsheet shows, and the cells from the first column on."""


class Damaged(ValueError):
    """The file is no workbook, or breaks off."""


@dataclass(frozen=True)
class Sheet:
    """One sheet: ``lines`` reads it anew, rows without a cell left out; ``count`` says how many it has, about."""

    title: str
    lines: Callable[[], Iterator[Line]]
    count: Callable[[], int]


def open_sheets(path: Path) -> list[Sheet]:
    """The sheets of an .xlsx. Raises ``Damaged``, as reading them may."""
    with _understood(), zipfile.ZipFile(path) as book:
        parts = {name.replace("\\", "/").casefold().lstrip("/"): name for name in book.namelist()}
        if "xl/workbook.xml" not in parts:
            return held(path)
        found = _Parts(path, parts)
        names, is_1904 = _sheets(found)
        targets, texts = _relations(found)
        kinds = _styles(found)
        shared = _texts(found, texts)
    return [
        _sheet(found, title, targets[relation], _Reading(shared, kinds, is_1904))
        for title, relation in names
        if targets.get(relation, "") in parts
    ]


def held(path: Path) -> list[Sheet]:
    """Whatever else python-calamine reads (.ods, .xlsb), each sheet whole in memory."""
    with _understood(), zipfile.ZipFile(path) as whole:
        if sum(part.file_size for part in whole.infolist()) > LARGEST_HELD:
            raise Damaged("too large to be held")
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(path.read_bytes()))
        return [_held(book, title) for title in book.sheet_names]
    except Exception as problem:
        raise Damaged("not a workbook") from problem
    except BaseException as problem:
        if type(problem).__name__ != "PanicException":
            raise
        raise Damaged("the reader of Excel files gave up on it") from problem


def _held(book: python_calamine.CalamineWorkbook, title: str) -> Sheet:
    rows = book.get_sheet_by_name(title).to_python(skip_empty_area=False)
    return Sheet(title, lambda: ((number, list(row)) for number, row in enumerate(rows, 1)), lambda: len(rows))


class _understood:
    """Whatever a damaged part makes its readers raise is ``Damaged``."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, problem: BaseException | None, trace: object) -> None:
        if isinstance(problem, Exception) and not isinstance(problem, Damaged):
            raise Damaged(f"{type(problem).__name__}: {problem}"[:200]) from problem


@dataclass(frozen=True)
class _Parts:
    """The parts of a workbook by their names in small letters."""

    path: Path
    names: dict[str, str]

    def pieces(self, name: str) -> Iterator[bytes]:
        """What a part holds; nothing when it is not there."""
        if real := self.names.get(name):
            with zipfile.ZipFile(self.path) as book, book.open(real) as part:
                while piece := part.read(PIECE):
                    yield piece


class _Reader:
    """What is told of elements, by their names without a prefix."""

    def start(self, name: str, attributes: dict[str, str]) -> None: ...
    def end(self, name: str) -> None: ...
    def text(self, text: str) -> None: ...


def _parse(pieces: Iterator[bytes], reader: _Reader) -> Iterator[None]:
    """Read a part, and pause after each piece of it."""
    parser, fed = expat.ParserCreate(), 0
    short = _Short()
    parser.buffer_text = True
    parser.StartElementHandler = lambda name, attributes: reader.start(short[name], attributes)
    parser.EndElementHandler = lambda name: reader.end(short[name])
    parser.CharacterDataHandler = reader.text
    parser.StartDoctypeDeclHandler = _no_doctype
    for piece in pieces:
        parser.Parse(piece, False)
        fed += len(piece)
        # A tag that does not end would be held whole
        if fed - parser.CurrentByteIndex > LONGEST_TEXT:
            raise Damaged("a tag does not end")
        yield
    if fed:
        parser.Parse(b"", True)
    yield


class _Short(dict[str, str]):
    """Names without their prefix: few, so each is made once."""

    def __missing__(self, name: str) -> str:
        if len(self) > MOST_STYLES:
            raise Damaged("it has too many kinds of elements")
        self[name] = name.rpartition(":")[2]
        return self[name]


def _no_doctype(*_: object) -> None:
    raise Damaged("it declares entities")


def _whole(pieces: Iterator[bytes], reader: _Reader) -> None:
    for _ in _parse(pieces, reader):
        pass


def _by_short_name(attributes: dict[str, str], name: str) -> str:
    return next((value for key, value in attributes.items() if key.rpartition(":")[2] == name), "")


def _sheets(parts: _Parts) -> tuple[list[tuple[str, str]], bool]:
    """Title and relation of each sheet, and whether days are counted from 1904."""
    names: list[tuple[str, str]] = []
    since: list[str] = []

    class Names(_Reader):
        def start(self, name: str, attributes: dict[str, str]) -> None:
            if name == "sheet":
                names.append((attributes.get("name", ""), _by_short_name(attributes, "id")))
            elif name == "workbookPr":
                since.append(attributes.get("date1904", ""))
            if len(names) > MOST_SHEETS:
                raise Damaged("it has too many sheets")

    _whole(parts.pieces("xl/workbook.xml"), Names())
    return names, bool(since) and since[0] in {"1", "true"}


def _relations(parts: _Parts) -> tuple[dict[str, str], str]:
    """The parts by the relations that name them, and the part of the texts."""
    targets: dict[str, str] = {}
    texts = ["xl/sharedstrings.xml"]

    class Relations(_Reader):
        def start(self, name: str, attributes: dict[str, str]) -> None:
            if name == "Relationship" and len(targets) <= MOST_SHEETS:
                target = _target(attributes.get("Target", ""))
                targets[attributes.get("Id", "")] = target
                if attributes.get("Type", "").endswith("/sharedStrings"):
                    texts[0] = target

    _whole(parts.pieces("xl/_rels/workbook.xml.rels"), Relations())
    return targets, texts[0]


def _target(written: str) -> str:
    name = written.replace("\\", "/")
    whole = PurePosixPath(name.lstrip("/")) if name.startswith(("/", "xl/")) else PurePosixPath("xl", name)
    return str(whole).casefold()


def _styles(parts: _Parts) -> list[str]:
    """What each style makes of a number: ``date``, ``duration`` or nothing."""
    written: dict[str, str] = {}
    kinds: list[str] = []

    class Styles(_Reader):
        inside = False

        def start(self, name: str, attributes: dict[str, str]) -> None:
            if name == "cellXfs":
                self.inside = True
            elif name == "numFmt":
                written[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
            elif name == "xf" and self.inside:
                number = attributes.get("numFmtId", "")
                kinds.append(_kind(number, written.get(number)))
            if len(written) + len(kinds) > MOST_STYLES:
                raise Damaged("it has too many styles")

        def end(self, name: str) -> None:
            if name == "cellXfs":
                self.inside = False

    _whole(parts.pieces("xl/styles.xml"), Styles())
    return kinds


def _kind(number: str, written: str | None) -> str:
    if written is None:
        builtin = int(number) if number.isdecimal() else 0
        return "duration" if builtin == DURATION else "date" if builtin in DATES else ""
    plain = _QUOTED.sub("", written).partition(";")[0]
    if _ELAPSED.search(plain):
        return "duration"
    return "date" if set("dmhys") & set(_BRACKETS.sub("", plain).casefold()) else ""


class _Texts:
    """The texts of a workbook by number: the first in memory, the others in a temporary file."""

    def __init__(self) -> None:
        self._near: list[str] = []
        self._held = 0
        self._ends: IO[bytes] | None = None
        self._far: IO[bytes] | None = None
        self._end = 0
        self.get = lru_cache(maxsize=4096)(self._get)

    def add(self, text: str) -> None:
        if self._far is None or self._ends is None:
            self._held += len(text) + 1
            if self._held <= NEAR:
                self._near.append(text)
                return
            self._far, self._ends = TemporaryFile(), TemporaryFile()  # noqa: SIM115  # they live as long as the texts
            self._ends.write(struct.pack("=Q", 0))
        self._end += self._far.write(text.encode())
        self._ends.write(struct.pack("=Q", self._end))

    def done(self) -> None:
        for file in (self._far, self._ends):
            if file:
                file.flush()

    def _get(self, number: int) -> str:
        if 0 <= number < len(self._near):
            return self._near[number]
        if number < 0 or self._far is None or self._ends is None:
            raise Damaged("a cell names a text that is not there")
        start, end = struct.unpack("=QQ", os.pread(self._ends.fileno(), 16, 8 * (number - len(self._near))))
        return os.pread(self._far.fileno(), end - start, start).decode()


def _texts(parts: _Parts, name: str) -> _Texts:
    texts = _Texts()

    class Shared(_Reader):
        collected: list[str] = []
        length = 0
        collects = spoken = False

        def start(self, name: str, attributes: dict[str, str]) -> None:
            if name == "si":
                self.collected, self.length = [], 0
            elif name == "rPh":
                self.spoken = True
            self.collects = name == "t" and not self.spoken

        def end(self, name: str) -> None:
            self.collects = False
            if name == "si":
                texts.add(_unescaped("".join(self.collected)))
            elif name == "rPh":
                self.spoken = False

        def text(self, text: str) -> None:
            if self.collects:
                self.length += len(text)
                if self.length > LONGEST_TEXT:
                    raise Damaged("a text is too long")
                self.collected.append(text)

    _whole(parts.pieces(name), Shared())
    texts.done()
    return texts


def _unescaped(text: str) -> str:
    """``_x000D_`` is a sign that XML does not take; half a pair is none."""
    if "_x" not in text:
        return text
    return _ESCAPED.sub(lambda found: found[0] if 0xD800 <= (at := int(found[1], 16)) < 0xE000 else chr(at), text)


@dataclass(frozen=True)
class _Reading:
    """What the cells of a sheet are read with."""

    texts: _Texts
    kinds: list[str]
    is_1904: bool

    def value(self, kind: str, style: str, written: str) -> object:
        """What a cell says; a cell without a value, or with an error, is empty."""
        if kind == "s":
            return self.texts.get(int(written)) if written else ""
        if kind in {"str", "inlineStr"}:
            return _unescaped(written)
        if kind == "b":
            return written != "0"
        if kind == "e" or not written:
            return ""
        if kind == "d":
            return _moment_of(written)
        if kind not in {"", "n"}:
            raise Damaged(f"a cell is of no kind we know: {kind[:20]}")
        try:
            number = float(written)
        except ValueError:
            return written
        at = int(style) if style.isdecimal() else 0
        shown_as = self.kinds[at] if at < len(self.kinds) else ""
        return self._moment(number, shown_as) if shown_as else number

    def _moment(self, number: float, shown_as: str) -> object:
        with suppress(OverflowError, ValueError):
            passed = timedelta(milliseconds=round(number * 86_400_000))
            if shown_as == "duration":
                return passed
            if number < 1:
                return (datetime.min + max(passed, timedelta())).time() if passed < timedelta(1) else time()
            # Excel holds 1900 for a leap year
            first = datetime(1904, 1, 1) if self.is_1904 else datetime(1899, 12, 31 if number < 60 else 30)
            return (first + passed).date() if number.is_integer() else first + passed
        return number


def _moment_of(written: str) -> object:
    with suppress(ValueError):
        return date.fromisoformat(written)
    with suppress(ValueError):
        return datetime.fromisoformat(written)
    return written


class _Cells(_Reader):
    """Rows as they end; ``ready`` is emptied by whoever reads on."""

    def __init__(self, reading: _Reading) -> None:
        self.ready: list[Line] = []
        self._reading = reading
        self._number = self._next = self._length = 0
        self._cells: list[object] = []
        self._kind: str | None = None
        self._style = ""
        self._written: list[str] = []
        self._collects = self._spoken = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "c":
            place = attributes.get("r")
            self._next = _column(place) if place else self._next + 1
            self._kind, self._style = attributes.get("t", ""), attributes.get("s", "")
            self._written, self._length = [], 0
        elif name in {"v", "t"}:
            self._collects = self._kind is not None and not self._spoken
        elif name == "row":
            number = attributes.get("r", "")
            before, self._number = self._number, int(number) if number else self._number + 1
            if self._number <= before:
                raise Damaged(f"row {number} comes after row {before}")
            self._cells, self._next = [], 0
        elif name == "rPh":
            self._spoken = True

    def end(self, name: str) -> None:
        if name in {"v", "t"}:
            self._collects = False
        elif name == "c" and self._kind is not None:
            value = self._reading.value(self._kind, self._style, "".join(self._written))
            self._put(value)
            self._kind = None
        elif name == "row":
            if self._cells:
                self.ready.append((self._number, self._cells))
            self._cells = []
        elif name == "rPh":
            self._spoken = False

    def text(self, text: str) -> None:
        if self._collects:
            self._length += len(text)
            if self._length > LONGEST_TEXT:
                raise Damaged("a cell is too long")
            self._written.append(text)

    def _put(self, value: object) -> None:
        """In its place, whatever the order of the cells."""
        missing = self._next - len(self._cells)
        if missing == 1:
            self._cells.append(value)
        elif missing > 1:
            self._cells += [""] * (missing - 1) + [value]
        else:
            self._cells[self._next - 1] = value


@lru_cache(maxsize=1024)
def _numbered(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    if not 0 < number <= MOST_COLUMNS:
        raise Damaged("a cell lies in no column")
    return number


def _column(place: str) -> int:
    letters = place.rstrip("0123456789").upper()
    if not letters.isalpha() or not letters.isascii() or len(letters) > 3:
        raise Damaged("a cell lies in no column")
    return _numbered(letters)


def _sheet(parts: _Parts, title: str, part: str, reading: _Reading) -> Sheet:
    def lines() -> Iterator[Line]:
        cells = _Cells(reading)
        with _understood():
            for _ in _parse(parts.pieces(part), cells):
                yield from cells.ready
                cells.ready.clear()

    def count() -> int:
        """Rows that are written, empty ones among them: for a progress bar, without reading a cell."""
        found, rest = 0, b""
        with _understood():
            for piece in parts.pieces(part):
                text = rest + piece
                found += len(_ROW.findall(text))
                rest = text[text.rfind(b"<") :][:32] if b"<" in text[-32:] else b""
                found -= len(_ROW.findall(rest))
        return found + len(_ROW.findall(rest))

    return Sheet(title, lines, count)
