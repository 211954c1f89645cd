"""The 270 we write: by hand, by property, and by two strangers' libraries."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from x12 import parse_x12_interchange, tokenize_x12
from x12sdk.io import X12ModelReader

from intake.insurance.sandbox.questions import Asked, read_question
from intake.insurance.x12 import CannotAsk, EligibilityInquiry, Payer, Person, Provider, npi_is_valid, write_270
from intake.insurance.x12.inquiry import SearchOption
from intake.insurance.x12.writing import BASIC, REFERENCES, clean
from tests.insurance.x12.asking import DANIEL, ENVELOPE, JANE, jane, sample

SON = Person("Doe", "Sam", "Lee", "Jr", date(2010, 1, 2), "M")


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
        (jane(member_id="ABß12"), "member_id"),
        (jane(service_until=date(2026, 2, 28)), "service_until"),
        (jane(service_date=None, service_until=date(2026, 3, 1)), "service_until"),
        (jane(references=(("ZZ", "1"),)), "references"),
        (jane(references=(("SY", ""),)), "references"),
        (jane(references=(("SY", "1"),) * 10), "references"),
        (jane(subscriber=replace(JANE.subscriber, gender="X")), "subscriber.gender"),
        (jane(search=SearchOption.WITHOUT_MEMBER_ID, dependent=SON, subscriber=Person()), "subscriber.last_name"),
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
        ("envelope.sender_qualifier", {"sender_qualifier": "99"}),
        ("envelope.receiver_qualifier", {"receiver_qualifier": "99"}),
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


ASKED = [
    jane(
        search=search, dependent=dependent, relationship="19" if dependent else "", references=references,
        service_until=until, subscriber=replace(JANE.subscriber, middle_name="Q", gender="F"),
    )
    for search in SearchOption
    for dependent in (None, SON)
    for references in ((), (("6P", "GRP-7"), ("SY", "123456789")))
    for until in (None, date(2026, 3, 31))
]  # fmt: skip
EVERY = [one for inquiry in ASKED for one in (inquiry, *inquiry.one_each())]


def test_a_strangers_envelope_check_accepts_every_270() -> None:
    for inquiry in [*EVERY, DANIEL]:
        interchange = parse_x12_interchange(tokenize_x12(write_270(inquiry, ENVELOPE)))
        (transaction,) = interchange.groups[0].transactions
        assert transaction.transaction_set_code == b"270"
        assert transaction.declared_segment_count == transaction.actual_segment_count


def test_a_strangers_model_of_the_270_reads_every_one_and_writes_the_same() -> None:
    """x12sdk demands a first name, which the search by member id, last name and birth date leaves out (4.3)."""
    for inquiry in EVERY:
        body = write_270(inquiry, ENVELOPE).decode()
        if inquiry.search is SearchOption.WITHOUT_FIRST_NAME:
            with pytest.raises(ValueError, match="name_first"):
                by_x12sdk(body)
            who = "03*1*DOE" if inquiry.dependent else "IL*1*DOE"
            body = body.replace(f"NM1*{who}", f"NM1*{who}*ANNE").replace("DOE*ANNE*", "DOE*ANNE")
        assert by_x12sdk(body) == body[body.index("ST*") : body.index("GE*")]


def by_x12sdk(body: str) -> str:
    with X12ModelReader(body) as reader:
        (model,) = reader.models()
    return "".join(line for line in model.x12().splitlines())


def test_only_what_the_search_option_names_is_sent() -> None:
    sent = {}
    for option in SearchOption:
        body = write_270(replace(ASKED[0], search=option), ENVELOPE).decode()
        sent[option.name] = [line for line in body.split("~") if line.startswith(("NM1*IL", "DMG"))]
    assert sent == {
        "PRIMARY": ["NM1*IL*1*DOE*JANE*Q***MI*XYZ123456789", "DMG*D8*19850412*F"],
        "WITHOUT_FIRST_NAME": ["NM1*IL*1*DOE*****MI*XYZ123456789", "DMG*D8*19850412*F"],
        "WITHOUT_BIRTH_DATE": ["NM1*IL*1*DOE*JANE*Q***MI*XYZ123456789"],
        "WITHOUT_MEMBER_ID": ["NM1*IL*1*DOE*JANE*Q", "DMG*D8*19850412*F"],
    }


def test_one_each_asks_the_same_once_a_service_type_under_its_own_trace() -> None:
    asked = [read_question(write_270(one, ENVELOPE)) for one in jane(service_types=("30", "MH", "30", "AI")).one_each()]
    assert [q.service_types for q in asked] == [["30"], ["MH"], ["AI"]]
    assert [q.trace[2] for q in asked] == [q.bht[3] for q in asked] == ["HL-42-1", "HL-42-2", "HL-42-3"]
    assert {q.subscriber.member_id for q in asked} == {"XYZ123456789"}
    assert jane(service_types=("30", "30")).one_each() == (jane(service_types=("30", "30")),)


LETTERS = "AbcXyz éÜñçßøŁ'’-.~*:^\t\n"
IDENTIFIER = "".join(sorted(BASIC)) + "abcxyz"
births = st.dates(date(1905, 1, 1), date(2026, 3, 1))
name = st.text(LETTERS, min_size=1, max_size=12).filter(clean)


def identifier(shortest: int, longest: int) -> st.SearchStrategy[str]:
    return st.text(IDENTIFIER, min_size=shortest, max_size=longest).filter(lambda x: len(x.strip()) >= shortest)


def person(needed: bool) -> st.SearchStrategy[Person]:
    blank = st.just("")
    first = name if needed else name | blank
    born = births if needed else births | st.none()
    gender = st.sampled_from(["", "F", "M"])
    return st.builds(
        Person, first, first, name | blank, st.text(LETTERS, min_size=1, max_size=5).filter(clean) | blank, born, gender
    )


@st.composite
def inquiries(draw: st.DrawFn) -> EligibilityInquiry:
    search = draw(st.sampled_from(SearchOption))
    dependent = draw(st.none() | person(needed=True))
    day = draw(st.none() | st.dates())
    return EligibilityInquiry(
        payer=Payer(draw(name), draw(identifier(2, 20))),
        provider=Provider(draw(name), "1234567893"),
        member_id=draw(identifier(2, 30)),
        subscriber=draw(person(needed=dependent is None or search is SearchOption.WITHOUT_MEMBER_ID)),
        trace=draw(identifier(1, 50)),
        dependent=dependent,
        relationship=draw(st.sampled_from(["", "01", "19", "34"])),
        service_types=tuple(draw(st.lists(st.sampled_from(["30", "MH", "AI", "A7", "1"]), min_size=1, max_size=5))),
        service_date=day,
        service_until=draw(st.none() | st.dates(min_value=day)) if day else None,
        search=search,
        references=tuple(draw(st.lists(st.tuples(st.sampled_from(sorted(REFERENCES)), identifier(1, 20)), max_size=9))),
    )


def identify(value: str) -> str:
    return value.strip().upper()


def as_sent(who: Person, inquiry: EligibilityInquiry) -> Asked:
    """What a plan must find about `who`: only what the search option names."""
    patient, option = who is inquiry.patient, inquiry.search
    sent = Asked(last=clean(who.last_name))
    if not (patient and option is SearchOption.WITHOUT_FIRST_NAME):
        sent.first, sent.middle, sent.suffix = clean(who.first_name), clean(who.middle_name), clean(who.suffix)
    if option is not SearchOption.WITHOUT_BIRTH_DATE and who.birth_date:
        sent.born, sent.gender = who.birth_date, who.gender
    if who is inquiry.subscriber and option is not SearchOption.WITHOUT_MEMBER_ID:
        sent.member_id = identify(inquiry.member_id)
    if patient:
        sent.references = [(qualifier, identify(value)) for qualifier, value in inquiry.references]
        sent.relationship = inquiry.relationship if inquiry.dependent else ""
    return sent


@given(inquiries(), st.permutations("*:^~|}{$%@\x1c\x1d\x1e\x1f"), st.booleans())
@settings(deadline=None)
def test_a_plan_reads_back_what_was_asked_under_any_separators(
    inquiry: EligibilityInquiry, marks: list[str], by_line: bool
) -> None:
    written = write_270(inquiry, ENVELOPE)
    element, component, repetition, terminator = [*marks[:3], "\n" if by_line else marks[3]]
    for body in (written, remarked(written, element, component, repetition, terminator)):
        question = read_question(body)
        assert question.subscriber == as_sent(inquiry.subscriber, inquiry)
        assert question.dependent == (as_sent(inquiry.dependent, inquiry) if inquiry.dependent else None)
        assert question.service_types == list(dict.fromkeys(inquiry.service_types))
        assert question.service_date == inquiry.service_date
        assert (question.service_until or question.service_date) == (inquiry.service_until or inquiry.service_date)
        assert question.payer[2:] == ["2", clean(inquiry.payer.name), *[""] * 4, "PI", identify(inquiry.payer.edi_id)]
        assert question.provider[2:] == ["2", clean(inquiry.provider.name), *[""] * 4, "XX", "1234567893"]
        assert question.trace[1:] == ["1", identify(inquiry.trace), "9HELPLINE1"]
        assert question.bht[3] == identify(inquiry.trace)


def remarked(body: bytes, element: str, component: str, repetition: str, terminator: str) -> bytes:
    """The same message in other separators."""
    lines = [line.split("*") for line in body.decode().rstrip("~").split("~")]
    lines[0][11], lines[0][16] = repetition, component
    return "".join(element.join(line) + terminator for line in lines).encode()


def test_a_plan_splits_repeated_service_types_by_the_mark_the_message_announces() -> None:
    body = write_270(jane(service_types=("30",)), ENVELOPE).replace(b"EQ*30", b"EQ*30|MH|AI").replace(b"*^*", b"*|*")
    assert read_question(body).service_types == ["30", "MH", "AI"]


@given(st.text(max_size=40))
def test_cleaning_leaves_only_the_basic_character_set_and_is_done_once(text: str) -> None:
    cleaned = clean(text)
    assert set(cleaned) <= BASIC
    assert clean(cleaned) == cleaned == cleaned.strip()
    assert "  " not in cleaned


@given(st.text(IDENTIFIER + "ßıſﬁé~*:^\t", max_size=6))
def test_an_identifier_is_sent_as_it_is_or_not_at_all(text: str) -> None:
    wanted = text.strip()
    if len(wanted) < 2 or not set(wanted) <= set(IDENTIFIER):
        with pytest.raises(CannotAsk, match="member_id"):
            write_270(jane(member_id=text), ENVELOPE)
    else:
        sent = read_question(write_270(jane(member_id=text), ENVELOPE)).subscriber.member_id
        assert sent.lower() == wanted.lower()
