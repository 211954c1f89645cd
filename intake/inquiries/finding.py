"""Finding an inquiry again by what somebody says on the phone: their code, the number they gave, or a name."""

from __future__ import annotations

from typing import Any

from django.db.models import F, Func, IntegerField, Q, Value

from helpline.vault.blind import blind_indexes
from intake.inquiries.models import Caller, Inquiry, Person, normal_contact
from intake.inquiries.names import ALIKE_ENOUGH, MUCH_WORSE, findable, likeness

SHOWN = 20
# So many are opened and compared: of a thousand called Maria, those that share most with what was said
COMPARED = 200


def find(sought: str) -> list[Inquiry]:
    """The inquiry with this reference code, or all with this phone or e-mail, newest first."""
    by_code = Inquiry.objects.by_reference(sought)
    if by_code:
        return [by_code]
    addresses = blind_indexes("contact", normal_contact(sought))
    reached = Inquiry.objects.filter(contact_points__address_index__in=addresses)
    return list(reached.distinct().select_related("owner").order_by("-opened_at")[:SHOWN])


def find_by_name(sought: str) -> list[Inquiry]:
    """Those whose person or caller is called about that, the likest first, then the newest. Opens candidates' names."""
    texts = sorted(findable(sought))
    if not texts:
        return []
    people = _sharing(Person, blind_indexes("name of a person", *texts))
    callers = _sharing(Caller, blind_indexes("name of a caller", *texts))
    found = Inquiry.objects.filter(Q(person__in=people) | Q(caller__in=callers))
    newest_first = found.select_related("person", "caller", "owner").order_by("-opened_at")
    scored = sorted(((_best(sought, one), one) for one in newest_first), key=lambda each: -each[0])
    least = max(ALIKE_ENOUGH, scored[0][0] - MUCH_WORSE) if scored else 1
    return [one for alike, one in scored[:SHOWN] if alike >= least]


def _best(sought: str, inquiry: Inquiry) -> float:
    return max(likeness(sought, inquiry.person.full_name), likeness(sought, str(inquiry.caller.name)))


class _InCommon(Func):
    """How many elements two arrays have in common."""

    template = "cardinality(ARRAY(SELECT unnest(%(expressions)s)))"
    arg_joiner = ") INTERSECT SELECT unnest("
    output_field = IntegerField()


def _sharing(model: type[Person | Caller], tokens: list[bytes]) -> list[Any]:
    """Keys of the rows that share a token, those that share most first."""
    field = model._meta.get_field("name_tokens")
    shared = _InCommon(F("name_tokens"), Value(tokens, output_field=field))
    rows = model._default_manager.filter(name_tokens__overlap=tokens).annotate(shared=shared)
    return list(rows.order_by("-shared", "-pk").values_list("pk", flat=True)[:COMPARED])
