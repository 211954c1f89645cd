"""Write the question to a plan (X12 270) that a JSON file describes, or "-" for what is piped in, to standard output.

The fields are explained in intake/insurance/x12/questions.py. Exit status 0 when it was written, 1 when it cannot be:
then standard error names the field to correct, never its value.
"""

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from intake.insurance.management.piping import piped_in, written
from intake.insurance.x12 import CannotAsk
from intake.insurance.x12.questions import write_question


class Command(BaseCommand):
    help = __doc__
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", metavar="FILE", required=True, help='the question; "-" reads standard input')

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            name = options["json"]
            text = piped_in().read() if name == "-" else Path(name).read_bytes()
            body = write_question(json.loads(text), datetime.now().astimezone())
        except CannotAsk as problem:
            self._refuse(str(problem))
        except OSError:
            self._refuse("The file cannot be opened.")
        except (ValueError, RecursionError):
            self._refuse("The file is not JSON.")
        else:
            with written(self):
                self.stdout.write(body.decode("ascii"))

    def _refuse(self, words: str) -> None:
        self.stderr.write(words)
        sys.exit(1)
