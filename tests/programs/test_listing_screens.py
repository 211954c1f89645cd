"""The screens where an admin keeps listings true."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from helpline.accounts.models import User
from helpline.audit.acting import Actor
from helpline.programs import curation
from helpline.programs.importing import import_directory
from helpline.programs.models import Edition, Program
from tests.programs.conftest import row, workbook

pytestmark = pytest.mark.urls("tests.programs.urls")
LIST = "/desk/listings/"


@pytest.fixture
def programs(edition: Edition, tmp_path: Path) -> list[Program]:
    rows = [row(f"House {n:02}", codes="SA OP RES" if n % 2 else "SA OP") for n in range(30)]
    import_directory(
        workbook(tmp_path / "a.xlsx", *rows, row("Peach", state="GA")),
        edition=edition,
        actor=Actor.process("test"),
    )
    return list(Program.objects.order_by("sort_name"))


@pytest.fixture
def desk(admin: User, client: Client) -> Client:
    client.force_login(admin)
    return client


def correction(program: Program, **typed: str) -> dict[str, Any]:
    return {
        "name1": program.name1, "name2": "", "phone": program.phone, "intake_lines": "",
        "street1": program.street1, "street2": "", "city": program.city, "state": program.state,
        "zip": program.zip, "latitude": str(program.latitude), "longitude": str(program.longitude),
        "codes": [str(code) for code in program.codes], "note": "Called", "seen": program.changed_at.isoformat(),
        **typed,
    }  # fmt: skip


@pytest.mark.parametrize("role", ["consultant", "verifier", "supervisor", "privacy_officer"])
def test_only_who_may_correct_listings_comes_in(programs: list[Program], client: Client, role: str) -> None:
    client.force_login(User.objects.create_user(f"{role}@example.org", "x", name="N", role=role))
    for address in (LIST, f"{LIST}{programs[0].pk}/", f"{LIST}{programs[0].pk}/correct/"):
        assert client.get(address).status_code == 403
    assert client.post(f"{LIST}{programs[0].pk}/verify/").status_code == 403
    client.logout()
    assert client.get(LIST).status_code == 302


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("", 31), ("q=house+07", 1), ("q=205-216-0200", 31), ("q=zzz", 0), ("state=GA", 1),
        ("status=withdrawn", 0), ("checked=never", 31), ("checked=fresh", 0), ("page=x", 31),
        ("state=GA&q=peach&sort=-verified&page=99", 1),
    ],
)  # fmt: skip
def test_the_list_is_narrowed(programs: list[Program], desk: Client, query: str, count: int) -> None:
    page = desk.get(f"{LIST}?{query}")
    assert page.status_code == 200
    assert f"{count} listing" in page.content.decode()


def test_the_list_is_narrowed_by_kind_of_care(programs: list[Program], desk: Client, edition: Edition) -> None:
    code = edition.service_codes.get(code="RES")
    assert "15 listings found" in desk.get(f"{LIST}?care={code.pk}").content.decode()


def test_a_page_of_the_list_costs_the_same_however_long(programs: list[Program], desk: Client) -> None:
    def cost(query: str) -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            desk.get(f"{LIST}?{query}")
        return len(asked)

    desk.get(LIST)
    assert cost("q=peach") == cost("") <= 8


def test_a_correction_is_saved_and_shown_in_the_history(programs: list[Program], desk: Client) -> None:
    program = programs[0]
    answer = desk.post(f"{LIST}{program.pk}/correct/", correction(program, phone="(205) 555-0111 ext 4"), follow=True)
    program.refresh_from_db()
    assert (program.phone, program.corrected_fields) == ("205-555-0111 x4", ["phone"])
    assert "<del>205-216-0200</del>" in answer.content.decode()
    assert "Ada Admin" in answer.content.decode()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"phone": "999"}, "cannot be dialled"),
        ({"zip": "35"}, "five digits"),
        ({"phone": ""}, "nobody can call"),
        ({"latitude": ""}, "both latitude and longitude"),
        ({"seen": "2001-01-01T00:00:00+00:00"}, "Somebody else changed"),
        ({"seen": "junk"}, "Correct a listing"),
        ({"name1": "\x00"}, "Correct a listing"),
    ],
)
def test_a_mistake_keeps_what_was_typed(programs: list[Program], desk: Client, typed: dict, said: str) -> None:
    page = desk.post(f"{LIST}{programs[0].pk}/correct/", correction(programs[0], street1="2 New Street", **typed))
    assert page.status_code == 200
    assert said in page.content.decode()
    assert "2 New Street" in page.content.decode()
    assert not Program.objects.filter(street1="2 New Street").exists()


def test_an_intake_line_is_found_by_its_number(programs: list[Program], desk: Client) -> None:
    desk.post(f"{LIST}{programs[0].pk}/correct/", correction(programs[0], intake_lines="(888) 555-0177"))
    assert "1 listing found" in desk.get(f"{LIST}?q=888-555-0177").content.decode()


def test_what_it_does_is_corrected_by_ticking_and_stays(
    programs: list[Program], desk: Client, edition: Edition
) -> None:
    program, codes = programs[0], {code.code: code for code in edition.service_codes.all()}
    page = desk.get(f"{LIST}{program.pk}/correct/").content.decode()
    assert f'value="{codes["SA"].pk}"' in page
    assert "Payment" in page
    ticked = [str(codes[code].pk) for code in ("SA", "MD")]
    page = desk.post(f"{LIST}{program.pk}/correct/", correction(program) | {"codes": ticked}, follow=True)
    assert "<ins>Medicaid</ins>" in page.content.decode()
    program.refresh_from_db()
    assert program.codes == sorted(codes[code].pk for code in ("SA", "MD"))
    assert program.corrected_fields == ["codes"]


def test_verifying_names_who_confirmed(programs: list[Program], desk: Client) -> None:
    assert "Say who confirmed it" in desk.post(f"{LIST}{programs[0].pk}/verify/", {}).content.decode()
    programs[0].refresh_from_db()
    assert programs[0].verified_at is None


def test_verify_take_out_and_restore(programs: list[Program], desk: Client, admin: User) -> None:
    address = f"{LIST}{programs[0].pk}/"
    assert "confirmed by phone on" in desk.post(f"{address}verify/", {"note": "Kim"}, follow=True).content.decode()
    no_reason = desk.post(f"{address}status/", {"to": "do_not_refer", "reason": ""}).content.decode()
    assert "Say why" in no_reason
    gone = desk.post(f"{address}status/", {"to": "withdrawn", "reason": "Closed in May"}, follow=True)
    assert "Closed in May" in gone.content.decode()
    assert "Restore it first" in desk.post(f"{address}verify/", {"note": "Kim"}).content.decode()
    desk.post(f"{address}status/", {"to": "listed"})
    assert Program.objects.get(pk=programs[0].pk).status == "listed"


def test_several_at_once_asks_first_and_does_all_or_none(programs: list[Program], desk: Client, admin: User) -> None:
    ticked = {"ids": [str(p.pk) for p in programs[:3]], "action": "withdraw", "query": "q=house&page=2"}
    asked = desk.post(f"{LIST}together/", ticked).content.decode()
    assert "Withdraw 3 listings?" in asked
    assert Program.objects.listed().count() == 31
    assert "required" in desk.post(f"{LIST}together/", {**ticked, "confirmed": "yes"}).content.decode()
    done = desk.post(f"{LIST}together/", {**ticked, "confirmed": "yes", "words": "Closed"})
    assert (done.status_code, done["Location"]) == (302, "/desk/listings/?q=house&page=2")
    assert Program.objects.listed().count() == 28
    curation.restore(programs[0].pk, by=admin)
    mixed = desk.post(f"{LIST}together/", {**ticked, "action": "verify", "confirmed": "yes"}).content.decode()
    assert "Restore it first" in mixed
    assert not Program.objects.exclude(verified_at=None).exists()


@pytest.mark.parametrize("ids", [[], ["junk"], ["00000000-0000-0000-0000-000000000000"]])
def test_nothing_ticked_is_said(programs: list[Program], desk: Client, ids: list[str]) -> None:
    page = desk.post(f"{LIST}together/", {"ids": ids, "action": "verify"}, follow=True)
    assert "Tick the listings first" in page.content.decode()
