"""Ask plans again where a place is awaited and the person agreed to that (the beat does it every morning)."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from intake.journey.ask_again import ask_again


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="count the plans that would be asked, and ask none")

    def handle(self, *args: Any, **options: Any) -> None:
        count = ask_again(today=timezone.localdate(), dry_run=options["dry_run"])
        self.stdout.write(f"{count:8,} plan{'' if count == 1 else 's'} to ask again")
        if options["dry_run"]:
            self.stdout.write("Nothing was changed.")
