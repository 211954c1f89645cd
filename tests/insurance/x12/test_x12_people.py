"""What a summary leaves to ask, whom to call, what changed since an earlier one, and the way back to each segment."""

from __future__ import annotations

from datetime import date

import pytest

from intake.insurance.x12.comparing import compare, matters
from intake.insurance.x12.script import QUESTIONS, YES_OR_NO, script, stated
from intake.insurance.x12.tracing import trace
from tests.insurance.x12.asking import sample
from tests.insurance.x12.test_x12_summary import FULL, meaning, of_lines

LEVELS = {key for key in QUESTIONS if key.startswith("level.")}
CARE = ("EB*1**30", "EB*1**AI")


def open_keys(*lines: str) -> set[str]:
    return {question.key.removeprefix("ask.") for question in script(of_lines(*lines))}


def test_without_an_answer_everything_is_asked_and_of_an_ended_plan_nothing() -> None:
    assert {q.key for q in script(None)} == {f"ask.{key}" for key in QUESTIONS}
    assert open_keys("EB*6**30") == set()
    assert open_keys("EB*1**30") == set(QUESTIONS) - {"active"}


def test_each_stated_fact_takes_its_question_away_and_no_other() -> None:
    base = open_keys(*CARE)
    assert base == set(QUESTIONS) - {"active", "substance_use"}
    takes = {
        ("EB*C*IND*30***29*100",): {"deductible"},
        ("EB*C*IND*30***23*100",): set(),
        ("EB*B*IND*AI***27*40*****Y",): {"cost"},
        ("EB*A*IND*AI*****.4****N",): {"cost", "out_of_network"},
        ("EB*A*IND*AI*****.4****N", "MSG*PAID AT 150 PERCENT OF MEDICARE"): {
            "cost", "out_of_network", "out_of_network_basis",
        },
        ("EB*1**CJ",): {"level.outpatient"},
        ("EB*D**AI********Y",): {"authorisation"},
        ("EB*D**AI********N",): {"authorisation", "authorisation_number"},
        ("EB*D**AI********U",): set(),
        ("EB*F**AI***23***DY*60",): {"limits"},
        ("EB*F**AI",): set(),
        ("EB*U**AI", "LS*2120", "NM1*VN*2*OTHER CO", "LE*2120"): {"carve_out"},
        ("EB*B*IND*MH***27*25*****N",): set(),
    }  # fmt: skip
    assert {lines: base - open_keys(*CARE, *lines) for lines in takes} == takes


def test_naming_whom_to_ask_about_a_kind_of_care_is_no_answer_about_it() -> None:
    summary = of_lines("EB*1**30", "EB*1**MH", "EB*U**AI", "LS*2120", "NM1*VN*2*OTHER CO", "LE*2120")
    assert (summary.answered, "AI" in summary.unanswered) == (("30", "MH"), True)


def test_what_is_refused_as_a_whole_leaves_only_the_other_company_to_ask_for() -> None:
    assert open_keys("EB*1**30", "EB*I**AI") == {"carve_out"}


def test_the_full_answer_leaves_the_levels_of_care_to_a_call() -> None:
    summary = meaning("271_sud_full_60eb.edi", trace=FULL.trace)
    left = {question.key.removeprefix("ask.") for question in script(summary)}
    assert left == (LEVELS - {"level.outpatient"}) | {"authorisation_number"}
    assert summary.to_ask == script(summary)
    assert [(n.name, n.role, n.telephone) for n in summary.numbers] == [
        ("EXAMPLE HEALTH PLAN", "payer", "8005550100"),
        ("EXAMPLE BEHAVIORAL", "vendor", "8005550111"),
    ]
    answers = {s.key: s.said for s in stated(summary)}
    assert answers == {"active": "yes", "substance_use": "yes", "level.outpatient": "yes", "authorisation": "yes",
                       "carve_out": "yes"}  # fmt: skip
    assert set(answers) <= YES_OR_NO


def test_a_number_to_approve_care_is_found_and_the_doctors_is_not_the_plans() -> None:
    review = ("LS*2120", "NM1*X3*2*CARE REVIEW", "PER*IC*AUTHORIZATIONS*TE*8005550111", "LE*2120")
    doctor = ("EB*L", "LS*2120", "NM1*P3*1*JONES*MARCUS", "PER*IC**TE*8005550122", "LE*2120")
    summary = of_lines(*CARE, "EB*D**AI********Y", *review, "EB*D**CJ********Y", *review, *doctor)
    assert [(n.role, n.telephone, n.service_types) for n in summary.numbers if n.role != "payer"] == [
        ("review", "8005550111", ("AI", "CJ"))
    ]
    assert "ask.authorisation_number" not in {q.key for q in script(summary)}


def test_every_traced_line_is_the_segment_of_that_number_in_the_message() -> None:
    segments = sample("271_sud_full_60eb.edi").decode().replace("\n", "").split("~")
    traced = trace(meaning("271_sud_full_60eb.edi", trace=FULL.trace))
    assert len(traced) > 50
    for line in traced:
        assert segments[line.at - 1] == line.segment
        assert line.facts
    [deductible] = [line for line in traced if line.segment == "EB*C*IND*30***29*1812.44*****Y"]
    assert deductible.facts == ("Individual in-network deductible: $1,812.44 left", "ACCUMULATOR AS OF 02/28/2026")


def test_what_changed_since_is_told_by_line_whatever_their_order() -> None:
    before = of_lines(
        *CARE, "EB*C*IND*30***29*1812.44*****Y", "EB*C*IND*30***29*300*****N", "EB*B*IND*AI***27*40*****Y"
    )
    after = of_lines(
        "EB*C*IND*30***29*900.50*****Y", "EB*1**30", "EB*1**AI", "EB*B*IND*AI***27*40.00*****Y",
        "EB*F**AI***23***DY*60", on=date(2026, 3, 2),
    )  # fmt: skip
    told = [(line.how, line.fact.kind, line.before and line.before.value, line.after and line.after.value)
            for line in compare(before, after) if line.how != "same"]  # fmt: skip
    assert told == [
        ("changed", "money", "1812.44", "900.5"),
        ("new", "limit", None, "60"),
        ("gone", "money", "300", None),
    ]
    assert {line.how for line in compare(before, before)} == {"same"}


def test_a_plan_that_ended_since_and_the_one_that_follows_are_two_lines() -> None:
    lines = compare(of_lines("EB*1**30*HM*OLD HMO"), of_lines("EB*6**30*HM*OLD HMO", "EB*1**30*PR*NEW PPO"))
    status = [(line.how, line.fact.plan, line.fact.value) for line in lines if line.fact.kind == "status"]
    assert status == [("changed", "OLD HMO", "not_covered"), ("new", "NEW PPO", "covered")]


BRONZE = ("EB*1**30*PR*BRONZE PPO", "REF*6P*0098765", "EB*1**AI*PR*BRONZE PPO", "EB*B**AI*PR*BRONZE PPO*27*40")
BRONZE_PLUS = tuple(line.replace("BRONZE PPO", "BRONZE PLUS") for line in BRONZE)


def test_a_plan_that_was_only_renamed_is_one_plan_and_no_news() -> None:
    told = [line for line in compare(of_lines(*BRONZE), of_lines(*BRONZE_PLUS)) if line.how != "same"]
    assert [(line.how, line.fact.kind, line.before and line.before.value) for line in told] == [
        ("changed", "name", "BRONZE PPO")
    ]
    assert not matters(of_lines(*BRONZE), of_lines(*BRONZE_PLUS))


@pytest.mark.parametrize(
    "after",
    [
        tuple(line.replace("*PR*", "*HM*") for line in BRONZE_PLUS),
        tuple(line.replace("0098765", "11") for line in BRONZE_PLUS),
        (*BRONZE_PLUS, "EB*1**30*PR*SILVER PPO"),
    ],
    ids=["another kind", "another group", "two that could be meant"],
)
def test_another_plan_in_its_place_is_news(after: tuple[str, ...]) -> None:
    assert matters(of_lines(*BRONZE), of_lines(*after))
