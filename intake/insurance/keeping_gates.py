"""How much an operator lets go to one payer at once, and the end of a rest by hand."""

from __future__ import annotations

from uuid import UUID

from django.db.models.functions import Now

from helpline.audit.acting import Actor, acting, record
from intake.insurance.models import Gate
from intake.insurance.nudging import nudge

LIMITS = ("most_in_flight", "per_minute", "rests_after", "rests_seconds")


def gate_of(payer_id: UUID) -> Gate:
    """As it stands, or as it will be made with the payer's first question."""
    return Gate.objects.filter(pk=payer_id).first() or Gate(payer_id=payer_id)


def keep_gate(payer_id: UUID, limits: dict[str, int | None], *, by: Actor) -> None:
    """Set the four ``LIMITS``. What the workers count there stays as it is. Only a real change is recorded."""
    with acting(by):
        gate, _made = Gate.objects.select_for_update().get_or_create(pk=payer_id)
        changed = [name for name in LIMITS if getattr(gate, name) != limits[name]]
        for name in changed:
            setattr(gate, name, limits[name])
        if changed:
            gate.save(update_fields=changed)
            record(by, "changed", "insurance_gate", [payer_id], fields=changed)


def end_rest(payer_id: UUID, *, by: Actor) -> bool:
    """Let one question go now; once it is answered, the others follow. Returns whether the road was resting."""
    with acting(by):
        ended = Gate.objects.filter(pk=payer_id, rests_until__gt=Now()).update(rests_until=Now())
        if ended:
            record(by, "changed", "insurance_gate", [payer_id], fields=["rests_until"])
            nudge()
    return bool(ended)
