"""What triage says about forty callers, and what it may never do."""

from dataclasses import replace

import pytest
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
    Relation,
    Said,
    SuicideScreen,
    Symptom,
    Use,
)
from intake.inquiries.substance_words import GROUPS, LETHAL_WITHDRAWAL, Group, read
from intake.inquiries.triage import CONDITIONS, Care, Triage, Urgency, assess, rules

YES, NO, NOT_SURE = Said.YES, Said.NO, Said.NOT_SURE
DANGER, TODAY, SOON, ROUTINE = Urgency
WM, ED, OPIOID_MEDICATION = Care.WITHDRAWAL_MEDICAL_24H, Care.EMERGENCY_DEPARTMENT, Care.OPIOID_MEDICATION
ASKED = SuicideScreen(NO, NO, NO, NO)


def use(text: str, **kw: object) -> Use:
    return Use(text=text, **kw)  # type: ignore[arg-type]  # a test's shorthand


def told(*uses: Use, **kw: object) -> Answers:
    return Answers(uses=uses, suicide=kw.pop("suicide", ASKED), **kw)  # type: ignore[arg-type]  # the same


STOPPED = {"stopped": YES, "last_use": LastUse.YESTERDAY, "how_often": Frequency.DAILY}
STEADY = {"stopped": NO, "last_use": LastUse.TODAY, "how_often": Frequency.DAILY}
SELDOM = {"stopped": YES, "last_use": LastUse.YESTERDAY, "how_often": Frequency.LESS}
RARELY = {"stopped": NO, "last_use": LastUse.TODAY, "how_often": Frequency.LESS}
MOTHERS_STORY = told(
    use("clonazepam", **STOPPED),
    use("alcohol", **STOPPED),
    for_whom=ForWhom.SOMEONE_ELSE,
    relation=Relation.PARENT,
    person=Person(age=27),
)

CASES = [
    ("nothing told", Answers(), SOON, "nothing_told", Care.ASSESSMENT),
    ("cannabis", told(use("weed")), ROUTINE, "no_rule_raised", Care.OUTPATIENT),
    ("cannabis as a class", told(use("something green", klass="cannabis")), ROUTINE, "no_rule_raised", None),
    ("nicotine", told(use("cigarettes")), ROUTINE, "no_rule_raised", None),
    ("unknown name", told(use("zorbex")), SOON, "substance_unclear", Care.ASSESSMENT),
    ("unknown class", told(use("weed", klass="new thing")), SOON, "substance_unclear", None),
    ("unknown and stopped", told(use("zorbex", **STOPPED)), TODAY, "unknown_stopped", None),
    ("slang, harmless or not", told(use("boy")), SOON, "substance_unclear", OPIOID_MEDICATION),
    ("weed and something", told(use("weed and zorbex")), SOON, "substance_unclear", None),
    ("clonazepam, nothing known", told(use("clonazepam")), TODAY, "benzodiazepine_withdrawal", WM),
    ("clonazepam, steady", told(use("clonazepam", **STEADY)), SOON, "benzodiazepine", None),
    ("clonazepam, stopped", told(use("clonazepam", **STOPPED)), TODAY, "benzodiazepine_withdrawal", WM),
    ("clonazepam, long ago", told(use("clonazepam", last_use=LastUse.LONGER)), SOON, "benzodiazepine", None),
    ("slang for alprazolam", told(use("bars", **STOPPED)), TODAY, "benzodiazepine_withdrawal", WM),
    ("class picked", told(use("my pills", klass="benzodiazepine")), TODAY, "benzodiazepine_withdrawal", WM),
    ("zolpidem stopped", told(use("ambien", **STOPPED)), TODAY, "z_drug_withdrawal", WM),
    ("alcohol now and then", told(use("beer", **RARELY)), SOON, "alcohol", Care.OUTPATIENT),
    ("alcohol stopped", told(use("vodka", **STOPPED)), TODAY, "alcohol_withdrawal", WM),
    (
        "days without, says not stopped",
        told(use("vodka", last_use=LastUse.DAYS_2_3, stopped=NO)),
        TODAY,
        "alcohol_withdrawal",
        WM,
    ),
    (
        "alcohol, past seizure",
        told(use("vodka", **STOPPED), history=History(seizure=YES)),
        DANGER,
        "withdrawal_past_seizure",
        ED,
    ),
    (
        "alcohol, past delirium",
        told(use("vodka", **STOPPED), history=History(delirium=YES)),
        DANGER,
        "withdrawal_past_delirium",
        ED,
    ),
    (
        "alcohol, past seizure, steady",
        told(use("vodka", **STEADY), history=History(seizure=YES)),
        TODAY,
        "withdrawal_seizure_history",
        WM,
    ),
    ("alcohol at 70", told(use("wine", **STEADY), person=Person(age=70)), TODAY, "withdrawal_age_65", WM),
    (
        "alcohol, shaking",
        told(use("wine", **STEADY), symptoms=(Symptom.SHAKING,)),
        TODAY,
        "withdrawal_started",
        WM,
    ),
    (
        "alcohol, seeing things",
        told(use("wine", **STEADY), symptoms=(Symptom.SEEING_THINGS,)),
        DANGER,
        "withdrawal_delirium",
        ED,
    ),
    ("barbiturate", told(use("fioricet", **STOPPED)), TODAY, "barbiturate_withdrawal", WM),
    ("GHB", told(use("GHB", **STOPPED)), TODAY, "ghb_withdrawal", WM),
    ("GBL", told(use("gbl", **STOPPED)), TODAY, "ghb_withdrawal", WM),
    ("baclofen", told(use("baclofen", **STOPPED)), TODAY, "baclofen_phenibut_withdrawal", WM),
    ("phenibut", told(use("phenibut", **STOPPED)), TODAY, "baclofen_phenibut_withdrawal", WM),
    ("carisoprodol", told(use("soma", **STOPPED)), TODAY, "other_sedative_withdrawal", WM),
    (
        "gabapentin stopped",
        told(use("gabapentin", **STOPPED)),
        TODAY,
        "gabapentinoid_withdrawal",
        Care.WITHDRAWAL_AMBULATORY,
    ),
    (
        "benzodiazepine and alcohol",
        told(use("xanax", **STEADY), use("beer", **STEADY)),
        TODAY,
        "benzodiazepine_combined",
        WM,
    ),
    (
        "both stopped",
        told(use("xanax", **STOPPED), use("beer", **STOPPED)),
        DANGER,
        "withdrawal_combined",
        ED,
    ),
    (
        "benzodiazepine and opioid",
        told(use("xanax", **STOPPED), use("fentanyl")),
        DANGER,
        "opioid_with_sedative",
        OPIOID_MEDICATION,
    ),
    ("mixed in one line", told(use("vodka and xanax", **STOPPED)), DANGER, "withdrawal_combined", ED),
    ("taken with", told(use("xanax", used_with="beer", **STOPPED)), DANGER, "withdrawal_combined", ED),
    ("heroin", told(use("heroin", **STEADY)), SOON, "opioid", OPIOID_MEDICATION),
    (
        "heroin after jail",
        told(use("heroin", **STEADY), history=History(break_in_use=YES)),
        TODAY,
        "tolerance_lost",
        OPIOID_MEDICATION,
    ),
    (
        "heroin, weeks ago",
        told(use("heroin", last_use=LastUse.WEEKS_1_4)),
        TODAY,
        "tolerance_lost",
        OPIOID_MEDICATION,
    ),
    (
        "heroin, overdose before",
        told(use("heroin", **STEADY), history=History(overdose=YES)),
        TODAY,
        "overdose_before",
        OPIOID_MEDICATION,
    ),
    (
        "opioid in pregnancy",
        told(use("oxycodone", **STEADY), person=Person(pregnant=YES)),
        TODAY,
        "opioid_pregnant",
        OPIOID_MEDICATION,
    ),
    ("kratom", told(use("kratom")), SOON, "opioid", OPIOID_MEDICATION),
    ("cannot wake", told(use("heroin"), symptoms=(Symptom.CANNOT_WAKE,)), DANGER, "cannot_wake", ED),
    (
        "slow breathing, nothing else",
        Answers(symptoms=(Symptom.SLOW_BREATHING,)),
        DANGER,
        "slow_breathing",
        ED,
    ),
    ("seizure now", told(use("weed"), symptoms=(Symptom.SEIZURE,)), DANGER, "seizure_now", ED),
    (
        "cocaine and chest pain",
        told(use("cocaine"), symptoms=(Symptom.CHEST_PAIN,)),
        DANGER,
        "chest_pain",
        ED,
    ),
    ("meth and fever", told(use("meth"), symptoms=(Symptom.FEVER,)), DANGER, "stimulant_poisoning", ED),
    ("meth", told(use("meth")), SOON, "stimulant", Care.INTENSIVE_OUTPATIENT),
    (
        "wished dead",
        told(use("weed"), suicide=SuicideScreen(YES, NO, NO, NO, NO)),
        TODAY,
        "suicide_thoughts",
        None,
    ),
    (
        "suicide now",
        told(use("weed"), suicide=SuicideScreen(NO, NO, YES, NO, YES)),
        DANGER,
        "suicide_now",
        ED,
    ),
    (
        "thoughts, now left open",
        told(use("weed"), suicide=SuicideScreen(NO, NO, YES, NO)),
        DANGER,
        "suicide_now",
        ED,
    ),
    (
        "suicide now, not sure",
        told(use("weed"), suicide=SuicideScreen(right_now=NOT_SURE)),
        DANGER,
        "suicide_now",
        ED,
    ),
    ("a plan", told(use("weed"), suicide=SuicideScreen(plan_or_means=YES)), DANGER, "suicide_plan", ED),
    ("says danger", told(use("weed"), danger_now=YES), DANGER, "said_danger", ED),
    ("being hurt", told(use("weed"), being_hurt=YES), TODAY, "being_hurt", None),
    ("sixteen", told(use("weed"), person=Person(age=16)), SOON, "under_18", None),
    ("stopped, so now less often", told(use("vodka", **SELDOM)), TODAY, "alcohol_withdrawal", WM),
    (
        "now and then, not asked if stopped",
        told(use("vodka", how_often=Frequency.LESS)),
        TODAY,
        "alcohol_withdrawal",
        WM,
    ),
    (
        "seldom but for years",
        told(use("vodka", stopped=NO, how_often=Frequency.LESS, how_long=HowLong.YEARS)),
        TODAY,
        "alcohol_withdrawal",
        WM,
    ),
    (
        "seldom but a bottle a day",
        told(use("vodka", stopped=NO, how_often=Frequency.WEEKLY, amount="una botella al día")),
        TODAY,
        "alcohol_withdrawal",
        WM,
    ),
    (
        "weekly but weeks ago",
        told(use("vodka", stopped=NO, how_often=Frequency.WEEKLY, last_use=LastUse.WEEKS_1_4)),
        TODAY,
        "alcohol_withdrawal",
        WM,
    ),
    ("seldom, not stopped", told(use("vodka", stopped=NO, how_often=Frequency.WEEKLY)), SOON, "alcohol", None),
    (
        "bud light, past seizure",
        told(use("Bud Light", **STOPPED), history=History(seizure=YES)),
        DANGER,
        "withdrawal_past_seizure",
        ED,
    ),
    (
        "slang, past seizure",
        told(use("lemons", **STOPPED), history=History(seizure=YES)),
        DANGER,
        "withdrawal_past_seizure",
        ED,
    ),
    ("unknown stopped looks for a bed", told(use("zorbex", **STOPPED)), TODAY, "unknown_stopped", WM),
    ("a blank name", told(use("", **STOPPED)), TODAY, "unknown_stopped", WM),
    ("a blank name with weed", told(use("", used_with="weed", **STOPPED)), TODAY, "unknown_stopped", WM),
    ("weed, seeing things", told(use("weed"), symptoms=(Symptom.SEEING_THINGS,)), DANGER, "delirium_signs", ED),
    ("weed, confused", told(use("weed"), symptoms=(Symptom.CONFUSION,)), DANGER, "delirium_signs", ED),
    ("meth, past seizure", told(use("meth"), history=History(seizure=YES)), TODAY, "seizure_history", None),
    ("tranq dope stopped", told(use("tranq dope", **STOPPED)), TODAY, "adulterant_stopped", WM),
    (
        "xylazine, vomiting",
        told(use("xylazine", **STOPPED), symptoms=(Symptom.VOMITING,)),
        DANGER,
        "adulterant_withdrawal",
        ED,
    ),
    (
        "wished dead, now left open",
        told(use("weed"), suicide=SuicideScreen(YES, NO, NO, NO)),
        DANGER,
        "suicide_now",
        ED,
    ),
    ("tried once, now left open", told(use("weed"), suicide=SuicideScreen(NO, NO, NO, YES)), DANGER, "suicide_now", ED),
    ("the mother's story", MOTHERS_STORY, DANGER, "withdrawal_combined", WM),
]


@pytest.mark.parametrize(("answers", "urgency", "code", "care"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_caller(answers: Answers, urgency: Urgency, code: str, care: Care | None) -> None:
    triage = assess(answers)
    assert (triage.urgency, code in {reason.code for reason in triage.reasons}) == (urgency, True), triage.reasons
    assert care is None or care in triage.care
    assert triage.reasons == tuple(sorted(triage.reasons, key=lambda reason: reason.urgency))


def test_the_mother_is_told_what_to_do_and_never_to_stop_at_home() -> None:
    triage = assess(MOTHERS_STORY)
    words = " ".join(action.words for action in triage.now)
    assert triage.care[:2] == (ED, WM)
    assert Care.WITHDRAWAL_AMBULATORY not in triage.care
    assert Care.OUTPATIENT not in triage.care
    assert Care.FAMILY_SUPPORT in triage.care
    assert "Do not make them stop suddenly" in words
    assert "emergency department today" in words
    assert assess(replace(MOTHERS_STORY, for_whom=ForWhom.SELF)).now[0].words.startswith("Go to an emergency")


@pytest.mark.parametrize("answers", [Answers(), told(use("zorbex")), told(use("lemons"))])
def test_who_names_nothing_clear_is_told_not_to_stop_suddenly(answers: Answers) -> None:
    assert "do_not_stop_suddenly" in {action.code for action in assess(answers).now}


def test_whoever_must_go_to_an_emergency_department_does_not_drive() -> None:
    for whom, words in ((ForWhom.SELF, "Do not drive yourself"), (ForWhom.SOMEONE_ELSE, "They must not drive")):
        now = assess(replace(MOTHERS_STORY, for_whom=whom)).now
        assert any(words in action.words and "call 911" in action.words for action in now)


def test_naloxone_is_given_twice_and_an_attempt_begun_is_for_911() -> None:
    other = assess(told(use("heroin"), symptoms=(Symptom.BLUE_LIPS,), for_whom=ForWhom.SOMEONE_ELSE)).now
    assert any("second dose" in action.words and "rescue breaths" in action.words for action in other)
    alone = assess(told(suicide=SuicideScreen(right_now=YES))).now
    assert "already taken something" in alone[0].words


def test_overdose_now_leads_to_911_and_naloxone_first() -> None:
    now = assess(told(use("heroin"), symptoms=(Symptom.BLUE_LIPS,), for_whom=ForWhom.SOMEONE_ELSE)).now
    assert [action.code for action in now[:2]] == ["call_911", "give_naloxone"]


def test_suicide_leads_to_988() -> None:
    now = assess(told(suicide=SuicideScreen(right_now=YES))).now
    assert (now[0].code, now[0].phone) == ("call_988", "988")


def test_every_rule_has_words_a_source_and_a_date() -> None:
    table = rules()
    assert {code for code, _ in CONDITIONS} | {"no_rule_raised"} == set(table["reasons"])
    for row in table["reasons"].values():
        assert row["words"]
        assert table["sources"][row["source"]]["date"]
        assert set(row["now"]) <= set(table["actions"])
        assert set(row["care"]) <= set(Care)
        assert row["urgency"].upper() in Urgency.__members__
    assert all(row["source"] in table["sources"] and row["other"] for row in table["actions"].values())


def test_triage_travels_as_json() -> None:
    triage = assess(MOTHERS_STORY)
    assert Triage.from_json(triage.to_json()) == triage
    assert Triage.from_json({"urgency": "??"}).urgency is SOON


SAID = st.sampled_from([None, *Said])
USES = st.builds(
    Use,
    text=st.sampled_from(["clonazepam", "beer", "weed", "heroin", "boy", "zorbex", "cocaine", "", "soma"]),
    klass=st.sampled_from([None, *GROUPS, "unheard of"]),
    how_often=st.sampled_from([None, *Frequency]),
    last_use=st.sampled_from([None, *LastUse]),
    stopped=SAID,
    used_with=st.sampled_from(["", "vodka", "weed", "blorp"]),
)
ANSWERS = st.builds(
    Answers,
    for_whom=st.sampled_from([None, *ForWhom]),
    uses=st.lists(USES, min_size=1, max_size=3).map(tuple),
    symptoms=st.lists(st.sampled_from(Symptom), max_size=2, unique=True).map(tuple),
    history=st.builds(History, SAID, SAID, SAID, SAID),
    person=st.builds(Person, age=st.sampled_from([None, 16, 30, 70]), pregnant=SAID),
    suicide=st.builds(SuicideScreen, SAID, SAID, SAID, SAID, SAID, SAID, SAID),
    danger_now=SAID,
    being_hurt=SAID,
)
RISKS = st.sampled_from(
    [
        lambda a: replace(a, danger_now=YES),
        lambda a: replace(a, being_hurt=YES),
        lambda a: replace(a, person=replace(a.person, pregnant=YES)),
        lambda a: replace(a, person=replace(a.person, age=80)),
        lambda a: replace(a, history=History(YES, YES, YES, YES)),
        lambda a: replace(a, history=replace(a.history, seizure=YES)),
        lambda a: replace(a, suicide=replace(a.suicide, right_now=YES)),
        lambda a: replace(a, suicide=replace(a.suicide, ever_tried=YES)),
        lambda a: replace(a, suicide=replace(a.suicide, plan_or_means=YES)),
        lambda a: replace(a, uses=(*a.uses, Use(text="clonazepam"))),
        lambda a: replace(a, uses=(*a.uses, Use(text="whatever"))),
        lambda a: replace(a, uses=(*a.uses, Use(klass="opioid", stopped=YES))),
        lambda a: replace(a, uses=tuple(replace(u, how_often=Frequency.DAILY) for u in a.uses)),
        *(lambda a, s=s: replace(a, symptoms=(*a.symptoms, s)) for s in Symptom),
    ]
)


@settings(max_examples=300, deadline=None)
@given(ANSWERS, RISKS)
def test_one_more_risk_never_lowers_urgency(answers: Answers, risk) -> None:  # type: ignore[no-untyped-def]  # a lambda
    # "under 18" is a reason of its own, so growing old is compared with no age at all.
    base = replace(answers, person=replace(answers.person, age=None))
    assert assess(risk(base)).urgency <= assess(base).urgency


REASSURING = [
    {"how_often": Frequency.WEEKLY},
    {"how_often": Frequency.LESS},
    {"last_use": LastUse.LONGER},
    {"stopped": NO},
]


@settings(max_examples=300, deadline=None)
@given(ANSWERS, st.sampled_from(REASSURING), st.booleans())
def test_not_knowing_is_never_calmer_than_a_reassuring_answer(answers: Answers, calm: dict, not_sure: bool) -> None:  # type: ignore[type-arg]  # values differ
    (name, value), *_ = calm.items()
    known = replace(answers, uses=tuple(replace(u, **{name: value}) for u in answers.uses))
    unknown_value = type(value)("not_sure") if not_sure else None
    unknown = replace(answers, uses=tuple(replace(u, **{name: unknown_value}) for u in answers.uses))
    if name != "last_use" or not any(
        Group.OPIOID in read(u.text) or u.klass in ("opioid", "opioid-like") for u in answers.uses
    ):
        assert assess(unknown).urgency <= assess(known).urgency


@settings(deadline=None)
@given(st.sampled_from(sorted(GROUPS)), ANSWERS)
def test_a_lethal_withdrawal_with_nothing_else_known_is_never_below_today(klass: str, answers: Answers) -> None:
    alone = assess(Answers(uses=(Use(klass=klass),))).urgency
    beside = assess(replace(answers, uses=(*answers.uses, Use(klass=klass)))).urgency
    assert alone <= TODAY if GROUPS[klass] in LETHAL_WITHDRAWAL else alone >= SOON
    assert beside <= max(alone, SOON) or alone == ROUTINE


@settings(deadline=None)
@given(st.text(max_size=60))
def test_words_nobody_knows_are_asked_about_and_never_routine(text: str) -> None:
    groups = read(text)
    assert bool(groups) == bool(text.split())
    if Group.UNKNOWN in groups:
        assert assess(told(Use(text=text))).urgency < ROUTINE
