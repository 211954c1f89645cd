"""Forget what is over (the beat does it every day): unsent forms, used-up links, sessions, old events."""

from typing import Any

from django.core.management.base import BaseCommand

from intake.journey.forget import forget_expired


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        for kind, count in forget_expired().items():
            self.stdout.write(f"{count:8,} {kind}{'' if count == 1 else 's'}")
