"""Importing by the web: tried first, then applied or let go; a bad file is refused in words and breaks nothing."""

from __future__ import annotations

import csv
import io
from collections import Counter
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpline.accounts.models import User
from helpline.programs import uploads
from helpline.programs.curation import CannotChange, correct
from helpline.programs.models import Edition, ImportRun, Program, Upload, UploadPiece
from tests.programs.conftest import row, workbook

NEW = "/desk/listings/imports/new/"
SENT = "/desk/listings/imports/sent/"


@pytest.fixture
def desk(admin: User, client: Client) -> Client:
    client.force_login(admin)
    return client


def send(desk: Client, body: bytes, **typed: str) -> tuple[str, Upload | None]:
    file = SimpleUploadedFile("new directory.xlsx", body)
    page = desk.post(NEW, {"file": file, "edition": "samhsa-su-2022", **typed}, follow=True).content.decode()
    uploads.work()
    return page, Upload.objects.first()


def test_a_directory_is_tried_shown_and_then_imported(edition: Edition, desk: Client, tmp_path: Path) -> None:
    body = workbook(tmp_path / "a.xlsx", row("A House"), row("B House", phone="999")).read_bytes()
    page, upload = send(desk, body)
    assert upload is not None
    assert "It is being read" in page
    assert (upload.state, upload.file_name, Program.objects.count()) == ("tried", "new directory.xlsx", 0)
    page = desk.get(f"{SENT}{upload.pk}/").content.decode()
    assert "A House" in page
    assert "<dt>Created</dt><dd>" in page
    desk.post(f"{SENT}{upload.pk}/decide/", {"apply": "1"})
    assert uploads.work() == 1
    upload.refresh_from_db()
    assert (upload.state, upload.pieces, ImportRun.objects.get().pk) == ("applied", None, upload.run_id)
    assert "or undo it" in desk.get(f"{SENT}{upload.pk}/").content.decode()
    changed = workbook(tmp_path / "b.xlsx", row("A House", phone="205-555-0177")).read_bytes()
    _page, second = send(desk, changed)
    assert second is not None
    assert "<ins>205-555-0177</ins>" in desk.get(f"{SENT}{second.pk}/").content.decode()
    desk.post(f"{SENT}{second.pk}/decide/", {"let_go": "1"})
    second.refresh_from_db()
    assert (second.state, second.pieces, Program.objects.get(name1="A House").phone) == ("let_go", None, "205-216-0200")


def test_the_page_says_what_it_leaves_out_and_the_whole_is_a_spreadsheet(
    edition: Edition, desk: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _page, first = send(desk, workbook(tmp_path / "a.xlsx", *(row(f"H {n}") for n in range(9))).read_bytes())
    assert first is not None
    desk.post(f"{SENT}{first.pk}/decide/", {"apply": "1"})
    uploads.work()
    assert desk.get(f"{SENT}{first.pk}/trial.csv").status_code == 404
    monkeypatch.setattr("helpline.programs.importing.DIFF_KEPT", 2)
    monkeypatch.setattr("intake.dashboard.listings_uploads.SHOWN", 1)
    hidden = Program.objects.get(name1="H 1")
    correct(hidden.pk, {"confidential": True, "street1": "5 Secret Lane"}, by=first.by)
    other = [row(f"H {n}", phone="205-555-0177", codes="SA RES") for n in range(8)]
    fresh = [row("@House"), *(row(f"N {n}", phone="999") for n in range(3)), *(row(f"M {n}") for n in range(4))]
    _page, tried = send(desk, workbook(tmp_path / "b.xlsx", *other, *fresh).read_bytes(), may_withdraw_many="on")
    assert tried is not None
    page = " ".join(desk.get(f"{SENT}{tried.pk}/").content.decode().split())
    counts = [tried.told[name] for name in ("changed", "withdrawn", "created", "refused_rows")]
    assert counts[0] >= 8
    assert f"{counts[0] - 2 + max(counts[1] - 2, 0)} more are not shown here" in page
    assert f"the first; {counts[2] - 2} more are in the spreadsheet" in page
    assert f"{tried.told['findings'] - 1 - (len(tried.told['notes']) > 0)} more are not shown here" in page
    table = desk.get(f"{SENT}{tried.pk}/trial.csv").content.decode("utf-8-sig")
    lines = list(csv.DictReader(io.StringIO(table)))
    by_listing = Counter(what for what, *_listing in {(line["what"], line["listing"], line["row"]) for line in lines})
    assert [by_listing[what] for what in ("changed", "withdrawn", "created", "refused")] == counts
    assert {(line["before"], line["after"]) for line in lines if line["field"] == "phone" and line["listing"]} == {
        ("205-216-0200", "205-555-0177")
    }
    assert {line["address"] for line in lines if line["listing"] == "H 1"} == {"hidden place"}
    assert "Secret Lane" not in table
    assert "'@House" in {cell for line in lines for cell in line.values()}
    assert (Program.objects.count(), ImportRun.objects.count()) == (9, 1)


def test_a_file_that_would_withdraw_too_much_is_refused_unless_it_may(
    edition: Edition, desk: Client, tmp_path: Path
) -> None:
    _page, first = send(desk, workbook(tmp_path / "a.xlsx", *(row(f"H {n}") for n in range(10))).read_bytes())
    assert first is not None
    desk.post(f"{SENT}{first.pk}/decide/", {"apply": "1"})
    uploads.work()
    fewer = workbook(tmp_path / "b.xlsx", *(row(f"H {n}") for n in range(8))).read_bytes()
    _page, refused = send(desk, fewer)
    assert refused is not None
    assert (refused.state, refused.pieces) == ("refused", None)
    assert "more than 5%" in desk.get(f"{SENT}{refused.pk}/").content.decode()
    _page, tried = send(desk, fewer, may_withdraw_many="on")
    assert tried is not None
    assert (tried.state, tried.told["withdrawn"]) == ("tried", 2)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"states": "Alabamia"}, "two letters for each state"),
        ({"edition": "other"}, "Say whose directory it is"),
        ({"edition": "nonsense"}, "nonsense"),
    ],
)
def test_a_mistake_in_the_form_is_told(edition: Edition, desk: Client, typed: dict[str, str], said: str) -> None:
    page, upload = send(desk, b"x", **typed)
    assert said in page
    assert upload is None


def test_no_more_files_wait_than_there_is_room_for(edition: Edition, admin: User) -> None:
    for _ in range(uploads.MOST_OPEN):
        uploads.send("x", [b"x"], by=admin, edition_code="samhsa-su-2022")
    with pytest.raises(CannotChange, match="Five files"):
        uploads.send("x", [b"x"], by=admin, edition_code="samhsa-su-2022")


@pytest.mark.slow
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.binary(min_size=1, max_size=400), start=st.sampled_from([b"", b"PK\x03\x04", b"{", b"name1,state\n"]))
def test_no_file_breaks_the_worker(edition: Edition, admin: User, body: bytes, start: bytes) -> None:
    upload = uploads.send("../../x", [start, body], by=admin, edition_code="samhsa-su-2022")
    uploads.work()
    upload.refresh_from_db()
    assert (upload.state, upload.pieces) == ("refused", None)
    assert upload.problem


def test_a_file_on_which_the_worker_died_twice_is_refused(edition: Edition, admin: User) -> None:
    upload = uploads.send("x", [b"x"], by=admin, edition_code="samhsa-su-2022")
    Upload.objects.update(tries=2)
    uploads.work()
    upload.refresh_from_db()
    assert "ended twice" in upload.problem


def test_a_file_is_kept_in_pieces_and_read_as_it_was(
    edition: Edition, admin: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "PIECE", 500)
    body = workbook(tmp_path / "a.xlsx", row("A House")).read_bytes()
    parts = [body[at : at + 300] for at in range(0, len(body), 300)]
    upload = uploads.send("a.xlsx", parts, by=admin, edition_code="samhsa-su-2022")
    kept = list(UploadPiece.objects.order_by("number").values_list("body", flat=True))
    assert (upload.size, upload.pieces, b"".join(map(bytes, kept))) == (len(body), len(kept), body)
    assert len(kept) > 5
    uploads.work()
    upload.refresh_from_db()
    assert (upload.state, upload.told["created"], len(kept)) == ("tried", 1, UploadPiece.objects.count())
    uploads.let_go(upload.pk, by=admin)
    assert not UploadPiece.objects.exists()
