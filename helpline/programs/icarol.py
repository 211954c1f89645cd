"""Reading a 2-1-1 export in iCarol's columns: pure Python, no Django.

A row says by ``TaxonomyLevelName`` what it is: an agency, a program, a site, or a program at a site, which joins two of
the others. A program at a site is a listing; so are programs and sites nothing joins, and an agency that has neither.

What a column marked ``...IsPrivate`` protects is not read at all: no number, and of an address not even the ZIP code;
the place is then told by another, public address (its own for letters, its agency's) without the street. A private
address, "exclude from website or directory" and "confidential" in an address make a hidden place. Built from the
headings of two real exports (sfbrigade/sf-openreferral-data, commit 5eba8d5); no rows were at hand.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from helpline.programs.published import NO_TERMS, Record, clean_text, named_hidden, says_hidden
from helpline.programs.shelf import Shelf

HEADINGS = {"resourceagencynum", "publicname", "taxonomylevelname", "agencystatus"}
"""Those by which the export is known."""
NO = {"", "0", "no", "n", "false", "f"}
NUMBERS = (
    "phone1", "phone2", "phone3", "phone4", "phone5", "phonetollfree", "phonenumberhotline", "phonenumberbusinessline",
    "phonenumberafterhours",
)  # fmt: skip
CELLS = ("phone", "intake1", "intake2", "intake1a", "intake2a")
_NOT_FOR_VOICES = re.compile(r"\b(fax|tty|tdd|text|sms)\b", re.IGNORECASE)

ABSENT = "\0"
"""In the place of a cell that a short line lacks; no cleaned text is it."""

Row = Mapping[str, str]
Lines = Callable[[], Iterator[tuple[int, list[str]]]]
"""What reads the lines below the headings from the first on, each with the number a spreadsheet shows."""


def read_export(headings: list[str], lines: Lines) -> Iterator[Record]:
    """The listings of an export; ``headings`` in small letters, each line with the number a spreadsheet shows."""
    shelf = Shelf()
    shelf.put(each for number, line in lines() for each in _to_keep(number, _row(headings, line)))
    shelf.sort()
    for kept in shelf.each("row"):
        if not _is_joined(kept["row"], shelf):
            yield _record(kept["number"], _family(kept["row"], shelf))


def _to_keep(number: int, row: Row) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """The row by its number, and whom it joins or stands under."""
    yield "row", row.get("resourceagencynum", ""), {"number": number, "row": row}
    for name in ("connectstositenum", "connectstoprogramnum"):
        yield "joined", row.get(name, ABSENT), {}
    yield "parent", row.get("parentagencynum", ABSENT), {}


def _row(headings: list[str], line: list[str]) -> Row:
    return {heading: clean_text(cell) for heading, cell in zip(headings, line, strict=False)}


def _level(row: Row) -> str:
    return row.get("taxonomylevelname", "").casefold().replace(" ", "")


def _is_joined(row: Row, shelf: Shelf) -> bool:
    """Whether another row speaks for this one."""
    own = row.get("resourceagencynum", ABSENT)
    if _level(row) == "agency":
        return shelf.has("parent", own)
    return _level(row) in {"program", "site"} and shelf.has("joined", own)


def _family(row: Row, shelf: Shelf) -> list[Row]:
    """The row, its site, its program and its agency: the nearest first, each once."""
    names = ("connectstositenum", "connectstoprogramnum", "parentagencynum")
    above = [_of_number(row.get(name, ""), shelf) for name in names]
    above += [_of_number(each.get("parentagencynum", ""), shelf) for each in above]
    family = [row]
    for each in above:
        if each and each not in family:
            family.append(each)
    return family


def _of_number(number: str, shelf: Shelf) -> Row:
    kept = shelf.last("row", number) if number else None
    return kept["row"] if kept else {}


def _record(number: int, family: list[Row]) -> Record:
    agency = next((row for row in family if _level(row) == "agency"), family[0])
    agency_name = agency.get("publicname") or family[0].get("parentagency", "")
    others = [
        row.get("publicname", "")
        for level in ("program", "programatsite", "site")
        for row in family
        if _level(row) == level
    ]
    name1 = agency_name or next(filter(None, others), "")
    gone, do_not_refer = _status(family)
    hidden = any(map(_is_hidden, family))
    return Record(
        number,
        {
            "name1": name1,
            "name2": next((name for name in others if name and name.casefold() != name1.casefold()), ""),
            **_place(family, hidden),
            **_numbers(family),
        },
        terms=frozenset(("", "", name[:160]) for row in family[:3] for name in _terms(row)) or NO_TERMS,
        gone=gone,
        do_not_refer=do_not_refer,
        confidential=hidden,
    )


def _status(family: list[Row]) -> tuple[str, str]:
    """Why it is gone or closed to us; what is said of the agency or the site holds for the program."""
    said = [status for row in family if (status := row.get("agencystatus", "").casefold())]
    if "inactive" in said:
        return "The file says it is inactive.", ""
    if other := [status for status in said if status != "active"]:
        return "", f"The file says: {other[0][:60]}."
    if any(row.get("availableforreferral", "yes").casefold() in NO - {""} for row in family):
        return "", "The file says it is not available for referral."
    return "", ""


def _is_hidden(row: Row) -> bool:
    return (
        _private(row, "physicaladdressisprivate")
        or _private(row, "excludefromwebsite")
        or _private(row, "excludefromdirectory")
        or row.get("availablefordirectory", "").casefold() in NO - {""}
        or says_hidden(row.get("physicaladdress1", ""))
        or named_hidden(row.get("publicname", ""))
    )


def _private(row: Row, column: str) -> bool:
    """Whatever is not a plain no is taken for a yes."""
    return row.get(column, "").casefold() not in NO


def _place(family: list[Row], hidden: bool) -> dict[str, object]:
    """Where it is. A hidden place has the town and ZIP code of an address that is not private, and nothing nearer."""
    nearest = next((row for row in family if row.get("physicalpostalcode") or row.get("physicaladdress1")), family[0])
    if not hidden:
        place: dict[str, object] = {
            "street1": nearest.get("physicaladdress1", ""),
            "street2": nearest.get("physicaladdress2", ""),
        }
        place |= {name: nearest.get(name, "") for name in ("latitude", "longitude")}
        return place | _town(nearest, "physical")
    public = [
        town
        for row in family
        for kind in ("physical", "mailing")
        if not _private(row, f"{kind}addressisprivate")
        and not says_hidden(row.get(f"{kind}address1", ""))
        and (town := _town(row, kind))["zip"]
    ]
    return public[0] if public else {}


def _town(row: Row, kind: str) -> dict[str, object]:
    names = {"city": "city", "state": "stateprovince", "zip": "postalcode"}
    return {ours: row.get(f"{kind}{theirs}", "") for ours, theirs in names.items()}


def _numbers(family: list[Row]) -> dict[str, object]:
    """The public numbers of the nearest row that has any."""
    for row in family:
        numbers = [number for column in NUMBERS if (number := _number(row, column))]
        if numbers:
            return dict(zip(CELLS, dict.fromkeys(numbers), strict=False))
    return {}


def _number(row: Row, column: str) -> str:
    about = " ".join(row.get(f"{column}{what}", "") for what in ("name", "type", "description"))
    if _private(row, f"{column}isprivate") or _NOT_FOR_VOICES.search(about):
        return ""
    return row.get(f"{column}number") or row.get(column, "")


def _terms(row: Row) -> list[str]:
    return [
        name for name in map(str.strip, (row.get("taxonomyterms") or row.get("taxonomyterm", "")).split(";")) if name
    ]
