"""Every format of a directory: told by its content, read whole, refused in words, never half-applied."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpline.audit.acting import Actor
from helpline.programs.editions import EDITIONS
from helpline.programs.formats import open_directory
from helpline.programs.importing import ImportRefused, Outcome, import_directory
from helpline.programs.loading import load_edition
from helpline.programs.models import Edition, ImportRun, Program, ServiceCode
from helpline.programs.workbook import NotReadable
from tests.programs.conftest import HEADINGS, row, workbook

ROBOT = Actor.process("test")
SAMPLES = Path("tests/data/programs")
FIRST = SAMPLES / "findtreatment_api_sample_2019_ef16338.json"
LATER = SAMPLES / "findtreatment_api_sample_2019_1154296.json"
WIDE = SAMPLES / "wide_locator_50.csv"
Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(text: str) -> Path:
        path = tmp_path / "file.txt"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def counts(outcome: Outcome) -> tuple[int, int, int, int, int]:
    return outcome.created, outcome.changed, outcome.unchanged, outcome.withdrawn, len(outcome.refused)


def codes_of(program: Program) -> set[str]:
    return set(ServiceCode.objects.filter(pk__in=program.codes).values_list("code", flat=True))


@pytest.mark.parametrize(
    ("path", "edition_code", "created"),
    [(FIRST, "findtreatment-2019", 25), (LATER, "findtreatment-2019", 30), (WIDE, "samhsa-su-2022", 50)],
)
def test_a_real_file_is_read_whole_and_a_second_time_changes_nothing(
    db: None, path: Path, edition_code: str, created: int
) -> None:
    edition = load_edition(EDITIONS[edition_code])
    assert counts(import_directory(path, edition=edition, actor=ROBOT)) == (created, 0, 0, 0, 0)
    before = list(Program.objects.order_by("id").values())
    assert counts(import_directory(path, edition=edition, actor=ROBOT)) == (0, 0, created, 0, 0)
    assert list(Program.objects.order_by("id").values()) == before


def test_services_are_read_by_name_and_a_name_the_key_lacks_is_told_and_left_unknown(db: None) -> None:
    edition = load_edition(EDITIONS["findtreatment-2019"])
    outcome = import_directory(LATER, edition=edition, actor=ROBOT)
    mohr = Program.objects.get(name2="Mohr Center")
    assert {"SA", "RS", "MD", "SF", "CBT"} <= codes_of(mohr)
    assert not codes_of(mohr) & {"MI", "OP"}
    assert outcome.unknown_services["Case management"] > 0
    assert mohr.located_by == "street"


def test_the_answer_of_a_search_withdraws_nothing_unless_its_scope_is_declared(db: None) -> None:
    edition = load_edition(EDITIONS["findtreatment-2019"])
    import_directory(FIRST, edition=edition, actor=ROBOT)
    assert import_directory(LATER, edition=edition, actor=ROBOT).withdrawn == 0
    assert not Program.objects.filter(status="withdrawn").exists()
    with pytest.raises(ImportRefused, match=r"lacks .* in VA"):
        import_directory(LATER, edition=edition, actor=ROBOT, states=("VA",))


def test_a_flat_list_with_the_services_in_one_string(edition: Edition, write: Write) -> None:
    facility = {"name": "Flat", "street": "", "city": "Birmingham", "state": "Alabama", "zip": 35203}
    text = json.dumps([{**facility, "phone": "(205) 216-0200", "services": "Detoxification; Outpatient"}, 7, {}])
    outcome = import_directory(write(text), edition=edition, actor=ROBOT)
    assert codes_of(Program.objects.get()) == {"DT", "OP"}
    assert {finding.row for finding in outcome.refused} == {2, 3}


def test_the_same_letters_mean_what_their_edition_says(db: None, write: Write) -> None:
    text = "name1,city,state,zip,phone,mi,ssa\nA,Birmingham,AL,35203,205-216-0200,1,1\n"
    said = {}
    for code in ("samhsa-su-2022", "findtreatment-2026"):
        edition = load_edition(EDITIONS[code])
        import_directory(write(text), edition=edition, actor=ROBOT)
        numbers = Program.objects.get(edition=edition).codes
        said[code] = set(ServiceCode.objects.filter(pk__in=numbers).values_list("name", flat=True))
    assert said == {
        "samhsa-su-2022": {"Federal military insurance (e.g., TRICARE)", "Screening for substance use"},
        "findtreatment-2026": {"Motivational interviewing", "State Substance use treatment agency"},
    }


def test_only_a_yes_under_a_code_is_one(edition: Edition, write: Write) -> None:
    text = "name1,city,state,zip,phone,sa,dt,op,county\nA,X,AL,35203,205-216-0200,1,0,maybe,1\n"
    import_directory(write(text), edition=edition, actor=ROBOT)
    assert codes_of(Program.objects.get()) == {"SA"}
    assert Program.objects.get().unknown_codes == []


def test_opioid_treatment_programs_say_so_and_one_without_a_phone_is_refused(db: None, write: Write) -> None:
    edition = load_edition(EDITIONS["samhsa-otp-2021"])
    headings = "Program Name,DBA,Street,City,State,Zipcode,Phone,Certification"
    with_phone = f"{headings}\nClinic,,1 Main St,Boston,MA,2134-1000,(617) 332-4200 x12,Full\n"
    assert import_directory(write(with_phone), edition=edition, actor=ROBOT).created == 1
    program = Program.objects.get()
    assert (program.zip, program.phone, codes_of(program)) == ("02134", "617-332-4200 x12", {"OTP"})
    geocoded = "ID,ADDRESS,CITY,STATE,POSTAL,Latitude,Longitude\nClinic,1 Main St,Boston,MA,02134,42.3,-71.1\n"
    with pytest.raises(ImportRefused, match="1 rows were refused, the first: row 2, phone"):
        import_directory(write(geocoded), edition=edition, actor=ROBOT)


def test_coordinates_far_from_the_zip_or_off_the_earth_give_way_to_it(edition: Edition, write: Write) -> None:
    cells = "Birmingham,AL,35203,205-216-0200"
    places = {"Near": "33.52,-86.82", "Far": "40.0,-86.8", "Nowhere": "0,0", "Off": "nan,999", "None": ","}
    text = "name1,city,state,zip,phone,latitude,longitude\n" + "".join(f"{n},{cells},{p}\n" for n, p in places.items())
    outcome = import_directory(write(text), edition=edition, actor=ROBOT)
    located = dict(Program.objects.values_list("name1", "located_by"))
    assert located == {"Near": "street", "Far": "zip", "Nowhere": "zip", "Off": "zip", "None": "zip"}
    assert [(note.row, note.field) for note in outcome.notes] == [(n, "coordinates") for n in (3, 4, 5)]
    assert [note.reason for note in outcome.notes if "“0, 0” is no place" in note.reason]


def test_the_mental_health_edition_has_its_own_codes_and_may_lack_streets(db: None, tmp_path: Path) -> None:
    edition = load_edition(EDITIONS["samhsa-mh-2022"])
    cells = row("Mind", codes="MH OP CMHC DBT")
    cells[HEADINGS.index("street1")] = ""
    import_directory(workbook(tmp_path / "mh.xlsx", cells), edition=edition, actor=ROBOT)
    assert codes_of(Program.objects.get()) == {"MH", "OP", "CMHC", "DBT"}
    with pytest.raises(ImportRefused, match="another edition"):
        import_directory(workbook(tmp_path / "su.xlsx", row("Detox", codes="DT BDTX")), edition=edition, actor=ROBOT)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty"),
        ("hello", "no headings of a directory"),
        ("{", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ('{"rows": 3}', "no list “rows”"),
        ('[{"a": 1}]', "name1 or name"),
        ("name1,city,state,zip\nA,B,AL,35203\n" + "x" * 200_000, "row 3: field larger"),
    ],
)
def test_what_is_no_directory_is_said_in_words(write: Write, text: str, said: str) -> None:
    with pytest.raises(NotReadable, match=said):
        open_directory(write(text))


anything = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=50),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
named = ["name1", "name", "street1", "city", "state", "zip", "phone", "latitude", "longitude", "services", "f2", "f3"]
facility = st.dictionaries(st.sampled_from(named), anything | st.sampled_from(["AL", "35203", "205-216-0200", "1"]))
as_json = st.lists(facility | anything, max_size=4).map(lambda rows: json.dumps({"rows": rows}).encode())
line = st.lists(st.text(max_size=20) | st.sampled_from(["AL", "35203", "205-216-0200", "1", '"']), max_size=8).map(
    ",".join
)
as_csv = st.lists(line, max_size=5).map(
    lambda lines: "\n".join(["name1,city,state,zip,phone,sa,latitude,longitude", *lines]).encode(errors="replace")
)
damaged = st.builds(
    lambda body, at, junk: body[:at] + junk + body[at + len(junk) :],
    st.sampled_from([path.read_bytes()[:20_000] for path in (FIRST, WIDE)]),
    st.integers(0, 20_000),
    st.binary(min_size=1, max_size=40),
)
whole = {"name1": "A", "city": "X", "state": "AL", "zip": "35203", "phone": "205-216-0200"}
nearly = st.lists(facility.map(lambda row: whole | row), min_size=1, max_size=4).map(
    lambda rows: json.dumps(rows).encode()
)


@settings(max_examples=300, deadline=None)
@given(body=as_json | as_csv | damaged | nearly | st.binary(max_size=200))
def test_no_file_makes_a_reader_raise_anything_else(tmp_path_factory: pytest.TempPathFactory, body: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "fuzzed"
    path.write_bytes(body)
    try:
        rows = list(open_directory(path).rows())
    except NotReadable:
        return
    assert all(listing is not None or findings for listing, findings in rows)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=nearly | as_csv | as_json)
def test_an_import_is_applied_whole_or_not_at_all(edition: Edition, tmp_path: Path, body: bytes) -> None:
    path = tmp_path / "fuzzed"
    path.write_bytes(body)
    before, runs = Program.objects.count(), ImportRun.objects.count()
    try:
        outcome = import_directory(path, edition=edition, actor=ROBOT, allow_withdrawing=True)
    except (NotReadable, ImportRefused):
        assert (Program.objects.count(), ImportRun.objects.count()) == (before, runs)
    else:
        assert (Program.objects.count(), ImportRun.objects.count()) == (before + outcome.created, runs + 1)
