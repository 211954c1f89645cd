"""What an answer is taken to mean: checked by hand on real and sandbox-shaped answers."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from intake.insurance.x12 import Coverage, Person, StepKind, Summary, read_reply, summarise
from tests.insurance.x12.asking import JANE, jane, sample

ON = date(2026, 3, 1)
COVERED, NOT_COVERED, NOT_STATED = Coverage.COVERED, Coverage.NOT_COVERED, Coverage.NOT_STATED
FULL = replace(JANE, trace="HL-20260301-000042")


def meaning(name: str, on: date = ON, **changes: object) -> Summary:
    """The summary of a sample as the answer to Jane's question, after a trip through JSON."""
    summary = summarise(read_reply(sample(name)), asked=jane(**changes), on=on)
    assert Summary.from_json(json.loads(json.dumps(summary.to_json()))) == summary
    assert json.loads(summary.to_text()) == summary.to_json()
    return summary


def of_lines(*benefits: str, on: date = ON) -> Summary:
    """The summary of a small answer with these EB (and following) segments."""
    head = sample("271_inactive_eb6.edi").decode().replace("\n", "").split("DTP*346")[0]
    body = head + "".join(f"{line}~" for line in benefits) + "SE*1*0042~GE*1*907~IEA*1*000000907~"
    return summarise(read_reply(body.encode()), asked=JANE, on=on)


def test_the_full_answer_in_three_values_and_plain_words() -> None:
    summary = meaning("271_sud_full_60eb.edi", trace=FULL.trace)
    assert (summary.coverage, summary.substance_use, summary.mental_health) == (COVERED,) * 3
    assert summary.next_step.kind is StepKind.NONE
    assert "about $1,812 of the in-network deductible" in summary.headline.words
    (plan,) = summary.plans
    assert (plan.name, plan.begins, plan.coverage) == ("OPEN ACCESS PLUS", date(2026, 1, 1), COVERED)
    addiction = plan.service("AI")
    assert addiction is not None
    shares = [(m.kind, m.network, m.percent or m.amount) for m in addiction.money]
    expected = [("coinsurance", "in", Decimal(".2")), ("coinsurance", "out", Decimal(".4"))]
    assert shares == [*expected, ("copay", "in", Decimal(45))]
    assert addiction.authorisation == "required"
    assert addiction.money[0].source.segment == "EB*A*IND*AI*****.2***Y*Y"
    assert {(s.kind, s.name) for s in summary.suggestions} == {
        ("carve_out", "EXAMPLE BEHAVIORAL"),
        ("other_payer", "OTHER EXAMPLE PAYER"),
    }
    hospital_day = plan.service("BB")
    assert hospital_day is not None
    assert hospital_day.coverage is NOT_STATED  # EB*1 lists it and EB*I refuses it


def test_an_ended_plan_is_not_active_and_an_answer_for_general_coverage_says_only_that() -> None:
    assert meaning("271_inactive_eb6.edi").coverage is NOT_COVERED
    general = meaning("271_multi_st_batch.edi", trace="HL-1")
    assert (general.coverage, general.substance_use) == (COVERED, NOT_STATED)
    assert general.headline.words.startswith("General coverage only")
    assert general.unanswered == ("MH", "AI")
    assert meaning("271_multi_st_batch.edi", trace="HL-2").coverage is NOT_COVERED
    third = meaning("271_multi_st_batch.edi", trace="HL-3")
    assert (third.coverage, third.next_step.kind) == (NOT_STATED, StepKind.ASK_A_PERSON)


@pytest.mark.parametrize(
    ("name", "kind", "fields"),
    [
        ("271_aaa_42R_2100C.edi", StepKind.TRY_AGAIN, ()),
        ("271_aaa_80R_2100A.edi", StepKind.TRY_AGAIN, ()),
        ("271_aaa_62_2100C.edi", StepKind.TRY_AGAIN, ("service_date",)),
        ("271_aaa_71_2100C.edi", StepKind.ASK_CALLER, ("birth_date",)),
        ("271_aaa_72_2100C.edi", StepKind.ASK_CALLER, ("member_id",)),
        ("271_aaa_73_2100C.edi", StepKind.ASK_CALLER, ("first_name", "last_name")),
        ("271_aaa_41_51_2100B.edi", StepKind.CONFIGURATION, ()),
        ("271_aaa_T4_2100A.edi", StepKind.CONFIGURATION, ("payer",)),
        ("bad_999_instead_of_271.edi", StepKind.CONFIGURATION, ()),
        ("bad_no_iea.edi", StepKind.TRY_AGAIN, ()),
        ("bad_html_error_page.txt", StepKind.TRY_AGAIN, ()),
    ],
)
def test_what_to_do_next_and_a_reject_is_never_not_covered(name: str, kind: StepKind, fields: tuple[str, ...]) -> None:
    summary = meaning(name)
    assert (summary.next_step.kind, summary.next_step.fields) == (kind, fields)
    assert summary.coverage is NOT_STATED
    assert "not active" not in summary.headline.words


def test_somebody_elses_answer_shows_nothing() -> None:
    wrong_trace = meaning("271_sud_full_60eb.edi", trace="HL-OTHER")
    stranger = Person("Roe", "Richard", birth_date=date(1970, 1, 1))
    wrong_person = meaning("271_sud_full_60eb.edi", trace=FULL.trace, subscriber=stranger)
    child = Person("Doe", "Sam", birth_date=date(2010, 1, 2))
    the_parent = meaning("271_sud_full_60eb.edi", trace=FULL.trace, dependent=child)
    for summary in (wrong_trace, wrong_person, the_parent):
        assert (summary.next_step.code, summary.coverage) == ("not_our_answer", NOT_STATED)
        assert (summary.plans, summary.notes, summary.identity.changed) == ((), (), ())


def test_two_plans_are_never_merged() -> None:
    summary = of_lines(
        "EB*1**30*MA*PART A", "EB*C**30*MA*PART A*26*100", "EB*6**30*HM*OLD HMO", "EB*C**30*HM*OLD HMO*23*900"
    )
    assert [(p.name, p.coverage, [m.amount for m in p.money]) for p in summary.plans] == [
        ("PART A", COVERED, [Decimal(100)]),
        ("OLD HMO", NOT_COVERED, [Decimal(900)]),
    ]


def test_active_but_ended_or_not_begun_on_the_day() -> None:
    lines = ("EB*1**30", "DTP*291*RD8*20260101-20260131")
    assert [of_lines(*lines, on=date(2026, m, 15)).coverage for m in (1, 2)] == [COVERED, NOT_COVERED]
    assert of_lines("EB*1**30", "DTP*346*D8*20260401").plans[0].reason == "not_begun"


def test_blank_is_not_zero_and_a_share_over_one_is_flagged() -> None:
    money = of_lines("EB*1**30", "EB*C*IND*30***23", "EB*C*IND*30***23*0", "EB*A*IND*30*****20").plans[0].money
    assert [(m.amount, m.percent, m.flag) for m in money] == [
        (None, None, "blank"),
        (Decimal(0), None, ""),
        (None, Decimal(20), "percent_over_one"),
    ]
    assert "cannot be a share" in money[2].words


def test_what_is_left_is_worked_out_only_from_one_matching_pair() -> None:
    pair = ("EB*1**30", "EB*C*IND*30***23*2000*****Y", "EB*C*IND*30***24*500*****Y")
    left = of_lines(*pair).plans[0].money[-1]
    assert (left.measure, left.amount, left.flag) == ("left", Decimal(1500), "derived")
    other_network = of_lines(*pair[:2], "EB*C*IND*30***24*500*****N").plans[0].money
    assert [m.flag for m in other_network] == ["", ""]


def test_contradiction_and_pending_are_not_stated() -> None:
    for lines in (("EB*1**30", "EB*6**30"), ("EB*5**30",), ("EB*7**30",), ("EB*D**30",)):
        summary = of_lines(*lines)
        assert (summary.coverage, summary.next_step.kind) == (NOT_STATED, StepKind.ASK_A_PERSON)


def test_excluded_and_out_of_network_only_are_different() -> None:
    excluded = of_lines("EB*1**30", "EB*I**AI")
    assert (excluded.coverage, excluded.substance_use) == (COVERED, NOT_COVERED)
    partly = of_lines("EB*1**30", "EB*I**AI*********N").plans[0].service("AI")
    assert partly is not None
    assert (partly.coverage, partly.reason) == (NOT_STATED, "out_of_network_only")
    cost_only = of_lines("EB*1**30", "EB*A**AI*****.2").plans[0].service("AI")
    assert cost_only is not None
    assert (cost_only.coverage, cost_only.reason) == (NOT_STATED, "cost_stated")


def test_a_note_is_neither_a_cost_nor_a_plan() -> None:
    summary = of_lines("EB*1**30*PR*CHOICE", "EB*D**AI", "MSG*ASK US", "EB*D***HM*Y")
    (plan,) = summary.plans
    addiction = plan.service("AI")
    assert addiction is not None
    assert (addiction.reason, addiction.messages, summary.substance_use) == ("mentioned", ("ASK US",), NOT_STATED)
    assert (plan.name, plan.insurance_type) == ("CHOICE", "PR")


def test_a_limit_keeps_its_figures_and_what_is_left_is_not_the_limit() -> None:
    service = of_lines(
        "EB*1**30", "EB*F**AI***32*25000", "EB*F**AI***29", "HSD*VS*18***23*1", "EB*F**AI", "HSD*VS*40***23*2"
    ).plans[0].service("AI")  # fmt: skip
    assert service is not None
    assert [(x.amount, x.quantity, x.measure, x.words) for x in service.limits] == [
        (Decimal(25000), None, "total", "$25,000 for a lifetime"),
        (None, Decimal(18), "left", "18 visits left"),
        (None, None, "total", "A limit in a form that is not read here; ask the plan"),
    ]


def test_the_day_asked_about_and_a_day_without_end_are_no_dates_of_the_plan() -> None:
    asked = of_lines("EB*1**30", "DTP*291*RD8*20250101-99991231").plans[0]
    assert (asked.begins, asked.ends) == (date(2025, 1, 1), None)
    assert meaning("own_figures.edi", trace="HL-51").plans[0].begins is None
    assert meaning("own_figures.edi", on=date(2026, 4, 1), trace="HL-51").plans[0].begins == ON
