"""Which programs fit a need, in which order, and why. Plain Python: no ORM, no request, no clock.

The score of a program is the sum of the weights of its reasons and nothing else, so the explanation cannot
disagree with the rank. Results come in three lists: programs that fit, programs to ask first (a hard need is
unknown), and programs left out, counted by what is against them and by what would bring them back.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Self

from intake.inquiries.triage import Care
from intake.matching.cover import Way, ways
from intake.matching.medicaid import questions
from intake.matching.need import Need, Offer, PayerKind
from intake.matching.reasons import WEIGHTS, WEIGHTS_VERSION, Kind, Reason, weighing
from intake.matching.rules import rules_for, setting

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Say:
    """A plain sentence for the person or the consultant, with the code it can be translated by."""

    code: str
    words: str
    params: tuple[tuple[str, str], ...] = ()

    def to_json(self) -> Json:
        return {"code": self.code, "words": self.words, "params": dict(self.params)}


@dataclass(frozen=True, slots=True)
class Match:
    """One program with its reasons; best score first, then nearest, then public id."""

    offer: Offer
    reasons: tuple[Reason, ...]

    @property
    def score(self) -> int:
        return sum(reason.weight for reason in self.reasons)

    @property
    def fits(self) -> bool:
        return not any(reason.hard and reason.kind is not Kind.MET for reason in self.reasons)

    @property
    def against(self) -> tuple[Reason, ...]:
        """The hard needs known not to be met; any of these leaves the program out."""
        return tuple(reason for reason in self.reasons if reason.hard and reason.kind is Kind.AGAINST)

    @property
    def questions(self) -> tuple[Reason, ...]:
        """What to ask this program before sending anyone: the unknown hard needs."""
        return tuple(reason for reason in self.reasons if reason.hard and reason.kind is Kind.UNKNOWN)

    def of_kind(self, kind: Kind) -> tuple[Reason, ...]:
        return tuple(reason for reason in self.reasons if reason.kind is kind)

    @property
    def met(self) -> tuple[Reason, ...]:
        return self.of_kind(Kind.MET)

    @property
    def unknown(self) -> tuple[Reason, ...]:
        return self.of_kind(Kind.UNKNOWN)

    @property
    def rank(self) -> tuple[int, float, str]:
        miles = self.offer.distance_miles
        return -self.score, float("inf") if miles is None else miles, self.offer.public_id

    def to_json(self) -> Json:
        return {
            "score": self.score,
            "reasons": [reason.to_json() for reason in self.reasons],
            "program": self.offer.to_json(),
        }


@dataclass(frozen=True, slots=True)
class Exclusion:
    """``count`` programs have this against them; ``would_return`` of them nothing else."""

    code: str
    count: int
    would_return: int
    words: str
    programs: tuple[str, ...] = ()

    def to_json(self) -> Json:
        return {
            "code": self.code,
            "count": self.count,
            "would_return": self.would_return,
            "words": self.words,
            "programs": list(self.programs),
        }


@dataclass(frozen=True, slots=True)
class Matches:
    """The answer. ``first_aid`` stands above every program; ``notes`` say what the search did by itself.

    ``help_listed``: for somebody who cannot pay, how many in reach list each kind of help.
    """

    version: str
    today: date
    need: Need
    first_aid: tuple[Say, ...] = ()
    fits: tuple[Match, ...] = ()
    ask_first: tuple[Match, ...] = ()
    excluded: tuple[Exclusion, ...] = ()
    notes: tuple[Say, ...] = ()
    left_out: tuple[Offer, ...] = ()
    help_listed: tuple[Say, ...] = ()

    @property
    def ways(self) -> tuple[Way, ...]:
        """What to know about paying, where there is no ordinary plan."""
        return ways(self.need)

    @property
    def medicaid(self) -> tuple[Way, ...]:
        """For somebody without cover: what to ask to see whether they may get Medicaid in their state."""
        return questions(self.need) if self.need.payer is PayerKind.NONE else ()

    @property
    def ranked(self) -> tuple[Match, ...]:
        return self.fits + self.ask_first

    @property
    def likely(self) -> tuple[Match, ...]:
        """The ranked programs that say they give the kind of care looked for; the others are silent on it."""
        wanted = setting(self.need)
        return tuple(each for each in self.ranked if not wanted or each.offer.lists_any(wanted))

    def to_json(self) -> Json:
        """Everything needed to show the answer again, and to replay it (see ``replay``)."""
        return {
            "version": self.version,
            "today": self.today.isoformat(),
            "need": self.need.to_json(),
            "first_aid": [each.to_json() for each in self.first_aid],
            "fits": [each.to_json() for each in self.fits],
            "ask_first": [each.to_json() for each in self.ask_first],
            "excluded": [each.to_json() for each in self.excluded],
            "notes": [each.to_json() for each in self.notes],
            "left_out": [each.to_json() for each in self.left_out],
            "help_listed": [each.to_json() for each in self.help_listed],
            "ways": [asdict(each) for each in self.ways],
            "medicaid": [asdict(each) for each in self.medicaid],
        }

    @classmethod
    def replay(cls, stored: Mapping[str, Any]) -> Self:
        """Match again from what ``to_json`` stored: same need, offers, day and weights, so the same list.

        KeyError when the weights of that version are no longer known.
        """
        ranked = [each["program"] for each in (*stored["fits"], *stored["ask_first"])]
        offers = [Offer.from_json(each) for each in (*ranked, *stored["left_out"])]
        notes = tuple(Say(n["code"], n["words"], tuple(n["params"].items())) for n in stored["notes"])
        return cls.of(
            Need.from_json(stored["need"]),
            offers,
            today=date.fromisoformat(stored["today"]),
            version=stored["version"],
            notes=notes,
        )

    @classmethod
    def of(cls, need: Need, offers: Iterable[Offer], *, today: date, version: str, notes: tuple[Say, ...]) -> Self:
        considered = sorted(consider(need, offers, today=today, version=version), key=lambda each: each.rank)
        out = [each for each in considered if each.against]
        kept = [each for each in considered if not each.against]
        return cls(
            version=version,
            today=today,
            need=need,
            first_aid=first_aid(need),
            fits=tuple(each for each in kept if each.fits),
            ask_first=tuple(each for each in kept if not each.fits),
            excluded=count_exclusions(out),
            notes=notes,
            left_out=tuple(each.offer for each in out),
        )


def match(
    need: Need,
    offers: Iterable[Offer],
    *,
    today: date,
    version: str = WEIGHTS_VERSION,
    notes: tuple[Say, ...] = (),
) -> Matches:
    """Rank offers for a need. The order in which offers come does not matter.

    ``today`` is the day facts are aged by; ``version`` names a column of the weights (KeyError when unknown);
    ``notes`` are passed through to the answer.
    """
    if version not in WEIGHTS:
        raise KeyError(f"No weights of version {version}; known: {', '.join(sorted(WEIGHTS))}.")
    return Matches.of(need, offers, today=today, version=version, notes=notes)


def consider(
    need: Need, offers: Iterable[Offer], *, today: date, version: str = WEIGHTS_VERSION, deciding_only: bool = False
) -> Iterator[Match]:
    """Each offer, in the order given, with everything the rules find to say about it, or only what decides."""
    rules, weighed = rules_for(need, today, deciding_only=deciding_only), weighing(version)
    for offer in offers:
        findings = [finding for rule in rules if (finding := rule(need, offer)) is not None]
        yield Match(offer, tuple([reason for finding in findings if (reason := weighed(finding)) is not None]))


def first_aid(need: Need) -> tuple[Say, ...]:
    """What comes before any program: emergency care when triage puts it first or there is danger now."""
    if need.danger or need.care[:1] == (Care.EMERGENCY_DEPARTMENT,):
        return (
            Say(
                "emergency_department",
                "First: the nearest emergency department, or call 911. Programs below come after that.",
            ),
        )
    return ()


LEFT_OUT: Mapping[str, tuple[str, str]] = {
    "too_far": ("Too far", "if the person can travel further"),
    "help_refused": ("No free care and no help with the cost", "if it is paid for in another way"),
    "payment_refused": ("Cannot be paid for this way", "if it is paid for in another way"),
    "plan_refused": ("Does not take this plan", "if it is paid for in another way"),
    "care_refused": ("Does not give this kind of care", "if another kind of care would do"),
    "withdrawal_refused": ("Does not manage this withdrawal", "once withdrawal is over"),
    "opioid_medication_refused": (
        "Uses no methadone or buprenorphine",
        "if care without medication would do",
    ),
    "age_refused": ("Does not take this age", ""),
    "sex_refused": ("Takes only others", ""),
    "pregnancy_refused": ("Does not take someone who is pregnant", ""),
    "substance_refused": ("Does not treat this substance", ""),
    "other_substance_only": ("Treats only another substance", ""),
    "not_referable": ("Not open to referrals", ""),
    "closed_now": ("Intake is closed now, as told", "once intake answers"),
}


def count_exclusions(out: Iterable[Match]) -> tuple[Exclusion, ...]:
    """Count the left-out by what is against them, the most telling first."""
    by_code: dict[str, list[Match]] = defaultdict(list)
    for each in out:
        for code in dict.fromkeys(reason.code for reason in each.against):
            by_code[code].append(each)
    return excluded_for(
        {code: (len(matches), _alone(code, matches), _ids(matches)) for code, matches in by_code.items()}
    )


def _alone(code: str, matches: Iterable[Match]) -> int:
    return sum({reason.code for reason in each.against} == {code} for each in matches)


def _ids(matches: Iterable[Match]) -> tuple[str, ...]:
    return tuple(sorted(each.offer.public_id for each in matches))


def excluded_for(counts: Mapping[str, tuple[int, int, tuple[str, ...]]]) -> tuple[Exclusion, ...]:
    """Exclusions from their counts: by code how many, how many for that alone, and those that are named."""
    counted = [_exclusion(code, *each) for code, each in counts.items()]
    return tuple(sorted(counted, key=lambda each: (-each.would_return, -each.count, each.code)))


def _exclusion(code: str, count: int, alone: int, programs: tuple[str, ...]) -> Exclusion:
    words, condition = LEFT_OUT[code]
    words = f"{words}: {count}."
    if alone and condition:
        words = f"{words} {alone} more {condition}."
    return Exclusion(code, count, alone, words, programs)
