"""One row of a published directory, cleaned: pure Python, no Django.

A row becomes a ``Listing`` (what was published, in one spelling) or a ``Finding`` that says which row,
which field, what was wrong and what to do. Nothing here guesses: a service code that is not printed is
simply not there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import blake2b
from uuid import UUID

from helpline.programs.states import state_code

NAME_CUT_AT = 38
"""The 2022 workbook cuts names and streets after this many characters, without a mark."""

_PHONE = re.compile(
    r"^(?P<main>[+(\d][\d().\s/-]*?)\s*(?:(?:ext(?:ension)?\.?|x|#)\s*:?\s*(?P<extension>\d{1,8}))?$",
    re.IGNORECASE,
)
_PLAIN_PHONE = re.compile(r"[2-9]\d{2}-[2-9]\d{2}-\d{4}", re.ASCII)
_KEYPAD_PHONE = re.compile(r"\(?\d{3}\)?[-. ]?[0-9A-Za-z-]{7,9}", re.ASCII)
_ZIP = re.compile(r"(\d{3,5})(?:-\d{4})?|(\d{7,9})", re.ASCII)
_KEYPAD = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "22233344455566677778889999")
NO_SERVICES: frozenset[tuple[str, str]] = frozenset()
NO_TERMS: frozenset[tuple[str, str, str]] = frozenset()
_HIDDEN_PLACE = re.compile(
    r"\b(confidential|undisclosed) (location|address|site|place|shelter)\b|\bdo not publish\b", re.IGNORECASE
)
_HIDDEN = re.compile(r"\bconfidential\b|\bundisclosed\b|\bdo not publish\b|\bnot for publication\b", re.IGNORECASE)
_CODE = re.compile(r"^[A-Z][A-Z0-9_]{0,11}$")
_NO_WORD = re.compile(r"[^\w]+")
_MARKS = frozenset("*")


@dataclass(frozen=True, slots=True)
class Finding:
    """Something in a file a person should know: ``row`` counts as the spreadsheet does, the heading being a
    row too.
    """

    row: int
    field: str
    reason: str
    remedy: str

    def __str__(self) -> str:
        return f"row {self.row}, {self.field}: {self.reason} {self.remedy}".strip()


@dataclass(frozen=True, slots=True)
class Listing:
    """One facility as published: text cleaned, phones as ``205-216-0200 x12``, ZIP of five digits.

    ``services`` are pairs of category and name, for files that print names in place of codes; ``terms`` are taxonomy,
    code and name, codes only where the taxonomy is the edition itself; ``position`` is latitude and longitude in
    degrees, for files that have them, as ``fax`` is. ``status``, with why, and ``confidential`` are for files that say
    whom not to refer to and what not to publish.
    """

    row: int
    name1: str
    name2: str
    street1: str
    street2: str
    city: str
    state: str
    zip: str
    phone: str
    intake_lines: tuple[str, ...]
    codes: frozenset[str]
    services: frozenset[tuple[str, str]] = NO_SERVICES
    position: tuple[float, float] | None = None
    terms: frozenset[tuple[str, str, str]] = NO_TERMS
    status: str = "listed"
    status_reason: str = ""
    confidential: bool = False
    fax: str = ""

    @property
    def identity(self) -> UUID:
        """The same facility in a second reading of the same edition.

        The workbook has no facility id, and 772 phone numbers serve several rows, so it is what a visitor
        would recognise: the names and the place. Two rows that share even that are told apart by the
        importer.
        """
        seen = (self.name1, self.name2, self.street1, self.street2, self.city, self.state, self.zip)
        text = "\x1f".join([_NO_WORD.sub(" ", part).strip().casefold() for part in seen])
        return UUID(bytes=blake2b(text.encode(), digest_size=16).digest())


@dataclass(frozen=True, slots=True)
class Record:
    """One place as a file tells it: ``cells`` as ``read_row`` knows them, and what only some files say.

    ``gone`` is why the file itself holds it for closed, ``do_not_refer`` why nobody is to be sent there.
    """

    number: int
    cells: Mapping[str, object]
    services: frozenset[tuple[str, str]] = NO_SERVICES
    terms: frozenset[tuple[str, str, str]] = NO_TERMS
    gone: str = ""
    do_not_refer: str = ""
    confidential: bool = False

    def read(self) -> tuple[Listing | None, list[Finding]]:
        """The listing and what to know about it, or None and why it is refused."""
        if self.gone:
            return None, [Finding(self.number, "status", self.gone, "")]
        listing, findings = read_row(self.number, self.cells)
        if listing is None:
            return None, findings
        status = {"status": "do_not_refer", "status_reason": self.do_not_refer} if self.do_not_refer else {}
        also = {"services": self.services, "terms": self.terms, "confidential": self.confidential, **status}
        return replace(listing, **also), findings  # type: ignore[arg-type]  # each by its name


def says_hidden(street: str) -> bool:
    """Whether what stands in the place of a street says that it must not be published."""
    return bool(_HIDDEN.search(street))


def named_hidden(*texts: str) -> bool:
    """Whether a name or a note says so: "Confidential Recovery" in San Diego is a name."""
    return any(_HIDDEN_PLACE.search(text) for text in texts)


def clean_text(value: object) -> str:
    """Printable text on one line, without doubled blanks. A number cell ``12.0`` reads ``12``."""
    if value is None or value == "":
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = " ".join(str(value).split())
    if text.isprintable():
        return text
    return " ".join("".join(letter for letter in text if letter.isprintable()).split())


def clean_zip(value: object) -> str | None:
    """Five digits, or None. Spreadsheets drop leading zeros (``501`` is 00501) and may carry a ZIP+4."""
    text = clean_text(value)
    matched = _ZIP.fullmatch(text)
    if matched is None:
        return None
    five = matched[1].zfill(5) if matched[1] else matched[2].zfill(9)[:5]
    return None if five == "00000" else five


def clean_phone(value: object) -> str | None:
    """A North American number as ``205-216-0200`` or ``205-216-0200 x12``; None when it cannot be dialled.

    Letters are read as on a keypad: ``888-PARNEXT`` is 888-727-6398.
    """
    text = clean_text(value)
    if _PLAIN_PHONE.fullmatch(text):
        return text
    if _KEYPAD_PHONE.fullmatch(text):
        text = text.upper().translate(_KEYPAD)
    matched = _PHONE.match(text) if text.isascii() else None
    if matched is None:
        return None
    digits = re.sub(r"\D", "", matched["main"])
    if len(digits) == 11 and digits.startswith("1"):
        digits = digits[1:]
    if not re.fullmatch(r"[2-9]\d{2}[2-9]\d{6}", digits):
        return None
    extension = f" x{matched['extension']}" if matched["extension"] else ""
    return f"{digits[:3]}-{digits[3:6]}-{digits[6:]}{extension}"


def clean_codes(value: object) -> frozenset[str]:
    """The codes of a ``service_code_info`` cell, where ``*`` parts the categories and says nothing itself."""
    text = value if isinstance(value, str) and value.isprintable() else clean_text(value)
    return frozenset(text.upper().split()) - _MARKS


def is_code(word: str) -> bool:
    """Whether a word has the shape of a service code, known or not."""
    return bool(_CODE.match(word))


def clean_position(latitude: object, longitude: object) -> tuple[float, float] | None:
    """A point on the earth in degrees, or None. ``0, 0`` is what a machine writes that found nothing."""
    try:
        north, east = float(clean_text(latitude)), float(clean_text(longitude))
    except ValueError:
        return None
    on_earth = -90 <= north <= 90 and -180 <= east <= 180
    return (north, east) if on_earth and (north, east) != (0, 0) else None


def plain_name(name: str) -> str:
    """A service's name without what spellings differ in: case, blanks, signs."""
    return "".join(letter for letter in name.casefold() if letter.isalnum())


def read_row(row: int, cells: Mapping[str, object]) -> tuple[Listing | None, list[Finding]]:
    """Clean one row. Returns the listing and what to know about it, or None and why it is refused."""
    refused: list[Finding] = []
    notes: list[Finding] = []
    name1 = clean_text(cells.get("name1"))
    if not name1:
        refused.append(Finding(row, "name1", "There is no name.", "Fill in the name of the facility."))
    state = state_code(clean_text(cells.get("state")))
    if state is None:
        reason = f"“{clean_text(cells.get('state'))[:40]}” is not a state or territory."
        refused.append(Finding(row, "state", reason, "Write its two postal letters, such as AL."))
    zip_code = clean_zip(cells.get("zip"))
    if zip_code is None:
        reason = f"“{clean_text(cells.get('zip'))[:40]}” is not a ZIP code."
        refused.append(Finding(row, "zip", reason, "Write five digits, such as 35203."))
    phone, lines = _phones(row, cells, notes)
    if not phone and not lines:
        misprinted = "; ".join(f"“{clean_text(cells.get(note.field))[:40]}” cannot be dialled" for note in notes)
        reason = f"There is no number to call{': ' if misprinted else ''}{misprinted}."
        refused.append(Finding(row, "phone", reason, "Add a phone or an intake line."))
    if refused or state is None or zip_code is None:
        return None, refused
    position = _position(row, cells, notes)
    listing = Listing(
        row=row,
        name1=name1[:200],
        name2=clean_text(cells.get("name2"))[:200],
        street1=clean_text(cells.get("street1"))[:200],
        street2=clean_text(cells.get("street2"))[:200],
        city=clean_text(cells.get("city"))[:100],
        state=state,
        zip=zip_code,
        phone=phone,
        intake_lines=lines,
        codes=clean_codes(cells.get("service_code_info")),
        position=position,
        fax=clean_phone(cells.get("fax")) or "",
    )
    return listing, notes


def _position(row: int, cells: Mapping[str, object], notes: list[Finding]) -> tuple[float, float] | None:
    written = [clean_text(cells.get(name)) for name in ("latitude", "longitude")]
    position = clean_position(*written)
    if any(written) and position is None:
        reason = f"“{', '.join(written)[:40]}” is no place on the earth; the middle of the ZIP was used."
        notes.append(Finding(row, "coordinates", reason, ""))
    return position


def _phones(row: int, cells: Mapping[str, object], notes: list[Finding]) -> tuple[str, tuple[str, ...]]:
    """The main number and the intake lines, each once; an unreadable one is left out and said."""
    read: dict[str, str] = {}
    known = ("phone", "intake1", "intake2", "intake1a", "intake2a")
    for field in (*known, *(name for name in cells if name.startswith("intake") and name not in known)):
        written = clean_text(cells.get(field))
        number = clean_phone(written) if written else ""
        if number is None:
            reason = f"“{written[:40]}” cannot be dialled and was left out."
            notes.append(Finding(row, field, reason, "Look the number up and correct the listing."))
        read[field] = number or ""
    lines = dict.fromkeys(number for field, number in read.items() if field != "phone" and number)
    return read["phone"], tuple(lines)
