"""Run the sandbox payer: a real server that reads 270s and answers 271s, from a table of invented members."""

from argparse import ArgumentTypeError
from typing import Any

import uvicorn
from django.core.management.base import BaseCommand, CommandParser


def port(said: str) -> int:
    if not said.isdecimal() or not 0 < int(said[:6]) < 65_536:
        raise ArgumentTypeError("a port is a number from 1 to 65535")
    return int(said)


class Command(BaseCommand):
    help = __doc__
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=port, default=8002)

    def handle(self, *args: Any, **options: Any) -> None:
        uvicorn.run(
            "intake.insurance.sandbox.app:app",
            host=options["host"],
            port=options["port"],
            log_level="warning",
            access_log=False,
        )
