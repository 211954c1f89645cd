"""Say how one payer is asked by computer, or --test how it is asked now. Without a road a payer is asked by phone.

The clearinghouse's password is asked for, or read from ROAD_PASSWORD: never an argument, which other accounts can see.
A client certificate is added at /desk/insurers/. Exit status 1 when the test fails.
"""

import os
import sys
from getpass import getpass
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from helpline.audit.acting import Actor
from helpline.payers.models import Payer, PayerRoad, RoadKind
from intake.insurance.keeping_roads import keep_road, problems_of
from intake.insurance.trying import try_road


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("payer", help="the payer's name, or one of its aliases, as load_payers has it")
        parser.add_argument("--test", action="store_true", help="ask one question about nobody; alone: change nothing")
        parser.add_argument("--kind", choices=RoadKind.values, default="core_mime", help="its protocol: %(default)s")
        parser.add_argument("--url", default="", help="the clearinghouse's address for this kind; none for file_drop")
        parser.add_argument("--payer-id", help="the payer's id at this clearinghouse (NM109)")
        parser.add_argument("--sender", help="our id there (ISA06), at most 15 characters")
        parser.add_argument("--receiver", help="its own id (ISA08), at most 15 characters")
        parser.add_argument("--user", default="", help="the user name of the connection")
        parser.add_argument("--service-types", default="30,MH,AI", help="what is asked, by comma: %(default)s")
        parser.add_argument("--free-to-repeat", action="store_true", help="a question asked twice is not billed twice")
        parser.add_argument("--production", action="store_true", help="real questions (ISA15 P); otherwise tests")
        parser.add_argument("--off", action="store_true", help="keep the road, but ask by phone")

    def handle(self, *args: Any, **options: Any) -> None:
        payer = Payer.objects.named(options["payer"])
        if payer is None:
            raise CommandError(f"No payer, or several, are called “{options['payer']}”.")
        road = PayerRoad.objects.filter(payer=payer).first() or PayerRoad(payer=payer)
        if options["payer_id"]:
            self._keep(road, options)
        elif not options["test"]:
            raise CommandError("Say --payer-id, --sender and --receiver, or only --test.")
        if options["test"]:
            self._test(road)

    def _keep(self, road: PayerRoad, options: dict[str, Any]) -> None:
        for name, value in _said(options).items():
            setattr(road, name, value)
        if not (road.sender_id and road.receiver_id):
            raise CommandError("Say --sender and --receiver, too.")
        problems = problems_of(road)
        # It is asked for last, when all else is right
        if set(problems) <= {"password"}:
            road.password = _password(road)
            problems = problems_of(road)
        if problems:
            raise CommandError(" ".join(f"{field}: {words}" for field, words in problems.items()))
        keep_road(road, by=Actor.process("add_road"))
        self.stdout.write(f"{road.payer} is asked by way of {road.receiver_id}.")

    def _test(self, road: PayerRoad) -> None:
        if road._state.adding:
            raise CommandError("There is no road to this payer yet.")
        walked = try_road(road)
        for step in walked.steps:
            self.stdout.write(f"{'good' if step.good else 'BAD '}  {step.stage.value.replace('_', ' ')}: {step.words}")
        if not walked.good:
            sys.exit(1)


def _password(road: PayerRoad) -> str:
    wanted = road.user_name or road.kind == RoadKind.JSON_API
    return os.environ.get("ROAD_PASSWORD") or (getpass("Password of the connection: ") if wanted else "")


def _said(options: dict[str, Any]) -> dict[str, Any]:
    return {
        "kind": options["kind"],
        "url": options["url"],
        "edi_payer_id": options["payer_id"],
        "sender_id": (options["sender"] or "")[:15],
        "receiver_id": (options["receiver"] or "")[:15],
        "user_name": options["user"],
        "service_types": [each.strip() for each in options["service_types"].split(",") if each.strip()],
        "free_to_repeat": options["free_to_repeat"],
        "production": options["production"],
        "enabled": not options["off"],
    }
