"""Where a program takes packets about people: only to an address verified by a call to the number known before.

Whoever sends us a new number or address, by a link, in a directory or on the phone, need not be the program. So an
address counts once somebody of ours called the number we had, and stops counting when it, or that number, changes.
"""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from helpline.accounts.models import User
from helpline.audit.acting import Actor, acting
from helpline.programs.curation import CannotChange
from helpline.programs.models import PacketAddress, PacketWay, Program, ProgramChange
from helpline.programs.published import clean_phone, clean_text


def clean_address(way: str, typed: str) -> str:
    """A fax number as ``205-555-0100``, or an e-mail or Direct address in small letters. Raises ``CannotChange``."""
    if way not in PacketWay.values:
        raise CannotChange(_("Choose fax, encrypted e-mail or Direct message."))
    if way == PacketWay.FAX:
        number = clean_phone(typed)
        if not number:
            raise CannotChange(_("“%(typed)s” is no fax number. Write ten digits.") % {"typed": typed[:40]})
        return number
    address = clean_text(typed).lower()
    try:
        validate_email(address)
    except ValidationError:
        words = _("“%(typed)s” is no address. Write it whole, such as intake@example.org.")
        raise CannotChange(words % {"typed": typed[:60]}) from None
    return address


def numbers_to_call(program: Program, kept: list[PacketAddress]) -> list[str]:
    """Which numbers verify an address of it, where ``kept`` are its addresses: the old ones, when the listing's number
    changed since it was verified by them.
    """
    old = [each.known_by for each in kept if each.verified_at and not each.stands(program)]
    return list(dict.fromkeys(old)) or program.phones


def verify_address(program_id: UUID, way: str, typed: str, *, called: str, by: User) -> PacketAddress:
    """Somebody called the number we had, and the program takes packets at this address. Raises ``CannotChange``."""
    address = clean_address(way, typed)
    with acting(Actor.staff(by)):
        program = Program.objects.select_for_update(of=("self",)).get(pk=program_id)
        if called not in numbers_to_call(program, list(program.packet_addresses.all())):
            raise CannotChange(_("Call the number we had before, and say which one you called."))
        return _verified(program, way, address, called=called, by=by)


def _verified(program: Program, way: str, address: str, *, called: str, by: User) -> PacketAddress:
    before = program.packet_addresses.filter(way=way).values_list("address", flat=True).first() or ""
    # Who answers at the old number says, too, which is the number now
    known_by = called if called in program.phones else (program.phones or [called])[0]
    given = {"address": address, "verified_at": Now(), "verified_by": by, "called": called, "known_by": known_by}
    if before != address:
        given |= {"source": PacketAddress.Source.STAFF, "proposed_at": Now()}
    kept, _new = PacketAddress.objects.update_or_create(program=program, way=way, defaults=given)
    note = _("Verified by calling %(number)s") % {"number": called}
    _note(program.pk, by, {way: [before, address]}, note)
    kept.refresh_from_db()
    return kept


def remove_address(program_id: UUID, way: str, *, by: User) -> None:
    """Forget an address: packets go there no more. Raises ``CannotChange`` when there is none."""
    with acting(Actor.staff(by)):
        kept = PacketAddress.objects.select_for_update().filter(program=program_id, way=way).first()
        if kept is None:
            raise CannotChange(_("There is no such address any more."))
        kept.delete()
        _note(program_id, by, {way: [kept.address, ""]}, "")


def follow_confirmed(program: Program, before: list[str], wanted: Mapping[str, str], *, by: User) -> None:
    """What a program asked for was confirmed by a call to a number of ``before``: its addresses go along with the new
    number, and those of ``wanted`` (by way) are verified by the same call.
    """
    now = program.phones
    if not before or not now:
        return
    with acting(Actor.staff(by)):
        moved = program.packet_addresses.filter(known_by__in=before).exclude(known_by__in=now)
        moved.update(known_by=now[0])
        for way, address in wanted.items():
            _verified(program, way, address, called=before[0], by=by)


def _note(program_id: UUID, by: User, fields: Mapping[str, list[str]], note: str) -> None:
    ProgramChange.objects.create(
        program_id=program_id,
        actor_kind="staff",
        actor_id=str(by.pk),
        action=ProgramChange.Action.PACKETS,
        fields=dict(fields),
        note=note,
    )
