"""What time it is where somebody is: nobody is called in the middle of their night."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from helpline.programs.models import Place
from helpline.programs.states import STATES
from helpline.programs.zones import STATE_ZONES
from intake.inquiries.answers import Answers, Contact, ForWhom
from intake.inquiries.local_time import times_where

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
NEW_YORK, CHICAGO, BILLINGS = time(7), time(6), time(5)


@pytest.fixture(autouse=True)
def places(db: None) -> None:
    Place.objects.bulk_create(
        [Place(zip="59101", city="Billings", state="MT"), Place(zip="37402", city="Chattanooga", state="TN")],
        ignore_conflicts=True,
    )


@pytest.mark.parametrize(
    ("zip_code", "phone", "for_whom", "times"),
    [
        ("59101", "", ForWhom.SELF, (BILLINGS,)),
        # A number taken along from New York says nothing about somebody who says where they are
        ("59101", "+12125550123", ForWhom.SELF, (BILLINGS,)),
        # The ZIP code is the son's; the mother's phone is her own
        ("59101", "+12125550123", ForWhom.SOMEONE_ELSE, (BILLINGS, NEW_YORK)),
        ("37402", "", ForWhom.SELF, (CHICAGO, NEW_YORK)),
        ("", "212-555-0123", ForWhom.SELF, (NEW_YORK,)),
        ("99999", "+12125550123", None, (NEW_YORK,)),
        ("", "+18005550123", ForWhom.SELF, ()),
        ("", "not a number", ForWhom.SELF, ()),
        ("", "", None, ()),
    ],
)
def test_the_time_where_they_are(zip_code: str, phone: str, for_whom: ForWhom | None, times: tuple[time, ...]) -> None:
    answers = replace(Answers(), zip=zip_code, for_whom=for_whom, contact=Contact(phone=phone))
    assert times_where(answers, NOON) == times


def test_every_state_has_zones_that_exist() -> None:
    assert set(STATE_ZONES) == set(STATES)
    assert all(ZoneInfo(zone) for zones in STATE_ZONES.values() for zone in zones)
