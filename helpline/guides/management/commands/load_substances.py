from typing import Any

from django.core.management.base import BaseCommand

from helpline.guides.loading import load_substances


class Command(BaseCommand):
    help = "Load substances and the words people use for them. Safe to run again."

    def handle(self, *args: Any, **options: Any) -> None:
        loaded = load_substances()
        self.stdout.write(f"{loaded.substances} substances, {loaded.terms} terms, {loaded.removed} terms removed")
