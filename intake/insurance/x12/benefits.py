"""Benefit lines (EB) into money, limits and words. No line is ever added to another."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal

from . import codes
from .loops import read_number
from .reply import Benefit, Delivery, made
from .summary import Limit, Money, Source

MONEY = frozenset({"deductible", "out_of_pocket", "copay", "coinsurance", "spend_down"})
NETWORKS = {"Y": "in", "N": "out", "W": "both", "U": "unknown", "": "not_stated"}
AUTHORISATION = {"Y": "required", "N": "not_required", "U": "unknown", "": "not_stated"}
MEASURES = {"24": "used", "29": "left", "33": "left"}
NETWORK_WORDS = {"in": "in-network", "out": "out-of-network", "both": "any-network"}
KIND_WORDS = {
    "deductible": "deductible",
    "out_of_pocket": "out-of-pocket maximum",
    "copay": "co-payment",
    "coinsurance": "coinsurance",
    "spend_down": "spend-down",
}


def source(benefit: Benefit) -> Source:
    """Where a benefit line stands in the answer."""
    return Source(benefit.at, benefit.raw)


def money(benefits: Iterable[Benefit]) -> tuple[Money, ...]:
    """The money lines among `benefits`, in order, with "left" worked out where total and used both stand."""
    lines = [benefit for benefit in benefits if codes.use(benefit.info) in MONEY]
    found = [_money(benefit) for benefit in lines]
    return (*found, *_derived(list(zip(lines, found, strict=True))))


def _money(benefit: Benefit) -> Money:
    kind = codes.use(benefit.info)
    measure = "share" if kind in ("copay", "coinsurance") else MEASURES.get(benefit.period, "total")
    draft = {
        "kind": kind,
        "measure": measure,
        "service_types": benefit.service_types,
        "level": benefit.level,
        "network": NETWORKS.get(benefit.network, "unknown"),
        "period": benefit.period,
        "amount": benefit.amount,
        "percent": benefit.percent,
        "flag": _flag(benefit),
        "authorisation": AUTHORISATION.get(benefit.authorisation, "unknown"),
        "messages": benefit.messages,
        "words": "",
        "source": source(benefit),
    }
    return made(Money, {**draft, "words": money_words(made(Money, draft))})


def _flag(benefit: Benefit) -> str:
    if benefit.percent is not None and benefit.percent > 1:
        return "percent_over_one"
    return "blank" if benefit.amount is None and benefit.percent is None else ""


def _derived(pairs: list[tuple[Benefit, Money]]) -> list[Money]:
    """left = total - used, only when exactly one of each matches in all else and no "left" is given."""
    groups: dict[object, list[Money]] = {}
    for benefit, item in pairs:
        if item.measure != "share" and item.amount is not None:
            dated = tuple((p.qualifier, p.raw) for p in benefit.periods)
            named = (benefit.insurance_type, benefit.plan_name, dated)
            key = (item.kind, item.level, item.network, item.service_types, *named)
            groups.setdefault(key, []).append(item)
    return [left for group in groups.values() if (left := _difference(group)) is not None]


def _difference(group: list[Money]) -> Money | None:
    totals = [m for m in group if m.measure == "total" and m.period in ("", "22", "23", "25")]
    used = [m for m in group if m.measure == "used"]
    if len(totals) != 1 or len(used) != 1 or any(m.measure == "left" for m in group):
        return None
    total, spent = totals[0].amount, used[0].amount
    if total is None or spent is None or spent > total:
        return None
    left = replace(totals[0], measure="left", period="29", amount=total - spent, flag="derived")
    return replace(left, words=money_words(left))


def dollars(amount: Decimal) -> str:
    """`$1,812` (whole) or `$1,812.44`."""
    return f"${amount:,.0f}" if amount == amount.to_integral_value() else f"${amount:,.2f}"


def percent(fraction: Decimal) -> str:
    """`20 %` for 0.2."""
    return f"{(fraction * 100).normalize():f} %"


def money_words(item: Money) -> str:
    """One plain sentence, e.g. `Individual in-network deductible: $1,812.44 left`."""
    who = codes.words("level", item.level) if item.level else ""
    subject = " ".join(part for part in (who, NETWORK_WORDS.get(item.network, ""), KIND_WORDS[item.kind]) if part)
    return f"{subject[0].upper()}{subject[1:]}: {_value_words(item)}"


def _value_words(item: Money) -> str:
    if item.flag == "percent_over_one":
        return f"received as {item.percent}, which cannot be a share; ask the plan"
    parts = [dollars(item.amount)] if item.amount is not None else []
    parts += [percent(item.percent)] if item.percent is not None else []
    if not parts:
        return "the plan left the figure blank"
    value = " and ".join(parts)
    if item.measure == "share":
        per = codes.words("period", item.period) if item.period in ("7", "26", "27", "36") else ""
        return f"you pay {value}" + (f" for {per}" if per else "")
    return f"{value} {item.measure}" if item.measure in ("used", "left") else f"{value} in all"


def limits(benefits: Sequence[Benefit]) -> tuple[Limit, ...]:
    """The limitation lines (EB F, and any line with a quantity that is not money)."""
    lines = [b for b in benefits if b.info == "F" or (b.quantity is not None and not _is_money(b))]
    return tuple(_limit(one) for line in lines for one in _delivered(line))


def _delivered(benefit: Benefit) -> list[Benefit]:
    """A limit whose figures stand in its HSDs instead of in the EB is as many limits as it has HSDs."""
    if benefit.info != "F" or benefit.quantity is not None or not benefit.deliveries:
        return [benefit]
    return [_with_figure(benefit, delivery) for delivery in benefit.deliveries]


def _with_figure(benefit: Benefit, delivery: Delivery) -> Benefit:
    """The line with the figure of one HSD (kind, quantity, -, -, period, periods), if that is for one period.

    "Remaining" or "used" in the EB stays: what is left in a year is not the year's limit.
    """
    kind, number, _, _, period, periods, *_ = (*delivery.elements, *[""] * 6)
    quantity = read_number(number) if periods in ("", "1") else None
    if quantity is None:
        return benefit
    if benefit.period not in MEASURES:
        benefit = replace(benefit, period=period or benefit.period)
    return replace(benefit, quantity=quantity, quantity_qualifier=kind)


def _is_money(benefit: Benefit) -> bool:
    return codes.use(benefit.info) in MONEY


def _limit(benefit: Benefit) -> Limit:
    used = "used" if benefit.quantity_qualifier == "99" else "total"
    measure = MEASURES.get(benefit.period, used)
    unit = "" if benefit.quantity_qualifier == "99" else codes.words("quantity", benefit.quantity_qualifier)
    return Limit(
        service_types=benefit.service_types,
        quantity=benefit.quantity,
        unit=unit,
        measure=measure,
        period=benefit.period,
        network=NETWORKS.get(benefit.network, "unknown"),
        authorisation=AUTHORISATION.get(benefit.authorisation, "unknown"),
        places=benefit.places,
        messages=benefit.messages,
        words=_limit_words(benefit, unit, measure),
        source=source(benefit),
        amount=benefit.amount,
    )


def _limit_words(benefit: Benefit, unit: str, measure: str) -> str:
    if benefit.quantity is None and benefit.amount is None and benefit.deliveries:
        return "A limit in a form that is not read here; ask the plan"
    if benefit.quantity is None and benefit.amount is None:
        return "A limit without a figure; read the plan's own words" if benefit.messages else "A limit without a figure"
    parts = [dollars(benefit.amount)] if benefit.amount is not None else []
    parts += [f"{benefit.quantity.normalize():f} {unit}".strip()] if benefit.quantity is not None else []
    value = " and ".join(parts)
    if measure != "total":
        return f"{value} {measure}"
    per = codes.words("period", benefit.period) if benefit.period else ""
    return f"{value} for {per}" if per else value


def authorisation(benefits: Iterable[Benefit]) -> str:
    """`required` as soon as one line says so; `not_required` only when no line says otherwise."""
    said = {AUTHORISATION.get(benefit.authorisation, "unknown") for benefit in benefits} - {"not_stated"}
    if "required" in said:
        return "required"
    return "not_required" if said == {"not_required"} else "unknown" if said else "not_stated"
