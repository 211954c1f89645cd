"""Read the whole audit record against its chain and the heads file: what was edited, removed, reordered or added past
the sealer, and where. Exits 0 when it is whole, 1 when it is not.
"""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from helpline.audit.heads import HeadsFile
from helpline.audit.verifying import length, verify


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--heads", type=Path, default=settings.AUDIT_HEADS_FILE, help="the heads file, or a copy")

    def handle(self, *args: Any, **options: Any) -> None:
        with tqdm(total=length(), unit=" rows", disable=None) as bar:
            verdict = verify(HeadsFile(options["heads"]), progress=bar.update)
        for finding in verdict.findings:
            self.stdout.write(str(finding))
        if verdict.uncounted:
            self.stdout.write(f"and {verdict.uncounted} more")
        oldest = f", the oldest {verdict.oldest.total_seconds():.1f} s old" if verdict.oldest else ""
        self.stdout.write(f"{verdict.sealed} records sealed; {verdict.unsealed} not yet sealed{oldest}")
        if not verdict.is_whole:
            raise CommandError("The record is not whole: each place is named above.")
        self.stdout.write("The record is whole.")
