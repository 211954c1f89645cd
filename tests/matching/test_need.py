"""What is looked for, from what people type about themselves: nobody is left out by a guess, nobody let in by one."""

import pytest

from intake.inquiries.answers import Answers, Frequency, GenderWish, LastUse, Person, Preferences, Said, Use
from intake.inquiries.triage import Care, assess
from intake.matching.engine import match
from intake.matching.need import Need
from tests.matching.offers import TODAY, offer_2022


def need_of(answers: Answers) -> Need:
    return Need.of(answers, assess(answers))


@pytest.mark.parametrize(
    ("gender", "wish", "sex"),
    [
        ("I am a woman", None, "women"),
        ("Woman.", None, "women"),
        ("cis female", None, "women"),
        ("MUJER", None, "women"),
        ("m", None, "men"),
        ("he/him", None, "men"),
        ("varón", None, "men"),
        ("", GenderWish.WOMEN, "women"),
        ("", GenderWish.MEN, "men"),
        ("", GenderWish.LGBTQ, None),
        ("", None, None),
        ("yes", None, None),
        ("trans woman", None, None),
        ("transgender male", None, None),
        ("mtf", None, None),
        ("non-binary, female at birth", None, None),
        ("not female", None, None),
        ("man or woman", None, None),
        ("trans woman", GenderWish.WOMEN, "women"),
        ("male", GenderWish.WOMEN, None),
    ],
)
def test_sex_comes_from_the_wish_or_from_whole_words(gender: str, wish: GenderWish | None, sex: str | None) -> None:
    answers = Answers(person=Person(gender=gender), preferences=Preferences(gender=wish))
    assert need_of(answers).sex == sex


@pytest.mark.parametrize(("sex", "fits"), [("women", 1), ("men", 2), (None, 1)])
def test_a_place_for_men_only_does_not_fit_a_woman_and_is_asked_when_sex_is_not_known(
    sex: str | None, fits: int
) -> None:
    offers = [offer_2022("ORT MALE", public_id="men"), offer_2022("ORT MALE FEM", public_id="both")]
    found = match(Need(care=(Care.OUTPATIENT,), sex=sex), offers, today=TODAY)
    assert (len(found.fits), len(found.ranked), found.left_out) == (fits, 2, ())
    asked = [question.words for each in found.ask_first for question in each.questions]
    assert sex or asked == ["Lists only men. Ask whether it takes this person."]


def test_not_sure_whether_pregnant_counts_as_pregnant() -> None:
    told = {said: need_of(Answers(person=Person(pregnant=said))).pregnant for said in (None, *Said)}
    assert told == {None: None, Said.YES: True, Said.NO: False, Said.NOT_SURE: True}


def test_something_unknown_that_was_stopped_fits_no_program_unasked() -> None:
    use = Use(text="zorbex", stopped=Said.YES, last_use=LastUse.YESTERDAY, how_often=Frequency.DAILY)
    need = need_of(Answers(uses=(use,)))
    assert need.care[0] is Care.WITHDRAWAL_MEDICAL_24H
    offers = [
        offer_2022(codes, public_id=codes) for codes in ("SA DT RD MALE FEM", "SA ORT MALE FEM", "SA HID MALE FEM")
    ]
    found = match(need, offers, today=TODAY)
    assert (found.fits, len(found.ask_first)) == ((), 3)
