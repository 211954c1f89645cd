"""Recognising a place across editions: the labelled pairs, what an import does with them, and what a person says."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from helpline.accounts.models import User
from helpline.audit.acting import Actor
from helpline.audit.models import AuditRecord
from helpline.programs import curation
from helpline.programs.curation import CannotChange
from helpline.programs.editions import EDITIONS
from helpline.programs.importing import ImportRefused, Outcome, import_directory
from helpline.programs.joining import join, keep_apart
from helpline.programs.loading import load_edition
from helpline.programs.models import Edition, ImportRun, Program, SamePlace, ServiceCode
from helpline.programs.same_place import PROPOSED, Seen, compare, matches
from helpline.programs.undoing import undo
from tests.programs.conftest import HEADINGS, row, workbook

ROBOT = Actor.process("test")
DATA = Path("tests/data/programs")
TEXTS = ("name1", "name2", "street1", "street2", "city", "state", "zip")


def lines(name: str) -> Iterator[dict[str, str]]:
    with (DATA / name).open(newline="", encoding="utf-8") as file:
        yield from csv.DictReader(file)


def seen(line: dict[str, str]) -> Seen:
    return Seen(line["id"], *(line[name] for name in TEXTS))


FLOORS = {"tuned": (0.96, 0.83, 1.0), "held out": (0.97, 0.85, 0.97)}
"""Precision and recall of what is matched without a person, and recall with one."""


@pytest.mark.parametrize("sample", FLOORS)
def test_the_labelled_pairs_of_2021_and_2022(sample: str) -> None:
    """A sure match of a row labelled "none" or "unsure" counts as wrong."""
    labelled = [line for line in lines("same_place_2022.csv") if line["sample"] == sample]
    sure, asked = matches([seen(line) for line in labelled], [seen(line) for line in lines("same_place_2021.csv")])
    right = {line["id"]: line["same_as"] for line in labelled if line["label"] == "same"}
    found = sum(right.get(str(match.new.key)) == match.old.key for match in sure)
    proposed = sum(right.get(str(match.new.key)) == match.old.key for match in asked)
    got = found / len(sure), found / len(right), (found + proposed) / len(right)
    assert all(figure >= floor for figure, floor in zip(got, FLOORS[sample], strict=True)), got


words = st.text(max_size=30)
zips = st.sampled_from(["35203", "1"])
places = st.builds(Seen, st.integers(), words, words, words, words, words, st.just("AL"), zips)
few = st.lists(places, max_size=5, unique_by=lambda each: each.key)


@settings(max_examples=200, deadline=None)
@given(few, few)
def test_any_text_is_compared_and_each_listing_matched_once(new: list[Seen], old: list[Seen]) -> None:
    found = [match for part in matches(new, old) for match in part]
    assert len({match.new.key for match in found}) == len({match.old.key for match in found}) == len(found)
    assert all(PROPOSED <= match.score <= 100 for match in found)
    assert all(compare(a, b) == compare(b, a) for a in new for b in old)


def counts(outcome: Outcome) -> tuple[int, ...]:
    return outcome.created, outcome.changed, outcome.withdrawn, outcome.recognised, len(outcome.to_decide)


def changed(name: str, **cells: str) -> list[object]:
    line = row(name)
    for heading, text in cells.items():
        line[HEADINGS.index(heading)] = text
    return line


@pytest.fixture
def first(edition: Edition, tmp_path: Path) -> Program:
    others = [changed(f"Clinic {word}", street1=f"{n} Oak Street") for n, word in enumerate(("Ash", "Beech"), 2)]
    path = workbook(tmp_path / "first.xlsx", changed("Birmingham Recovery House", street2="Suite 1"), *others)
    import_directory(path, edition=edition, actor=ROBOT)
    return Program.objects.get(name1="Birmingham Recovery House")


def next_year(tmp_path: Path, *rows: list[object]) -> Path:
    others = [changed(f"Clinic {word}", street1=f"{n} Oak Street") for n, word in enumerate(("Ash", "Beech"), 2)]
    return workbook(tmp_path / "next.xlsx", *rows, *others)


CHANGES = [
    {"street2": "Suite 900"}, {"phone": "205-999-9999", "street2": ""}, {"street1": "1 Main St"},
    {"name2": "Outpatient"},
]  # fmt: skip


@pytest.mark.parametrize("cells", CHANGES)
def test_a_place_whose_suite_phone_or_spelling_changed_stays_who_it_is(
    edition: Edition, first: Program, admin: User, tmp_path: Path, cells: dict[str, str]
) -> None:
    curation.correct(first.pk, {"phone": "205-555-0111"}, by=admin)
    before = Program.objects.values().get(pk=first.pk)
    outcome = import_directory(
        next_year(tmp_path, changed("Birmingham Recovery Houses Inc", **cells)), edition=edition, actor=ROBOT
    )
    assert counts(outcome) == (0, 1, 0, 1, 0)
    first.refresh_from_db()
    assert (first.name1, first.phone) == ("Birmingham Recovery Houses Inc", "205-555-0111")
    assert first.changes.filter(note="Recognised as the same place").get().fields["name1"]
    undo(ImportRun.objects.newest_first()[0].pk, by=admin)
    after = Program.objects.values().get(pk=first.pk)
    assert {name for name in before if before[name] != after[name]} <= {"changed_at", "last_import_id"}


def test_the_next_edition_takes_over_and_hand_set_services_keep_their_meaning(
    edition: Edition, first: Program, admin: User, tmp_path: Path
) -> None:
    newer = load_edition(EDITIONS["findtreatment-2026"])
    military = edition.service_codes.get(code="MI")
    curation.correct(first.pk, {"codes": sorted([military.pk, edition.service_codes.get(code="SA").pk])}, by=admin)
    before = Program.objects.values().get(pk=first.pk)
    path = next_year(tmp_path, changed("Birmingham Recovery House", street2="Suite 2"))
    with pytest.raises(ImportRefused, match="not an earlier edition"):
        import_directory(path, edition=edition, actor=ROBOT, replaces=newer)
    outcome = import_directory(path, edition=newer, actor=ROBOT, replaces=edition)
    assert counts(outcome) == (0, 3, 0, 3, 0)
    assert not Program.objects.filter(edition=edition).exists()
    first.refresh_from_db()
    named = set(ServiceCode.objects.filter(pk__in=first.codes).values_list("edition", "name"))
    assert named <= {(newer.pk, "Federal military insurance (e.g., TRICARE)"), (newer.pk, "Substance use treatment")}
    assert named
    assert counts(import_directory(path, edition=newer, actor=ROBOT, replaces=edition)) == (0, 0, 0, 0, 0)
    run = ImportRun.objects.filter(replaces=edition).newest_first()
    undo(run[0].pk, by=admin)
    undo(run[1].pk, by=admin)
    after = Program.objects.values().get(pk=first.pk)
    assert {name for name in before if before[name] != after[name]} <= {"changed_at", "last_import_id"}


@pytest.fixture
def pair(edition: Edition, first: Program, admin: User, tmp_path: Path) -> SamePlace:
    """The same house under another organisation's name: only a person knows."""
    path = next_year(tmp_path, changed("Magnolia Wellness Partners", phone="205-999-9999", street2="Suite 1"))
    outcome = import_directory(path, edition=edition, actor=ROBOT, allow_withdrawing=True)
    assert counts(outcome) == (1, 0, 1, 0, 0)
    newer = Program.objects.get(name1="Magnolia Wellness Partners")
    return SamePlace.objects.create(run=ImportRun.objects.newest_first()[0], older=first, newer=newer, alike=75)


def test_a_pair_that_may_be_two_is_proposed(edition: Edition, first: Program, tmp_path: Path) -> None:
    path = next_year(tmp_path, changed("Magnolia House of Recovery", phone="205-999-9999"))
    outcome = import_directory(path, edition=edition, actor=ROBOT, allow_withdrawing=True)
    assert counts(outcome) == (1, 0, 1, 0, 1)
    asked = SamePlace.objects.to_decide().get()
    assert (asked.older, asked.newer.name1) == (first, "Magnolia House of Recovery")


def test_the_answer_of_a_search_joins_nothing_by_itself(db: None, tmp_path: Path) -> None:
    edition, facility = (
        load_edition(EDITIONS["findtreatment-2019"]),
        {"city": "Birmingham", "state": "AL", "zip": "35203"},
    )
    for name in ("Birmingham Recovery House", "Birmingham Recovery House Inc"):
        path = tmp_path / "answer.json"
        path.write_text(json.dumps([{**facility, "name1": name, "street1": "1 Main Street", "phone": "205-216-0200"}]))
        outcome = import_directory(path, edition=edition, actor=ROBOT)
    assert counts(outcome) == (1, 0, 0, 0, 1)


def test_joined_the_earlier_listing_stays_and_the_next_import_knows_it(
    edition: Edition, first: Program, pair: SamePlace, admin: User, tmp_path: Path
) -> None:
    curation.correct(first.pk, {"name2": "By hand"}, by=admin)
    join(pair.pk, by=admin)
    first.refresh_from_db()
    assert (first.name1, first.name2, first.phone) == ("Magnolia Wellness Partners", "By hand", "205-999-9999")
    assert (first.status, Program.objects.get(pk=pair.newer_id).status) == ("listed", "withdrawn")
    assert AuditRecord.objects.filter(action="decided", subject_id=str(pair.pk)).exists()
    path = next_year(tmp_path, changed("Magnolia Wellness Partners", phone="205-999-9999", street2="Suite 1"))
    assert counts(import_directory(path, edition=edition, actor=ROBOT)) == (0, 0, 0, 0, 0)
    with pytest.raises(CannotChange, match="decided this already"):
        keep_apart(pair.pk, by=admin)


def test_an_admin_decides_at_the_page(pair: SamePlace, admin: User, client: Client) -> None:
    client.force_login(admin)
    page = client.get("/desk/listings/same/").content.decode()
    assert "Birmingham Recovery House" in page
    assert "Magnolia Wellness Partners" in page
    client.post(f"/desk/listings/same/{pair.pk}/", {"verdict": "junk"})
    pair.refresh_from_db()
    assert pair.verdict == ""
    assert (
        "Kept apart"
        in client.post(f"/desk/listings/same/{pair.pk}/", {"verdict": "different"}, follow=True).content.decode()
    )
    assert "Nothing to decide" in client.get("/desk/listings/same/").content.decode()
    again = client.post(f"/desk/listings/same/{pair.pk}/", {"verdict": "same"}, follow=True).content.decode()
    assert "decided this already" in again
    pair.refresh_from_db()
    assert (pair.verdict, pair.decided_by) == ("different", admin)


def test_a_place_two_directories_list_is_asked_about_and_made_one(
    edition: Edition, first: Program, admin: User, client: Client, tmp_path: Path
) -> None:
    beside = load_edition(EDITIONS["samhsa-otp-2021"])
    rows = [
        "Program Name,Street,City,State,Zipcode,Phone",
        f"{first.name1} Inc,{first.street1},{first.city},{first.state},{first.zip},{first.phone}",
        "Harbor Methadone Clinic,9 Dock Street,Mobile,AL,36602,251-555-0101",
    ]
    path = tmp_path / "otp.csv"
    path.write_text("\n".join(rows))
    outcome = import_directory(path, edition=beside, actor=ROBOT)
    assert (outcome.created, len(outcome.to_decide)) == (2, 1)
    pair = SamePlace.objects.get()
    assert (pair.older, pair.of_two_directories) == (first, True)
    client.force_login(admin)
    assert "Two directories list it" in client.get("/desk/listings/same/").content.decode()
    client.post("/desk/listings/same/plain/", {"pair": [pair.pk, "junk"]})
    kept, gone = Program.objects.get(pk=first.pk), Program.objects.get(pk=pair.newer_id)
    assert (kept.edition, kept.name1, gone.status) == (edition, first.name1, Program.Status.WITHDRAWN)
    assert edition.service_codes.get(code="OTP").pk in kept.codes
    assert set(first.codes) < set(kept.codes)
    again = import_directory(path, edition=beside, actor=ROBOT)
    assert (again.created, again.changed, again.unchanged, again.restored, again.to_decide) == (0, 0, 2, 0, [])
