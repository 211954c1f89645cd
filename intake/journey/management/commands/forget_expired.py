"""Forget what is over (the beat does it every day): unsent forms, used-up links, sessions, old events."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from intake.journey.forget import forget_expired


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="count what would go, and change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        for kind, count in forget_expired(dry_run=options["dry_run"]).items():
            self.stdout.write(f"{count:8,} {kind}{'' if count == 1 else 's'}")
        if options["dry_run"]:
            self.stdout.write("Nothing was changed.")
