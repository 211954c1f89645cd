"""Erase what the rules of intake/retention/rules.py let go; what is under a legal hold stays."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from intake.journey.erase import retire
from intake.retention.rules import RULES


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="count what would go, and change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        for rule in RULES:
            self.stdout.write(f"{rule.kind}: {rule.after.days} days after it was {rule.since}. {rule.source}.")
        counted = retire(now=timezone.now(), tell=self.stdout.write, dry_run=options["dry_run"])
        for kind, count in counted.items():
            self.stdout.write(f"{count:8,} {kind}")
        if options["dry_run"]:
            self.stdout.write("Nothing was changed.")
