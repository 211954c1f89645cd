"""Show each text nobody has signed off yet, and ask whoever runs this whether they answer for it."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from helpline.audit.acting import Actor, acting
from intake.disclosures.legal_texts import current_texts, load_texts


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--by", required=True, help="full name of the person who answers for the texts")
        parser.add_argument("--role", required=True, help="what gives them the right to: counsel, privacy officer")
        parser.add_argument("--kind", help="only this text")

    def handle(self, *args: Any, by: str, role: str, kind: str | None = None, **options: Any) -> None:
        if not by.strip() or not role.strip():
            raise CommandError("A sign-off names a person and their role.")
        load_texts()
        left = 0
        for wording, row in current_texts():
            if row is None or row.signed_off_at or (kind and wording.kind != kind):
                continue
            origin = "the regulation's own words" if wording.verbatim else "our words"
            self.stdout.write(f"\n=== {wording.title} ({wording.kind}, version {wording.version}, {origin})")
            self.stdout.write(f"Source: {wording.source}, {wording.source_date}\nRead: {wording.read_where}\n")
            self.stdout.write(wording.text)
            if input(f"\n{by}, {role}: do you answer for this text? Type yes, or anything else to leave it: ") != "yes":
                left += 1
                continue
            with acting(Actor.process("sign_off_texts")):
                row.sign_off(name=by, role=role)
        self.stdout.write(f"\n{left} texts left unsigned" if left else "\nNo text of these is left unsigned")
