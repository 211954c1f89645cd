"""Say how one payer is asked by computer. Without a road a payer is asked by phone.

The clearinghouse's password is asked for, or read from ROAD_PASSWORD: never an argument, which other accounts can see.
"""

import os
from getpass import getpass
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from helpline.audit.acting import Actor, acting
from helpline.payers.models import Payer, PayerRoad, RoadKind


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("payer", help="the payer's name, or one of its aliases, as load_payers has it")
        parser.add_argument("--kind", choices=RoadKind.values, default="core_mime", help="its protocol: %(default)s")
        parser.add_argument("--url", required=True, help="the clearinghouse's address for this kind")
        parser.add_argument("--payer-id", required=True, help="the payer's id at this clearinghouse (NM109)")
        parser.add_argument("--sender", required=True, help="our id there (ISA06), at most 15 characters")
        parser.add_argument("--receiver", required=True, help="its own id (ISA08), at most 15 characters")
        parser.add_argument("--user", default="", help="the user name of the connection")
        parser.add_argument("--service-types", default="30,MH,AI", help="what is asked, by comma: %(default)s")
        parser.add_argument("--free-to-repeat", action="store_true", help="a question asked twice is not billed twice")
        parser.add_argument("--production", action="store_true", help="real questions (ISA15 P); otherwise tests")
        parser.add_argument("--off", action="store_true", help="keep the road, but ask by phone")

    def handle(self, *args: Any, **options: Any) -> None:
        payer = Payer.objects.named(options["payer"])
        if payer is None:
            raise CommandError(f"No payer, or several, are called “{options['payer']}”.")
        address = urlsplit(options["url"])
        if address.hostname not in settings.CLEARINGHOUSE_ALLOWED_HOSTS:
            raise CommandError(f"Add {address.hostname} to CLEARINGHOUSE_ALLOWED_HOSTS first: no other host is asked.")
        if settings.PRODUCTION and address.scheme != "https":
            raise CommandError("In production a clearinghouse is asked by https only.")
        password = os.environ.get("ROAD_PASSWORD") or (
            getpass("Password of the connection: ") if options["user"] else ""
        )
        with acting(Actor.process("add_road")):
            PayerRoad.objects.update_or_create(payer=payer, defaults=_road(options, password))
        self.stdout.write(f"{payer} is asked by way of {address.hostname}.")


def _road(options: dict[str, Any], password: str) -> dict[str, Any]:
    return {
        "kind": options["kind"],
        "url": options["url"],
        "edi_payer_id": options["payer_id"],
        "sender_id": options["sender"][:15],
        "receiver_id": options["receiver"][:15],
        "user_name": options["user"],
        "password": password,
        "service_types": [each.strip() for each in options["service_types"].split(",") if each.strip()],
        "free_to_repeat": options["free_to_repeat"],
        "production": options["production"],
        "enabled": not options["off"],
    }
