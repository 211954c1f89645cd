"""Every telephone number an answer gives, with whose it is and for which kinds of care: whom to call."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from .reply import Benefit, Party
from .summary import Number

ROLES = {"PR": "payer", "X3": "review", "VN": "vendor", "Y2": "managed_care"}
"""NM101 of the entities that are called; every other one is `other`."""
NOT_CALLED = frozenset({"IL", "03", "P3", "1P", "FA"})
"""The member, their doctor and facilities: nobody there answers for the plan."""


def numbers(payer: Party | None, benefits: Iterable[Benefit]) -> tuple[Number, ...]:
    """In order of appearance, the payer's own first; one number of one name once, with all its service types."""
    found: dict[tuple[str, str], Number] = {}
    for number in _every(payer, benefits):
        known = found.get((number.name, number.telephone))
        types = (*known.service_types, *number.service_types) if known else number.service_types
        role = known.role if known else number.role
        found[number.name, number.telephone] = Number(number.name, role, number.telephone, tuple(dict.fromkeys(types)))
    return tuple(found.values())


def _every(payer: Party | None, benefits: Iterable[Benefit]) -> Iterator[Number]:
    if payer is not None:
        yield from _of(payer, "payer", ())
    for benefit in benefits:
        for party in benefit.entities:
            if party.role not in NOT_CALLED:
                yield from _of(party, ROLES.get(party.role, "other"), benefit.service_types)


def _of(party: Party, role: str, service_types: tuple[str, ...]) -> Iterator[Number]:
    for contact in party.contacts:
        if contact.telephone:
            yield Number(party.name or contact.name, role, contact.telephone, service_types)
