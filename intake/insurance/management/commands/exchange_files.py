"""Drop the questions that go by file and take in the answers that lie there, once; the beat does this every minute.

Exit status 1 when a file could not be matched: it lies in the folder "quarantine", for a person to look at.
"""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from intake.insurance.draining import drain
from intake.insurance.exchanging import TO_LOOK_AT, exchange


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        sent = drain()
        fates = exchange()
        told = ", ".join(f"{count} {fate.value.replace('_', ' ')}" for fate, count in sorted(fates.items()))
        self.stdout.write(f"{sent} asked; {told or 'nothing came in'}")
        if any(fates[fate] for fate in TO_LOOK_AT):
            sys.exit(1)
