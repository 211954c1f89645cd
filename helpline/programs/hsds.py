"""Reading Open Referral's Human Services Data Specification: pure Python, no Django.

Two shapes: services nested in JSON (HSDS 3.0, from whichever end), and tables of CSV (the tabular package of 3.0, and
the older names of 1.x, in which a service names its location or an organisation only owns places). Tables are put
together into the same nested services, so that both are read by one function.

A service at a location is a listing; a service without a place, and a place no service names, are listings of their own
and refused where they cannot be found or called. HSDS says nothing of kinds of care in our letters: only terms of a
taxonomy named as one of our editions are codes, every other term is told and left unknown.
Source: https://docs.openreferral.org/en/v3.0.1/, openreferral/specification 3.0 (CC BY-SA 4.0), read 2026-11-24.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from helpline.programs.published import NO_TERMS, Record, clean_text, named_hidden, says_hidden
from helpline.programs.shelf import Shelf, TooMany
from helpline.programs.spreadsheets import as_it_was
from helpline.programs.tables import Rows

MARKS = {"organization", "organization_id", "service_at_locations", "attributes", "phones", "taxonomy"}
"""What a service has and a facility of FindTreatment has not."""
OF_A_FACILITY = {"name1", "street", "street1", "city", "zip"}
"""What a facility of FindTreatment has and an organisation of HSDS has not."""
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
HELD = ("phones", "addresses", "attributes")
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
    """Whether it is a service, or holds services or places as HSDS nests them."""
    if not isinstance(entry, dict):
        return False
    named = "name" in entry and bool(entry.keys() & MARKS)
    return named or "name" in _dict(entry.get("service")) or "location_type" in entry or _holds(entry)


def _holds(entry: Service) -> bool:
    """Whether an organisation or a place lists what is its own; a facility of FindTreatment lists ``services``, too."""
    if entry.keys() & OF_A_FACILITY or "name" not in entry:
        return False
    services = [each for each in _dicts(entry.get("services")) if "name" in each and "f3" not in each]
    return bool(services or _dicts(entry.get("locations")))


def is_a_part(answer: object) -> bool:
    """Whether an answer is one page of several, so that what it lacks is not gone."""
    return isinstance(answer, dict) and "contents" in answer and answer.get("total_pages") not in (None, 1, "1")


def read_services(services: Iterable[tuple[int, object]]) -> Iterator[Record]:
    """Each numbered service, once for every place it is given at."""
    for number, entry in services:
        if isinstance(entry, dict):
            for service in _unfolded(entry):
                at_places = _dicts(service.get("service_at_locations")) or [{}]
                yield from (_record(number, service, at_place) for at_place in at_places)
        else:
            yield Record(number, {})


def _unfolded(entry: Service) -> Iterator[Service]:
    """The services an entry is or holds, each with its organisation and places. HSDS nests them from a service, from a
    service at a location and from an organisation; others put services into their place.
    """
    if "name" in (service := _dict(entry.get("service"))):
        yield {**service, "service_at_locations": [entry]}
    elif "service_at_locations" in entry:
        yield entry
    elif "location_type" in entry or ("addresses" in entry and _holds(entry)):
        yield from _at_place(entry)
    elif "organization" not in entry and _holds(entry):
        yield from _of_organization(entry)
    else:
        yield entry


def _at_place(place: Service) -> Iterator[Service]:
    organization = {"organization": _dict(place.get("organization"))}
    for service in _dicts(place.get("services")) or [{}]:
        yield {**organization, **service, "service_at_locations": [{"location": place}]}


def _of_organization(organization: Service) -> Iterator[Service]:
    """Its services, and those of its places that no service of it names."""
    services = _dicts(organization.get("services"))
    for service in services:
        yield {**service, "organization": _dict(service.get("organization")) or organization}
    at_places = [at for service in services for at in _dicts(service.get("service_at_locations"))]
    named = {_text(_dict(at.get("location")), "id") or _text(at, "location_id") for at in at_places}
    for place in _dicts(organization.get("locations")):
        if not at_places or _text(place, "id") not in {"", *named}:
            yield {"organization": organization, "service_at_locations": [{"location": place}]}


def is_package(names: Iterable[str]) -> bool:
    """Whether files of these names are the tables of HSDS."""
    stems = {name.rpartition(".")[0].casefold() for name in names}
    return bool(stems & {*TABLES["services"], *TABLES["locations"]}) and bool(stems & set(TABLES["organizations"]))


def read_package(files: Mapping[str, Rows]) -> tuple[int, Callable[[], Iterator[Record]]]:
    """How many services and places a package of CSV files has, about, and what reads its listings. Numbers are rows of
    the services' table, or of the locations' for a place no service names. Raises ``NoServices``.

    The tables are put on a shelf at once, so that what is no CSV is known before anything is done.
    """
    by_stem = {name.rpartition(".")[0].casefold(): rows for name, rows in files.items()}
    shelf, counts = Shelf(), dict.fromkeys(TABLES, 0)
    for table, names in TABLES.items():
        if rows := next((by_stem[name] for name in names if name in by_stem), None):
            shelf.put(_counted(_rows(rows, table), table, counts))
    if not counts["services"] and not counts["locations"]:
        raise NoServices("its tables have no services and no locations")
    shelf.sort()
    return max(counts["services"], counts["at"], counts["locations"]), lambda: read_services(_Joined(shelf).services())


def _counted(rows: Iterator[Row], table: str, counts: dict[str, int]) -> Iterator[tuple[str, str, Row]]:
    for row in rows:
        counts[table] += 1
        yield from _to_keep(table, row)


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
        cells | _numbers(at_place, service, place, organization) | _fax(at_place, service, place),
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


def _fax(*holders: Service) -> dict[str, object]:
    """The first fax number of the service or its place: the organisation's may stand in another town."""
    for phone in (phone for holder in holders for phone in _dicts(holder.get("phones"))):
        kind = (_text(phone, "type") or _text(phone, "number_type")).casefold()
        if kind == "fax" and (number := _text(phone, "number")):
            return {"fax": number}
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


def _rows(lines: Rows, table: str) -> Iterator[Row]:
    """The rows of a table with headings of 3.0, and ``row``, the number a spreadsheet shows."""
    try:
        each = lines()
        headings = [_heading(cell, table.removesuffix("s")) for cell in next(each, [])]
        for number, line in enumerate(each, 2):
            if any(map(str.strip, line)):
                row = dict(zip(headings, map(as_it_was, line), strict=False))
                yield _slim(row) if table == "attributes" else {**row, "row": str(number)}
    except csv.Error as problem:
        raise NoServices(f"its table of {table} is not a CSV ({problem})") from problem


def _slim(row: Row) -> Row:
    """By far the longest table: only what is read."""
    return {name: row[name] for name in OF_AN_ATTRIBUTE if row.get(name)}


def _to_keep(table: str, row: Row) -> Iterator[tuple[str, str, Row]]:
    """The row under what it is looked for by; ``named`` are places a service has."""
    if table == "phones":
        for name in ("service_at_location_id", "service_id", "location_id", "organization_id"):
            if row.get(name):
                yield table, row[name], row
    elif table == "addresses":
        yield table, row.get("location_id", ""), row
    elif table == "attributes":
        yield table, row.get("link_id") or row.get("service_id", ""), row
    elif table == "terms":
        yield table, row.get("id") or row.get("taxonomy_id", ""), row
    else:
        yield table, row.get("service_id" if table == "at" else "id", ""), row
    if table in {"at", "services"} and "location_id" in row:
        yield "named", row["location_id"], {}


def _heading(cell: str, table: str) -> str:
    """``location_uuid`` in the table of locations is its ``id``; elsewhere it is a ``location_id``."""
    name = re.sub(r"_uuid$|^uuid$", lambda ending: ending[0].replace("uuid", "id"), clean_text(cell).casefold())
    own = table in {"organization", "location", "service"} and name.startswith(f"{table}_")
    return name.removeprefix(f"{table}_") if own else name


class _Joined:
    """The tables put together into services as JSON nests them, each with its row."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        # Neighbours share them; the rows of one may be many
        self._organization = lru_cache(maxsize=16)(self._whole_organization)
        self._place = lru_cache(maxsize=16)(self._whole_place)
        self._term = lru_cache(maxsize=1024)(lambda key: shelf.last("terms", key))

    def services(self) -> Iterator[tuple[int, Service]]:
        try:
            yield from self._services()
            yield from self._places_alone()
        except TooMany as problem:
            raise NoServices(str(problem)) from problem

    def _services(self) -> Iterator[tuple[int, Service]]:
        for row in self._shelf.each("services"):
            place = self._place(row["location_id"]) if "location_id" in row else None
            own = [{"location": place}] if place else []
            links = [
                {**self._held(at.get("id", "")), "location": self._place(at.get("location_id", ""))}
                for at in self._shelf.under("at", row.get("id", ""))
            ]
            terms = [term for key in _keys(row) if (term := self._term(key)) is not None]
            also = {"organization": self._named_by(row) or self._named_by(place or {}), "taxonomy": terms}
            yield (
                int(row["row"]),
                {**row, **self._held(row.get("id", "")), **also, "service_at_locations": links or own},
            )

    def _places_alone(self) -> Iterator[tuple[int, Service]]:
        for key in self._shelf.keys("locations"):
            if not self._shelf.has("named", key) and (place := self._place(key)):
                organization = self._named_by(place)
                yield int(place["row"]), {"organization": organization, "service_at_locations": [{"location": place}]}

    def _held(self, key: str) -> dict[str, list[Any]]:
        """Phones, addresses and attributes of what has this id."""
        if not key:
            return {name: [] for name in HELD}
        held = {name: self._shelf.under(name, key) for name in HELD}
        for each in held["attributes"]:
            each["taxonomy_term"] = self._term(each.get("taxonomy_term_id") or each.get("taxonomy_id", ""))
        return held

    def _named_by(self, row: Service) -> Service:
        named = {"name": row["organization_name"]} if row.get("organization_name") else {}
        return self._organization(row.get("organization_id", "")) or named

    def _whole_organization(self, key: str) -> Service | None:
        row = self._shelf.last("organizations", key)
        return row | self._held(key) if row else None

    def _whole_place(self, key: str) -> Service | None:
        row = self._shelf.last("locations", key)
        return row | self._held(key) | _written_phones(row) if row else None


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
