"""Load the payer directory that ships with the project. Safe to run again."""

from typing import Any

from django.core.management.base import BaseCommand

from helpline.audit.acting import Actor, acting
from helpline.payers.loading import load_payers


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        with acting(Actor.process("load_payers")):
            self.stdout.write(f"{load_payers()} payers")
