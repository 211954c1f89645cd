"""A program is chosen: we tell it, within the person's consent, or they speak for themselves on a shared call."""

from __future__ import annotations

from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _

from helpline.accounts.models import User
from helpline.audit.acting import Actor, acting
from helpline.programs.models import Program
from helpline.programs.uses import count_asked
from helpline.vault.ids import new_id
from intake.disclosures.consenting import disclose
from intake.disclosures.models import Carried, Purpose
from intake.inquiries.events import announce
from intake.inquiries.models import Inquiry, MoveRefused, State
from intake.journey.hold import take_held_place
from intake.matching.models import ASKED, Referral, ReferralState, open_referrals

PACKET_FIELDS = (
    "name", "age and birth date", "gender and pregnancy", "how to reach them", "substances and health",
    "ZIP code and wishes for care", "reasons for the urgency", "kind of care", "insurance",
)  # fmt: skip
"""What ``packet.html`` shows, in the words of the ledger."""
TAKEN = {ReferralState.ACCEPTED, ReferralState.ADMITTED}
ENDED = {ReferralState.DECLINED, ReferralState.WITHDRAWN, ReferralState.MISTAKE}


def refer(inquiry: Inquiry, program: Program, *, packet: bool, way: str = "", note: str = "", by: User) -> Referral:
    """Record a referral. With ``packet`` the ledger row and the consent it rests on are written in the same step,
    before anybody can read the packet out; the program counts as asked once somebody gave it (``follow``).

    ``way`` is how the packet goes, a ``PacketWay``, or "" to read it to them on the phone. Raises ``NoConsent`` when a
    packet is asked for and the person has not signed, ``MoveRefused`` when this program is already being asked for
    them, the inquiry is closed, or nobody verified where the packet would go.
    """
    actor, referral_id, consent_id = Actor.staff(by), new_id(), None
    with acting(actor):
        held = Inquiry.objects.hold_open(inquiry.pk)
        if open_referrals(held.pk).filter(program=program).exists():
            raise MoveRefused(_("This program is already being asked for them."))
        sent_to = _verified_address(program, way) if packet else ""
        if packet:
            ledger_row = disclose(
                inquiry_id=held.pk,
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
            inquiry=held,
            program=program,
            state=ReferralState.PREPARED if packet else ReferralState.CALLED_TOGETHER,
            consent_id=consent_id,
            way=way if packet else "",
            sent_to=sent_to,
            made_by=by,
            note=note,
        )
        count_asked(program.pk, today=timezone.localdate())
        _keep_in_step(held, referral, by)
        announce("referred", inquiry.pk)
    return referral


def call_together(inquiry: Inquiry, program: Program, *, came_of: str, note: str = "", by: User) -> Referral:
    """A shared call that took place, and what came of it: one of ``ReferralState``. Raises ``MoveRefused``."""
    with acting(Actor.staff(by)):
        referral = refer(inquiry, program, packet=False, note=note, by=by)
        if came_of != referral.state:
            follow(referral, came_of, by=by)
    return referral


def send_by(referral: Referral, way: str, *, by: User) -> None:
    """Give an open packet another way. Raises ``MoveRefused`` when it was given, or nobody verified the address."""
    with acting(Actor.staff(by)):
        Inquiry.objects.hold_open(referral.inquiry_id)
        sent_to = _verified_address(referral.program, way)
        prepared = Referral.objects.filter(pk=referral.pk, state=ReferralState.PREPARED)
        if not prepared.update(way=way, sent_to=sent_to, changed_at=Now()):
            raise MoveRefused(_("It was given already."))
        announce("referral", referral.inquiry_id)


def may_go_to(referral: Referral) -> bool:
    """Whether where the packet goes is still verified; reading it out on the phone always is."""
    if not referral.way:
        return True
    kept = referral.program.packet_addresses.filter(way=referral.way, address=referral.sent_to).first()
    return kept is not None and kept.stands(referral.program)


def _verified_address(program: Program, way: str) -> str:
    if not way:
        return ""
    kept = program.packet_addresses.select_for_update().filter(way=way).first()
    if kept is None or not kept.stands(Program.objects.get(pk=program.pk)):
        raise MoveRefused(_("Nobody verified that address by a call. Call the program first, and write it down here."))
    return kept.address


def _recipient(program: Program) -> str:
    """Name and address, as an accounting asks for (164.528(b)(2)(ii)); a hidden place by its name alone."""
    return program.name if program.confidential else f"{program.name}, {program.address}"


def follow(referral: Referral, to: str, *, by: User) -> None:
    """What the program or the person said since. A decline opens the search again. Raises ``MoveRefused``."""
    with acting(Actor.staff(by)):
        held = Inquiry.objects.hold(referral.inquiry_id)
        referral.move(to)
        if to in TAKEN:
            take_held_place(held, referral.program_id)
        _keep_in_step(held, referral, by)
        announce("referral", referral.inquiry_id)


def _keep_in_step(held: Inquiry, referral: Referral, by: User) -> None:
    """An inquiry is "referred" while a program has been asked, and then it is somebody's."""
    asked = referral.state in ASKED or open_referrals(held.pk).filter(state__in=ASKED).exists()
    if held.owner is None and held.state != State.CLOSED:
        held.hand_to(by)
    if asked and held.state == State.IN_PROGRESS:
        held.move(State.REFERRED)
    elif not asked and referral.state in ENDED and held.state == State.REFERRED:
        held.move(State.IN_PROGRESS)
