"""Reading Open Referral's Human Services Data Specification: pure Python, no Django.

Two shapes: services nested in JSON (HSDS 3.0), and tables of CSV (the tabular package of 3.0, and the older names of
1.x, in which a service names its location or an organisation only owns places). Tables are put together into the same
nested services, so that both are read by one function.

A service at a location is a listing; a service without a place, and a place no service names, are listings of their own
and refused where they cannot be found or called. HSDS says nothing of kinds of care in our letters: only terms of a
taxonomy named as one of our editions are codes, every other term is told and left unknown.
Source: https://docs.openreferral.org/en/v3.0.1/, openreferral/specification 3.0 (CC BY-SA 4.0), read 2026-11-24.
"""

from __future__ import annotations

import csv
import io
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from helpline.programs.published import NO_TERMS, Record, clean_text, named_hidden, says_hidden
from helpline.programs.spreadsheets import as_it_was

MARKS = {"organization", "organization_id", "service_at_locations", "attributes", "phones", "taxonomy"}
"""What a service has and a facility of FindTreatment has not."""
NOT_FOR_VOICES = {"fax", "tty", "tdd", "textphone", "text", "sms", "modem", "pager"}
GONE = {"inactive", "defunct"}
TABLES = {
    "organizations": ("organizations", "organization"),
    "services": ("services", "service"),
    "locations": ("locations", "location"),
    "at": ("service_at_location", "service_at_locations", "services_at_location"),
    "addresses": ("addresses", "address", "physical_addresses", "physical_address"),
    "phones": ("phones", "phone"),
    "attributes": ("attributes", "attribute", "service_attributes", "services_taxonomy"),
    "terms": ("taxonomy_terms", "taxonomy_term", "taxonomy"),
}
"""Names of files, those of 3.0 first."""
OF_AN_ATTRIBUTE = ("link_id", "service_id", "taxonomy_term_id", "taxonomy_id", "taxonomy", "code", "name")
NUMBERS = ("phone", "intake1", "intake2", "intake1a", "intake2a")

Row = dict[str, str]
Service = Mapping[str, Any]
_ONE_LINE = re.compile(
    r"^(?P<street>.+?),\s*(?P<city>[^,]+),\s*(?P<state>[A-Za-z]{2})\.?,?\s+(?P<zip>\d{5}(?:-\d{4})?)$"
)


class NoServices(ValueError):
    """The tables hold no services or places; the message says what was missing."""


def services_of(answer: object) -> list[object] | None:
    """The services of a JSON file: a list, the ``contents`` of an answer, or one alone. None when there are none."""
    if isinstance(answer, dict):
        answer = answer["contents"] if isinstance(answer.get("contents"), list) else [answer]
    return answer if isinstance(answer, list) and any(map(is_service, answer)) else None


def is_service(entry: object) -> bool:
    return isinstance(entry, dict) and "name" in entry and bool(entry.keys() & MARKS)


def is_a_part(answer: object) -> bool:
    """Whether an answer is one page of several, so that what it lacks is not gone."""
    return isinstance(answer, dict) and "contents" in answer and answer.get("total_pages") not in (None, 1, "1")


def read_services(services: Iterable[tuple[int, object]]) -> Iterator[Record]:
    """Each numbered service, once for every place it is given at."""
    for number, service in services:
        if isinstance(service, dict):
            at_places = _dicts(service.get("service_at_locations")) or [{}]
            yield from (_record(number, service, at_place) for at_place in at_places)
        else:
            yield Record(number, {})


def is_package(names: Iterable[str]) -> bool:
    """Whether files of these names are the tables of HSDS."""
    stems = {name.rpartition(".")[0].casefold() for name in names}
    return bool(stems & {*TABLES["services"], *TABLES["locations"]}) and bool(stems & set(TABLES["organizations"]))


def read_package(files: Mapping[str, str]) -> list[Record]:
    """The listings of a package of CSV files, by name and text. Numbers are rows of the services' table, or of the
    locations' for a place no service names. Raises ``NoServices``.
    """
    by_stem = {name.rpartition(".")[0].casefold(): text for name, text in files.items()}
    tables = {
        table: next((_rows(by_stem[name], table) for name in names if name in by_stem), [])
        for table, names in TABLES.items()
    }
    if not tables["services"] and not tables["locations"]:
        raise NoServices("its tables have no services and no locations")
    return list(read_services(_joined(tables)))


def _record(number: int, service: Service, at_place: Service) -> Record:
    place = _dict(at_place.get("location"))
    organization, address = _dict(service.get("organization")), _address(place)
    names = [_text(organization, "name") or _text(service, "organization_name"), _text(service, "name")]
    name1 = names[0] or names[1] or _text(place, "name")
    others = [name for name in (names[1], _text(place, "name")) if name.casefold() != name1.casefold()]
    hidden = says_hidden(address["street1"]) or named_hidden(_text(place, "name"), _text(service, "alert"))
    address |= {"street1": "", "street2": ""} if hidden else {n: _text(place, n) for n in ("latitude", "longitude")}
    cells = {"name1": name1, "name2": next(filter(None, others), ""), **address}
    status = _text(service, "status").casefold()
    return Record(
        number,
        cells | _numbers(at_place, service, place, organization),
        terms=frozenset(term for holder in (service, at_place, place) for term in _terms(holder)) or NO_TERMS,
        gone=f"The file says it is {status}." if status in GONE else "",
        do_not_refer=f"The file says it is “{status[:60]}”." if status not in {"", "active", *GONE} else "",
        confidential=hidden,
    )


def _address(place: Service) -> dict[str, str]:
    """Where people go; the address of a letter box is no place."""
    addresses = [each for each in _dicts(place.get("addresses")) if _text(each, "address_type") != "postal"]
    written = addresses[0] if addresses else {}
    whole = _ONE_LINE.match(_text(place, "address"))
    if whole and not written:
        return {"street1": whole["street"], **{name: whole[name] for name in ("city", "state", "zip")}}
    return {
        "street1": _text(written, "address_1"),
        "street2": _text(written, "address_2"),
        "city": _text(written, "city"),
        "state": _text(written, "state_province") or _text(written, "region"),
        "zip": _text(written, "postal_code"),
    }


def _numbers(at_place: Service, service: Service, place: Service, organization: Service) -> dict[str, object]:
    """The numbers of the service and its place, those of the organisation only when there are none."""
    for holders in ((at_place, service, place), (organization,)):
        written = [phone for holder in holders for phone in _phones(holder)]
        main = [number for number, is_intake in written if not is_intake]
        intake = [number for number, is_intake in written if is_intake]
        if written:
            first = main[0] if main else ""
            rest = list(dict.fromkeys([*intake, *(number for number in main if number != first)]))
            names = [*NUMBERS[1:], *(f"intake{at}" for at in range(5, len(rest) + 1))]
            return {"phone": first, **dict(zip(names, rest, strict=False))}
    return {}


def _phones(holder: Service) -> Iterator[tuple[str, bool]]:
    """Numbers somebody speaks on, and whether one is for intake."""
    for phone in _dicts(holder.get("phones")):
        number = _text(phone, "number").strip('" ')
        kind = (_text(phone, "type") or _text(phone, "number_type")).casefold()
        if number and kind not in NOT_FOR_VOICES:
            extension = _text(phone, "extension")
            whole = f"{number} x{extension}" if extension and "x" not in number else number
            yield whole, "intake" in _text(phone, "description").casefold()


def _terms(holder: Service) -> Iterator[tuple[str, str, str]]:
    """Taxonomy, code and name of what is said of a service or place."""
    for attribute in [*_dicts(holder.get("attributes")), *_dicts(holder.get("taxonomy"))]:
        term = _dict(attribute.get("taxonomy_term")) or attribute
        taxonomy = _text(term, "taxonomy") or _text(_dict(term.get("taxonomy_detail")), "name")
        name = _text(term, "name")[:160] or _text(term, "code")[:20]
        if name:
            yield taxonomy[:60], _text(term, "code")[:20].upper(), name


def _rows(text: str, table: str) -> list[Row]:
    """The rows of a table with headings of 3.0, and ``row``, the number a spreadsheet shows."""
    lines, rows = csv.reader(io.StringIO(text, newline="")), []
    try:
        headings = [_heading(cell, table.removesuffix("s")) for cell in next(lines, [])]
        for number, line in enumerate(lines, 2):
            if any(map(str.strip, line)):
                row = dict(zip(headings, map(as_it_was, line), strict=False))
                rows.append(_slim(row) if table == "attributes" else {**row, "row": str(number)})
    except csv.Error as problem:
        raise NoServices(f"its table of {table} is not a CSV ({problem})") from problem
    return rows


def _slim(row: Row) -> Row:
    """By far the longest table says the same few terms over and over: kept once each, and only what is read."""
    return {name: sys.intern(row[name]) for name in OF_AN_ATTRIBUTE if row.get(name)}


def _heading(cell: str, table: str) -> str:
    """``location_uuid`` in the table of locations is its ``id``; elsewhere it is a ``location_id``."""
    name = re.sub(r"_uuid$|^uuid$", lambda ending: ending[0].replace("uuid", "id"), clean_text(cell).casefold())
    own = table in {"organization", "location", "service"} and name.startswith(f"{table}_")
    return name.removeprefix(f"{table}_") if own else name


def _joined(tables: Mapping[str, list[Row]]) -> Iterator[tuple[int, Service]]:
    """The tables put together into services as JSON nests them, each with its row."""
    held, terms = _held(tables), {row.get("id") or row.get("taxonomy_id", ""): row for row in tables["terms"]}
    for attribute in tables["attributes"]:
        attribute["taxonomy_term"] = terms.get(attribute.get("taxonomy_term_id") or attribute.get("taxonomy_id", ""))  # type: ignore[assignment]  # nested on purpose
    organizations = {row.get("id", ""): row | held[row.get("id", "")] for row in tables["organizations"]}
    places = {row.get("id", ""): row | held[row.get("id", "")] | _written_phones(row) for row in tables["locations"]}
    links = defaultdict(list)
    for row in tables["at"]:
        links[row.get("service_id", "")].append(
            {**held[row.get("id", "")], "location": places.get(row.get("location_id", ""))}
        )
    named = {row.get("location_id") for row in [*tables["at"], *tables["services"]]}
    for row in tables["services"]:
        own = [{"location": places[row["location_id"]]}] if row.get("location_id") in places else []
        organization = _organization(row, organizations) or _organization(
            own[0]["location"] if own else {}, organizations
        )
        also = {"organization": organization, "taxonomy": [terms[key] for key in _keys(row) if key in terms]}
        yield (
            int(row["row"]),
            {**row, **held[row.get("id", "")], **also, "service_at_locations": links[row.get("id", "")] or own},
        )
    for key, place in places.items():
        if key not in named:
            organization = _organization(place, organizations)
            yield int(place["row"]), {"organization": organization, "service_at_locations": [{"location": place}]}


def _held(tables: Mapping[str, list[Row]]) -> dict[str, dict[str, Any]]:
    """Phones, addresses and attributes by the id of what they belong to."""
    held: dict[str, dict[str, Any]] = defaultdict(lambda: {"phones": [], "addresses": [], "attributes": []})
    for phone in tables["phones"]:
        for name in ("service_at_location_id", "service_id", "location_id", "organization_id"):
            if phone.get(name):
                held[phone[name]]["phones"].append(phone)
    for address in tables["addresses"]:
        held[address.get("location_id", "")]["addresses"].append(address)
    for attribute in tables["attributes"]:
        held[attribute.get("link_id") or attribute.get("service_id", "")]["attributes"].append(attribute)
    held[""] = {"phones": [], "addresses": [], "attributes": []}
    return held


def _organization(row: Mapping[str, Any], organizations: Mapping[str, Any]) -> Service:
    named = {"name": row["organization_name"]} if row.get("organization_name") else {}
    return organizations.get(row.get("organization_id", "")) or named


def _written_phones(place: Row) -> dict[str, Any]:
    """``main: 954-736-2490; fax: ...`` in the row of a place itself, as the older sets have it."""
    parts = [part.rpartition(":") for part in re.split(r"[;\n]", place.get("phones", ""))]
    written = [{"type": kind.strip(), "number": number.strip()} for kind, _colon, number in parts if number.strip()]
    return {"phones": written} if written else {}


def _keys(service: Row) -> list[str]:
    return [key.strip() for key in service.get("taxonomy_ids", "").split(",") if key.strip()]


def _dict(value: object) -> Service:
    return value if isinstance(value, dict) else {}


def _dicts(value: object) -> list[Service]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _text(holder: Service, name: str) -> str:
    value = holder.get(name)
    return clean_text(value) if isinstance(value, str | int | float) else ""
