"""Read answers of plans (X12 271, 999, TA1) from files, or "-" for what is piped in: in words, or --json, one a file.

Exit status 0 when every file was read, 1 when one was not readable. What is printed is about a person:
mind where it goes.
"""

import json
import sys
from collections.abc import Iterable
from datetime import date
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandParser

from intake.insurance.management.piping import piped_in, written
from intake.insurance.x12 import read_batch, read_reply, telling
from intake.insurance.x12.segments import MAX_BYTES

CHUNK = 65_536


class Command(BaseCommand):
    help = __doc__
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE")
        parser.add_argument("--json", action="store_true", help="one JSON object a file, on one line")
        parser.add_argument("--on", type=date.fromisoformat, help="the day asked about (YYYY-MM-DD)")

    def handle(self, *args: Any, **options: Any) -> None:
        readable = True
        with written(self):
            for name in options["files"]:
                try:
                    with _opened(name) as file:
                        readable &= self._one(name, file, options)
                except CannotOpen as problem:
                    readable &= self._print(name, telling.unreadable(problem.code, str(problem)), options)
        if not readable:
            sys.exit(1)

    def _one(self, name: str, file: BinaryIO, options: dict[str, Any]) -> bool:
        try:
            head = file.read(MAX_BYTES + 1)
        except OSError:
            raise CannotOpen("cannot_open", "The file cannot be read.") from None
        if len(head) > MAX_BYTES:
            return self._large(name, chain([head], iter(partial(file.read, CHUNK), b"")), options)
        return self._print(name, telling.tell(read_reply(head), options["on"]), options)

    def _print(self, name: str, told: telling.Told, options: dict[str, Any]) -> bool:
        """Write it down, and whether it was readable."""
        told = {"file": name, **told}
        self.stdout.write(json.dumps(told) if options["json"] else "\n".join(in_words(told)))
        return told["kind"] in telling.READ

    def _large(self, name: str, chunks: Iterable[bytes], options: dict[str, Any]) -> bool:
        """A batch: one object as well, but its `answers` are printed while they are read."""
        as_json, whole, between = options["json"], telling.Batch(options["on"]), ""
        if as_json:
            self.stdout.write(f'{{"file": {json.dumps(name)}, "answers": [', ending="")
        for person in whole.people(read_batch(chunks)):
            if as_json:
                self.stdout.write(between + json.dumps(person), ending="")
                between = ", "
            else:
                self.stdout.write("\n".join(in_words({"file": name, "problems": [], "kind": "271", **person})))
        rest = whole.told()
        self.stdout.write(f"], {json.dumps(rest)[1:]}" if as_json else f"{name}: {rest['kind']}")
        return rest["kind"] in telling.READ


class CannotOpen(Exception):
    def __init__(self, code: str, words: str) -> None:
        super().__init__(words)
        self.code = code


def _opened(name: str) -> BinaryIO:
    """Raises ``CannotOpen``."""
    try:
        if name == "-":
            return piped_in()
        return Path(name).open("rb")
    except FileNotFoundError:
        raise CannotOpen("no_file", "There is no such file.") from None
    except IsADirectoryError:
        raise CannotOpen("directory", "This is a directory, not a file.") from None
    except (OSError, ValueError):
        raise CannotOpen("cannot_open", "The file cannot be opened.") from None


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
