"""Erase what the rules of intake/retention/rules.py let go; what is under a legal hold stays."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from intake.journey.erase import retire
from intake.journey.let_go import let_go
from intake.retention.rules import KEPT, RULES


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="count what would go, and change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        for rule in RULES:
            self.stdout.write(f"{rule.kind}: {rule.after.days} days after it was {rule.since}. {rule.source}.")
        for kept in KEPT:
            when = f"{kept.after.days} days after it was {kept.since}" if kept.after else "kept until a person decides"
            self.stdout.write(f"{kept.kind}: {when}. {kept.source}.")
        how: dict[str, Any] = {"now": timezone.now(), "tell": self.stdout.write, "dry_run": options["dry_run"]}
        counted, ours = retire(**how), let_go(**how)
        ours["held, of our own work"] = ours.pop("held")
        for kind, count in (counted | ours).items():
            self.stdout.write(f"{count:8,} {kind}")
        if options["dry_run"]:
            self.stdout.write("Nothing was changed.")
