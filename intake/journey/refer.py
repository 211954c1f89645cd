"""A program is chosen: we tell it, within the person's consent, or they speak for themselves on a shared call."""

from __future__ import annotations

from django.db import IntegrityError

from helpline.accounts.models import User
from helpline.audit.acting import Actor, acting
from helpline.programs.models import Program
from helpline.vault.ids import new_id
from intake.disclosures.consenting import disclose
from intake.disclosures.models import Carried, Purpose
from intake.inquiries.events import announce
from intake.inquiries.models import Inquiry, MoveRefused, State
from intake.matching.models import Referral, ReferralState

PACKET_FIELDS = ("name", "contact", "substances", "triage reasons", "kind of care", "insurance summary")


def refer(inquiry: Inquiry, program: Program, *, packet: bool, note: str = "", by: User) -> Referral:
    """Record a referral; with ``packet`` the ledger row and the consent it rests on are written in the same step.

    Raises ``NoConsent`` when a packet is asked for and the person has not signed, ``MoveRefused`` when this program is
    already being asked for them.
    """
    actor, referral_id, consent_id = Actor.staff(by), new_id(), None
    try:
        with acting(actor):
            if packet:
                ledger_row = disclose(
                    inquiry_id=inquiry.pk,
                    purpose=Purpose.REFER,
                    recipient=_recipient(program),
                    fields=PACKET_FIELDS,
                    about=referral_id,
                    carried=Carried.WITH_IT,
                    by=actor,
                )
                consent_id = ledger_row.consent_id
            referral = Referral.objects.create(
                id=referral_id,
                inquiry=inquiry,
                program=program,
                state=ReferralState.SENT if packet else ReferralState.CALLED_TOGETHER,
                consent_id=consent_id,
                made_by=by,
                note=note,
            )
            if inquiry.state != State.REFERRED:
                inquiry.move(State.REFERRED)
            announce("referred", inquiry.pk)
    except IntegrityError:
        raise MoveRefused("this program has already been asked for them") from None
    return referral


def _recipient(program: Program) -> str:
    """Name and address, as an accounting asks for (164.528(b)(2)(ii)); a hidden place by its name alone."""
    return program.name if program.confidential else f"{program.name}, {program.address}"


def follow(referral: Referral, to: str, *, by: User) -> None:
    """What the program or the person said since. A decline opens the search again. Raises ``MoveRefused``."""
    with acting(Actor.staff(by)):
        referral.move(to)
        ended = to in {ReferralState.DECLINED, ReferralState.WITHDRAWN}
        if ended and referral.inquiry.state == State.REFERRED:
            referral.inquiry.move(State.IN_PROGRESS)
        announce("referral", referral.inquiry_id)
