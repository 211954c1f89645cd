"""The 270 we write: by hand, by property, and by two strangers' libraries."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from x12 import parse_x12_interchange, tokenize_x12
from x12sdk.io import X12ModelReader

from intake.insurance.x12 import CannotAsk, EligibilityInquiry, Person, Provider, npi_is_valid, write_270
from intake.insurance.x12.frame import read_frame
from intake.insurance.x12.segments import tokenise
from intake.insurance.x12.writing import clean
from tests.insurance.x12.asking import DANIEL, ENVELOPE, JANE, jane, sample


def test_it_is_the_message_the_reference_shows_byte_for_byte() -> None:
    wanted = sample("270_sud_subscriber.edi").decode().replace("\n", "").replace("*0042", "*0001")
    assert write_270(JANE, ENVELOPE).decode() == wanted


def test_a_dependent_gets_trace_birth_date_and_question_in_the_own_loop() -> None:
    son = Person("Doe", "Sam", birth_date=date(2010, 1, 2))
    body = write_270(jane(dependent=son, subscriber=Person(), relationship="19"), ENVELOPE).decode()
    wanted = (
        "HL*3*2*22*1~NM1*IL*1******MI*XYZ123456789~HL*4*3*23*0~TRN*1*HL-42*9HELPLINE1~NM1*03*1*DOE*SAM~"
        "DMG*D8*20100102~INS*N*19~DTP*291*D8*20260301~EQ*30~EQ*MH~EQ*AI~SE*18*0001~"
    )
    assert wanted in body


@pytest.mark.parametrize(
    ("inquiry", "field"),
    [
        (jane(member_id=" "), "member_id"),
        (jane(member_id="AB*12"), "member_id"),
        (jane(subscriber=replace(JANE.subscriber, last_name="")), "subscriber.last_name"),
        (jane(subscriber=replace(JANE.subscriber, first_name="Олена")), "subscriber.first_name"),
        (jane(subscriber=replace(JANE.subscriber, birth_date=None)), "subscriber.birth_date"),
        (jane(subscriber=replace(JANE.subscriber, birth_date=date(2027, 1, 1))), "subscriber.birth_date"),
        (jane(subscriber=replace(JANE.subscriber, birth_date=date(1802, 1, 1))), "subscriber.birth_date"),
        (jane(dependent=Person("Doe", "Sam")), "dependent.birth_date"),
        (jane(provider=Provider("Line", "1234567890")), "provider.npi"),
        (jane(payer=replace(JANE.payer, edi_id="")), "payer.edi_id"),
        (jane(service_types=()), "service_types"),
        (jane(service_types=("30~",)), "service_types"),
        (jane(trace="x" * 51), "trace"),
        (jane(trace_origin="9SHORT"), "trace_origin"),
        (jane(relationship="99"), "relationship"),
    ],
)
def test_it_names_what_to_correct_and_never_the_value(inquiry: EligibilityInquiry, field: str) -> None:
    with pytest.raises(CannotAsk) as caught:
        write_270(inquiry, ENVELOPE)
    assert caught.value.field == field
    for value in ("Олена", "AB*12", "2027", "1802", "1234567890"):
        assert value not in str(caught.value)


def test_an_envelope_is_checked_too() -> None:
    for field, changes in (
        ("envelope.control_number", {"control_number": 0}),
        ("envelope.sender_id", {"sender_id": "LONGER THAN FIFTEEN"}),
        ("envelope.receiver_id", {"receiver_id": "A~B"}),
    ):
        with pytest.raises(CannotAsk) as caught:
            write_270(JANE, replace(ENVELOPE, **changes))
        assert caught.value.field == field


def test_names_lose_accents_and_delimiters_but_not_their_shape() -> None:
    assert clean("  José  d’Ávila-Łukasz ") == "JOSE D'AVILA-LUKASZ"
    assert clean("O~Brien*:^") == "O BRIEN"
    assert (clean("Straße"), clean("Nguyễn"), clean("王")) == ("STRASSE", "NGUYEN", "")


def test_the_person_is_not_in_the_representation_of_the_question() -> None:
    shown = repr(JANE)
    for value in ("Doe", "Jane", "XYZ123456789", "1985"):
        assert value not in shown


def test_npi_check_digit() -> None:
    assert npi_is_valid("1234567893")
    assert not npi_is_valid("1234567890")
    assert not npi_is_valid("3234567893")


names = st.text(max_size=40)
texts = st.text(max_size=30)
dates = st.dates(date(1930, 1, 1), date(2026, 1, 1))


@given(
    last=names,
    first=names,
    born=dates,
    member_id=st.text(max_size=30),
    trace=st.text(min_size=1, max_size=30),
)
def test_what_is_written_is_read_back_and_no_delimiter_slips_into_a_value(
    last: str, first: str, born: date, member_id: str, trace: str
) -> None:
    asked = jane(subscriber=Person(last, first, birth_date=born), member_id=member_id, trace=trace)
    try:
        body = write_270(asked, ENVELOPE)
    except CannotAsk:
        return
    _, segments, closed = tokenise(body)
    frame = read_frame(segments, closed)
    assert (frame.cut, frame.problems) == (False, [])
    by_name = {segment[0]: segment for segment in segments}
    assert [s[0] for s in segments].count("EQ") == 3
    assert by_name["NM1"][3:5] == [clean(last), clean(first)]
    assert by_name["NM1"][9] == member_id.strip().upper()
    assert by_name["DMG"][2] == f"{born:%Y%m%d}"
    assert by_name["TRN"][2] == trace.strip().upper()


@pytest.mark.parametrize("inquiry", [JANE, DANIEL, jane(dependent=DANIEL.subscriber)])
def test_a_strangers_envelope_check_accepts_it(inquiry: EligibilityInquiry) -> None:
    interchange = parse_x12_interchange(tokenize_x12(write_270(inquiry, ENVELOPE)))
    (transaction,) = interchange.groups[0].transactions
    assert transaction.transaction_set_code == b"270"
    assert transaction.declared_segment_count == transaction.actual_segment_count


@pytest.mark.parametrize(
    "inquiry", [jane(service_types=("30",)), jane(service_types=("30",), dependent=DANIEL.subscriber)]
)
def test_a_strangers_model_of_the_270_accepts_it(inquiry: EligibilityInquiry) -> None:
    with X12ModelReader(write_270(inquiry, ENVELOPE).decode()) as reader:
        models = list(reader.models())
    assert len(models) == 1
    assert models[0].x12().count("EQ*30") == 1
