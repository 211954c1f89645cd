"""The reader of the directory: cleaning, headings found by content, and no file that makes it fall over."""

from __future__ import annotations

import io
from contextlib import suppress
from pathlib import Path

import openpyxl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from helpline.programs.published import clean_codes, clean_phone, clean_text, clean_zip, read_row
from helpline.programs.workbook import NotReadable, Workbook, open_workbook, read_code_key

DIRECTORY = Path("helpline/programs/data/National_Directory_SA_Facilities_2022.xlsx")
HEADINGS = [
    "name1", "name2", "street1", "street2", "city", "state", "zip", "phone",
    "intake1", "intake2", "intake1a", "intake2a", "service_code_info",
]  # fmt: skip
ALABASTER = [
    "Shelby County Treatment Center", "", "750 Highway 31 South", "", "Alabaster", "AL", "35007",
    "205-216-0200", "", "", "", "", "SA DT * OP OD * BDTX",
]  # fmt: skip


def workbook(path: Path, *rows: list[object]) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


@pytest.fixture(scope="module")
def directory() -> Workbook:
    return open_workbook(DIRECTORY)


@pytest.mark.parametrize(
    ("written", "dialled"),
    [
        ("(202) 332-4200", "202-332-4200"),
        ("202-332-4200 x12", "202-332-4200 x12"),
        ("202-332-4200x12", "202-332-4200 x12"),
        ("1 800 222 1222", "800-222-1222"),
        ("+1 202 332 4200 ext. 5", "202-332-4200 x5"),
        (2023324200.0, "202-332-4200"),
        ("888-PARNEXT", "888-727-6398"),
        ("217-3488DUI", "217-348-8384"),
        ("999", None),
        ("888-146-4427", None),
        ("000-000-0000", None),
        ("call us", None),
        ("", None),
    ],
)
def test_a_phone_is_read_or_refused_never_guessed(written: object, dialled: str | None) -> None:
    assert clean_phone(written) == dialled


@pytest.mark.parametrize(
    ("written", "five"),
    [
        ("35007", "35007"),
        (501.0, "00501"),
        ("2134", "02134"),
        ("02134-1000", "02134"),
        (21341000, "02134"),
        ("x", None),
    ],
)
def test_a_zip_gets_back_the_zeros_a_spreadsheet_dropped(written: object, five: str | None) -> None:
    assert clean_zip(written) == five


def test_a_row_without_what_a_caller_needs_says_what_is_missing() -> None:
    listing, findings = read_row(7, {"name1": " ", "state": "Albania", "zip": "12", "phone": "999"})
    assert listing is None
    assert [(f.row, f.field) for f in findings] == [(7, "name1"), (7, "state"), (7, "zip"), (7, "phone")]
    assert (
        str(findings[1])
        == "row 7, state: “Albania” is not a state or territory. Write its two postal letters, such as AL."
    )


def test_an_unreadable_line_is_left_out_when_another_can_be_called() -> None:
    cells = dict(zip(HEADINGS, ALABASTER, strict=True)) | {"intake1": "999"}
    listing, notes = read_row(2, cells)
    assert listing is not None
    assert listing.phone == "205-216-0200"
    assert listing.intake_lines == ()
    assert [note.field for note in notes] == ["intake1"]


def test_the_real_directory_is_read_whole(directory: Workbook) -> None:
    rows = list(directory.rows())
    refused = [finding for listing, findings in rows if listing is None for finding in findings]
    assert len(rows) == 12_176
    assert [(f.row, f.field) for f in refused] == [(10528, "phone")]
    assert rows[0][0] is not None
    assert rows[0][0].row == 2


def test_the_directory_agrees_with_the_code_key_of_its_edition(directory: Workbook) -> None:
    key = read_code_key(Path("helpline/programs/data/service_code_key_2022.csv").read_text(), directory="SU")
    names = {code.code: code.name for code in key}
    used = {code for listing, _ in directory.rows() if listing for code in listing.codes}
    assert used <= set(names)
    assert len(names) == 225
    assert directory.disagreements(names) == []
    assert [c for c, *_ in directory.disagreements(names | {"MI": "Motivational interviewing"})] == ["MI"]


def test_headings_are_found_below_a_title(tmp_path: Path) -> None:
    path = workbook(tmp_path / "later.xlsx", ["National Directory"], [], [h.upper() for h in HEADINGS], ALABASTER)
    book = open_workbook(path)
    assert (len(book), book.first_row) == (1, 4)
    assert next(book.rows())[0].name1 == "Shelby County Treatment Center"  # type: ignore[union-attr]  # it is accepted


def test_a_file_without_the_columns_says_which(tmp_path: Path) -> None:
    path = workbook(tmp_path / "half.xlsx", HEADINGS[:-1], ALABASTER[:-1])
    with pytest.raises(NotReadable, match="has headings, but not: service_code_info"):
        open_workbook(path)


@pytest.mark.parametrize("body", [b"", b"name1,city\n", b"PK\x03\x04 nothing", b"\xd0\xcf\x11\xe0" * 200])
def test_what_is_no_workbook_is_said_in_words(tmp_path: Path, body: bytes) -> None:
    (tmp_path / "file.xlsx").write_bytes(body)
    with pytest.raises(NotReadable, match=r"file\.xlsx"):
        open_workbook(tmp_path / "file.xlsx")


@settings(max_examples=60, deadline=None)
@given(at=st.integers(0, 5000), junk=st.binary(min_size=1, max_size=40))
def test_a_damaged_workbook_never_raises_anything_else(
    tmp_path_factory: pytest.TempPathFactory, at: int, junk: bytes
) -> None:
    saved = io.BytesIO()
    book = openpyxl.Workbook()
    book.active.append(HEADINGS)
    book.active.append(ALABASTER)
    book.save(saved)
    body = bytearray(saved.getvalue())
    body[at : at + len(junk)] = junk
    path = tmp_path_factory.getbasetemp() / "damaged.xlsx"
    path.write_bytes(body)
    with suppress(NotReadable):
        list(open_workbook(path).rows())


cell = st.one_of(st.none(), st.text(max_size=60), st.floats(), st.integers(), st.booleans(), st.datetimes())


@settings(max_examples=300, deadline=None)
@given(cells=st.dictionaries(st.sampled_from(HEADINGS), cell))
def test_no_cell_makes_a_row_raise(cells: dict[str, object]) -> None:
    listing, findings = read_row(3, cells)
    assert listing is not None or findings
    if listing is not None:
        assert len(listing.zip) == 5
        assert listing.state
        assert listing.phone or listing.intake_lines
        "".join([listing.name1, listing.city, *listing.codes]).encode()


@given(st.text())
@example("0 \x1b\x850")
def test_cleaning_twice_changes_nothing(text: str) -> None:
    assert clean_text(clean_text(text)) == clean_text(text)
    number = clean_phone(text)
    assert number is None or clean_phone(number) == number
    assert clean_codes(" * ".join(clean_codes(text))) == clean_codes(text)


def test_a_workbook_named_as_another_kind_reaches_no_other_reader(tmp_path: Path) -> None:
    file = workbook(tmp_path / "a.xlsx", HEADINGS, ALABASTER).rename(tmp_path / "a.ods")
    with pytest.raises(NotReadable, match="not an Excel workbook"):
        open_workbook(file)


@pytest.mark.parametrize("cell", ["XFD1048576", "ZZ700000"])
def test_a_cell_in_the_last_corner_is_refused_before_the_reader_dies_of_it(tmp_path: Path, cell: str) -> None:
    book = openpyxl.Workbook()
    book.active.append(HEADINGS)
    book.active.append(ALABASTER)
    book.active[cell] = "stray"
    book.save(tmp_path / "corner.xlsx")
    with pytest.raises(NotReadable, match="farther than a directory reaches"):
        open_workbook(tmp_path / "corner.xlsx")
