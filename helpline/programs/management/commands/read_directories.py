"""``manage.py read_directories``: what the worker does with directories sent by the web, without a worker."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from helpline.programs.uploads import work


class Command(BaseCommand):
    help = "Try or import the directories that were sent by the web and wait."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{work()} read")
