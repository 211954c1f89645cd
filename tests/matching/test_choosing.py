"""The query and the widening, on the real directory of 2022."""

import json
import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from io import StringIO
from math import dist
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django.plugin import DjangoDbBlocker

from helpline.accounts.models import User
from helpline.programs.geography import chord_of, unit_point
from helpline.programs.models import UNSAID, Place, Program
from intake.inquiries.answers import Answers, Said, Use
from intake.inquiries.triage import Care, assess
from intake.matching import facts, nearest, telling
from intake.matching.choosing import choose, offer_of
from intake.matching.codebook import CodeBook
from intake.matching.engine import Matches, match
from intake.matching.models import Told
from intake.matching.nearest import Row, statement
from intake.matching.need import Need, PayerKind
from intake.matching.rules import evidence, setting
from tests.matching.offers import CLONAZEPAM_AND_ALCOHOL, OPIOID_MEDICAID, TODAY
from tests.servers import copy_database, drop_database


@pytest.fixture(scope="module", autouse=True)
def directory(django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    name, before = copy_database(), connection.settings_dict["NAME"]
    with django_db_blocker.unblock():
        connection.close()
        connection.settings_dict["NAME"] = name
        call_command("load_directory", verbosity=0, stdout=StringIO())
        yield
        connection.close()
        connection.settings_dict["NAME"] = before
    drop_database(name)


def at(need: Need, zip_code: str) -> Need:
    place = Place.objects.get(pk=zip_code)
    return replace(need, latitude=place.latitude, longitude=place.longitude, state=place.state)


def notes(found: Matches) -> set[str]:
    return {each.code for each in found.notes}


def test_birmingham_clonazepam_and_alcohol_is_asked_never_promised() -> None:
    found = choose(at(CLONAZEPAM_AND_ALCOHOL, "35203"), today=TODAY)
    assert found.first_aid[0].code == "emergency_department"
    assert found.fits == ()
    assert found.ask_first[0].offer.city == "Warrior"
    asked = [each.code for each in found.ask_first[0].questions]
    assert asked == ["withdrawal_both_listed", "withdrawal_both_listed", "ask_this_plan"]
    assert notes(found) == {"more_within"}


def test_birmingham_opioid_and_medicaid_fits_programs_with_medication() -> None:
    found = choose(at(OPIOID_MEDICAID, "35203"), today=TODAY)
    assert len(found.fits) >= 5
    assert all({"methadone", "buprenorphine"} & each.offer.facts for each in found.fits)
    assert found.left_out
    assert found.excluded[0].code == "opioid_medication_refused"


def test_montana_without_money_looks_further_and_says_so() -> None:
    need = replace(
        CLONAZEPAM_AND_ALCOHOL,
        payer=PayerKind.NONE,
        substances=frozenset({"benzodiazepine"}),
        withdrawal=frozenset({"benzodiazepine"}),
    )
    found = choose(at(need, "59001"), today=TODAY)
    assert found.need.miles == 100
    assert "widened" in notes(found)
    assert "No program within 50 miles lists this care, so we looked within 100 miles." in [
        each.words for each in found.notes
    ]


def test_from_an_ocean_the_nearest_is_found_in_another_state_and_no_place_is_asked_for() -> None:
    ocean = replace(CLONAZEPAM_AND_ALCOHOL, latitude=0.0, longitude=-150.0)
    found = choose(ocean, today=TODAY)
    assert found.need.miles > 200
    assert {each.offer.state for each in found.likely} == {"HI"}
    assert {"widened", "cannot_wait"} <= notes(found)
    assert notes(choose(replace(ocean, latitude=None), today=TODAY)) == {"place_needed"}


def test_where_nobody_lists_the_care_at_all_the_way_out_is_said() -> None:
    need = at(CLONAZEPAM_AND_ALCOHOL, "35203")
    beds = Program.objects.filter(codes__overlap=CodeBook.load().numbers(setting(need)))
    changed = beds.update(confidential=True)
    try:
        found = choose(need, today=TODAY)
        assert changed > 1000
        assert {"nothing_listed", "cannot_wait"} <= notes(found)
        assert found.ask_first
    finally:
        Program.objects.filter(confidential=True).update(confidential=False)


def test_medication_from_afar_is_offered_where_none_is_near() -> None:
    need = replace(at(OPIOID_MEDICAID, "59001"), miles=25, telehealth=True)
    far = [each for each in choose(need, today=TODAY).ask_first if "telehealth_far" in {r.code for r in each.questions}]
    assert far
    assert {each.offer.state for each in far} == {"MT"}
    assert all("telehealth" in each.offer.facts for each in far)
    declined = choose(replace(need, telehealth=False), today=TODAY)
    assert all("telehealth_far" not in {r.code for r in each.reasons} for each in declined.ranked)


def test_the_index_gives_place_and_codes_together() -> None:
    need = at(CLONAZEPAM_AND_ALCOHOL, "10001")
    asked, given = statement(need, CodeBook.load())
    with connection.cursor() as cursor:
        nearest.execute(cursor, f"EXPLAIN {asked}", given)
        plan = "\n".join(line for (line,) in cursor.fetchall())
    likely, others = plan.split("Index Scan using program_place_and_care")[1:]
    assert "may_give && " in likely.split("Filter:")[0]
    assert all('Order By: ("position" <->' in scan for scan in (likely, others))
    assert "Bitmap" not in plan
    assert "Seq Scan" not in plan


def test_the_same_programs_as_looking_at_every_one() -> None:
    codes = CodeBook.load()
    everyone = [
        (row, unit_point(latitude, longitude))
        for *row, latitude, longitude in Program.objects.public()
        .filter(position__isnull=False)
        .values_list("id", "codes", "latitude", "longitude")
    ]
    chance = random.Random(5)
    places = list(Place.objects.exclude(latitude=None).order_by("zip").values_list("latitude", "longitude"))
    settings = set(codes.numbers(facts.SETTINGS))
    for care in (Care.WITHDRAWAL_MEDICAL_24H, Care.OPIOID_MEDICATION, Care.OUTPATIENT):
        need = replace(CLONAZEPAM_AND_ALCOHOL, care=(care,))
        wanted = set(codes.numbers(evidence(need)))
        for latitude, longitude in chance.sample(places, 15):
            need = replace(need, latitude=latitude, longitude=longitude)
            found = nearest.nearest(need, codes, hidden_places=False)
            here, reach = unit_point(latitude, longitude), chord_of(50)
            within = sorted((dist(here, point), *row) for row, point in everyone if dist(here, point) <= reach)
            may = {number for _, number, said in within if wanted & set(said) or not settings & set(said)}
            likely = [number for _, number, _ in within if number in may][: nearest.LIKELY_LIMIT]
            others = [number for _, number, _ in within if number not in may][: nearest.OTHERS_LIMIT]
            chosen = {*likely, *others}
            assert list(found) == [number for _, number, _ in within if number in chosen]
            assert [row.id for row in nearest.read(found)] == list(found)


def test_what_is_left_out_is_counted_over_the_whole_distance_as_the_rules_would() -> None:
    codes = CodeBook.load()
    for need, zip_code in ((OPIOID_MEDICAID, "10001"), (CLONAZEPAM_AND_ALCOHOL, "90012")):
        need = at(need, zip_code)
        near = Program.objects.public().near(need.latitude, need.longitude, need.miles)
        everyone = near.values_list(*Row._fields[:-2], "edition__published", "miles")
        offers = [offer_of(Row._make(row), codes) for row in everyone]
        expected = {each.code: (each.count, each.would_return) for each in match(need, offers, today=TODAY).excluded}
        assert len(offers) > 400
        found = choose(need, today=TODAY)
        assert {each.code: (each.count, each.would_return) for each in found.excluded} == expected
        assert sum(each.count for each in found.excluded) > len(found.left_out)


def test_another_way_to_pay_and_a_longer_way_are_said_with_their_numbers() -> None:
    codes, need = CodeBook.load(), replace(at(OPIOID_MEDICAID, "35203"), payer=PayerKind.NONE)
    found = choose(need, today=TODAY)
    said = {each.code: dict(each.params).get("count") for each in found.notes}
    further = {each.offer.public_id for each in choose(replace(need, miles=100), today=TODAY).likely}
    assert said["more_within"] == str(len(further - {each.offer.public_id for each in found.likely}))
    no_help = [each for each in found.likely if "cash_no_help" in {reason.code for reason in each.reasons}]
    cash = set(codes.numbers(frozenset({"takes_cash"})))
    ids = [each.offer.public_id for each in no_help]
    assert said["more_if_self_pay"] == str(Program.objects.filter(id__in=ids, codes__overlap=sorted(cash)).count())


def test_statements_however_many_programs() -> None:
    choose(at(OPIOID_MEDICAID, "35203"), today=TODAY)  # the connection learns its statements
    for zip_code in ("10001", "35203"):
        need = at(OPIOID_MEDICAID, zip_code)
        with CaptureQueriesContext(connection) as statements:
            choose(need, today=TODAY)
        # The codes, the nearest, their listings, what they told us, what is free, who is open, the counts near and a
        # step further, where there are more
        assert len(statements) == 8


def test_what_a_program_told_us_is_used_and_forgotten_after_half_a_year() -> None:
    need = at(CLONAZEPAM_AND_ALCOHOL, "35203")
    first = Program.objects.get(pk=choose(need, today=TODAY).ask_first[0].offer.public_id)
    by = User.objects.create_user("teller@example.org", "a long enough password", name="Teller", role="consultant")
    questions = choose(need, today=TODAY).ask_first[0].questions
    joint = [each.settles for each in questions if each.settles.startswith("withdrawal_24h:")]
    try:
        told = [telling.remember(first, fact, True, by=by) for fact in joint]
        best = choose(need, today=TODAY).ask_first[0]
        assert best.offer.public_id == str(first.pk)
        assert [each.code for each in best.questions] == ["ask_this_plan"]
        telling.remember(first, joint[0], False, by=by)
        after = choose(need, today=TODAY)
        assert str(first.pk) in {each.public_id for each in after.left_out}
        assert ("withdrawal_refused", 1) in {(each.code, each.count) for each in after.excluded}
        Told.objects.update(at=timezone.now() - telling.BELIEVED_FOR - timedelta(days=1))
        assert choose(need, today=TODAY).ask_first[0].questions == questions
        assert len(told) == 2
    finally:
        Told.objects.all().delete()
        by.delete()


def test_the_index_is_true_whoever_writes_and_finds_who_told_us_of_care_it_does_not_list() -> None:
    need, codes = at(Need(care=(Care.RESIDENTIAL,)), "10001"), CodeBook.load()
    wanted, settings = codes.numbers(evidence(need)), codes.numbers(facts.SETTINGS)
    near = Program.objects.public().near(need.latitude, need.longitude, need.miles)
    far = near.filter(codes__overlap=settings).exclude(codes__overlap=wanted).reverse()[0]
    assert far.pk not in nearest.nearest(need, codes, hidden_places=False)
    assert far.may_give == far.codes
    by = User.objects.create_user("teller@example.org", "a long enough password", name="Teller", role="consultant")
    try:
        telling.remember(far, "care:residential", True, by=by)
        far.refresh_from_db()
        assert far.may_give == [*far.codes, UNSAID]
        Program.objects.filter(pk=far.pk).update(may_give=[], told_more=False)
        far.refresh_from_db()
        assert far.may_give == far.codes
        silent = sorted(set(far.codes) - set(settings))
        Program.objects.filter(pk=far.pk).update(codes=silent)
        changed = Program.objects.get(pk=far.pk)
        assert changed.may_give == [*silent, UNSAID]
    finally:
        Told.objects.all().delete()
        Program.objects.filter(pk=far.pk).update(codes=far.codes)
        by.delete()


def test_hidden_places_show_no_address_and_only_when_asked_for() -> None:
    need = at(OPIOID_MEDICAID, "35203")
    best = UUID(choose(need, today=TODAY).fits[0].offer.public_id)
    Program.objects.filter(pk=best).update(confidential=True)
    try:
        assert str(best) not in json.dumps(choose(need, today=TODAY).to_json())
        shown = choose(need, today=TODAY, hidden_places=True)
        hidden = next(each.offer for each in shown.ranked if each.offer.public_id == str(best))
        assert (hidden.street, hidden.city, hidden.zip, hidden.latitude) == ("", "", "", None)
        assert hidden.phone
    finally:
        Program.objects.filter(pk=best).update(confidential=False)


def test_a_silent_listing_survives_and_do_not_refer_does_not() -> None:
    need = at(CLONAZEPAM_AND_ALCOHOL, "35203")
    silent, closed = (UUID(each.offer.public_id) for each in choose(need, today=TODAY).ask_first[:2])
    before = Program.objects.get(pk=silent).codes
    Program.objects.filter(pk=silent).update(codes=[])
    Program.objects.filter(pk=closed).update(status="do_not_refer", status_reason="asked not to")
    try:
        ids = [each.offer.public_id for each in choose(need, today=TODAY).ask_first]
        assert str(silent) in ids
        assert str(closed) not in ids
    finally:
        Program.objects.filter(pk=silent).update(codes=before)
        Program.objects.filter(pk=closed).update(status="listed", status_reason="")


def test_a_stored_choice_replays() -> None:
    found = choose(at(OPIOID_MEDICAID, "35203"), today=TODAY)
    assert Matches.replay(json.loads(json.dumps(found.to_json()))) == found


def test_the_command_tells_it_as_json_and_in_words() -> None:
    out = StringIO()
    asked = ("--zip", "35203", "--substance", "clonazepam", "--payer-type", "private", "--age", "27")
    call_command("match_programs", *asked, "--json", stdout=out)
    told = json.loads(out.getvalue())
    assert told["need"]["withdrawal"] == ["benzodiazepine"]
    assert told["ask_first"][0]["score"] == sum(each["weight"] for each in told["ask_first"][0]["reasons"])
    out = StringIO()
    call_command("match_programs", *asked, stdout=out)
    assert "Ask: is withdrawal from benzodiazepines medically managed in the 24-hour bed?" in out.getvalue()
    with pytest.raises(CommandError, match="--zip"):
        call_command("match_programs", "--zip", "00000")
    for wrong, said in (
        (("--payer-type", "blue"), "choose from"),
        (("--miles", "-5"), "1 to 5000"),
        (("--age", "900"), "0 to 120"),
        (("--limit", "x"), "whole number"),
        (("--care", "yoga"), "choose from"),
    ):
        with pytest.raises(CommandError, match=said):
            call_command("match_programs", "--zip", "35203", *wrong)
    asked = ("--zip", "35203-0001", "--substance", "qwertyzzz", "--payer-type", "champva", "--limit", "1")
    call_command("match_programs", *asked, stdout=(out := StringIO()))
    assert "“qwertyzzz” is no substance we know" in out.getvalue()
    call_command("match_programs", *asked[:3], "alcohol", *asked[4:], stdout=(out := StringIO()))
    assert "Takes military insurance. Ask about this plan." in out.getvalue()
    assert "Takes CHAMPVA" not in out.getvalue()


def test_in_all_of_birmingham_nothing_fits_an_unknown_withdrawal_unasked() -> None:
    answers = Answers(uses=(Use(text="the blue ones", stopped=Said.YES),))
    found = choose(at(Need.of(answers, assess(answers)), "35203"), today=TODAY)
    assert found.fits == ()
    assert found.ask_first


def test_without_cover_the_ways_to_be_treated_are_printed_with_their_sources() -> None:
    out = StringIO()
    asked = ("--zip", "35203", "--substance", "heroin", "--payer-type", "none", "--injects", "--pregnant")
    call_command("match_programs", *asked, stdout=out)
    printed = out.getvalue()
    for said in ("Medicaid", "1-800-662-4357", "42 U.S.C. 300x-27", "45 CFR 96.126(b)", "HealthCare.gov"):
        assert said in printed
    for help_listed in ("(NP): ", "(SS): ", "(PA): ", "(SAMF): "):
        assert help_listed in printed
    for of_alabama in ("Alabama has no Medicaid for adults by income alone", "up to about 18 %", "up to about 146 %"):
        assert of_alabama in printed
    assert "80 hours" not in printed
    call_command("match_programs", "--zip", "10001", "--payer-type", "none", "--age", "34", stdout=(out := StringIO()))
    assert "about $1,800 a month alone, $3,060 for three people" in out.getvalue()
    assert "The state's own line: 1-877-846-7369 (HOPEline" in out.getvalue()
    assert "Treatment is no reason to lose Medicaid" in out.getvalue()
    assert "foster care" not in out.getvalue()
    call_command("match_programs", "--zip", "78701", "--payer-type", "tricare", stdout=(out := StringIO()))
    assert "TX is West (TriWest)" in out.getvalue()
    assert "Ask whether they are on active duty, retired or family" in out.getvalue()
    given = ("--zip", "36301", "--payer-type", "tricare", "--tricare-status", "active-duty")
    call_command("match_programs", *given, stdout=(out := StringIO()))
    assert "AL is East (Humana Military)" in out.getvalue()
    assert "referral or authorization from their primary care manager" in out.getvalue()
    assert "Ask whether they are" not in out.getvalue()
    with pytest.raises(CommandError, match="goes with"):
        call_command("match_programs", "--zip", "36301", "--payer-type", "va", "--tricare-status", "retiree")
    call_command("match_programs", "--zip", "35203", "--payer-type", "private", stdout=(out := StringIO()))
    assert "Medicaid: ask" not in out.getvalue()
