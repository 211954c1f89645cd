"""Two hands at one moment, each with a connection of its own."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from django.db import connection
from django.utils import timezone

from intake.calls.models import Callback
from intake.inquiries.models import Closing, Inquiry, MoveRefused, State
from intake.journey.close import close
from intake.journey.log_call import plan_callback
from tests.dashboard.conftest import opened, staff


def test_closed_and_promised_at_the_same_moment_is_one_of_the_two(fresh_database: str) -> None:
    consultant = staff("consultant")

    later = timezone.now() + timedelta(hours=1)

    def race(inquiry: Inquiry) -> None:
        def hand(act: Callable[[], object]) -> None:
            try:
                act()
            except MoveRefused:
                pass
            finally:
                connection.close()

        both = (
            lambda: close(inquiry, closing=Closing.DECLINED, by=consultant),
            lambda: plan_callback(inquiry, due_at=later, contact_point=None, by=consultant),
        )
        with ThreadPoolExecutor(2) as hands:
            list(hands.map(hand, both))

    for _ in range(5):
        race(opened("anonymous"))
    assert not Callback.objects.open().filter(inquiry__state=State.CLOSED).exists()
    assert Inquiry.objects.filter(state=State.CLOSED).count() + Callback.objects.count() == 5
