"""The verification round: who is called next, by whom, and what came of it; and what is not known of a listing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from helpline.accounts.models import User
from helpline.programs import rounds
from helpline.programs.completeness import Lack, fact_of
from helpline.programs.curation import CannotChange
from helpline.programs.models import Edition, Program, Turn, Use
from helpline.programs.rounds import Said
from helpline.programs.uses import count_asked, count_shown, forget_old_uses
from helpline.vault.ids import new_id

ROUND = "/desk/listings/round/"


@pytest.fixture
def other(db: None) -> User:
    return User.objects.create_user("bea@example.org", "correct horse battery", name="Bea Admin", role="admin")


def listing(edition: Edition, name: str, **given: object) -> Program:
    place = {"city": "Birmingham", "state": "AL", "zip": "35203", "phone": "205-555-0150"}
    return Program.objects.create(edition=edition, identity=new_id(), name1=name, **{**place, **given})


def order() -> list[str]:
    return [each.program.name1 for each in rounds.due(now=timezone.now())[0]]


def test_the_most_used_are_called_first_then_the_stalest(edition: Edition, admin: User) -> None:
    now = timezone.now()
    used, never = listing(edition, "Used"), listing(edition, "Never")
    listing(edition, "Old", verified_at=now - timedelta(200), verified_by=admin)
    listing(edition, "Fresh", verified_at=now, verified_by=admin)
    listing(edition, "Gone", status="withdrawn", status_reason="x")
    count_shown([used.pk, never.pk], today=now.date())
    count_asked(used.pk, today=now.date())
    count_shown([never.pk] * 3, today=now.date() - timedelta(400))
    assert order() == ["Used", "Never", "Old"]
    assert [(each.shown, each.asked) for each in rounds.due(now=now)[0]] == [(1, 1), (1, 0), (0, 0)]
    assert forget_old_uses(now.date()) == 1
    assert Use.objects.count() == 2


def test_two_people_never_call_the_same_listing(edition: Edition, admin: User, other: User) -> None:
    first, second = listing(edition, "A"), listing(edition, "B")
    assert rounds.take_next(by=admin)
    assert rounds.take_next(by=other)
    calls = [rounds.calling(admin), rounds.calling(other)]
    assert [call.program_id for call in calls if call] == [first.pk, second.pk]
    assert not rounds.take_next(by=User.objects.create_user("c@example.org", "x", name="C", role="admin"))
    with pytest.raises(CannotChange, match="Somebody else"):
        rounds.take(first.pk, by=other)
    with pytest.raises(CannotChange, match="no longer yours"):
        rounds.say(first.pk, Said.RIGHT, by=other)


def test_a_verifier_calls_in_the_round_and_is_led_nowhere_they_may_not_go(edition: Edition, client: Client) -> None:
    first, second = listing(edition, "A", street1="5 Secret Lane", confidential=True), listing(edition, "B")
    client.force_login(User.objects.create_user("vera@example.org", "x", name="Vera", role="verifier"))
    client.post(f"{ROUND}take/")
    page = client.get(ROUND).content.decode()
    assert "Confirmed by phone" in page
    assert "Secret Lane" not in page
    for address in ("/desk/listings/", f"/desk/listings/{first.pk}/correct/", f"/desk/listings/{second.pk}/"):
        assert f'"{address}"' not in page
        assert client.get(address).status_code == 403
    client.post(f"{ROUND}{first.pk}/", {"said": "right"})
    first.refresh_from_db()
    assert first.verified_by is not None
    assert first.verified_by.name == "Vera"


@pytest.mark.parametrize(
    ("said", "status", "is_verified", "waits"),
    [
        (Said.RIGHT, "listed", True, False),
        (Said.DEAD, "do_not_refer", False, False),
        (Said.FULL, "do_not_refer", False, True),
        (Said.NO_ANSWER, "listed", False, True),
        (Said.BACK, "listed", False, False),
    ],
)
def test_what_came_of_a_call(
    edition: Edition, admin: User, said: Said, status: str, is_verified: bool, waits: bool
) -> None:
    program = listing(edition, "A")
    rounds.take(program.pk, by=admin)
    rounds.say(program.pk, said, by=admin, note="Jo at the desk")
    program.refresh_from_db()
    assert (program.status, program.is_verified, Turn.objects.exists()) == (status, is_verified, waits)
    assert order() == (["A"] if said is Said.BACK else [])


def test_a_place_that_took_nobody_is_asked_again_and_comes_back(edition: Edition, admin: User) -> None:
    program = listing(edition, "A")
    rounds.take(program.pk, by=admin)
    rounds.say(program.pk, Said.FULL, by=admin)
    Turn.objects.update(until=timezone.now() - timedelta(1))
    assert order() == ["A"]
    rounds.take(program.pk, by=admin)
    rounds.say(program.pk, Said.RIGHT, by=admin)
    program.refresh_from_db()
    assert (program.status, program.is_verified) == ("listed", True)


def test_the_page_gives_the_next_one_with_each_answer(edition: Edition, admin: User, client: Client) -> None:
    for name in ("A House", "B House"):
        listing(edition, name)
    client.force_login(admin)
    assert "2 listings wait for a call" in client.get(ROUND).content.decode()
    page = client.post(f"{ROUND}take/", {"state": "AL"}, follow=True).content.decode()
    assert '<h2 id="mine-heading">A House</h2>' in page
    program = Program.objects.get(name1="A House")
    page = client.post(f"{ROUND}{program.pk}/", {"said": "right", "state": "AL"}, follow=True).content.decode()
    assert '<h2 id="mine-heading">B House</h2>' in page
    assert Program.objects.get(name1="A House").is_verified
    with CaptureQueriesContext(connection) as asked:
        client.get(ROUND)
    assert len(asked) <= 12


def test_what_is_unknown_is_told_counted_and_found(edition: Edition, admin: User, client: Client) -> None:
    code = edition.service_codes.get(code="ADLT").pk
    known = listing(edition, "Known", codes=[code], street1="1 Main Street")
    listing(edition, "Unknown")
    lack = Lack()
    assert "ages" not in {fact.code for fact in lack.facts(known)}
    ages = fact_of("ages")
    assert ages is not None
    assert [program.name1 for program in Program.objects.filter(lack.of(ages))] == ["Unknown"]
    [alabama] = lack.shares("state")
    assert (alabama.group, alabama.of, alabama.percents_known[:2]) == ("AL", 2, [100, 50])
    client.force_login(admin)
    for address in ("/desk/listings/unknown/", "/desk/listings/unknown/?by=edition"):
        assert "50&nbsp;%" in client.get(address).content.decode()
    found = client.get("/desk/listings/?missing=ages&status=listed").content.decode()
    assert "1 listing found" in found
