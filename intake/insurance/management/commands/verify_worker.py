"""Ask payers without any broker: looks for due questions every few seconds until stopped, or once with --once."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from intake.insurance.draining import drain


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="work what is due now, then stop")
        parser.add_argument("--every", type=float, default=2.0, help="seconds between looks")

    def handle(self, *args: Any, **options: Any) -> None:
        while True:
            finished = drain()
            if finished:
                self.stdout.write(f"{finished} answered")
            if options["once"]:
                return
            time.sleep(options["every"])
