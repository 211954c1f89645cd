"""Answers travel to JSON and back, and forgive whatever comes in."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from intake.inquiries.answers import (
    Answers,
    CheckWish,
    ContactMethod,
    ForWhom,
    Insurance,
    Person,
    Said,
    Symptom,
    Use,
)
from intake.inquiries.wording import WORDS, in_words

SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20)
JUNK = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["uses", "person", "age", "symptoms", "zip", "how_often", "contact", "x"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)
SOME = Answers(
    asked_on=date(2026, 11, 22),
    for_whom=ForWhom.SOMEONE_ELSE,
    uses=(
        Use(text="klonopin", canonical="clonazepam", klass="benzodiazepine", stopped=Said.YES),
        Use(text="beer"),
    ),
    symptoms=(Symptom.SHAKING,),
    person=Person(first_name="Sam", birth_date=date(1999, 11, 23)),
)


def test_there_and_back_again() -> None:
    assert Answers.from_json(SOME.to_json()) == SOME


def test_silence_leaves_no_trace_in_json() -> None:
    assert Answers().to_json() == {}


def test_what_is_not_understood_becomes_unknown() -> None:
    data = {
        "person": {"age": "old", "shoe": 44},
        "symptoms": ["shaking", "purple", 3],
        "uses": [None, {"text": "beer"}],
    }
    assert Answers.from_json(data) == Answers(symptoms=(Symptom.SHAKING,), uses=(Use(text="beer"),))


@given(JUNK)
def test_any_json_opens(data: object) -> None:
    read = Answers.from_json(data)
    assert Answers.from_json(read.to_json()) == read


def test_health_and_identity_stay_out_of_repr() -> None:
    assert not {"klonopin", "beer", "Sam", "1999", "shaking"} & set(repr(SOME).replace("'", " ").split())


def test_age_comes_from_what_was_said_or_from_the_birth_date() -> None:
    assert SOME.age == 26
    assert Answers(person=Person(age=40)).age == 40
    assert Answers(person=Person(birth_date=date(1999, 1, 1))).age is None


def test_only_the_person_who_signed_may_have_their_plan_asked() -> None:
    signed = Insurance(check=CheckWish.ELECTRONIC, signed_name="Sam Doe")
    assert Answers(for_whom=ForWhom.SELF, insurance=signed).may_verify
    assert not Answers(for_whom=ForWhom.SOMEONE_ELSE, insurance=signed).may_verify
    assert not Answers(insurance=signed).may_verify
    assert not Answers(for_whom=ForWhom.SELF, insurance=Insurance(check=CheckWish.ELECTRONIC)).may_verify


def test_every_answer_to_pick_has_words_of_its_own_list() -> None:
    for kind, words in WORDS.items():
        assert list(words) == list(kind)
    assert in_words((Symptom.NONE, ContactMethod.NONE)) == "None of these; Do not contact me"
    assert (in_words(None), in_words(34)) == ("", "34")
