"""One more risk, substance or symptom never calms triage; nor does leaving out an answer that reassures.

"Calms" means: a lower urgency, no word of 911 where there was one, or no "do not stop suddenly" where it stood. The
one exception is the rule ``nothing_told``: who names only something harmless is not told what silence is told.
"""

from collections.abc import Callable
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from intake.inquiries.answers import (
    Answers,
    ForWhom,
    Frequency,
    History,
    HowLong,
    LastUse,
    Person,
    Said,
    SuicideScreen,
    Symptom,
    Use,
)
from intake.inquiries.substance_words import GROUPS, Group, group_of
from intake.inquiries.triage import Triage, Urgency, assess
from intake.inquiries.triage_picture import groups_of

YES, NO = Said.YES, Said.NO
TEXTS = """clonazepam|beer|weed|heroin|boy|zorbex|cocaine||soma|bud light|lemons|meth|xanax and weed|tranq dope|cerveza
klonipin|k|night|vitamins|I stopped vodka|naltrexone|water|my pills|gabapentin|2 g of weed""".replace("\n", "|").split(
    "|"
)
STORIES = [
    "",
    "no",
    "call me",
    "I stopped my xanax",
    "he had a seizure",
    "weed",
    "I want to die",
    "she drinks",
    "no guns",
]
SAID = st.sampled_from([None, *Said])
USES = st.builds(
    Use,
    text=st.sampled_from(TEXTS),
    klass=st.sampled_from([None, None, None, *GROUPS, "unheard of"]),
    how_often=st.sampled_from([None, *Frequency]),
    amount=st.sampled_from(["", "two", "a bottle a day", "3 xanax", "with water"]),
    last_use=st.sampled_from([None, *LastUse]),
    stopped=SAID,
    how_long=st.sampled_from([None, *HowLong]),
    used_with=st.sampled_from(["", "vodka", "weed", "blorp", "nothing"]),
)
ANSWERS = st.builds(
    Answers,
    for_whom=st.sampled_from([None, *ForWhom]),
    uses=st.lists(USES, max_size=3).map(tuple),
    symptoms=st.lists(st.sampled_from(Symptom), max_size=2, unique=True).map(tuple),
    history=st.builds(History, SAID, SAID, SAID, SAID),
    person=st.builds(Person, age=st.sampled_from([None, 30, 70]), pregnant=SAID),
    suicide=st.builds(SuicideScreen, SAID, SAID, SAID, SAID, SAID, SAID, SAID),
    danger_now=SAID,
    being_hurt=SAID,
    anything_else=st.sampled_from(STORIES),
)
Change = Callable[[Answers], Answers]


def each_use(**said: object) -> Change:
    return lambda a: replace(a, uses=tuple(replace(use, **said) for use in a.uses))  # type: ignore[arg-type]  # a test's shorthand


RISKS: list[Change] = [
    lambda a: replace(a, danger_now=YES),
    lambda a: replace(a, being_hurt=YES),
    lambda a: replace(a, person=replace(a.person, pregnant=YES)),
    lambda a: replace(a, person=replace(a.person, age=80)),
    lambda a: replace(a, history=History(YES, YES, YES, YES)),
    lambda a: replace(a, history=replace(a.history, seizure=YES)),
    lambda a: replace(a, history=replace(a.history, delirium=YES)),
    *(
        lambda a, name=name: replace(a, suicide=replace(a.suicide, **{name: YES}))
        for name in ("wished_dead", "thoughts", "ever_tried", "right_now", "plan_or_means", "tried_recently")
    ),
    *(lambda a, s=s: replace(a, symptoms=(*a.symptoms, s)) for s in Symptom),
    *(lambda a, s=s: replace(a, anything_else=f"{a.anything_else} {s}") for s in STORIES),
    each_use(how_often=Frequency.DAILY),
    each_use(how_long=HowLong.YEARS),
    lambda a: replace(a, uses=tuple(replace(use, used_with=f"{use.used_with}, rivotril") for use in a.uses)),
    each_use(stopped=YES),
]


def calmer(before: Triage, after: Triage) -> list[str]:
    told = [reason for reason in before.reasons if reason.code != "nothing_told"]
    silent = len(told) < len(before.reasons)
    lost = ["urgency"] if after.urgency > min((reason.urgency for reason in told), default=Urgency.ROUTINE) else []
    codes = {action.code for action in after.now}
    if any(action.phone == "911" for action in before.now) and not any(action.phone == "911" for action in after.now):
        lost.append("911")
    was = {action.code for action in before.now}
    if not silent and "emergency_today" in was and not codes & {"emergency_today", "call_911"}:
        lost.append("emergency department")
    stops = {"do_not_stop_suddenly", "pregnancy_do_not_stop"}
    return lost if silent or not was & stops or codes & stops else [*lost, "do not stop suddenly"]


@settings(max_examples=500, deadline=None)
@given(ANSWERS, st.sampled_from(RISKS))
def test_one_more_risk(answers: Answers, risk: Change) -> None:
    assert calmer(assess(answers), assess(risk(answers))) == []


@settings(max_examples=500, deadline=None)
@given(ANSWERS, USES)
def test_one_more_substance(answers: Answers, use: Use) -> None:
    assert calmer(assess(answers), assess(replace(answers, uses=(*answers.uses, use)))) == []


REASSURING = {
    "how_often": {Frequency.WEEKLY, Frequency.LESS},
    "last_use": {LastUse.TODAY, LastUse.YESTERDAY, LastUse.LONGER},
    "stopped": {NO},
}


@settings(max_examples=500, deadline=None)
@given(ANSWERS, st.sampled_from(sorted(REASSURING)), st.booleans())
def test_one_reassuring_answer_less(answers: Answers, name: str, not_sure: bool) -> None:
    uses = tuple(_without(use, name, not_sure=not_sure) for use in answers.uses)
    assert calmer(assess(answers), assess(replace(answers, uses=uses))) == []


def _without(use: Use, name: str, *, not_sure: bool) -> Use:
    said = getattr(use, name)
    # "Longer ago" reassures of withdrawal, but after an opioid it tells of lost tolerance.
    risk = name == "last_use" and said is LastUse.LONGER and Group.OPIOID in groups_of(use)
    if said not in REASSURING[name] or risk:
        return use
    return replace(use, **{name: type(said)("not_sure") if not_sure else None})


@settings(max_examples=500, deadline=None)
@given(ANSWERS, st.sampled_from(["text", "klass"]))
def test_one_name_less(answers: Answers, name: str) -> None:
    """To leave out the name of something harmless or unclear, where anything else is told of it, calms nothing."""
    uses = tuple(_nameless(use, name) for use in answers.uses)
    assert calmer(assess(answers), assess(replace(answers, uses=uses))) == []


def _nameless(use: Use, name: str) -> Use:
    if replace(use, text="", klass=None) == Use():
        return use
    if name == "text":
        return replace(use, text="") if use.text in ("weed", "zorbex", "vitamins", "my pills", "water") else use
    return replace(use, klass=None) if group_of(use.klass) in (Group.MILDER, Group.TREATMENT) else use


@settings(max_examples=400, deadline=None)
@given(ANSWERS)
def test_a_plain_no_less(answers: Answers) -> None:
    def silent(part: object) -> object:
        return replace(part, **{name: None for name in part.__slots__ if getattr(part, name) is NO})  # type: ignore[attr-defined,type-var]  # slotted dataclasses

    quiet = replace(
        answers,
        history=silent(answers.history),  # type: ignore[arg-type]  # the same kind comes back
        suicide=silent(answers.suicide),  # type: ignore[arg-type]  # the same
        danger_now=None if answers.danger_now is NO else answers.danger_now,
        being_hurt=None if answers.being_hurt is NO else answers.being_hurt,
        symptoms=tuple(symptom for symptom in answers.symptoms if symptom is not Symptom.NONE),
    )
    assert calmer(assess(answers), assess(quiet)) == []
