"""Ask payers without any broker, until stopped, or once with --once: looks for due questions every few seconds; every
minute takes in the answers that came by file, and lays repeated checks beside the ones before, as the beat would.
"""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from intake.insurance.draining import drain, patiently
from intake.insurance.exchanging import exchange
from intake.journey.cover_changed import compare_answers

EVERY_MINUTE = 60


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="work what is due now, then stop")
        parser.add_argument("--every", type=float, default=2.0, help="seconds between looks")

    def handle(self, *args: Any, **options: Any) -> None:
        next_minute = time.monotonic()
        while True:
            self._say(drain(), "answered")
            if time.monotonic() >= next_minute:
                next_minute = time.monotonic() + EVERY_MINUTE
                self._say(sum(patiently(exchange).values()), "came by file")
                self._say(patiently(compare_answers), "say something else that matters")
            if options["once"]:
                return
            time.sleep(options["every"])

    def _say(self, count: int, what: str) -> None:
        if count:
            self.stdout.write(f"{count} {what}")
