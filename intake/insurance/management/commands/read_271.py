"""Read answers of plans (X12 271, 999, TA1) from files, or "-" for what is piped in: in words, or --json, one a file.

Exit status 0 when every file was read, 1 when one was not readable. What is printed is about a person: mind where it goes.
"""

import json
import sys
from argparse import RawDescriptionHelpFormatter
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from intake.insurance.x12 import telling
from intake.insurance.x12.reading import read_reply
from intake.insurance.x12.segments import MAX_BYTES


class Command(BaseCommand):
    help = __doc__
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.formatter_class = RawDescriptionHelpFormatter
        parser.add_argument("files", nargs="+", metavar="FILE")
        parser.add_argument("--json", action="store_true", help="one JSON object a file, on one line")
        parser.add_argument("--on", type=date.fromisoformat, help="the day asked about (YYYY-MM-DD)")

    def handle(self, *args: Any, **options: Any) -> None:
        readable = True
        for name in options["files"]:
            told = {"file": name, **_tell(name, options["on"])}
            readable &= told["kind"] in telling.READ
            self.stdout.write(json.dumps(told) if options["json"] else "\n".join(in_words(told)))
        if not readable:
            sys.exit(1)


def _tell(name: str, on: date | None) -> telling.Told:
    """The object of one file. Never raises: what cannot be opened is an object too."""
    try:
        body = sys.stdin.buffer.read(MAX_BYTES + 1) if name == "-" else _read(Path(name))
    except FileNotFoundError:
        return telling.unreadable("no_file", "There is no such file.")
    except IsADirectoryError:
        return telling.unreadable("directory", "This is a directory, not a file.")
    except (OSError, ValueError):
        return telling.unreadable("cannot_open", "The file cannot be opened.")
    return telling.tell(read_reply(body), on)


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(MAX_BYTES + 1)


def in_words(told: telling.Told) -> Iterable[str]:
    """A few plain lines about one file."""
    yield f"{told['file']}: {told['kind']}"
    yield from (f"  {problem['words']}" for problem in told["problems"])
    for person in told.get("answers", [told]):
        traces = ", ".join(person["trace_numbers"])
        yield from [f"  Reference {traces}"] if traces else []
        yield from (f"  {r['loop']} {r['code']}: {r['what_to_do']}" for r in person["rejections"])
        for plan in person["plans"]:
            yield f"  {plan['name'] or plan['insurance_type'] or 'Plan'}: {plan['words']}"
        if person["plans"]:
            yield f"  Substance use: {person['substance_use']['coverage'].replace('_', ' ')}"
            yield f"  Mental health: {person['mental_health']['coverage'].replace('_', ' ')}"
        yield from (f"  {suggestion['words']}" for suggestion in person["suggestions"])
