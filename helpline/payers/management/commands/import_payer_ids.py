"""Import by which id a clearinghouse knows each payer, from a CSV: payer, clearinghouse, edi_payer_id.

Refused rows are told with row, field and reason; the others are kept unless --dry-run. --undo takes one import back.
"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from helpline.audit.acting import Actor
from helpline.payers.edi_ids import CannotTakeBack, keep, take_back, try_ids
from helpline.payers.models import EdiChange

BY = Actor.process("import_payer_ids")


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, help="a CSV in UTF-8")
        parser.add_argument("--dry-run", action="store_true", help="say what it would do, and change nothing")
        parser.add_argument("--undo", type=UUID, metavar="ID", help="take the import with this id back")

    def handle(self, *args: Any, **options: Any) -> None:
        if bool(options["file"]) == bool(options["undo"]):
            raise CommandError("Give a file, or --undo with the id of an import.")
        if options["undo"]:
            self._undo(options["undo"])
            return
        try:
            trial = try_ids(options["file"].read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as problem:
            raise CommandError(f"It cannot be read as text: {problem}") from None
        for one in trial.refused:
            self.stdout.write(f"row {one.row}, {one.field}: {one.reason}")
        for each in trial.entries:
            was = f" (was {each.before})" if each.before else ""
            self.stdout.write(f"{each.payer_name} at {each.clearinghouse}: {each.after}{was}")
        change = None if options["dry_run"] else keep(trial, name=options["file"].name, by=BY)
        done = f"kept as {change.pk}" if change else "nothing was changed"
        counts = f"{len(trial.entries)} new or changed, {trial.unchanged} as before, {len(trial.refused)} problems"
        self.stdout.write(f"{counts}; {done}")

    def _undo(self, change_id: UUID) -> None:
        try:
            back = take_back(change_id, by=BY)
        except (CannotTakeBack, EdiChange.DoesNotExist) as problem:
            raise CommandError(str(problem)) from None
        self.stdout.write(f"{back} ids are again what they were.")
