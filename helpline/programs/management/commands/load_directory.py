"""``manage.py load_directory``: ZIP codes, service codes and the directory that come with the project."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand

from helpline.programs.editions import DATA, EDITIONS
from helpline.programs.loading import load_edition, load_places

PARTS = ("places", "codes", "programs")


class Command(BaseCommand):
    help = "Load the ZIP codes, the service codes and the 2022 directory. Running it again changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--only", choices=PARTS, action="append", help="load only this part (may be repeated)")

    def handle(self, *args: Any, **options: Any) -> None:
        parts = options["only"] or PARTS
        if "places" in parts:
            self.stdout.write(f"ZIP codes: {load_places():,} new or different")
        if "codes" in parts:
            for files in EDITIONS.values():
                edition = load_edition(files)
                self.stdout.write(f"{edition}: {edition.service_codes.count()} service codes")
        if "programs" in parts:
            for files in EDITIONS.values():
                if files.workbook:
                    call_command(
                        "import_programs",
                        DATA / files.workbook,
                        edition=files.code,
                        verbosity=options["verbosity"],
                        stdout=self.stdout,
                    )
