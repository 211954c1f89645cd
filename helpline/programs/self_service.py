"""A program looks after its own listing, by a link that opens nothing else and ends by itself.

What is free, when intake answers, and that all is right, counts at once. Whatever else it asks for waits for a person;
a new name, number or address for packets, and what is said in words, also for a call to the number known before:
whoever holds the link need not be the program.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from helpline.accounts.models import User
from helpline.audit.acting import Actor, acting, record
from helpline.programs.curation import CannotChange, correct
from helpline.programs.hours import Day, note_hours
from helpline.programs.models import PacketWay, Program, ProgramChange, Proposal
from helpline.programs.openings import note_openings
from helpline.programs.packets import follow_confirmed
from helpline.vault.models import LinkRefused, SignedLink

PURPOSE = "listing"
LASTS = timedelta(days=14)
MOST_ASKED = 5
PROPOSABLE = ("name1", "name2", "phone", "intake_lines", "street1", "street2", "city", "state", "zip")


def make_listing_link(program: Program, *, by: User) -> str:
    """An address for the program, good for two weeks and shown this once."""
    with acting(Actor.staff(by)):
        link, secret = SignedLink.objects.make(purpose=PURPOSE, subject=program.pk, lasts=LASTS)
        record(Actor.staff(by), "made_link", "program", [program.pk], reason=str(link.pk))
    return f"{settings.SITE_URL}/listing/{secret}/"


def open_listing_link(secret: str) -> tuple[SignedLink, Program]:
    """The listing behind an address. Raises ``LinkRefused``, also when the listing was withdrawn since."""
    link = SignedLink.objects.open(secret, purpose=PURPOSE)
    program = Program.objects.exclude(status=Program.Status.WITHDRAWN).filter(pk=link.subject).first()
    if program is None:
        raise LinkRefused
    return link, program


def confirm(program: Program, link: SignedLink) -> None:
    """The program says that all of its listing is right."""
    with acting(Actor.link(link)):
        _note(program, link, ProgramChange.Action.CONFIRMED)


def say_openings(program: Program, link: SignedLink, kind: str, places: int) -> None:
    """The program says how many places of an ``OpeningKind`` are free now."""
    with acting(Actor.link(link)):
        note_openings(program.pk, kind, places, by=Actor.link(link), told_to=None)


def say_hours(program: Program, link: SignedLink, days: Collection[int], hours: Day, zone: str) -> None:
    """The program says when its intake answers on these weekdays (Monday 0)."""
    with acting(Actor.link(link)):
        note_hours(program.pk, days, hours, zone, by=Actor.link(link), told_to=None)


def propose(program: Program, link: SignedLink, wanted: Mapping[str, Any], *, note: str = "") -> Proposal:
    """Ask for changes; ``wanted`` maps names of ``PROPOSABLE``, and ways of packets, to clean values.

    Raises ``CannotChange`` when nothing would change, or when too many of its wishes wait already.
    """
    fields = {
        name: [getattr(program, name), wanted[name]]
        for name in PROPOSABLE
        if name in wanted and wanted[name] != getattr(program, name)
    }
    packets = dict(program.packet_addresses.values_list("way", "address"))
    for way in PacketWay.values:
        if wanted.get(way) and wanted[way] != packets.get(way):
            fields[way] = [packets.get(way, ""), wanted[way]]
    if not fields and not note.strip():
        raise CannotChange(_("That is what the listing says already. Nothing was sent."))
    if program.proposals.filter(state=Proposal.State.ASKED).count() >= MOST_ASKED:
        raise CannotChange(_("Several changes wait for us already. Call us if it is urgent."))
    with acting(Actor.link(link)):
        proposal = Proposal.objects.create(program=program, link_id=link.pk, fields=fields, note=note.strip()[:300])
        _note(program, link, ProgramChange.Action.PROPOSED, fields=fields, note=note)
    return proposal


def make_change(proposal_id: UUID, *, called: bool, by: User) -> Program:
    """Do what was asked for. Raises ``CannotChange`` when it was decided, needs a call that nobody made, or the listing
    says something else by now than what they wanted changed.
    """
    with acting(Actor.staff(by)):
        proposal = _undecided(proposal_id)
        if proposal.needs_a_call and not called:
            raise CannotChange(_("Call the number we had before, and ask for whoever runs the place. Then tick it."))
        if proposal.is_overtaken:
            raise CannotChange(_("The listing was changed since they asked. Correct it there, then leave this."))
        asked = {name: after for name, (_before, after) in proposal.fields.items()}
        packets = {way: asked.pop(way) for way in PacketWay.values if way in asked}
        known = proposal.program.phones
        program = correct(proposal.program_id, asked, by=by, note=_("Asked for by the program")) if asked else None
        if called:
            follow_confirmed(program or proposal.program, known, packets, by=by)
        _decide(proposal, Proposal.State.MADE, by)
    return program or proposal.program


def decline(proposal_id: UUID, *, by: User) -> None:
    """Leave the listing as it is. Raises ``CannotChange`` when it was decided before."""
    with acting(Actor.staff(by)):
        proposal = _undecided(proposal_id)
        _decide(proposal, Proposal.State.DECLINED, by)
        ProgramChange.objects.create(
            program_id=proposal.program_id,
            actor_kind="staff",
            actor_id=str(by.pk),
            action=ProgramChange.Action.DECLINED,
            fields=proposal.fields,
        )


def _undecided(proposal_id: UUID) -> Proposal:
    proposal = Proposal.objects.select_for_update(of=("self",)).select_related("program").get(pk=proposal_id)
    if proposal.state != Proposal.State.ASKED:
        raise CannotChange(_("Somebody has decided this already."))
    return proposal


def _decide(proposal: Proposal, state: str, by: User) -> None:
    proposal.state, proposal.decided_at, proposal.decided_by = state, Now(), by
    proposal.save(update_fields=["state", "decided_at", "decided_by"])


def _note(
    program: Program, link: SignedLink, action: str, *, fields: Mapping[str, Any] | None = None, note: str = ""
) -> None:
    ProgramChange.objects.create(
        program=program,
        actor_kind="link",
        actor_id=str(link.pk),
        action=action,
        fields=dict(fields or {}),
        note=note[:300],
    )
