"""The person's share of a stay: worked out by hand for the sandbox's plan, and never narrower than what was stated."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.inquiries.triage import Care
from intake.insurance.x12 import EligibilityInquiry, Payer, Person, Provider, read_reply, summarise
from intake.insurance.x12.summary import Summary
from intake.matching.cost import Range, Stay, share

DATA = Path(__file__).parents[1] / "data" / "x12"
HEAD = """ISA*00*          *00*          *ZZ*PAYER          *ZZ*HELPLINE       *260301*1203*^*00501*000000907*0*P*:~
GS*HB*PAYER*HELPLINE*20260301*1203*907*X*005010X279A1~ST*271*0001*005010X279A1~
BHT*0022*11*HL-1*20260301*1203~HL*1**20*1~NM1*PR*2*PLAN*****PI*99901~
HL*2*1*21*1~NM1*1P*2*HELPLINE*****XX*1234567893~HL*3*2*22*0~TRN*2*HL-1*9HELPLINE~
NM1*IL*1*DOE*JANE****MI*XYZ1~"""
ASKED = EligibilityInquiry(
    payer=Payer("Plan", "99901"),
    provider=Provider("Helpline", "1234567893"),
    member_id="XYZ1",
    subscriber=Person("Doe", "Jane", birth_date=date(1985, 4, 12)),
    trace="HL-1",
    service_types=("30", "AI"),
)
ACTIVE = "EB*1*IND*30*PR*PPO"
DEDUCTIBLE, MOST = "EB*C*IND*30*PR*PPO*29*1812.44*****Y", "EB*G*IND*30*PR*PPO*29*5321.07*****Y"
ALL_OF_IT = "EB*C*IND*30*PR*PPO*23*2500*****Y"
OUT = "EB*C*IND*30*PR*PPO*29*3624.88*****N"
SERVICES = "EB*1**AI^CI^CJ"
COINSURANCE, OUT_COINSURANCE = "EB*A*IND*AI*****.2***Y*Y", "EB*A*IND*AI*****.4***Y*N"
FULL = (ACTIVE, DEDUCTIBLE, MOST, OUT, SERVICES, COINSURANCE, OUT_COINSURANCE)


def answered(*benefits: str) -> Summary:
    body = HEAD.replace("\n", "") + "".join(f"{each}~" for each in benefits)
    text = f"{body}SE*{len(benefits) + 9}*0001~GE*1*907~IEA*1*000000907~"
    return summarise(read_reply(text.encode()), asked=ASKED, on=date(2026, 3, 1))


def dollars(low: str, high: str | None) -> Range:
    return Range(Decimal(low), None if high is None else Decimal(high))


@pytest.mark.parametrize(
    ("benefits", "network", "price", "expected"),
    [
        (FULL, "in", "12000", dollars("3849.95", "3849.95")),  # 1,812.44 + 20 % of 10,187.56
        (FULL, "in", "40000", dollars("5321.07", "5321.07")),  # the maximum that is left
        (FULL, "in", "900", dollars("900", "900")),  # all of it below the deductible
        (FULL, "out", "12000", dollars("6974.93", "6974.93")),  # 3,624.88 + 40 % of 8,375.12, no maximum stated
        (FULL, "in", None, dollars("1812.44", "5321.07")),
        (FULL, "out", None, dollars("3624.88", None)),
        ((ACTIVE, MOST, SERVICES), "in", "12000", dollars("0", "5321.07")),  # nothing but the maximum is stated
        ((ACTIVE, SERVICES), "in", "12000", dollars("0", "12000")),
        ((ACTIVE, SERVICES), "in", None, dollars("0", None)),
        (
            (ACTIVE, "EB*C*IND*30*PR*PPO*23*2500*****Y", MOST, SERVICES, COINSURANCE),
            "in",
            "12000",
            dollars("2400", "4400"),
        ),
        ((*FULL, "EB*B*IND*CI***36*500*****Y"), "in", "12000", dollars("500", "4349.95")),
        ((*FULL, "EB*B*IND*CI***7*50*****Y"), "in", "12000", dollars("500", "4349.95")),  # ten days
        ((*FULL, "EB*B*IND*CI****50*****Y"), "in", "12000", dollars("50", "4349.95")),  # once, or every day
    ],
)
def test_worked_out_by_hand(benefits: tuple[str, ...], network: str, price: str | None, expected: Range) -> None:
    stay = Stay(Care.WITHDRAWAL_MEDICAL_24H, 10, Decimal(price) if price else None)
    assert share(answered(*benefits), stay, network).range == expected


def test_it_says_what_it_rests_on_and_what_the_plan_left_out() -> None:
    known = share(answered(*FULL), Stay(Care.RESIDENTIAL, 28, Decimal(20000)), "in")
    assert known.words == "If in the plan's network: $5,321.07."
    assert known.assumptions[0].startswith("An estimate, not a guarantee")
    assert "Worked out for a price of $20,000 for 28 days, as typed in." in known.assumptions
    bare = share(answered(ACTIVE, SERVICES), Stay(Care.RESIDENTIAL), "in")
    assert bare.words == "If in the plan's network: at least $0; the plan states no maximum."
    for missing in (
        "deductible was not stated.",
        "out-of-pocket maximum was not stated:",
        "coinsurance was not stated.",
    ):
        assert any(missing in each for each in bare.assumptions)


@pytest.mark.parametrize(
    ("benefits", "why"),
    [
        (("EB*6**30",), "not_active"),
        ((ACTIVE, "EB*I**AI^CI^CJ"), "not_covered"),
        ((ACTIVE, "EB*1*IND*30*HM*OTHER"), "several_plans"),
    ],
)
def test_where_nothing_can_be_estimated_the_reason_is_said(benefits: tuple[str, ...], why: str) -> None:
    found = share(answered(*benefits), Stay(Care.RESIDENTIAL, 28, Decimal(20000)), "in")
    assert (found.range, found.cannot) == (None, why)
    assert share(None, Stay(Care.RESIDENTIAL), "in").cannot == "no_answer"


@given(st.sets(st.integers(0, len(FULL) - 2)), st.integers(0, 60_000), st.sampled_from(["in", "out"]))
def test_leaving_a_figure_out_never_narrows_the_range(left_out: set[int], price: int, network: str) -> None:
    stay = Stay(Care.RESIDENTIAL, 10, Decimal(price))
    kept = [each for at, each in enumerate(FULL[1:]) if at not in left_out or each == SERVICES]
    whole, less = share(answered(*FULL), stay, network).range, share(answered(ACTIVE, *kept), stay, network).range
    assert whole is not None
    assert less is not None
    if MOST in kept:  # where none is stated, that is said in words
        assert less.low <= whole.low
    assert whole.high is not None
    assert less.high is None or less.high >= whole.high
    assert less.high is None or less.low <= less.high <= price


@pytest.mark.parametrize("path", sorted(DATA.glob("271*")), ids=lambda path: path.name)
def test_no_answer_of_a_real_plan_breaks_it(path: Path) -> None:
    summary = summarise(read_reply(path.read_bytes()), asked=ASKED, on=date(2026, 3, 1))
    for price in (None, Decimal(12000)):
        for network in ("in", "out"):
            found = share(summary, Stay(Care.RESIDENTIAL, 10, price), network)
            assert found.words
            assert found.range is None or found.range.high is None or found.range.low <= found.range.high
