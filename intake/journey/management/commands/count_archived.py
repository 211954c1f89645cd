"""Counts of erased inquiries, from which nobody can be known: one line a value, small counts not shown."""

from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from intake.retention.models import Archived
from intake.retention.rules import marks, shown, table

BY = ("state", "age_band", "channel", "urgency", "coverage", "closing")


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("year", type=int)

    def handle(self, *args: Any, **options: Any) -> None:
        rows = list(Archived.objects.filter(year=options["year"]))
        self.stdout.write(f"{options['year']}: {shown(len(rows))} inquiries")
        for name in BY:
            self._print(name, table(Counter(str(getattr(row, name)) or "not known" for row in rows)))
        self._print("classes", marks(Counter(each for row in rows for each in row.classes), of=len(rows)))

    def _print(self, name: str, printed: dict[str, str]) -> None:
        """One table of one dimension: tables that cross dimensions would let a small cell be worked out."""
        for value, count in printed.items():
            self.stdout.write(f"{name:12} {value:24} {count:>10}")
