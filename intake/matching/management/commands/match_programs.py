"""``manage.py match_programs``: try matching without the web. Nothing typed here is stored or logged."""

import json
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Callable
from dataclasses import replace
from time import perf_counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from helpline.programs.models import Place
from helpline.programs.published import clean_zip
from intake.inquiries.answers import Answers, ForWhom, Insurance, InsuranceKind, Person, Use
from intake.inquiries.substance_words import Group, read
from intake.inquiries.triage import Care, assess
from intake.matching.care import CARE_WORDS
from intake.matching.choosing import choose, need_of
from intake.matching.engine import Match, Matches
from intake.matching.need import Need, PayerKind, TricareStatus

SHOWN = 10
MOST_MILES = 5000


class Command(BaseCommand):
    help = "Programs for a person: which fit, which to ask first, which are left out, and why."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--zip", required=True, help="five digits, or nine")
        parser.add_argument("--miles", type=_whole(1, MOST_MILES), default=50)
        parser.add_argument("--substance", action="append", default=[], help="as a caller says it; may be repeated")
        parser.add_argument("--payer-type", choices=[kind.value for kind in PayerKind], default=PayerKind.UNKNOWN.value)
        parser.add_argument(
            "--tricare-status", choices=[status.value for status in TricareStatus], help="with --payer-type tricare"
        )
        parser.add_argument("--age", type=_whole(0, 120), help="in years")
        parser.add_argument("--sex", choices=["women", "men"], help="whom the program must take")
        parser.add_argument("--pregnant", action="store_true", default=None)
        parser.add_argument("--injects", action="store_true", default=None)
        parser.add_argument("--veteran", action="store_true", default=None)
        parser.add_argument("--open-now", action="store_true", default=None, help="only where intake answers now")
        parser.add_argument("--language", help="English name, such as spanish")
        parser.add_argument("--care", action="append", choices=list(map(str, Care)), help="instead of triage's")
        parser.add_argument("--limit", type=_whole(0, 1000), default=SHOWN, help="how many of each list to print")
        parser.add_argument("--json", action="store_true", help="everything, as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        started = perf_counter()
        need = self.need(options)
        found = choose(need, today=timezone.localdate(), hidden_places=False)
        milliseconds = round((perf_counter() - started) * 1000, 1)
        if options["json"]:
            self.stdout.write(json.dumps({**found.to_json(), "milliseconds": milliseconds}, indent=2))
        else:
            lines = _not_known(options["substance"]) + told(found, options["limit"], milliseconds)
            self.stdout.write("\n".join(lines))

    def need(self, options: dict[str, Any]) -> Need:
        zip_code = clean_zip(options["zip"])
        if not Place.objects.filter(pk=zip_code, latitude__isnull=False).exists():
            raise CommandError("--zip: we do not know where that is. Give five digits, such as 35203.")
        status = options["tricare_status"]
        if status and options["payer_type"] not in (PayerKind.TRICARE, PayerKind.MILITARY):
            raise CommandError("--tricare-status goes with --payer-type tricare.")
        answers = Answers(
            for_whom=ForWhom.SELF,
            zip=str(zip_code),
            person=Person(age=options["age"]),
            uses=tuple(Use(text=each) for each in options["substance"]),
            insurance=Insurance(kind=InsuranceKind.NOT_SURE),
        )
        need = need_of(answers, assess(answers), miles=options["miles"])
        return replace(
            need,
            care=tuple(map(Care, options["care"] or need.care)),
            payer=PayerKind(options["payer_type"]),
            tricare_status=TricareStatus(status) if status else None,
            sex=options["sex"],
            pregnant=options["pregnant"],
            injects=options["injects"],
            veteran=options["veteran"],
            language=options["language"],
            open_now=options["open_now"],
        )


def _whole(least: int, most: int) -> Callable[[str], int]:
    """Reads a whole number within these bounds."""

    def whole(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            number = least - 1
        if not least <= number <= most:
            raise ArgumentTypeError(f"write a whole number from {least} to {most}, not “{text[:20]}”")
        return number

    return whole


def _not_known(said: list[str]) -> list[str]:
    return [f"“{each}” is no substance we know: ask what it is." for each in said if read(each) == {Group.UNKNOWN}]


def told(found: Matches, limit: int, milliseconds: float) -> list[str]:
    """The answer for a terminal."""
    care = ", ".join(CARE_WORDS.get(each, "the emergency department") for each in found.need.care)
    lines = [f"Care to look for: {care or 'not known'}"]
    lines += [say.words for say in (*found.first_aid, *found.notes)]
    lines += [f"{way.words} [{way.source}, {way.source_date}]" for way in (*found.ways, *found.medicaid)]
    lines += ["Dollars are by the poverty guideline of 2025; a little more now."] if found.medicaid else []
    lines += [say.words for say in found.help_listed]
    for title, matches in (("Fits", found.fits), ("Ask first", found.ask_first)):
        lines += ["", f"{title}: {len(matches)}"]
        for each in matches[:limit]:
            lines += told_one(each)
    lines += ["", f"Left out within {found.need.miles} miles, by reason; one program may have several:"]
    lines += [f"  {each.words}" for each in found.excluded] or ["  none"]
    return [*lines, "", f"Rules {found.version}, {milliseconds} ms"]


def told_one(each: Match) -> list[str]:
    offer = each.offer
    name = ", ".join(part for part in (offer.name, offer.program_name) if part)
    head = f"  {each.score:>4}  {name}, {offer.city} {offer.state}, {offer.phone}"
    return [head, *(f"        {reason.weight:+d} {reason.kind}: {reason.words}" for reason in each.reasons)]
