"""Erase one closed inquiry because the person asked for it, or counsel did. The code is asked for, not an argument."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from helpline.audit.acting import Actor
from intake.inquiries.models import Inquiry, MoveRefused
from intake.journey.erase import erase
from intake.retention.models import Held


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("inquiry", type=uuid.UUID, help="the inquiry's id, as its page's address has it")
        parser.add_argument("--reason", required=True, choices=["person_asked", "counsel"])
        parser.add_argument("--dry-run", action="store_true", help="say whether it could go, and change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        inquiry = Inquiry.objects.filter(pk=options["inquiry"]).first()
        if inquiry is None:
            raise CommandError("There is no such inquiry; it may be erased already.")
        try:
            with _only_tried(options["dry_run"]):
                erase(inquiry, by=Actor.process("erase_inquiry"), reason=options["reason"])
        except Held:
            raise CommandError("A legal hold keeps it: release the hold first.") from None
        except MoveRefused as refused:
            raise CommandError(f"Not erased: {refused}.") from None
        self.stdout.write("It could be erased. Nothing was changed." if options["dry_run"] else "Erased.")


@contextmanager
def _only_tried(dry_run: bool) -> Iterator[None]:
    """A transaction that a dry run rolls back."""
    with transaction.atomic():
        yield
        transaction.set_rollback(dry_run)
