"""What an import takes of memory: the peak of a fresh process (resident set), for files of more and more rows.

Prints ``name, ours, floor, ratio, goal, met|missed``: the floor is the peak at the directory's own size, the goal 1.15
of it. The files are made of the 2022 directory, each time under other names: as a workbook, as a wide CSV with one
column a code, and as the tables of HSDS in a zip, there with at most six services of each listing so that a million
fits. Where ``MILLION`` is set, a million rows of the last two are imported, too. Each import is a dry run, so that all
begin with the same table. Works as the owner in a database of its own, which goes with the throw-away servers of
script/bench.
"""

from __future__ import annotations

import csv
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID, uuid4
from xml.sax.saxutils import escape

import psycopg
from psycopg.sql import SQL, Identifier

from helpline.local import prepare

if TYPE_CHECKING:
    from helpline.programs.editions import EditionFiles

SIZES = (12_000, 100_000)
MILLION = 1_000_000
GOAL = 1.15
MOST_TERMS = 6
EDITION = "samhsa-su-2022"
TABLES = {
    "organizations": ("id", "name"),
    "services": ("id", "organization_id", "name", "status"),
    "locations": ("id", "name"),
    "service_at_location": ("id", "service_id", "location_id"),
    "addresses": ("id", "location_id", "address_1", "address_2", "city", "state_province", "postal_code"),
    "phones": ("id", "service_id", "number"),
    "attributes": ("id", "link_id", "taxonomy_term_id"),
    "taxonomy_terms": ("id", "code", "name", "taxonomy"),
}
SHEETS = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
RELATED = ("officeDocument", "package")
Row = dict[str, str]


def main() -> int:
    if len(sys.argv) > 1:
        return one(Path(sys.argv[1]))
    prepare()
    url, name = os.environ["DATABASE_OWNER_URL"], f"bench_{uuid4().hex[:10]}"
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))
    os.environ["DATABASE_OWNER_URL"] = urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
    begin()
    from django.core.management import call_command
    from django.db import connection

    from helpline.programs.loading import load_edition, load_places

    call_command("migrate", verbosity=0)
    load_places()
    load_edition(files())
    connection.close()
    missed = 0
    with TemporaryDirectory() as folder:
        for kind, write in KINDS.items():
            sizes = (*SIZES, MILLION) if os.environ.get("MILLION") and kind != "workbook.xlsx" else SIZES
            peaks = []
            for size in sizes:
                path = Path(folder) / kind
                write(path, made(size))
                peaks.append(peak(path))
                path.unlink()
            for size, reached in zip(sizes[1:], peaks[1:], strict=True):
                missed += line(f"memory: {kind} of {size} beside {SIZES[0]}", reached, peaks[0])
    return int(missed > 0)


def begin() -> None:
    os.environ["HELPLINE_DB_ROLE"] = "owner"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpline.settings")
    import django

    django.setup()


def one(path: Path) -> int:
    """In a process of its own: import the file as a trial and say the peak in KiB."""
    begin()
    from helpline.audit.acting import Actor
    from helpline.programs.importing import import_directory
    from helpline.programs.models import Edition

    edition = Edition.objects.get(code=EDITION)
    import_directory(path, edition=edition, actor=Actor.process("bench"), dry_run=True)
    # Not getrusage: its peak begins with that of the process that started this one
    print(re.findall(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[0])
    return 0


def peak(path: Path) -> int:
    """The peak in KiB; 0 when the file was refused, whose words are told."""
    ran = subprocess.run([sys.executable, "-m", "bench.memory", str(path)], capture_output=True, text=True, check=False)
    if ran.returncode:
        print(f"# {path.name}: {ran.stderr.strip().splitlines()[-1][:160]}", flush=True)
        return 0
    return int(ran.stdout.split()[-1])


def line(name: str, ours: int, floor: int) -> bool:
    ratio = ours / floor if floor else 0.0
    missed = not 0 < ratio <= GOAL
    verdict = "missed" if missed else "met"
    print(f"{name}, {ours >> 10} MiB, {floor >> 10} MiB, {ratio:.2f}, {GOAL}, {verdict}", flush=True)
    return missed


def made(size: int) -> Iterator[Row]:
    """So many rows of the directory, over and over, each time under other names."""
    from helpline.programs.workbook import open_workbook

    book = open_workbook(path_of_directory())
    rows = [
        {name: cell(cells[at]) if at < len(cells) else "" for name, at in book.columns.items()}
        for _number, cells in islice(book.lines(), SIZES[0])
    ]
    for number in range(size):
        row = rows[number % len(rows)]
        yield {**row, "name1": f"{number // len(rows)} {row['name1']}"}


def cell(value: object) -> str:
    return str(int(value)) if isinstance(value, float) else str(value or "")


def as_workbook(path: Path, rows: Iterator[Row]) -> None:
    """As Excel writes it: each text once, in a table of its own."""
    places: dict[str, int] = {}
    with TemporaryDirectory(dir=path.parent) as folder, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        sheet_file, texts_file = Path(folder) / "sheet", Path(folder) / "texts"
        with sheet_file.open("w", encoding="utf-8") as sheet, texts_file.open("w", encoding="utf-8") as texts:
            sheet.write(f"<worksheet {SHEETS}><sheetData>")
            texts.write(f"<sst {SHEETS}>")
            for number, row in enumerate(rows, 1):
                for cells in (list(row), list(row.values())) if number == 1 else (list(row.values()),):
                    sheet.write("<row>")
                    for text in cells:
                        if text not in places:
                            places[text] = len(places)
                            texts.write(f"<si><t>{escape(text)}</t></si>")
                        sheet.write(f'<c t="s"><v>{places[text]}</v></c>')
                    sheet.write("</row>")
            sheet.write("</sheetData></worksheet>")
            texts.write("</sst>")
        relations, package = (f"http://schemas.openxmlformats.org/{kind}/2006/relationships" for kind in RELATED)
        book.writestr("[Content_Types].xml", "<Types/>")
        book.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{package}">'
            f'<Relationship Id="r1" Type="{relations}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        )
        book.writestr(
            "xl/workbook.xml",
            f'<workbook {SHEETS} xmlns:r="{relations}"><sheets><sheet name="A" sheetId="1" r:id="r1"/></sheets>'
            "</workbook>",
        )
        book.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{package}">'
            f'<Relationship Id="r1" Type="{relations}/worksheet" Target="worksheets/sheet1.xml"/>'
            f'<Relationship Id="r2" Type="{relations}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
        )
        book.write(sheet_file, "xl/worksheets/sheet1.xml")
        book.write(texts_file, "xl/sharedStrings.xml")


def as_csv(path: Path, rows: Iterator[Row]) -> None:
    codes = [code.code.casefold() for code in files().codes()]
    with path.open("w", newline="", encoding="utf-8") as file:
        sheet: csv.DictWriter[str] | None = None
        for row in rows:
            said = set(row.pop("service_code_info").casefold().split())
            if sheet is None:
                sheet = csv.DictWriter(file, [*row, *codes])
                sheet.writeheader()
            sheet.writerow({**row, **{code: "1" if code in said else "" for code in codes}})


def as_package(path: Path, rows: Iterator[Row]) -> None:
    with (
        ExitStack() as stack,
        TemporaryDirectory(dir=path.parent) as folder,
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as package,
    ):
        opened = {name: stack.enter_context((Path(folder) / name).open("w", newline="")) for name in TABLES}
        sheets = {name: csv.writer(file) for name, file in opened.items()}
        for name, columns in TABLES.items():
            sheets[name].writerow(columns)
        terms = {code.code: (_id(0, code.code), code.code, code.name, EDITION) for code in files().codes()}
        sheets["taxonomy_terms"].writerows(terms.values())
        for number, row in enumerate(rows, 1):
            organization, service, place, at, other = (_id(number, kind) for kind in "oslax")
            name = row["name2"] or row["name1"]
            sheets["organizations"].writerow((organization, row["name1"]))
            sheets["services"].writerow((service, organization, name, "active"))
            sheets["locations"].writerow((place, name))
            sheets["service_at_location"].writerow((at, service, place))
            street = (row["street1"], row["street2"], row["city"], row["state"], row["zip"])
            sheets["addresses"].writerow((other, place, *street))
            sheets["phones"].writerow((other, service, row["phone"] or row["intake1"]))
            known = [code for code in re.split(r"[ *]+", row["service_code_info"]) if code in terms]
            sheets["attributes"].writerows((_id(number, code), service, terms[code][0]) for code in known[:MOST_TERMS])
        for name, file in opened.items():
            file.close()
            package.write(Path(folder) / name, f"{name}.csv")


def _id(number: int, kind: str) -> str:
    return str(UUID(bytes=f"{number:012d}{kind:.4}".encode().ljust(16)[:16]))


def files() -> EditionFiles:
    from helpline.programs.editions import EDITIONS

    return EDITIONS[EDITION]


def path_of_directory() -> Path:
    from helpline.programs.editions import DATA

    return DATA / str(files().workbook)


KINDS: dict[str, Callable[[Path, Iterator[Row]], None]] = {
    "workbook.xlsx": as_workbook,
    "wide.csv": as_csv,
    "package.zip": as_package,
}


if __name__ == "__main__":
    sys.exit(main())
