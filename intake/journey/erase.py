"""The last chapter: a person's records go, and only counts without a person stay.

Consents and the ledger of disclosures stay as long as an accounting may be asked for (42 CFR 2.25, 45 CFR 164.528),
and the audit stays: both know the inquiry only by its id. What was already in a backup goes with that backup.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.db.models import Q
from django.db.models.functions import Now

from helpline.accounts.models import User
from helpline.audit.acting import Actor, acting, record
from helpline.audit.models import OldValue
from helpline.programs.models import Place
from intake.board.records import rows_behind
from intake.inquiries.models import Inquiry, MoveRefused, State
from intake.insurance.models import Verification
from intake.retention.models import Archived, Held, LegalHold, is_held
from intake.retention.rules import RULES, Rule, age_band

BY_RULE = Actor.process("retire_records")


def erase(inquiry: Inquiry, *, by: Actor, reason: str) -> None:
    """Delete everything told, written, asked and answered about one inquiry; ``reason`` is one of our own codes.

    Raises ``Held`` under a legal hold, ``MoveRefused`` while somebody is being helped.
    """
    with acting(by):
        inquiry = Inquiry.objects.select_for_update(of=("self",)).get(pk=inquiry.pk)
        if is_held(inquiry.pk):
            raise Held
        if inquiry.state != State.CLOSED and not inquiry.quarantined:
            raise MoveRefused("it is still open: close it first")
        if inquiry.state == State.CLOSED:
            _archive(inquiry).save(force_insert=True)
        person, caller = inquiry.person, inquiry.caller
        # They protect the contact points they name, which go with the inquiry
        inquiry.callbacks.all().delete()
        erased, rows = inquiry.pk, rows_behind(inquiry)
        inquiry.delete()
        person.delete()
        caller.delete()
        # What sealed fields held before; the record of the changes names fields only, and stays
        OldValue.objects.filter(Q(inquiry_id=erased) | Q(row_id__in=rows)).delete()
        record(by, "erased", "inquiry", [erased], inquiry_id=erased, reason=reason)
        # So that what was done to them is still found by the inquiry
        record(by, "erased", "row", rows, inquiry_id=erased, reason=reason)


def _archive(inquiry: Inquiry) -> Archived:
    answers = inquiry.answers
    place = Place.objects.filter(pk=answers.zip[:5]).first() if answers.zip else None
    newest = Verification.objects.of_their_plan().filter(policy__inquiry=inquiry).order_by("-made_at").first()
    return Archived(
        year=inquiry.opened_at.year,
        state=place.state if place else "",
        age_band=age_band(answers.age),
        channel=inquiry.channel,
        urgency=inquiry.urgency,
        for_someone_else=not inquiry.caller_is_person,
        classes=sorted({use.klass for use in answers.uses if use.klass}),
        coverage=(newest.coverage or "") if newest else "",
        closing=inquiry.closing,
    )


def due_to_go(rule: Rule, now: datetime) -> list[Inquiry]:
    """What this rule lets go now, held or not."""
    before = now - rule.after
    over = Q(state=State.CLOSED, closed_at__lte=before) if rule.since == "closed" else Q(
        quarantined=True, taken_at=None, opened_at__lte=before
    )  # fmt: skip
    return list(Inquiry.objects.filter(over).order_by("opened_at"))


def retire(*, now: datetime, tell: Callable[[str], None], dry_run: bool = False) -> dict[str, int]:
    """Erase all that the rules let go; returns how many of each kind went, or would go, and how many are held."""
    gone = {"held": 0}
    for rule in RULES:
        gone[rule.kind] = 0
        for inquiry in due_to_go(rule, now):
            held = is_held(inquiry.pk)
            gone["held" if held else rule.kind] += 1
            if held:
                continue
            if not dry_run:
                erase(inquiry, by=BY_RULE, reason="retention")
            tell(f"{inquiry.pk} {rule.kind}")
    return gone


def hold(inquiry: Inquiry, *, why: str, by: User) -> LegalHold:
    """Keep this record whatever the rules say.

    Raises ``IntegrityError`` when it is held already, ``Inquiry.DoesNotExist`` when it is erased.
    """
    with acting(Actor.staff(by)):
        # An erasure that has begun is waited for, and one that comes later sees the hold
        Inquiry.objects.select_for_update(of=("self",)).get(pk=inquiry.pk)
        return LegalHold.objects.create(inquiry_id=inquiry.pk, why=why, placed_by_id=by.pk)


def release(held: LegalHold, *, by: User) -> None:
    """End a hold: from now on the rules apply again."""
    with acting(Actor.staff(by)):
        LegalHold.objects.in_force().filter(pk=held.pk).update(released_at=Now(), released_by_id=by.pk)
