"""A frightened person misspells. What they name must not become harmless by that."""

import pytest

from intake.inquiries.answers import Answers, Said, Use
from intake.inquiries.substance_words import Group, read
from intake.inquiries.triage import Urgency, assess


@pytest.mark.parametrize(
    ("typed", "group"),
    [
        ("alchohol", Group.ALCOHOL),
        ("alcahol", Group.ALCOHOL),
        ("klonipin", Group.BENZODIAZEPINE),
        ("clonazapam", Group.BENZODIAZEPINE),
        ("alprazalam 2mg", Group.BENZODIAZEPINE),
        ("phenobarbitol", Group.BARBITURATE),
        ("oxycodon", Group.OPIOID),
        ("benzodiazepines", Group.BENZODIAZEPINE),
    ],
)
def test_a_misspelt_danger_is_still_a_danger(typed: str, group: Group) -> None:
    assert group in read(typed)


@pytest.mark.parametrize("typed", ["alchohol", "klonipin"])
def test_stopping_it_is_urgent_all_the_same(typed: str) -> None:
    assert assess(Answers(uses=(Use(text=typed, stopped=Said.YES),))).urgency <= Urgency.TODAY


@pytest.mark.parametrize("typed", ["nothing special", "whatever", "i dont know", "marijuana", "vitamins"])
def test_ordinary_words_are_not_read_as_danger(typed: str) -> None:
    assert read(typed) <= {Group.UNKNOWN, Group.MILDER}
