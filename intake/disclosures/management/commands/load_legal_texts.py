from typing import Any

from django.core.management.base import BaseCommand, CommandError

from intake.disclosures.legal_texts import TextChanged, load_texts


class Command(BaseCommand):
    help = "Load the legal texts of this release. Safe to run again; a version that was loaded is never changed."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self.stdout.write(f"{load_texts()} texts added")
        except TextChanged as changed:
            raise CommandError(f"{changed} was loaded with other words before: give the file a new version.") from None
