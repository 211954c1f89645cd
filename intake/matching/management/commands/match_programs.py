"""``manage.py match_programs``: try matching without the web. Nothing typed here is stored or logged."""

import json
from argparse import ArgumentParser
from dataclasses import replace
from time import perf_counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from helpline.programs.models import Place
from intake.inquiries.answers import Answers, ForWhom, Insurance, InsuranceKind, Person, Use
from intake.inquiries.triage import Care, assess
from intake.matching.choosing import choose, need_of
from intake.matching.engine import Match, Matches
from intake.matching.need import Need, PayerKind

SHOWN = 10


class Command(BaseCommand):
    help = "Programs for a person: which fit, which to ask first, which are left out, and why."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--zip", required=True, help="five digits")
        parser.add_argument("--miles", type=int, default=50)
        parser.add_argument("--substance", action="append", default=[], help="as a caller says it; may be repeated")
        parser.add_argument("--payer-type", type=PayerKind, choices=list(PayerKind), default=PayerKind.UNKNOWN)
        parser.add_argument("--age", type=int)
        parser.add_argument("--sex", choices=["women", "men"], help="whom the program must take")
        parser.add_argument("--pregnant", action="store_true", default=None)
        parser.add_argument("--injects", action="store_true", default=None)
        parser.add_argument("--veteran", action="store_true", default=None)
        parser.add_argument("--open-now", action="store_true", default=None, help="only where intake answers now")
        parser.add_argument("--language", help="English name, such as spanish")
        parser.add_argument("--care", action="append", type=Care, choices=list(Care), help="instead of triage's")
        parser.add_argument("--limit", type=int, default=SHOWN, help="how many of each list to print")
        parser.add_argument("--json", action="store_true", help="everything, as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        started = perf_counter()
        need = self.need(options)
        found = choose(need, today=timezone.localdate(), hidden_places=False)
        milliseconds = round((perf_counter() - started) * 1000, 1)
        if options["json"]:
            self.stdout.write(json.dumps({**found.to_json(), "milliseconds": milliseconds}, indent=2))
        else:
            self.stdout.write("\n".join(told(found, options["limit"], milliseconds)))

    def need(self, options: dict[str, Any]) -> Need:
        if not Place.objects.filter(pk=options["zip"], latitude__isnull=False).exists():
            raise CommandError("--zip: we do not know where that is. Give five digits, such as 35203.")
        answers = Answers(
            for_whom=ForWhom.SELF,
            zip=options["zip"],
            person=Person(age=options["age"]),
            uses=tuple(Use(text=each) for each in options["substance"]),
            insurance=Insurance(kind=InsuranceKind.NOT_SURE),
        )
        need = need_of(answers, assess(answers), miles=options["miles"])
        return replace(
            need,
            care=tuple(options["care"] or need.care),
            payer=options["payer_type"],
            sex=options["sex"],
            pregnant=options["pregnant"],
            injects=options["injects"],
            veteran=options["veteran"],
            language=options["language"],
            open_now=options["open_now"],
        )


def told(found: Matches, limit: int, milliseconds: float) -> list[str]:
    """The answer for a terminal."""
    lines = [f"Care to look for: {', '.join(found.need.care) or 'not known'}"]
    lines += [say.words for say in (*found.first_aid, *found.notes)]
    lines += [f"{way.words} [{way.source}, {way.source_date}]" for way in found.ways]
    lines += [say.words for say in found.help_listed]
    for title, matches in (("Fits", found.fits), ("Ask first", found.ask_first)):
        lines += ["", f"{title}: {len(matches)}"]
        for each in matches[:limit]:
            lines += told_one(each)
    lines += ["", f"Left out: {len(found.left_out)}", *(f"  {each.words}" for each in found.excluded)]
    return [*lines, "", f"Rules {found.version}, {milliseconds} ms"]


def told_one(each: Match) -> list[str]:
    offer = each.offer
    name = ", ".join(part for part in (offer.name, offer.program_name) if part)
    head = f"  {each.score:>4}  {name}, {offer.city} {offer.state}, {offer.phone}"
    return [head, *(f"        {reason.weight:+d} {reason.kind}: {reason.words}" for reason in each.reasons)]
