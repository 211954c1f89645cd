"""``manage.py import_programs FILE --edition samhsa-su-2022``: bring the listings to what a directory
says. What kind of file it is, the file tells.
"""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from helpline.audit.acting import Actor
from helpline.programs.editions import read_coordinates
from helpline.programs.importing import ImportRefused, Outcome, import_directory
from helpline.programs.loading import edition_for
from helpline.programs.models import Edition
from helpline.programs.states import state_code
from helpline.programs.workbook import NotReadable

SHOWN = 50


class Command(BaseCommand):
    help = "Import a directory of programs. One transaction; running it again changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="a workbook, CSV, JSON, or a zip or folder of HSDS tables")
        parser.add_argument("--edition", required=True, help="which directory it is, such as samhsa-su-2022")
        parser.add_argument("--source", default="", help="whose directory it is: makes an edition of their own")
        parser.add_argument("--states", default="", help="add, change and withdraw only in these, such as AL,GA")
        parser.add_argument("--replaces", default="", help="an earlier directory whose listings this one takes over")
        parser.add_argument("--coordinates", type=Path, help="identity,latitude,longitude (.csv.gz) instead of ours")
        parser.add_argument("--dry-run", action="store_true", help="say what would happen and change nothing")
        parser.add_argument(
            "--allow-withdrawing",
            action="store_true",
            help="let the file withdraw more than 5 % of its scope",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            edition, ours = edition_for(options["edition"], options["source"])
            located = read_coordinates(options["coordinates"]) if options["coordinates"] else ours
            outcome = import_directory(
                options["file"],
                edition=edition,
                actor=Actor.process("import_programs"),
                located=located,
                states=states_of(options["states"]),
                dry_run=options["dry_run"],
                allow_withdrawing=options["allow_withdrawing"],
                replaces=_replaced(options["replaces"]),
                watch=lambda rows, total: tqdm(
                    rows, total=total, desc="Reading", unit=" rows", disable=options["verbosity"] == 0
                ),
            )
        except (NotReadable, ImportRefused) as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(summary(outcome, dry_run=options["dry_run"]))


def _replaced(code: str) -> Edition | None:
    if not code:
        return None
    if edition := Edition.objects.filter(code=code).first():
        return edition
    raise CommandError(f"--replaces: there are no listings of an edition “{code}”.")


def summary(outcome: Outcome, *, dry_run: bool = False) -> str:
    """What an import did, for a terminal."""
    counts = [
        f"{'Would be created' if dry_run else 'Created':<18}{outcome.created:>7}",
        f"{'Changed':<18}{outcome.changed:>7}",
        f"{'Unchanged':<18}{outcome.unchanged:>7}",
        f"{'Withdrawn':<18}{outcome.withdrawn:>7}",
        f"{'Back again':<18}{outcome.restored:>7}",
        f"{'Refused':<18}{len({finding.row for finding in outcome.refused}):>7}",
    ]
    if outcome.recognised:
        counts.append(f"{'Recognised':<18}{outcome.recognised:>7}  (among the changed)")
    if outcome.to_decide:
        counts.append(f"{'To decide':<18}{len(outcome.to_decide):>7}  (may be a listing we have: an admin says)")
    if outcome.outside_scope:
        counts.append(f"{'Other states':<18}{outcome.outside_scope:>7}")
    lines = ["Dry run: nothing was changed."] if dry_run else []
    lines += ["The file answers a search and is no whole directory: nothing is withdrawn."] if outcome.is_search else []
    lines += counts
    for title, findings in (("Refused:", outcome.refused), ("Good to know:", outcome.notes)):
        lines += [title, *(f"  {finding}" for finding in findings[:SHOWN])] if findings else []
        lines += [f"  and {len(findings) - SHOWN} more"] if len(findings) > SHOWN else []
    if outcome.unknown_codes:
        told = ", ".join(f"{code} ({count})" for code, count in outcome.unknown_codes.most_common(SHOWN))
        lines.append(f"Codes that are not in the key, kept as they are: {told}")
    if outcome.unknown_services:
        told = "; ".join(f"{name} ({count})" for name, count in outcome.unknown_services.most_common(SHOWN))
        lines.append(f"Services the key of this edition does not name, left unknown: {told}")
    return "\n".join(lines)


def states_of(text: str) -> tuple[str, ...]:
    """``"AL, ga"`` to codes. Raises ``CommandError`` for what is no state."""
    words = [word for word in text.replace(",", " ").split() if word]
    if unknown := [word for word in words if state_code(word) is None]:
        raise CommandError(f"--states: {', '.join(unknown)} is not a state's two postal letters.")
    return tuple(sorted({code for word in words if (code := state_code(word))}))
