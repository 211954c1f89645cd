"""Giving listings away in Open Referral's HSDS 3.0: services nested in JSON, or the tabular package in a zip.

Only what anybody may see goes out: listed, and no hidden place. A listing is a service of an organisation at a
location, each with an id made from the listing's own: we do not know which listings belong to one organisation. What
the edition says of it are attributes whose taxonomy is the edition's code, so that letters keep their meaning; where we
know nothing, nothing is said.
"""

from __future__ import annotations

import json
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, TextIO
from uuid import UUID, uuid5

from helpline.programs.models import Program, ProgramQuerySet, ServiceCode
from helpline.programs.spreadsheets import Sheet

TABLES: dict[str, tuple[str, ...]] = {
    "organization": ("id", "name", "description"),
    "service": ("id", "organization_id", "name", "description", "status", "assured_date", "last_modified"),
    "location": ("id", "location_type", "organization_id", "name", "latitude", "longitude"),
    "service_at_location": ("id", "service_id", "location_id"),
    "address": (
        "id", "location_id", "address_1", "address_2", "city", "state_province", "postal_code", "country",
        "address_type",
    ),
    "phone": ("id", "service_id", "number", "extension", "type", "description"),
    "attribute": ("id", "link_id", "taxonomy_term_id", "link_entity"),
    "taxonomy": ("id", "name", "description"),
    "taxonomy_term": ("id", "code", "name", "description", "taxonomy", "taxonomy_id"),
}  # fmt: skip
"""The tables we have something for, with columns of HSDS 3.0."""
FILES = {
    "organization": "organizations.csv", "service": "services.csv", "location": "locations.csv",
    "service_at_location": "service_at_location.csv", "address": "addresses.csv", "phone": "phones.csv",
    "attribute": "attributes.csv", "taxonomy": "taxonomies.csv", "taxonomy_term": "taxonomy_terms.csv",
}  # fmt: skip
SHARED = {"taxonomy", "taxonomy_term"}
AT_A_TIME = 500

Node = dict[str, Any]


def services(programs: ProgramQuerySet) -> Iterator[Node]:
    """Each listing that may be given away as a service of HSDS 3.0 with all that belongs to it."""
    editions = programs.order_by().values_list("edition", flat=True).distinct()
    terms = {edition: _terms(edition) for edition in editions}
    for program in programs.public().select_related("edition").order_by("id").iterator(AT_A_TIME):
        yield _service(program, terms[program.edition_id])


def write_json(programs: ProgramQuerySet, file: TextIO) -> int:
    """One list of services. Returns how many."""
    count = 0
    file.write("[")
    for count, service in enumerate(services(programs), 1):
        file.write(",\n" if count > 1 else "\n")
        file.write(json.dumps(service, ensure_ascii=False))
    file.write("\n]\n")
    return count


def write_package(programs: ProgramQuerySet, path: Path) -> int:
    """The tabular package: a CSV a table, harmless in a spreadsheet (``hsds`` reads it back as it was), and
    ``datapackage.json``. Returns how many services.
    """
    count = 0
    seen: set[str] = set()
    with ExitStack() as stack, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        files = {name: stack.enter_context((folder / file).open("w", newline="")) for name, file in FILES.items()}
        tables = {name: Sheet(file) for name, file in files.items()}
        for name, columns in TABLES.items():
            tables[name].write(columns)
        for service in services(programs):
            count += 1
            for name, row in _rows(service):
                # Terms belong to many services; every other row to one
                if row["id"] not in seen:
                    tables[name].write(row.get(column, "") for column in TABLES[name])
                if name in SHARED:
                    seen.add(row["id"])
        for name, file in files.items():
            file.close()
            package.write(folder / FILES[name], FILES[name])
        package.writestr("datapackage.json", json.dumps(_described(), indent=1))
    return count


def _service(program: Program, terms: dict[int, Node]) -> Node:
    own, name = program.pk, program.name2 or program.name1
    assured = {"assured_date": program.verified_at.date().isoformat()} if program.verified_at else {}
    codes = [terms[code] for code in program.codes if code in terms]
    codes += [_term(program.edition.code, code, code) for code in program.unknown_codes]
    return {
        "id": str(own),
        "name": name,
        "description": str(program.as_published()),
        "status": "active",
        **assured,
        "last_modified": program.changed_at.isoformat(),
        "organization": {
            "id": _id(own, "organization"),
            "name": program.name1,
            "description": f"{program.edition.name}. {program.edition.attribution}",
        },
        "phones": list(_phones(program)),
        "service_at_locations": [{"id": _id(own, "service_at_location"), "location": _location(program, name)}],
        "attributes": [
            {"id": _id(own, term["id"]), "link_entity": "service", "link_id": str(own), "taxonomy_term": term}
            for term in codes
        ],
    }


def _location(program: Program, name: str) -> Node:
    """The middle of a ZIP code is not where it is, and is not said."""
    known = program.located_by in {Program.LocatedBy.STREET, Program.LocatedBy.PERSON}
    return {
        "id": _id(program.pk, "location"),
        "location_type": "physical",
        "name": name,
        **({"latitude": program.latitude, "longitude": program.longitude} if known else {}),
        "addresses": [
            {
                "id": _id(program.pk, "address"),
                "address_1": program.street1,
                "address_2": program.street2,
                "city": program.city,
                "state_province": program.state,
                "postal_code": program.zip,
                "country": "US",
                "address_type": "physical",
            }
        ],
    }


def _phones(program: Program) -> Iterator[Node]:
    written = [(program.phone, "")] if program.phone else []
    for number, description in [*written, *((line, "Intake") for line in program.intake_lines)]:
        digits, _x, extension = number.partition(" x")
        also = {name: said for name, said in (("extension", extension), ("description", description)) if said}
        yield {"id": _id(program.pk, f"phone {number} {description}"), "number": digits, "type": "voice", **also}


def _terms(edition: int) -> dict[int, Node]:
    codes = ServiceCode.objects.filter(edition=edition).select_related("edition")
    return {code.pk: _term(code.edition.code, code.code, code.name, code.category_name) for code in codes}


def _term(edition: str, code: str, name: str, category: str = "") -> Node:
    return {
        "id": _id(uuid5(UUID(int=0), edition), code), "code": code, "name": name, "description": category or name,
        "taxonomy": edition,
    }  # fmt: skip


def _id(of: UUID, what: str) -> str:
    return str(uuid5(of, what))


def _rows(service: Node) -> Iterator[tuple[str, Node]]:
    """The rows of the tables one service comes apart into."""
    organization, key = service["organization"], {"service_id": service["id"]}
    yield "organization", organization
    yield "service", service | {"organization_id": organization["id"]}
    for phone in service["phones"]:
        yield "phone", phone | key
    for at_place in service["service_at_locations"]:
        place = at_place["location"]
        yield "location", place | {"organization_id": organization["id"]}
        yield "service_at_location", at_place | key | {"location_id": place["id"]}
        for address in place["addresses"]:
            yield "address", address | {"location_id": place["id"]}
    for attribute in service["attributes"]:
        term = attribute["taxonomy_term"]
        taxonomy = _id(UUID(int=0), term["taxonomy"])
        yield "attribute", attribute | {"taxonomy_term_id": term["id"]}
        yield "taxonomy_term", term | {"taxonomy_id": taxonomy}
        yield "taxonomy", {"id": taxonomy, "name": term["taxonomy"], "description": term["taxonomy"]}


def _described() -> Node:
    """``datapackage.json``: what the package holds (Frictionless tabular data package)."""
    resources = [_resource(name, columns) for name, columns in TABLES.items()]
    return {"profile": "tabular-data-package", "name": "hsds", "resources": resources}


def _resource(name: str, columns: tuple[str, ...]) -> Node:
    types = {"latitude": "number", "longitude": "number", "assured_date": "date", "last_modified": "datetime"}
    fields = [{"name": column, "type": types.get(column, "string")} for column in columns]
    schema = {"primaryKey": "id", "fields": fields}
    return {"profile": "tabular-data-resource", "name": name, "path": FILES[name], "schema": schema}
