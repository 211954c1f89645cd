"""The texts people see, sign and are told, as they stand in ``texts/``: plain files, read once. No Django.

The database keeps every version that was ever in use (``models/texts.py``); what is current is what this release
carries. The two statements of 42 CFR 2.32(a) are the regulation's own words: a test holds their fingerprints.
"""

from __future__ import annotations

import csv
import hashlib
import re
import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "texts"


@dataclass(frozen=True)
class Wording:
    """One text, with where it comes from. ``verbatim`` says that the words are the regulation's own."""

    kind: str
    title: str
    version: str
    verbatim: bool
    source: str
    source_date: date
    read_where: str
    text: str
    language: str = "en"

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()

    @cached_property
    def parts(self) -> dict[str, str]:
        """The parts that ``# name`` begins, by name with underscores; a text without any has none."""
        pieces = re.split(r"^# (.+)$", self.text, flags=re.M)[1:]
        return {name.replace(" ", "_"): words.strip() for name, words in zip(pieces[::2], pieces[1::2], strict=True)}

    def items(self, part: str) -> list[str]:
        """The lines of a part, without the dashes of a list."""
        return [line.removeprefix("- ") for line in self.parts[part].splitlines() if line]


@cache
def wordings() -> dict[str, Wording]:
    """Every current text, by kind."""
    found = (tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.toml")))
    return {one["kind"]: Wording(**one | {"text": one["text"].strip()}) for one in found}


def wording(kind: str) -> Wording:
    return wordings()[kind]


@dataclass(frozen=True)
class ConsentWording:
    """What one consent says; each field is an element of 2.31(a). ``recipients`` is completed when it is signed.

    ``repeats`` is added to the purpose for whoever agrees to more than one question; empty where there is no choice.
    """

    information: str
    recipients: str
    purpose: str
    redisclosure: str
    refusal: str
    revocation: str
    days: int
    version: str
    sha256: str
    repeats: str = ""


@cache
def consent_wording(purpose: str) -> ConsentWording:
    text = wording(f"consent_{purpose}")
    parts: dict[str, Any] = text.parts | {"days": int(text.parts["days"])}
    return ConsentWording(**parts, version=text.version, sha256=text.sha256)


WORDINGS: dict[str, ConsentWording] = {purpose: consent_wording(purpose) for purpose in ("check_insurance", "refer")}
NOTICE_LONG, NOTICE_SHORT = wording("notice_long").text, wording("notice_short").text
NOTICE_VERSION, NOTICE_SOURCE = wording("notice_long").version, wording("notice_long").source


@dataclass(frozen=True)
class MinorRow:
    """A state whose law lets a minor of this age obtain substance use treatment alone, and where we read it."""

    state: str
    from_age: int
    covers: str
    statute: str
    read_where: str
    read_on: str


@cache
def minor_rows() -> dict[str, MinorRow]:
    lines = csv.DictReader(wording("minors").parts["rows"].splitlines(), delimiter="|")
    rows: list[dict[str, Any]] = [row | {"from_age": int(row["from_age"])} for row in lines]
    return {row["state"]: MinorRow(**row) for row in rows}
