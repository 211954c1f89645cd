"""``manage.py export_hsds FILE``: the listings anybody may see, in Open Referral's HSDS 3.0. A name that ends in .zip
gets the tabular package, one that ends in .gz gzipped JSON, any other JSON.
"""

from __future__ import annotations

import gzip
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from helpline.programs.exporting import write_json, write_package
from helpline.programs.formats import LARGEST_FILE
from helpline.programs.management.commands.import_programs import states_of
from helpline.programs.models import Edition, Program


class Command(BaseCommand):
    help = "Export the public listings as HSDS 3.0. Hidden places, and what is not listed, never go out."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "file", type=Path, help="where to write: name.zip for tables, name.json or name.json.gz for JSON"
        )
        parser.add_argument("--edition", default="", help="only this directory, such as samhsa-su-2022")
        parser.add_argument("--states", default="", help="only these, such as AL,GA")

    def handle(self, *args: Any, **options: Any) -> None:
        programs, path = Program.objects.all(), options["file"]
        if options["edition"]:
            if not Edition.objects.filter(code=options["edition"]).exists():
                raise CommandError(f"There is no edition “{options['edition']}” here.")
            programs = programs.filter(edition__code=options["edition"])
        if states := states_of(options["states"]):
            programs = programs.filter(state__in=states)
        try:
            if path.suffix.casefold() == ".zip":
                count = write_package(programs, path)
            else:
                opened = gzip.open if path.suffix.casefold() == ".gz" else open
                with opened(path, "wt", encoding="utf-8") as file:
                    count = write_json(programs, file)
        except OSError as problem:
            raise CommandError(f"{path} cannot be written: {problem.strerror or problem}.") from problem
        self.stdout.write(f"{count:,} listings written to {path}.")
        if path.stat().st_size > LARGEST_FILE:
            self.stdout.write("That is more than import_programs reads: choose a .json.gz, a .zip, or --states.")
