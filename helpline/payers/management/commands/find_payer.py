"""``manage.py find_payer "blue cross home" --state AL``: which insurer somebody may mean. Nothing is stored."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from helpline.payers.heard import look_up
from helpline.payers.models import Payer, PayerKind


class Command(BaseCommand):
    help = "Look up what a caller says their insurance is: likely insurers, with what to watch for."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("said", nargs="+", help="as the caller says it, in any spelling")
        parser.add_argument("--state", default="", help="their state, such as AL: Medicaid differs by state")

    def handle(self, *args: Any, **options: Any) -> None:
        if not Payer.objects.exists():
            raise CommandError("There are no payers here yet: run “manage.py load_payers” first.")
        state = options["state"].strip().upper()
        if state and not (len(state) == 2 and state.isascii() and state.isalpha()):
            raise CommandError("--state: write its two postal letters, such as AL.")
        heard = look_up(" ".join(options["said"]), state=state)
        if heard.kinds:
            self.stdout.write(f"By its word: {' or '.join(str(kind.label) for kind in heard.kinds)}.")
        if PayerKind.MEDICAID in heard.kinds and not state:
            self.stdout.write("Each state has its own Medicaid: ask which, or give --state.")
        for one in heard.suggestions:
            known_as = f" (known as “{one.known_as}”)" if one.known_as != one.payer.name else ""
            self.stdout.write(f"{one.alike:>4}  {one.payer.name}{known_as}, {one.payer.get_kind_display()}")
            self.stdout.write("".join(f"      {words}\n" for words in (one.payer.warning, one.payer.source) if words))
            for carved in one.payer.carve_outs.all():
                phone = f", {carved.phone}" if carved.phone else ""
                asked = f"Ask {carved.who}{phone} about substance use cover: {carved.words}. {carved.source}"
                self.stdout.write(f"      {asked}")
        if not heard.suggestions:
            self.stdout.write("Nothing like it is in the directory. Ask them to read the name from the card.")
