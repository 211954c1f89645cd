"""What a program says is free: seen by all, too old after a while, and its last place held by one."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.test import Client
from django.utils import timezone

from helpline.accounts.models import User
from helpline.programs.hours import BELIEVED_FOR
from helpline.programs.models import GOOD_FOR, IntakeHours, Opening, OpeningKind, Place, Program
from helpline.programs.openings import tell_openings
from intake.board.openings import free_at
from intake.inquiries.models import Inquiry, MoveRefused
from intake.journey.hold import hold_place, let_go_of_place
from intake.journey.refer import call_together, follow
from intake.journey.suggest_programs import need_for, suggest
from intake.matching.choosing import choose
from intake.matching.models import PlaceHold, Referral, ReferralState
from tests.dashboard.conftest import a_program, opened, staff

BED = OpeningKind.WITHDRAWAL_BED


@pytest.fixture
def consultant(db: None) -> User:
    return staff("consultant")


@pytest.fixture
def program(consultant: User) -> Program:
    """It said a minute ago that one withdrawal bed is free."""
    program = a_program()
    tell_openings(program.pk, BED, 1, by=consultant)
    return program


def free(program: Program, inquiry: Inquiry) -> list[tuple[int, int, bool]]:
    found = free_at([str(program.pk)], inquiry_id=inquiry.pk, now=timezone.now())
    return [(each.places, each.held, each.mine) for each in found.get(str(program.pk), [])]


def test_the_last_place_is_held_by_one_and_free_again_when_let_go(program: Program, consultant: User) -> None:
    mine, theirs = opened("mother"), opened("inactive")
    hold = hold_place(mine, program.pk, BED, by=consultant)
    assert (free(program, mine), free(program, theirs)) == ([(1, 0, True)], [(1, 1, False)])
    with pytest.raises(MoveRefused, match="somebody else holds it"):
        hold_place(theirs, program.pk, BED, by=consultant)
    assert hold_place(mine, program.pk, BED, by=consultant).until > hold.until
    let_go_of_place(mine, hold.opening_id, by=consultant)
    hold_place(theirs, program.pk, BED, by=consultant)


def test_a_hold_ends_by_itself(program: Program, consultant: User) -> None:
    hold_place(opened("mother"), program.pk, BED, by=consultant)
    PlaceHold.objects.update(until=Now() - timedelta(seconds=1))
    assert hold_place(opened("inactive"), program.pk, BED, by=consultant)


def test_two_hands_at_one_moment_hold_the_last_place_once(fresh_database: str) -> None:
    consultant, program = staff("consultant"), a_program()
    both = [opened("mother"), opened("inactive")]

    def hand(inquiry: Inquiry) -> bool:
        try:
            return bool(hold_place(inquiry, program.pk, BED, by=consultant))
        except MoveRefused:
            return False
        finally:
            connection.close()

    for _ in range(5):
        PlaceHold.objects.all().delete()
        tell_openings(program.pk, BED, 1, by=consultant)
        with ThreadPoolExecutor(2) as hands:
            assert sorted(hands.map(hand, both)) == [False, True]


def test_what_is_too_old_is_not_known_any_more(program: Program, consultant: User) -> None:
    inquiry = opened("mother")
    Opening.objects.update(told_at=Now() - GOOD_FOR[BED] - timedelta(seconds=1))
    assert free(program, inquiry) == []
    with pytest.raises(MoveRefused, match="Nobody knows"):
        hold_place(inquiry, program.pk, BED, by=consultant)


def test_a_place_taken_is_free_no_longer(program: Program, consultant: User) -> None:
    inquiry = opened("mother")
    hold_place(inquiry, program.pk, BED, by=consultant)
    call_together(inquiry, program, came_of=ReferralState.ACCEPTED, by=consultant)
    assert (free(program, inquiry), PlaceHold.objects.count()) == ([(0, 0, False)], 0)
    follow(Referral.objects.get(), ReferralState.ADMITTED, by=consultant)
    assert free(program, inquiry) == [(0, 0, False)]


def test_from_the_desk_one_click_each(signed_in: Callable[[str], Client], db: None) -> None:
    Place.objects.create(zip="35203", city="Birmingham", state="AL", latitude=33.52, longitude=-86.81)
    inquiry, program = opened("mother"), a_program()
    desk, said = signed_in("consultant"), f"/desk/inquiries/{inquiry.pk}/said/{program.pk}/"
    page = desk.post(said, {"kind": BED, "places": "2"}, follow=True).text
    assert "withdrawal bed: 2 free" in page
    held = desk.post(f"/desk/inquiries/{inquiry.pk}/hold/{program.pk}/", {"kind": BED}, follow=True).text
    assert "Held for them" in held
    assert "Write how many are free" in desk.post(said, {"kind": BED, "places": ""}, follow=True).text
    desk.post(said, {"right": "1"})
    program.refresh_from_db()
    assert program.verified_at
    assert "is taken out for everybody" in desk.post(said, {"dead": "1"}, follow=True).text
    program.refresh_from_db()
    assert program.status == Program.Status.DO_NOT_REFER
    assert [change.action for change in program.changes.all()] == ["do_not_refer", "verified", "openings"]


def test_a_free_bed_ranks_above_none_and_old_news_is_no_news(db: None) -> None:
    Place.objects.create(zip="35203", city="Birmingham", state="AL", latitude=33.52, longitude=-86.81)
    inquiry, first, second = opened("mother"), a_program(), a_program("Zebra House")
    tell_openings(second.pk, BED, 2, by=staff("consultant"))
    tell_openings(first.pk, BED, 0, by=staff("consultant"))
    ranked = suggest(inquiry, today=timezone.localdate()).ranked
    assert [match.offer.name for match in ranked] == ["Zebra House", first.name1]
    codes = [{reason.code for reason in match.reasons} for match in ranked]
    assert ("openings_known" in codes[0], "no_openings" in codes[1]) == (True, True)
    tell_openings(first.pk, OpeningKind.OUTPATIENT_PLACE, 9, by=staff("consultant"))
    Opening.objects.update(told_at=Now() - GOOD_FOR[BED] - timedelta(seconds=1))
    later = suggest(inquiry, today=timezone.localdate()).ranked
    assert all("openings_not_known" in {reason.code for reason in match.reasons} for match in later)


def test_told_hours_rank_and_filter_until_they_are_too_old(signed_in: Callable[[str], Client], db: None) -> None:
    Place.objects.create(zip="35203", city="Birmingham", state="AL", latitude=33.52, longitude=-86.81)
    inquiry, asleep, awake = opened("mother"), a_program(), a_program("Zebra House")
    desk, said = signed_in("consultant"), "/desk/inquiries/{}/said/{}/"
    hours = {"hours-days": "all", "hours-zone": "America/Chicago"}
    desk.post(
        said.format(inquiry.pk, awake.pk), hours | {"hours-opens": "00:00", "hours-closes": "00:00", "hours-open": "1"}
    )
    desk.post(said.format(inquiry.pk, asleep.pk), hours | {"hours-closed": "1"})
    refused = desk.post(said.format(inquiry.pk, asleep.pk), hours | {"hours-open": "1"}, follow=True).text
    assert "Write from when to when intake answers" in refused
    assert [change.fields["Sunday"] for change in awake.changes.all()] == [[None, "day and night"]]
    ranked = suggest(inquiry, today=timezone.localdate()).ranked
    assert [match.offer.name for match in ranked] == ["Zebra House", asleep.name1]
    only_open = suggest(inquiry, today=timezone.localdate(), open_now=True)
    assert [match.offer.name for match in only_open.ranked] == ["Zebra House"]
    assert "Intake is closed now, as told: 1. 1 more once intake answers." in {e.words for e in only_open.excluded}
    assert "Intake is closed now" in desk.get(f"/desk/inquiries/{inquiry.pk}/?open=now").text
    IntakeHours.objects.update(told_at=Now() - BELIEVED_FOR - timedelta(seconds=1))
    later = suggest(inquiry, today=timezone.localdate(), open_now=True).ranked
    assert all("hours_ask" in {reason.code for reason in match.questions} for match in later)


def test_what_became_of_those_we_sent_ranks_on_the_desk_only(db: None) -> None:
    Place.objects.create(zip="35203", city="Birmingham", state="AL", latitude=33.52, longitude=-86.81)
    by, inquiry, full, taking = staff("consultant"), opened("mother"), a_program(), a_program("Zebra House")
    for program, state in ((full, ReferralState.DECLINED), (taking, ReferralState.ADMITTED)):
        for _ in range(3):
            Referral.objects.create(inquiry=inquiry, program=program, state=state, made_by=by)
    ranked = suggest(inquiry, today=timezone.localdate()).ranked
    assert [match.offer.name for match in ranked] == ["Zebra House", full.name1]
    assert "Took 3 of the last 3 people we sent there." in [reason.words for reason in ranked[0].met]
    shown = choose(need_for(inquiry), today=timezone.localdate()).ranked
    assert all(match.offer.sent == 0 for match in shown)
