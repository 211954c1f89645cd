"""Fill an empty installation for ``script/demo``: the directory, words, payers, staff and invented inquiries."""

import os
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from helpline.accounts.models import User
from helpline.audit.acting import acting
from helpline.demo import ACCOUNTS, PASSWORD
from helpline.payers.models import Payer, PayerKind, PayerRoad
from intake.insurance.sandbox.members import PAYER_ID
from intake.journey.demo import DEMO, SANDBOX, load_inquiries

NAMES = {
    "consultant": ("Cora Nguyen", "consultant"),
    "supervisor": ("Sam Okoro", "supervisor"),
    "verifier": ("Vera Lind", "verifier"),
    "admin": ("Ada Marsh", "admin"),
    "privacy": ("Priya Shah", "privacy_officer"),
}


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("The demo's accounts have a public password: this is refused in production.")
        call_command("load_legal_texts", stdout=self.stdout)
        call_command("load_substances", stdout=self.stdout)
        call_command("load_payers", stdout=self.stdout)
        call_command("load_directory", stdout=self.stdout)
        with acting(DEMO):
            self._accounts()
            self._sandbox_road()
        consultant = User.objects.get(email="consultant@demo.example")
        made = load_inquiries(consultant, tell=self.stdout.write)
        self.stdout.write(f"{made} inquiries made")

    def _accounts(self) -> None:
        for key, _ in ACCOUNTS:
            email, (name, role) = f"{key}@demo.example", NAMES[key]
            if not User.objects.filter(email=email).exists():
                User.objects.create_user(email, PASSWORD, name=name, role=role)

    def _sandbox_road(self) -> None:
        payer, _ = Payer.objects.get_or_create(
            name=SANDBOX, defaults={"kind": PayerKind.PRIVATE, "source": "the project's own sandbox payer"}
        )
        url = os.environ.get("SANDBOX_URL", "http://127.0.0.1:8002/")
        PayerRoad.objects.update_or_create(
            payer=payer,
            defaults={
                "url": url,
                "edi_payer_id": PAYER_ID,
                "sender_id": "HELPLINE",
                "receiver_id": "SANDBOX",
                "user_name": "helpline",
                "password": "sandbox",
                "service_types": ["30", "MH", "AI"],
                "free_to_repeat": True,
            },
        )
