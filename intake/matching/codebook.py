"""Service codes as facts, for rows of the database: a program keeps numbers, rules read facts."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Self

from helpline.programs.models import SETTING, ServiceCode
from intake.matching.facts import Statement, statements


@dataclass(frozen=True, slots=True)
class CodeBook:
    """What each number in ``Program.codes`` says, over every edition.

    ``undescribed``: settings of the keys that nobody has described, so that we do not know what care they are.
    ``saying``: by fact, the numbers that say yes to it.
    """

    yes: Mapping[int, str]
    no: Mapping[int, str]
    undescribed: tuple[int, ...]
    saying: Mapping[str, tuple[int, ...]]

    @classmethod
    def load(cls) -> Self:
        known = statements()
        rows = ServiceCode.objects.values_list("id", "edition__code", "code", "category_code")
        said, undescribed = [], []
        for number, of, code, category in rows:
            if says := known.get((of, code)):
                said.append((number, says))
            elif category == SETTING:
                undescribed.append(number)
        saying = defaultdict[str, tuple[int, ...]](tuple)
        for number, says in said:
            if says.yes:
                saying[says.fact] += (number,)
        return cls(_of(said, yes=True), _of(said, yes=False), tuple(undescribed), saying)

    def numbers(self, facts: frozenset[str]) -> list[int]:
        """The codes that say yes to any of these facts."""
        return sorted([number for fact in facts for number in self.saying.get(fact, ())])

    def about(self, facts: frozenset[str]) -> list[int]:
        """The codes that say anything, yes or no, of these facts."""
        return sorted(number for said in (self.yes, self.no) for number, fact in said.items() if fact in facts)

    def read(self, numbers: Iterable[int]) -> tuple[frozenset[str], frozenset[str]]:
        """Known yes and known no; what a listing contradicts itself on is neither."""
        yes, no = self.yes, self.no
        said = frozenset([yes[number] for number in numbers if number in yes])
        denied = frozenset([no[number] for number in numbers if number in no])
        return (said - denied, denied - said) if denied else (said, denied)


def _of(said: Iterable[tuple[int, Statement]], *, yes: bool) -> dict[int, str]:
    return {number: says.fact for number, says in said if says.yes is yes}
