"""What time it is where a caller is, as far as anything they told us says."""

from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo

import phonenumbers
from phonenumbers import timezone as phone_zones

from helpline.programs.models import Place
from helpline.programs.zones import STATE_ZONES
from intake.inquiries.answers import Answers, ForWhom

# A toll-free or foreign number names every zone there is, which is to know nothing
MOST_ZONES = 4


def times_where(answers: Answers, now: datetime) -> tuple[time, ...]:
    """The time of day at each place the caller may be in; empty when nothing tells.

    The ZIP code is the person's: for a caller who is somebody else the area code of their phone counts as well, and
    where there is no ZIP code it counts alone.
    """
    zones = zones_of_zip(answers.zip)
    if not zones or answers.for_whom is ForWhom.SOMEONE_ELSE:
        zones = (*zones, *zones_of_phone(answers.contact.phone))
    return tuple(sorted({now.astimezone(ZoneInfo(zone)).time() for zone in zones}))


def zones_of_zip(zip_code: str) -> tuple[str, ...]:
    state = Place.objects.filter(pk=zip_code[:5]).values_list("state", flat=True).first() if zip_code else None
    return STATE_ZONES.get(state or "", ())


def zones_of_phone(phone: str) -> tuple[str, ...]:
    """The zones of the number's area code; none for a number that says nothing about a place."""
    try:
        zones = phone_zones.time_zones_for_number(phonenumbers.parse(phone, "US"))
    except phonenumbers.NumberParseException:
        return ()
    known = tuple(zone for zone in zones if zone != phone_zones.UNKNOWN_TIMEZONE)
    return known if len(known) <= MOST_ZONES else ()
