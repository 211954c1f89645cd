"""What is looked for, from what people type about themselves: nobody is left out by a guess, nobody let in by one."""

import json

import pytest

from intake.inquiries.answers import (
    Answers,
    Frequency,
    GenderWish,
    Insurance,
    InsuranceKind,
    LastUse,
    Person,
    Preferences,
    Said,
    ServiceCover,
    Use,
)
from intake.inquiries.triage import Care, assess
from intake.matching.cover import ways
from intake.matching.engine import match
from intake.matching.need import Need, PayerKind, TricareStatus
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


@pytest.mark.parametrize(
    ("kind", "service", "payer", "status"),
    [
        (InsuranceKind.TRICARE_VA, None, PayerKind.MILITARY, None),
        (InsuranceKind.TRICARE_VA, ServiceCover.TRICARE_ACTIVE, PayerKind.TRICARE, TricareStatus.ACTIVE_DUTY),
        (InsuranceKind.TRICARE_VA, ServiceCover.TRICARE, PayerKind.TRICARE, None),
        (InsuranceKind.TRICARE_VA, ServiceCover.CHAMPVA, PayerKind.CHAMPVA, None),
        (InsuranceKind.TRICARE_VA, ServiceCover.VA, PayerKind.VA, None),
        (InsuranceKind.OTHER, ServiceCover.INDIAN_HEALTH, PayerKind.INDIAN_HEALTH, None),
        (InsuranceKind.MEDICAID, ServiceCover.INDIAN_HEALTH, PayerKind.MEDICAID, None),
    ],
)
def test_cover_by_service_or_tribe_is_looked_for_by_its_own_name(
    kind: InsuranceKind, service: ServiceCover | None, payer: PayerKind, status: TricareStatus | None
) -> None:
    answers = Answers(insurance=Insurance(kind=kind, service=service))
    need = Need.of(answers, assess(answers), state="AL")
    assert (need.payer, need.tricare_status) == (payer, status)
    assert Need.from_json(json.loads(json.dumps(need.to_json()))) == need
    said = {way.code for way in ways(need)}
    assert ("tricare_active_first" in said) == (status is TricareStatus.ACTIVE_DUTY)
    assert ("champva_before" in said) == (payer in (PayerKind.CHAMPVA, PayerKind.MILITARY))
    assert ("indian_health_referred" in said) == (payer is PayerKind.INDIAN_HEALTH)
