"""Real 270s over real HTTP to the sandbox payer, read by our own reader."""

from __future__ import annotations

import asyncio
import uuid
from dataclasses import replace
from datetime import date

import pytest

from helpline.payers.models import RoadKind
from intake.insurance.clearinghouses import roads
from intake.insurance.clearinghouses.errors import FixConfiguration, OutcomeUnknown
from intake.insurance.clearinghouses.posting import open_client
from intake.insurance.clearinghouses.road import Road
from intake.insurance.sandbox.members import TABLE
from intake.insurance.x12 import EligibilityInquiry, Person, Reply, ReplyKind, read_reply, write_270
from intake.insurance.x12.summarising import summarise
from intake.insurance.x12.summary import Coverage, Summary
from tests.insurance.x12.asking import DANIEL, ENVELOPE


def post(road: Road, payload: bytes) -> bytes:
    """One question to the sandbox, in its own event loop and client."""

    async def go() -> bytes:
        async with open_client() as client:
            return await roads.BY_KIND[road.kind](road, payload, payload_id=str(uuid.uuid4()), client=client)

    return asyncio.run(go())


def about(member_id: str) -> EligibilityInquiry:
    """The question about one row of the sandbox's table, as printed on the card."""
    row = next(row for row in TABLE if row.member_id == member_id)
    return replace(DANIEL, member_id=member_id, subscriber=Person(row.last, row.first, birth_date=row.born))


def reply_about(road: Road, inquiry: EligibilityInquiry) -> Reply:
    return read_reply(post(road, write_270(inquiry, ENVELOPE)))


def rejects(reply: Reply) -> list[tuple[str, str]]:
    answer = reply.answers[0]
    found = [*answer.rejects, *(r for m in answer.members for r in m.rejects)]
    return [(reject.loop, reject.reason) for reject in found]


def test_daniel_is_active_with_substance_use_benefits_and_our_trace(road: Road) -> None:
    reply = reply_about(road, DANIEL)
    assert (reply.kind, reply.problems) == (ReplyKind.ELIGIBILITY, ())
    member = reply.answers[0].members[0]
    assert [(t.kind, t.number) for t in member.traces] == [("2", "HL-100")]
    assert len(member.benefits) >= 10
    left = [b.amount for b in member.benefits if (b.info, b.period, b.network) == ("C", "29", "Y")]
    assert [str(amount) for amount in left] == ["1812.44"]
    assert any("AI" in b.service_types and b.info == "1" for b in member.benefits)


@pytest.mark.parametrize(
    ("member_id", "expected"),
    [
        ("SBX100004", [("2100C", "72")]),
        ("SBX100005", [("2100C", "75")]),
        ("SBX100006", [("2100C", "73")]),
        ("SBX100007", [("2100C", "42")]),
        ("SBX100008", [("2100C", "71")]),
    ],
)
def test_scripted_rejects(road: Road, member_id: str, expected: list[tuple[str, str]]) -> None:
    assert rejects(reply_about(road, about(member_id))) == expected


def test_every_faulty_item_is_named(road: Road) -> None:
    wrong = replace(DANIEL, subscriber=Person("Rayes", "Daniel", birth_date=date(1996, 4, 13)))
    assert rejects(reply_about(road, wrong)) == [("2100C", "73"), ("2100C", "71")]
    assert rejects(reply_about(road, replace(DANIEL, member_id="SBX999999"))) == [("2100C", "75")]
    assert rejects(reply_about(road, replace(DANIEL, member_id="ABC999999"))) == [("2100C", "72")]


def test_an_unknown_payer_is_refused(road: Road) -> None:
    other = replace(DANIEL, payer=replace(DANIEL.payer, edi_id="99901"))
    assert rejects(reply_about(road, other)) == [("2100A", "79")]


def test_out_of_order_twice_then_an_answer(road: Road) -> None:
    question = replace(about("SBX100009"), trace=f"HL{uuid.uuid4().hex}")
    kinds = [rejects(reply_about(road, question)) for _ in range(3)]
    assert kinds == [[("2100C", "42")], [("2100C", "42")], []]


def test_a_dependent_is_answered_in_her_own_loop(road: Road) -> None:
    amara = Person("Okafor", "Amara", birth_date=date(2001, 8, 14))
    asked = replace(about("SBX100010"), dependent=amara)
    member = reply_about(road, asked).answers[0].members[1]
    assert member.is_dependent
    assert member.benefits[0].info == "1"
    assert member.traces[0].number == "HL-100"
    unknown = replace(asked, dependent=replace(amara, first_name="Ada"))
    assert rejects(reply_about(road, unknown)) == [("2100D", "67")]


@pytest.mark.parametrize("road", ["core_soap"], indirect=True)
def test_the_kinds_of_plans_are_told_apart(road: Road) -> None:
    on = date(2026, 3, 1)

    def told(member_id: str) -> Summary:
        return summarise(reply_about(road, about(member_id)), asked=about(member_id), on=on)

    assert told("SBX100023").coverage is Coverage.NOT_STATED
    two = told("SBX100024")
    assert [(plan.name, plan.coverage) for plan in two.plans] == [
        ("SANDBOX STANDARD HMO", Coverage.NOT_COVERED),
        ("SANDBOX CHOICE PPO", Coverage.COVERED),
    ]
    for member_id, kind in (
        ("SBX100025", "medicare_advantage"),
        ("SBX100011", "managed_care"),
        ("SBX100018", "carve_out"),
    ):
        assert kind in {each.kind for each in told(member_id).suggestions}
    self_funded = reply_about(road, about("SBX100026")).answers[0].members[0]
    assert any("SELF-FUNDED" in text for benefit in self_funded.benefits for text in benefit.messages)
    assert told("SBX100027").substance_use is Coverage.COVERED


def test_a_slow_plan_still_answers(road: Road) -> None:
    assert reply_about(road, about("SBX100012")).kind is ReplyKind.ELIGIBILITY


def test_a_cut_answer_is_incomplete(road: Road) -> None:
    assert reply_about(road, about("SBX100014")).kind is ReplyKind.INCOMPLETE


def test_garbage_and_silence_leave_the_outcome_unknown(road: Road) -> None:
    with pytest.raises(OutcomeUnknown, match="not an answer"):
        reply_about(road, about("SBX100013"))
    with pytest.raises(OutcomeUnknown, match="in time"):
        reply_about(replace(road, total_seconds=0.5), about("SBX100016"))


def test_a_broken_a_dripping_and_a_huge_answer_leave_the_outcome_unknown(road: Road) -> None:
    for member_id, said in (("SBX100019", "failed"), ("SBX100020", "in time"), ("SBX100021", "larger")):
        with pytest.raises(OutcomeUnknown, match=said):
            reply_about(replace(road, total_seconds=1), about(member_id))


def test_an_answer_sent_twice_is_one_answer_and_anothers_is_not_ours(road: Road) -> None:
    on = date(2026, 3, 1)
    twice, others = about("SBX100022"), about("SBX100015")
    assert summarise(reply_about(road, twice), asked=twice, on=on).coverage is Coverage.COVERED
    assert summarise(reply_about(road, others), asked=others, on=on).trace_matches is False


@pytest.mark.parametrize("road", ["core_mime", "core_soap"], indirect=True)
def test_a_bad_270_gets_a_999_and_a_strange_sender_a_ta1(road: Road) -> None:
    good = write_270(DANIEL, ENVELOPE)
    refused = read_reply(post(road, good.replace(b"EQ*30~EQ*MH~EQ*AI~", b"")))
    assert refused.kind is ReplyKind.ACKNOWLEDGEMENT
    assert not refused.acknowledgements[0].accepted
    strange = read_reply(post(replace(road, sender_id="SOMEBODY"), good))
    assert (strange.kind, strange.acknowledgements[0].note) == ("TA1", "006")


def test_a_wrong_password_is_our_configuration(road: Road) -> None:
    with pytest.raises(FixConfiguration, match="name or password"):
        post(replace(road, password="wrong"), write_270(DANIEL, ENVELOPE))


@pytest.mark.parametrize("road", ["json_api"], indirect=True)
def test_a_bad_270_is_refused_by_the_json_api(road: Road) -> None:
    with pytest.raises(FixConfiguration, match="HTTP 400"):
        post(road, write_270(DANIEL, ENVELOPE).replace(b"EQ*30~EQ*MH~EQ*AI~", b""))
    with pytest.raises(FixConfiguration, match="API key"):
        post(replace(road, password=""), write_270(DANIEL, ENVELOPE))


def test_each_kind_a_row_may_have_has_its_road() -> None:
    assert set(roads.BY_KIND) == set(RoadKind.values)
