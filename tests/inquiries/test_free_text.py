"""Free text is read for danger, wherever it stands; its words raise urgency and nothing in it lowers it."""

import csv
from pathlib import Path

import pytest

from intake.inquiries import free_text
from intake.inquiries.answers import Answers, ForWhom, Frequency, LastUse, Said, SuicideScreen, Use
from intake.inquiries.free_text import Sign, says_something, signs
from intake.inquiries.triage import Triage, Urgency, assess

CALM = SuicideScreen(Said.NO, Said.NO, Said.NO, Said.NO)
DANGER, TODAY, SOON, ROUTINE = Urgency


def told(story: str, text: str = "weed") -> Triage:
    return assess(Answers(uses=(Use(text=text),), suicide=CALM, anything_else=story))


def codes(triage: Triage) -> set[str]:
    return {reason.code for reason in triage.reasons}


def now(triage: Triage) -> set[str]:
    return {action.code for action in triage.now}


def test_the_physicians_case() -> None:
    triage = told(
        "I am going to kill myself tonight, I have a gun. I stopped my xanax 2 days ago and had a seizure last night"
    )
    assert triage.urgency is DANGER
    assert codes(triage) >= {
        "free_text_suicide",
        "free_text_weapon_danger",
        "withdrawal_past_seizure",
        "free_text_substance",
    }
    assert now(triage) >= {"call_911", "call_988", "stay_close", "do_not_stop_suddenly"}


@pytest.mark.parametrize(
    ("story", "urgency", "action"),
    [
        ("me quiero matar, quiero morirme", DANGER, "call_988"),
        ("she says she wants to end her life", DANGER, "call_988"),
        ("I’ve been cutting myself", DANGER, "call_988"),
        ("he is not really breathing", DANGER, "give_naloxone"),
        ("no respira y tiene los labios morados", DANGER, "call_911"),
        ("she took the whole bottle an hour ago", DANGER, "call_911"),
        ("se tomó todas las pastillas", DANGER, "call_911"),
        ("he sees things and hears voices", DANGER, "call_911"),
        ("está alucinando", DANGER, "call_911"),
        ("chest pains since morning", DANGER, "call_911"),
        ("had a siezure", TODAY, "emergency_today"),
        ("anoche tuvo convulsiones", TODAY, "emergency_today"),
        ("he OD'd in March", TODAY, "keep_naloxone"),
        ("tuvo una sobredosis", TODAY, "keep_naloxone"),
        ("my husband beats me", TODAY, "violence_hotline"),
        ("mi esposo me pega", TODAY, "violence_hotline"),
        ("there are guns in the house", TODAY, "call_988"),
        ("he has the shakes", TODAY, "do_not_stop_suddenly"),
        ("mom takes ativan too", TODAY, "do_not_stop_suddenly"),
        ("mi mamá toma rivotril", TODAY, "do_not_stop_suddenly"),
        ("no seizures so far", TODAY, "watch_for"),
        ("please call in the evening", SOON, "ask_us"),
    ],
)
def test_words_of_danger(story: str, urgency: Urgency, action: str) -> None:
    triage = told(story)
    assert (triage.urgency, action in now(triage)) == (urgency, True), codes(triage)
    first = triage.reasons[0]
    assert first.words.startswith(("From free text", "There is free text")) or first.code.startswith("withdrawal")
    assert (
        codes(triage) & {code for code in codes(triage) if code.startswith("free_text")} - {"free_text_told"}
        or urgency is SOON
    )


@pytest.mark.parametrize("story", ["", "  ", "no", "None.", "nada", "N/A"])
def test_silence_and_no_are_no_story(story: str) -> None:
    assert not says_something(story)
    assert told(story).urgency is ROUTINE


@pytest.mark.parametrize("field", ["text", "amount", "used_with"])
def test_every_box_is_read(field: str) -> None:
    use = Use(**({"text": "weed"} | {field: "I want to die"}))
    assert "free_text_suicide" in codes(assess(Answers(uses=(use,), suicide=CALM)))


def test_an_amount_names_substances_and_water_does_not() -> None:
    steady = {"stopped": Said.NO, "last_use": LastUse.TODAY}
    assert "depressants_combined" in codes(
        assess(Answers(uses=(Use(text="vodka", amount="a pint and 3 xanax", **steady),)))
    )
    assert assess(Answers(uses=(Use(text="weed", amount="two bags with water"),), suicide=CALM)).urgency is ROUTINE


def test_free_text_is_believed_about_stopping_unless_the_use_says_no() -> None:
    uses = (Use(text="xanax", last_use=LastUse.TODAY), Use(text="beer", last_use=LastUse.TODAY))
    asked = Answers(uses=uses, suicide=CALM, for_whom=ForWhom.SELF)
    assert assess(asked).urgency is TODAY
    assert assess(Answers(uses=uses, anything_else="I stopped it all yesterday")).urgency is DANGER
    steady = tuple(
        Use(text=use.text, last_use=LastUse.TODAY, stopped=Said.NO, how_often=Frequency.DAILY) for use in uses
    )
    assert assess(Answers(uses=steady, suicide=CALM, anything_else="I stopped smoking")).urgency is TODAY


@pytest.mark.parametrize(
    "story", ["I want to quit", "looking for a stable place", "dealing with stress", "help me find a bed"]
)
def test_ordinary_stories_are_read_by_a_person_and_no_alarm(story: str) -> None:
    assert not signs((story,))
    assert told(story).urgency is SOON


def test_every_phrase_of_the_list_is_found_and_kinds_are_known() -> None:
    path = Path(free_text.__file__).with_name("free_text_signs.csv")
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["sign"] for row in rows} == set(Sign)
    lost = [row["words"] for row in rows if Sign(row["sign"]) not in signs((row["words"].replace("*", "s"),))]
    assert lost == []
