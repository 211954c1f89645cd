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
from collections.abc import Iterator, Mapping

from helpline.programs.published import NO_TERMS, Record, clean_text, named_hidden, says_hidden

HEADINGS = {"resourceagencynum", "publicname", "taxonomylevelname", "agencystatus"}
"""Those by which the export is known."""
NO = {"", "0", "no", "n", "false", "f"}
NUMBERS = (
    "phone1", "phone2", "phone3", "phone4", "phone5", "phonetollfree", "phonenumberhotline", "phonenumberbusinessline",
    "phonenumberafterhours",
)  # fmt: skip
CELLS = ("phone", "intake1", "intake2", "intake1a", "intake2a")
_NOT_FOR_VOICES = re.compile(r"\b(fax|tty|tdd|text|sms)\b", re.IGNORECASE)

Row = Mapping[str, str]


def read_export(headings: list[str], lines: list[tuple[int, list[str]]]) -> Iterator[Record]:
    """The listings of an export; ``headings`` in small letters, each line with the number a spreadsheet shows."""
    rows = [(number, _row(headings, line)) for number, line in lines]
    by_number = {row["resourceagencynum"]: row for _number, row in rows if row.get("resourceagencynum")}
    joined = {row.get(name) for _number, row in rows for name in ("connectstositenum", "connectstoprogramnum")}
    parents = {row.get("parentagencynum") for _number, row in rows}
    for number, row in rows:
        if not _is_joined(row, joined, parents):
            yield _record(number, _family(row, by_number))


def _row(headings: list[str], line: list[str]) -> Row:
    return {heading: clean_text(cell) for heading, cell in zip(headings, line, strict=False)}


def _level(row: Row) -> str:
    return row.get("taxonomylevelname", "").casefold().replace(" ", "")


def _is_joined(row: Row, joined: set[str | None], parents: set[str | None]) -> bool:
    """Whether another row speaks for this one."""
    own = row.get("resourceagencynum")
    if _level(row) == "agency":
        return own in parents
    return _level(row) in {"program", "site"} and own in joined


def _family(row: Row, by_number: Mapping[str, Row]) -> list[Row]:
    """The row, its site, its program and its agency: the nearest first, each once."""
    names = ("connectstositenum", "connectstoprogramnum", "parentagencynum")
    above = [by_number.get(row.get(name, ""), {}) for name in names]
    above += [by_number.get(each.get("parentagencynum", ""), {}) for each in above]
    family = [row]
    for each in above:
        if each and each not in family:
            family.append(each)
    return family


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
