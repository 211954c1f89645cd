"""Keep one record whatever the rules of retention say, until the hold is released. Why is asked for, not typed."""

import uuid
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import IntegrityError, transaction

from helpline.accounts.models import User
from helpline.accounts.permissions import Permission
from intake.inquiries.models import Inquiry
from intake.journey.erase import hold, release
from intake.retention.models import LegalHold


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("inquiry", type=uuid.UUID, help="the inquiry's id, as its page's address has it")
        parser.add_argument("--by", required=True, help="e-mail address of the privacy officer who decided")
        parser.add_argument("--release", action="store_true", help="end the hold: the rules apply again")
        parser.add_argument("--dry-run", action="store_true", help="say what would happen, and change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        officer = User.objects.filter(email__iexact=options["by"], is_active=True).first()
        if officer is None or not officer.may(Permission.KEEP_PRIVACY):
            raise CommandError("Only a privacy officer with an account here holds or releases a record.")
        why = "" if options["release"] else input("Why must it be kept (who asked, by which paper)? ").strip()
        with transaction.atomic():
            done = (
                _released(options["inquiry"], officer)
                if options["release"]
                else _held(options["inquiry"], why, officer)
            )
            transaction.set_rollback(options["dry_run"])
        self.stdout.write(f"{done} Nothing was changed." if options["dry_run"] else done)


def _held(inquiry_id: uuid.UUID, why: str, officer: User) -> str:
    inquiry = Inquiry.objects.filter(pk=inquiry_id).first()
    if inquiry is None:
        raise CommandError("There is no such inquiry; it may be erased already.")
    if not why:
        raise CommandError("Not held: say why.")
    try:
        hold(inquiry, why=why, by=officer)
    except IntegrityError:
        raise CommandError("It is held already.") from None
    return "It is held: no rule and no request erases it."


def _released(inquiry_id: uuid.UUID, officer: User) -> str:
    held = LegalHold.objects.in_force().filter(inquiry_id=inquiry_id).first()
    if held is None:
        raise CommandError("No hold keeps this record.")
    release(held, by=officer)
    return "The hold is released: the rules apply again."
