"""What is not known of a listing, of the facts a consultant asks for first; and how much of a directory is known.

A code that is missing says "unknown", never "no", so a listing lacks a fact when it has no code of its category.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from helpline.programs.models import Program, ServiceCode


@dataclass(frozen=True, slots=True)
class Fact:
    """``categories`` of the editions' keys tell it, or else ``absent`` says that it is unknown."""

    code: str
    words: Any
    categories: tuple[str, ...] = ()
    absent: Q | None = None


FACTS = (
    Fact("phone", _("Phone"), absent=Q(phone="", intake_lines=[])),
    Fact("street", _("Street"), absent=Q(street1="")),
    Fact("place", _("Exact place on the map"), absent=~Q(located_by__in=["street", "person"])),
    Fact("setting", _("Level of care"), ("SET",)),
    Fact("payment", _("Payment"), ("PAY",)),
    Fact("ages", _("Ages"), ("AGE",)),
    Fact("gender", _("Gender"), ("GN",)),
    Fact("detox", _("Withdrawal management"), ("DETOX",)),
    Fact("opioids", _("Opioid treatment"), ("OT",)),
    Fact("languages", _("Languages"), ("SL", "OL")),
)


@dataclass(frozen=True, slots=True)
class Share:
    """Of ``of`` listings of a group, how many lack each fact, in the order of ``FACTS``."""

    group: str
    of: int
    lacking: tuple[int, ...]

    @property
    def percents_known(self) -> list[int]:
        return [100 - round(100 * lacking / self.of) for lacking in self.lacking]


class Lack:
    """Which listings lack a fact, by the codes of every edition: one statement, kept for one request."""

    def __init__(self) -> None:
        categories = {category for fact in FACTS for category in fact.categories}
        self._codes: dict[str, list[int]] = {}
        codes = ServiceCode.objects.filter(category_code__in=categories).values_list("category_code", "pk")
        for category, code in codes:
            self._codes.setdefault(category, []).append(code)

    def of(self, fact: Fact) -> Q:
        if fact.absent is not None:
            return fact.absent
        return ~Q(codes__overlap=self._tell(fact))

    def facts(self, program: Program) -> list[Fact]:
        """What is unknown of one listing; no statement."""
        known = set(program.codes)
        absent = {
            "phone": not program.phones,
            "street": not program.street1,
            "place": program.located_by not in {"street", "person"},
        }
        return [
            fact for fact in FACTS if (known.isdisjoint(self._tell(fact)) if fact.categories else absent[fact.code])
        ]

    def shares(self, by: str) -> list[Share]:
        """Of what is listed, by ``state`` or ``edition__name``; one statement over the whole directory."""
        lacking = {f"lacks_{fact.code}": Count("pk", filter=self.of(fact)) for fact in FACTS}
        rows = Program.objects.listed().values(by).annotate(of=Count("pk"), **lacking).order_by(by)
        return [Share(row[by], row["of"], tuple(row[name] for name in lacking)) for row in rows]

    def _tell(self, fact: Fact) -> list[int]:
        return [code for category in fact.categories for code in self._codes.get(category, [])]


def fact_of(code: str) -> Fact | None:
    return next((fact for fact in FACTS if fact.code == code), None)


def all_together(shares: Iterable[Share]) -> Share:
    """The sum of the groups."""
    shares = list(shares)
    sums = tuple(sum(share.lacking[n] for share in shares) for n in range(len(FACTS)))
    return Share("", sum(share.of for share in shares), sums)
