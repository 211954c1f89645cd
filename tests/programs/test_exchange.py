"""Directories of others, in and out: HSDS as JSON and as tables, and iCarol's exports."""

from __future__ import annotations

import csv
import gzip
import io
import json
import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpline.audit.acting import Actor
from helpline.programs import packages
from helpline.programs.formats import open_directory
from helpline.programs.importing import ImportRefused, Outcome, import_directory
from helpline.programs.json_lists import BadList, entries
from helpline.programs.loading import edition_of
from helpline.programs.models import Edition, ImportRun, Program, ServiceCode
from helpline.programs.workbook import NotReadable
from tests.programs.conftest import HEADINGS, row, workbook

ROBOT = Actor.process("test")
DATA = Path("tests/data")
SAN_MATEO, FLORIDA = DATA / "hsds" / "san-mateo-ohana", DATA / "hsds" / "florida"
PUBLISHED = (
    "name1", "name2", "street1", "street2", "city", "state", "zip", "phone", "intake_lines", "codes", "unknown_codes",
    "latitude", "longitude", "located_by",
)  # fmt: skip
Write = Callable[[str | bytes], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(body: str | bytes) -> Path:
        path = tmp_path / "file"
        path.write_bytes(body if isinstance(body, bytes) else body.encode())
        return path

    return write


@pytest.fixture
def theirs(db: None) -> Edition:
    return edition_of("theirs", name="Somebody else's directory", published=2026)


def zipped(files: dict[str, str | bytes]) -> bytes:
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as package:
        for name, text in files.items():
            package.writestr(name, text)
    return body.getvalue()


def listings() -> list[tuple[object, ...]]:
    return sorted(Program.objects.listed().values_list(*PUBLISHED), key=str)


def counts(outcome: Outcome) -> tuple[int, int, int, int, int]:
    refused = {finding.row for finding in outcome.refused}
    return outcome.created, outcome.changed, outcome.unchanged, outcome.withdrawn, len(refused)


@pytest.mark.parametrize(("path", "created", "refused"), [(SAN_MATEO, 21, 2), (FLORIDA, 62, 316)])
def test_a_real_set_in_the_older_names_is_read_and_a_second_time_changes_nothing(
    theirs: Edition, path: Path, created: int, refused: int
) -> None:
    assert counts(import_directory(path, edition=theirs, actor=ROBOT)) == (created, 0, 0, 0, refused)
    before = list(Program.objects.order_by("id").values())
    assert counts(import_directory(path, edition=theirs, actor=ROBOT)) == (0, 0, created, 0, refused)
    assert list(Program.objects.order_by("id").values()) == before
    assert not Program.objects.exclude(codes=[]).exists()


def test_what_the_older_names_say_arrives(theirs: Edition) -> None:
    outcome = import_directory(SAN_MATEO, edition=theirs, actor=ROBOT)
    program = Program.objects.get(name2="Fair Oaks Adult Activity Center")
    assert (program.name1, program.phone, program.zip) == ("Peninsula Family Service", "650-780-7525", "94063")
    assert program.located_by == "street" or program.latitude is None
    fax = program.packet_addresses.get()
    assert (fax.way, fax.address, fax.source, fax.verified_at) == ("fax", "650-701-0856", "import", None)
    assert {finding.reason for finding in outcome.refused} == {
        "The file says it is defunct.",
        "The file says it is inactive.",
    }
    assert outcome.unknown_services


def test_export_and_import_give_the_same_listings(edition: Edition, tmp_path: Path) -> None:
    lines = row("Lines only", phone="")
    lines[HEADINGS.index("intake1")], lines[HEADINGS.index("intake2")] = "205-216-0201 x7", "205-216-0202"
    same = row("Same line")
    same[HEADINGS.index("intake1")] = same[HEADINGS.index("phone")]
    path = workbook(
        tmp_path / "a.xlsx",
        row("Plain"), row("Twin", codes="SA OP"), row("Twin", codes="SA RES DT HH SUMH RL RS MC MD SF XYZ"), lines,
        same, ["Named", "Annex, “B”", "=1+1", "", "Anniston", "AL", "36201", "205-216-0200 x12", *[""] * 4, "SA MI"],
    )  # fmt: skip
    import_directory(path, edition=edition, actor=ROBOT)
    Program.objects.filter(name1="Plain").update(latitude=33.5, longitude=-86.8, located_by="street", street1="=1+1")
    before = listings()
    for name in ("out.json", "out.json.gz", "out.zip"):
        call_command("export_hsds", tmp_path / name, verbosity=0, stdout=io.StringIO())
        Program.objects.all().delete()
        outcome = import_directory(tmp_path / name, edition=edition, actor=ROBOT)
        assert (outcome.created, outcome.refused, dict(outcome.unknown_codes)) == (6, [], {"XYZ": 1})
        assert listings() == before
    with zipfile.ZipFile(tmp_path / "out.zip") as package:
        rows = [cell for cells in csv.reader(io.StringIO(package.read("addresses.csv").decode())) for cell in cells]
    assert "'=1+1" in rows
    assert "=1+1" not in rows


def unfold(service: dict[str, Any], root: str) -> dict[str, Any]:
    """An exported service as HSDS nests it from its other ends, or with services in their place."""
    [at] = service["service_at_locations"]
    alone = {name: value for name, value in service.items() if name not in {"service_at_locations", "organization"}}
    if root == "service_at_location":
        return {**at, "service": {**alone, "organization": service["organization"]}}
    if root == "location":
        return {**at["location"], "services": [{**alone, "organization": service["organization"]}]}
    places = [at["location"], {"id": "other", "name": "A place without a number", "location_type": "physical"}]
    return {**service["organization"], "services": [{**alone, "service_at_locations": [at]}], "locations": places}


@pytest.mark.parametrize("root", ["service_at_location", "organization", "location"])
def test_what_is_nested_from_another_end_gives_the_same_listings(edition: Edition, tmp_path: Path, root: str) -> None:
    lines = row("Lines only", phone="")
    lines[HEADINGS.index("intake1")] = "205-216-0201 x7"
    import_directory(workbook(tmp_path / "a.xlsx", row("Plain", codes="SA OP"), lines), edition=edition, actor=ROBOT)
    before, file = listings(), tmp_path / "out.json"
    call_command("export_hsds", file, verbosity=0, stdout=io.StringIO())
    nested = [unfold(service, root) for service in json.loads(file.read_text())]
    for answer in (nested, {"contents": nested, "total_pages": 1}):
        Program.objects.all().delete()
        file.write_text(json.dumps(answer))
        outcome = import_directory(file, edition=edition, actor=ROBOT)
        assert (outcome.created, outcome.is_search, listings()) == (2, False, before)
        assert {finding.row for finding in outcome.refused} == ({1, 2} if root == "organization" else set())


def test_a_long_list_is_read_piece_by_piece_and_says_what_the_whole_says(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = [service(name=f"Väter {n} \U0001f3e0", at=[1, 1.25e3, None, {"a": "]"}]) for n in range(40)]
    monkeypatch.setattr(packages, "PIECE", 7)
    for encoding in ("utf-8-sig", "utf-16", "cp1252"):
        body = json.dumps(listed, ensure_ascii=encoding == "cp1252", indent=1).encode(encoding)
        body = body.replace(b"\\u00e4", b"\xe4") if encoding == "cp1252" else body
        for packed in (body, gzip.compress(body)):
            path = write(packed)
            file = packages.Stored("f", partial(path.open, "rb")).told(10**6)
            assert file.encoding == encoding
            assert list(entries(file.text(10**6))) == listed
            assert [row[0].name2 for row in open_directory(path).rows() if row[0]][7] == "Väter 7 \U0001f3e0"
    path = write(gzip.compress(b'{"rows": []}' + b" " * 2**21))
    monkeypatch.setattr("helpline.programs.formats.LARGEST", 2**20)
    with pytest.raises(NotReadable, match="unpacks to more than 1 MB"):
        open_directory(path)
    for text in ("[1, 2", "[1 2]", "[1]]", "[1,]", "[", '["a", {"b": }]', "[" * 9000, ""):
        with pytest.raises(BadList):
            list(entries([text[:2], text[2:]]))
    assert list(entries(["[12", "3", "]"])) == [123]


def test_a_hidden_place_and_what_is_not_listed_never_go_out(edition: Edition, tmp_path: Path) -> None:
    import_directory(workbook(tmp_path / "a.xlsx", *map(row, "ABCD")), edition=edition, actor=ROBOT)
    Program.objects.filter(name1="A").update(confidential=True)
    Program.objects.filter(name1="B").update(status="withdrawn", status_reason="x")
    Program.objects.filter(name1="C").update(status="do_not_refer", status_reason="x")
    out = io.StringIO()
    call_command("export_hsds", tmp_path / "out.json", stdout=out)
    assert [service["name"] for service in json.loads((tmp_path / "out.json").read_text())] == ["D"]
    assert "1 listings written" in out.getvalue()
    call_command("export_hsds", tmp_path / "out.zip", "--states", "AL", "--edition", edition.code, stdout=out)
    with zipfile.ZipFile(tmp_path / "out.zip") as package:
        assert [line[2] for line in csv.reader(io.StringIO(package.read("services.csv").decode()))] == ["name", "D"]
    with pytest.raises(CommandError, match="no edition “x”"):
        call_command("export_hsds", tmp_path / "x.json", "--edition", "x")
    with pytest.raises(CommandError, match="cannot be written"):
        call_command("export_hsds", tmp_path / "none" / "x.json")


def test_the_package_has_the_fields_of_the_specification(edition: Edition, tmp_path: Path) -> None:
    import_directory(workbook(tmp_path / "a.xlsx", row("A")), edition=edition, actor=ROBOT)
    call_command("export_hsds", tmp_path / "out.zip", stdout=io.StringIO())
    known = json.loads((DATA / "hsds" / "fields-3.0.json").read_text())
    with zipfile.ZipFile(tmp_path / "out.zip") as package:
        described = {each["path"]: each for each in json.loads(package.read("datapackage.json"))["resources"]}
        names = set(package.namelist()) - {"datapackage.json"}
        assert names == set(described)
        for name in names:
            rows = list(csv.DictReader(io.StringIO(package.read(name).decode())))
            columns = [field["name"] for field in described[name]["schema"]["fields"]]
            assert rows, name
            assert list(rows[0]) == columns
            assert set(columns) <= set(known[name]["fields"])
            assert set(known[name]["required"]) <= set(columns)
            assert all(row[required] for row in rows for required in known[name]["required"])


def service(**more: object) -> dict[str, object]:
    address = {"address_1": "1 Main St", "city": "Birmingham", "state_province": "AL", "postal_code": "35203"}
    return {
        "name": "Detox", "status": "active", "organization": {"name": "House"},
        "phones": [{"number": "(205) 216-0200", "extension": 12}, {"number": "205-216-0299", "type": "fax"}],
        "service_at_locations": [{"location": {"addresses": [{"address_type": "postal"}, address]}}],
        **more,
    }  # fmt: skip


def test_services_nested_in_json(theirs: Edition, edition: Edition, write: Write) -> None:
    term = {"code": "DT", "name": "Detoxification"}
    services = [
        service(attributes=[{"taxonomy_term": {**term, "taxonomy": "211 LA County"}}]),
        service(name="Closed", status="defunct"),
        service(name="Full", status="temporarily closed"),
        service(name="Shelter", alert="Confidential location"),
        service(name="Confidential Recovery"),
        7,
    ]
    path = write(json.dumps({"contents": services, "total_pages": 1}))
    outcome = import_directory(path, edition=theirs, actor=ROBOT)
    assert counts(outcome) == (4, 0, 0, 0, 2)
    assert not Program.objects.get(name2="Confidential Recovery").confidential
    program = Program.objects.get(name2="Detox")
    assert (program.phone, program.intake_lines, program.codes) == ("205-216-0200 x12", [], [])
    assert dict(outcome.unknown_services) == {"Detoxification": 1}
    full, shelter = Program.objects.get(name2="Full"), Program.objects.get(name2="Shelter")
    assert (full.status, full.status_reason) == ("do_not_refer", "The file says it is “temporarily closed”.")
    assert (shelter.confidential, shelter.street1) == (True, "")
    assert shelter not in Program.objects.public()
    ours = service(attributes=[{"taxonomy_term": {**term, "taxonomy": edition.code}}])
    import_directory(write(json.dumps([ours])), edition=edition, actor=ROBOT)
    [code] = Program.objects.get(edition=edition).codes
    assert ServiceCode.objects.get(pk=code).code == "DT"


def test_a_page_of_an_answer_withdraws_nothing(theirs: Edition, write: Write) -> None:
    whole = [service(name=name) for name in "AB"]
    import_directory(write(json.dumps(whole)), edition=theirs, actor=ROBOT)
    page = {"contents": whole[:1], "total_pages": 2}
    assert import_directory(write(json.dumps(page)), edition=theirs, actor=ROBOT).withdrawn == 0
    with pytest.raises(ImportRefused, match="lacks 1 of the 2"):
        import_directory(write(json.dumps(whole[:1])), edition=theirs, actor=ROBOT)


TABLES = {
    "organizations.csv": "id,name\no,House\n",
    "services.csv": "id,organization_id,name,status\ns,o,Detox,active\n",
    "locations.csv": "id,name\nl,Place\n",
    "service_at_location.csv": "id,service_id,location_id\nx,s,l\n",
    "addresses.csv": "id,location_id,address_1,city,state_province,postal_code\na,l,1 Main,Birmingham,AL,35203\n",
    "phones.csv": "id,service_id,number\np,s,205-216-0200\n",
}


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1252", "utf-16"])
def test_tables_in_a_zip_in_whatever_encoding(theirs: Edition, write: Write, encoding: str) -> None:
    files: dict[str, str | bytes] = {f"export/{name}": text.encode(encoding) for name, text in TABLES.items()}
    files["export/organizations.csv"] = "id,name\no,Casa José\n".encode(encoding)
    files["__MACOSX/export/._services.csv"] = b"\0"
    files["../../etc/readme.txt"] = b"x"
    import_directory(write(zipped(files)), edition=theirs, actor=ROBOT)
    assert Program.objects.values_list("name1", "name2", "phone").get() == ("Casa José", "Detox", "205-216-0200")


def test_a_zip_that_is_a_bomb_or_damaged_or_two_faced_is_refused(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    body = zipped(dict(TABLES))
    for damaged in (body[:-30], body[:40] + b"\xff" * 60 + body[100:]):
        with pytest.raises(NotReadable):
            open_directory(write(damaged))
    twice = zipped({**TABLES, "other/services.csv": TABLES["services.csv"]})
    with pytest.raises(NotReadable, match=r"two files named services\.csv"):
        open_directory(write(twice))
    with pytest.raises(NotReadable, match="no tables"):
        open_directory(write(zipped({"a.csv": "x", "b.csv": "y"})))
    with pytest.raises(NotReadable, match="501 files"):
        open_directory(write(zipped({f"{n}.csv": "x" for n in range(501)})))
    monkeypatch.setattr(packages, "LARGEST_UNPACKED", 2**20)
    with pytest.raises(NotReadable, match="unpacks to more than 1 MB"):
        open_directory(write(zipped({**TABLES, "notes.csv": "0" * 2**21})))


def icarol(*rows: dict[str, str], year: int = 2013) -> str:
    headings = next(csv.reader((DATA / "icarol" / f"{year}-export-columns.csv").open()))
    text = io.StringIO()
    lines = csv.DictWriter(text, headings)
    lines.writeheader()
    lines.writerows(rows)
    return text.getvalue()


def place(number: str, name: str, level: str, **more: str) -> dict[str, str]:
    return {
        "ResourceAgencyNum": number, "PublicName": name, "TaxonomyLevelName": level, "AgencyStatus": "Active",
        "PhysicalAddress1": f"{number} Main St", "PhysicalCity": "Birmingham", "PhysicalStateProvince": "AL",
        "PhysicalPostalCode": "35203", "Phone1Number": "205-216-0200", **more,
    }  # fmt: skip


@pytest.mark.parametrize("year", [2011, 2013])
def test_an_icarol_export_lists_programs_at_their_sites(theirs: Edition, write: Write, year: int) -> None:
    rows = [
        place("1", "Agency", "Agency"),
        place("2", "Detox", "Program", ParentAgencyNum="1", Phone1Number="205-216-0202"),
        place("3", "North", "Site", ParentAgencyNum="1", Phone1Number="205-216-0203"),
        {
            "ResourceAgencyNum": "4", "TaxonomyLevelName": "ProgramAtSite", "ParentAgencyNum": "1", "AgencyStatus": "",
            "ConnectsToSiteNum": "3", "ConnectsToProgramNum": "2", "TaxonomyTerms": "Detoxification; Inpatient",
        },
        place("5", "Outreach", "Program", ParentAgencyNum="1"),
        place("6", "Alone", "Agency"),
        place("7", "Gone", "Agency", AgencyStatus="Inactive"),
        place("8", "Not now", "Agency", AgencyStatus="Active, but do not refer"),
        place("9", "Not us", "Agency", AvailableForReferral="No"),
    ]  # fmt: skip
    outcome = import_directory(write(icarol(*rows, year=year)), edition=theirs, actor=ROBOT)
    assert counts(outcome) == (5, 0, 0, 0, 1)
    at_site = Program.objects.get(name2="Detox")
    assert (at_site.name1, at_site.street1, at_site.phone) == ("Agency", "3 Main St", "205-216-0203")
    assert dict(outcome.unknown_services) == {"Detoxification": 1, "Inpatient": 1}
    offered = set(Program.objects.listed().values_list("name1", "name2"))
    assert offered == {("Agency", "Detox"), ("Agency", "Outreach"), ("Alone", "")}
    assert Program.objects.get(name1="Not now").status_reason == "The file says: active, but do not refer."


SECRET = {"PhysicalAddress1": "77 Secret Lane", "PhysicalCity": "Hiddenville", "PhysicalPostalCode": "36201"}


def test_what_is_private_in_an_icarol_export_is_kept_nowhere(theirs: Edition, write: Write) -> None:
    office = {"MailingCity": "Birmingham", "MailingStateProvince": "AL", "MailingPostalCode": "35203"}
    private = {"Phone1IsPrivate": "True", "Phone2Number": "205-216-0209", "Phone2IsPrivate": "False"}
    rows = [
        place("1", "Shelter", "Agency", **SECRET, **office, **private, PhysicalAddressIsPrivate="True"),
        place("2", "Unsure", "Agency", **SECRET, PhysicalAddressIsPrivate="maybe"),
        place("3", "Quiet", "Agency", ExcludeFromWebsite="True"),
        place("4", "Written", "Agency", **{**SECRET, "PhysicalAddress1": "CONFIDENTIAL"}, **office),
        place("5", "Silent", "Agency", AvailableForDirectory="No"),
        place("6", "Nobody", "Agency", Phone1IsPrivate="True"),
    ]
    outcome = import_directory(write(icarol(*rows)), edition=theirs, actor=ROBOT)
    assert [(finding.row, finding.field) for finding in outcome.refused] == [(3, "state"), (3, "zip"), (7, "phone")]
    assert not Program.objects.public().exists()
    shelter = Program.objects.get(name1="Shelter")
    assert (shelter.city, shelter.zip, shelter.phone, shelter.phones) == (
        "Birmingham",
        "35203",
        "205-216-0209",
        ["205-216-0209"],
    )
    kept = str([*Program.objects.values(), *ImportRun.objects.values()])
    for secret in ("Secret", "Hiddenville", "36201"):
        assert secret not in kept
    assert "205-216-0200" not in str(list(Program.objects.filter(name1__in=["Shelter", "Nobody"]).values()))


def test_the_command_makes_an_edition_for_somebody_elses_directory(db: None, write: Write) -> None:
    path = write(zipped(dict(TABLES)))
    with pytest.raises(CommandError, match="no edition “211-palm”"):
        call_command("import_programs", path, "--edition", "211-palm", verbosity=0)
    for _ in range(2):
        call_command(
            "import_programs", path, "--edition", "211-palm", "--source", "211 Palm", verbosity=0, stdout=io.StringIO()
        )
    assert Edition.objects.get(code="211-palm").name == "211 Palm"
    assert Program.objects.count() == 1


anything = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=10,
)
named = [
    "name", "status", "organization", "phones", "service_at_locations", "location", "addresses", "attributes", "number",
    "taxonomy_term", "taxonomy", "contents", "total_pages", "latitude", "alert", "address_1", "postal_code",
    "service", "services", "locations", "location_type", "id",
]  # fmt: skip
nested = st.recursive(
    anything,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(named), inner, max_size=6),
    max_leaves=25,
)
as_services = st.lists(
    st.dictionaries(st.sampled_from(named), nested, max_size=6).map(lambda more: service(**more)) | nested,
    min_size=1,
    max_size=4,
).map(lambda services: json.dumps(services).encode(errors="replace"))
cell = st.text(max_size=15) | st.sampled_from(
    ["s", "o", "l", "x", "1", '"', "35203", "AL", "205-216-0200", "Site", "Program"]
)
lines = st.lists(st.lists(cell, max_size=8).map(",".join), max_size=4)
as_tables = st.dictionaries(st.sampled_from(sorted(TABLES)), lines, max_size=5).map(
    lambda more: zipped(
        {n: text + "\n".join(more.get(n, [])).encode("utf-8", "replace").decode() for n, text in TABLES.items()}
    )
)
as_icarol = lines.map(
    lambda rows: "\n".join(
        [
            "ResourceAgencyNum,PublicName,TaxonomyLevelName,AgencyStatus,ParentAgencyNum,PhysicalPostalCode,Phone1Number",
            *rows,
        ]
    ).encode(errors="replace")
)
damaged = st.builds(
    lambda body, at, junk: body[:at] + junk + body[at + len(junk) :],
    st.sampled_from([zipped(dict(TABLES)), json.dumps([service()]).encode()]),
    st.integers(0, 1_500),
    st.binary(min_size=1, max_size=40),
)


@settings(max_examples=300, deadline=None)
@given(body=as_services | as_tables | as_icarol | damaged)
def test_no_file_makes_a_reader_raise_anything_else(tmp_path_factory: pytest.TempPathFactory, body: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "fuzzed"
    path.write_bytes(body)
    try:
        rows = list(open_directory(path).rows())
    except NotReadable:
        return
    assert all(listing is not None or findings for listing, findings in rows)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=as_services | as_tables | as_icarol)
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
