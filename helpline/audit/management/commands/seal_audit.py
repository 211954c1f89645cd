"""Chain the rows of the audit record by hash as they are committed, until stopped; or what is there now, with --once.

One at a time: a second one waits until the first has ended. Each head goes into AUDIT_HEADS_FILE.
"""

import signal
from threading import Event
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError, ProgrammingError

from helpline.audit.heads import HeadsFile
from helpline.audit.sealing import Refused, begin, keep_sealing

WHO = (
    "DATABASE_SEALER_URL has to name a role that may log in and is a member of helpline_sealing: "
    "CREATE ROLE helpline_sealer LOGIN NOSUPERUSER NOCREATEDB NOBYPASSRLS PASSWORD '...'; "
    "GRANT helpline_sealing TO helpline_sealer; (.env.example, docs/running.md)"
)


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="seal what is there now, then stop")
        parser.add_argument(
            "--after-restore",
            default="",
            metavar="REASON",
            help="a dump was restored on purpose: note in the heads file from where history was lost, and go on",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        heads, stop = HeadsFile(settings.AUDIT_HEADS_FILE), Event()
        for sign in (signal.SIGTERM, signal.SIGINT):
            signal.signal(sign, lambda *_: stop.set())
        try:
            if not options["once"]:
                keep_sealing(heads, stop, after_restore=options["after_restore"])
                return
            sealer = begin(heads, stop, after_restore=options["after_restore"])
        except Refused as refused:
            raise CommandError(str(refused)) from None
        except (OperationalError, ProgrammingError) as error:
            raise CommandError(f"{error}\n{WHO}") from None
        if sealer is None:
            raise CommandError("Another seal_audit is at work, and does this.")
        self.stdout.write(f"{sealer.look()} sealed; the chain ends at position {sealer.tip.position}")
