"""What a stay may cost the person, out of what their plan answered: a range with its assumptions. Plain Python.

Nothing here knows a price. Where somebody typed one, the range is worked out for it; otherwise it is only what the plan
itself bounds: from the deductible that is left to the out-of-pocket maximum that is left. What the plan left out
widens the range, and is named.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from math import ceil

from intake.inquiries.triage import Care
from intake.insurance.x12.summary import Coverage, Money, Plan, Service, Summary

OVERNIGHT = frozenset({Care.WITHDRAWAL_MEDICAL_24H, Care.RESIDENTIAL})
# The kinds of care a plan answers about (X12 service types), the one that says most first
INPATIENT_TYPES, OUTPATIENT_TYPES = ("CI", "AI"), ("CJ", "AI")
PER_ADMISSION, PER_DAY = frozenset({"26", "36"}), frozenset({"7", "13", "27"})
OWN = ("IND", "")
ZERO, CENT = Decimal(0), Decimal("0.01")
CANNOT = {
    "no_answer": "The plan has not answered, so nothing can be estimated.",
    "not_covered": "The plan says that it does not cover this care: the whole price would be theirs.",
    "several_plans": "The answer names several plans; ask which pays first before estimating.",
    "not_active": "The plan does not say that it is active.",
}
NETWORK_WORDS = {"in": "in the plan's network", "out": "out of the plan's network"}


@dataclass(frozen=True, slots=True)
class Stay:
    """What is asked about: the kind of care, how many days or visits, and a price for all of it if one is known."""

    care: Care
    days: int | None = None
    price: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Range:
    """From ``low`` to ``high``; ``high`` is None where nothing bounds it."""

    low: Decimal
    high: Decimal | None


@dataclass(frozen=True, slots=True)
class Share:
    """The person's share in one network, or why there is none (``cannot``, a key of ``CANNOT``)."""

    network: str
    range: Range | None
    assumptions: tuple[str, ...]
    cannot: str = ""

    @property
    def is_bounded(self) -> bool:
        """Whether the plan stated anything that bounds it: nothing to no end says nothing."""
        return self.range is not None and (self.range.low > 0 or self.range.high is not None)

    @property
    def words(self) -> str:
        if self.range is None:
            return CANNOT[self.cannot]
        where = NETWORK_WORDS[self.network]
        low, high = dollars(self.range.low), self.range.high
        if high is None:
            return f"If {where}: at least {low}; the plan states no maximum."
        return f"If {where}: {low}." if low == dollars(high) else f"If {where}: {low} to {dollars(high)}."


def share(summary: Summary | None, stay: Stay, network: str) -> Share:
    """The person's share of a stay, ``network`` being "in" or "out". Never an error: what is missing is said."""
    if summary is None:
        return Share(network, None, (), "no_answer")
    plans = [plan for plan in summary.plans if plan.coverage is Coverage.COVERED]
    if len(plans) != 1:
        return Share(network, None, (), "several_plans" if plans else "not_active")
    services = [found for code in _types(stay) if (found := plans[0].service(code)) is not None]
    if any(service.coverage is Coverage.NOT_COVERED for service in services[:1]):
        return Share(network, None, (), "not_covered")
    terms = Terms(plans[0], services, network)
    worked_out = _priced(terms, stay, stay.price) if stay.price is not None else _bounded(terms)
    return Share(network, worked_out, tuple(dict.fromkeys(_assumptions(terms, stay, summary))))


def at_most(summary: Summary | None, care: Care) -> tuple[int | None, int | None]:
    """The most the person's share of this care can be in and out of the network, in dollars, rounded up."""
    ranges = [share(summary, Stay(care), network).range for network in ("in", "out")]
    inside, outside = (ceil(each.high) if each is not None and each.high is not None else None for each in ranges)
    return inside, outside


def _types(stay: Stay) -> tuple[str, ...]:
    return INPATIENT_TYPES if stay.care in OVERNIGHT else OUTPATIENT_TYPES


class Terms:
    """The money lines of one plan that hold for this care and network; ``notes`` collects what was not stated."""

    def __init__(self, plan: Plan, services: Iterable[Service], network: str) -> None:
        self.services, self.network, self.notes = list(services), network, list[str]()
        self._places = [*(service.money for service in self.services), plan.money]
        self.deductible = self._left("deductible", "deductible")
        self.most = self._left("out_of_pocket", "out-of-pocket maximum")
        self.coinsurance = self._coinsurance()
        self.copays = self._lines("copay", lambda money: money.amount is not None)

    def _lines(self, kind: str, usable: Callable[[Money], bool]) -> list[Money]:
        """The lines of this kind that hold here: of the care before the plan's, of this network before unnamed ones."""
        for networks in ((self.network, "both"), ("not_stated", "unknown")):
            for lines in self._places:
                found = [each for each in lines if each.kind == kind and each.network in networks and usable(each)]
                own = [each for each in found if each.level in OWN] or found
                if own:
                    if "not_stated" in networks:
                        self.notes.append("The plan did not say for which network its figures are.")
                    if own[0].level not in OWN:
                        self.notes.append("Figures are the family's: what is left for one person was not stated.")
                    return own
        return []

    def _left(self, kind: str, words: str) -> Range:
        left = self._amounts(kind, "left")
        if left:
            return Range(min(left), max(left))
        if total := self._amounts(kind, "total"):
            self.notes.append(f"How much of the {words} is left was not stated, only all of it.")
            return Range(ZERO, max(total))
        if kind == "out_of_pocket":
            self.notes.append("The out-of-pocket maximum was not stated: where one is nearly reached, it is less.")
        else:
            self.notes.append(f"The {words} was not stated.")
        return Range(ZERO, None)

    def _amounts(self, kind: str, measure: str) -> list[Decimal]:
        lines = self._lines(kind, lambda money: money.measure == measure and money.amount is not None)
        return [each.amount for each in lines if each.amount is not None]

    def _coinsurance(self) -> Range:
        lines = self._lines("coinsurance", lambda money: money.percent is not None and money.percent <= 1)
        shares = [each.percent for each in lines if each.percent is not None]
        if not shares:
            self.notes.append("The coinsurance was not stated.")
            return Range(ZERO, Decimal(1))
        return Range(min(shares), max(shares))


def _bounded(terms: Terms) -> Range:
    """Without a price: at least the deductible that is left (if the stay costs that much), at most the maximum."""
    return Range(_least(terms.deductible.low, terms.most.high), terms.most.high)


def _priced(terms: Terms, stay: Stay, price: Decimal) -> Range:
    low = _paid(price, terms.deductible.low, terms.coinsurance.low)
    high = _paid(price, terms.deductible.high, terms.coinsurance.high or ZERO)
    copay = _copay(terms.copays, stay.days)
    if terms.copays:
        # Whether a copay stands instead of the rest or beside it, no answer says
        low, high = min(low, copay.low), price if copay.high is None else high + copay.high
    return Range(
        _least(low, terms.most.low if terms.most.high is not None else None, price).quantize(CENT),
        _least(high, terms.most.high, price).quantize(CENT),
    )


def _paid(price: Decimal, deductible: Decimal | None, coinsurance: Decimal) -> Decimal:
    first = price if deductible is None else min(price, deductible)
    return first + (price - first) * coinsurance


def _copay(lines: Iterable[Money], days: int | None) -> Range:
    """All copays of a stay; a copay without a stated period may be due once or every day."""
    low, high = ZERO, ZERO
    for line in lines:
        amount = line.amount or ZERO
        if line.period in PER_ADMISSION:
            low, high = low + amount, high + amount
        elif days is None:
            return Range(low + amount, None)
        else:
            low += amount * days if line.period in PER_DAY else amount
            high += amount * days
    return Range(low, high)


def _least(first: Decimal, *others: Decimal | None) -> Decimal:
    return min([first, *(other for other in others if other is not None)])


def _assumptions(terms: Terms, stay: Stay, summary: Summary) -> Iterator[str]:
    yield "An estimate, not a guarantee: no promise of the plan or of ours."
    if stay.price is None:
        yield "No price is known: this is only what the plan itself bounds, for a stay that costs the deductible."
    else:
        days = f" for {stay.days} days" if stay.days else ""
        yield f"Worked out for a price of {dollars(stay.price)}{days}, as typed in."
    yield f"As the plan answered on {summary.on:%B} {summary.on.day}, {summary.on.year}: every bill since changes it."
    yield "What is paid counts toward the out-of-pocket maximum. What the plan does not allow comes on top."
    yield "Whether a program is in the network, the program or the plan has to say."
    if any(service.authorisation == "required" for service in terms.services):
        yield "The plan wants to authorize it first; without that it may pay nothing."
    if any(service.limits for service in terms.services):
        yield "The plan limits how many days or visits it pays."
    if terms.copays and stay.price is not None:
        yield "Whether the copay stands instead of the rest or beside it was not stated: the range holds both."
    yield from terms.notes


def dollars(amount: Decimal) -> str:
    return f"${amount:,.0f}" if amount == amount.to_integral_value() else f"${amount:,.2f}"
