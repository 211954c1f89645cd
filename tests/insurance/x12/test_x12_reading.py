"""The reader against every sample, eight of them checked by hand, and against any bytes at all."""

from __future__ import annotations

import csv
import time
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.insurance.x12 import ReplyKind, read_batch, read_reply, summarise
from intake.insurance.x12.reply import Member
from intake.insurance.x12.segments import tokenise
from intake.insurance.x12.telling import tell
from tests.insurance.x12.asking import JANE, SAMPLES, jane, sample

FILES = sorted(path.name for path in SAMPLES.iterdir() if path.is_file() and path.suffix != ".csv")
REAL = [name for name in FILES if name.startswith(("271_", "999_", "ta1_", "bench_"))]
CUT = {"271_medicare_hets_shape_deidentified.edi", "bad_no_iea.edi"}


def expected_kind(name: str) -> ReplyKind:
    """By the file's name: what a person looking at it would say it is."""
    if name in CUT:
        return ReplyKind.INCOMPLETE
    if name.startswith(("999_", "bad_999")):
        return ReplyKind.ACKNOWLEDGEMENT
    if name.startswith("ta1_"):
        return ReplyKind.INTERCHANGE_ACKNOWLEDGEMENT
    if name.startswith(("270_", "bad_empty", "bad_html")):
        return ReplyKind.NOT_X12
    return ReplyKind.ELIGIBILITY


@pytest.mark.parametrize("name", FILES)
def test_every_sample_is_what_it_is_and_loses_no_benefit(name: str) -> None:
    body = sample(name)
    reply = read_reply(body)
    if not name.startswith("270_"):
        assert reply.kind is expected_kind(name)
    if reply.answers:
        written = sum(segment[0] == "EB" for segment in tokenise(body)[1])
        assert sum(len(m.benefits) for answer in reply.answers for m in answer.members) == written
    summary = summarise(reply, asked=JANE, on=date(2026, 3, 1))
    assert summary.from_json(summary.to_json()) == summary


def test_every_sample_has_a_source_and_a_licence() -> None:
    with (SAMPLES / "index.csv").open(encoding="utf-8") as file:
        rows = {row["file"]: row for row in csv.DictReader(file)}
    assert set(FILES) <= set(rows)
    assert all(rows[name]["source"] and rows[name]["licence"] and rows[name]["read"] for name in FILES)


def test_the_full_answer_of_sixty_benefits() -> None:
    reply = read_reply(sample("271_sud_full_60eb.edi"))
    answer = reply.answers[0]
    member = answer.members[0]
    assert (reply.version, reply.problems, answer.reference) == ("005010X279A1", (), "HL-20260301-000042")
    assert answer.payer is not None
    assert (answer.payer.name, answer.payer.contacts[0].telephone) == ("EXAMPLE HEALTH PLAN", "8005550100")
    assert (member.birth_date, member.identity_changed) == (date(1985, 4, 12), True)
    assert member.party is not None
    assert (member.party.id, member.party.references[0].value) == ("XYZ123456789", "0098765")
    first, left = member.benefits[0], member.benefits[4]
    assert (first.plan_name, first.periods[0].start) == ("OPEN ACCESS PLUS", date(2026, 1, 1))
    assert (left.info, left.period, left.amount, left.network) == ("C", "29", Decimal("1812.44"), "Y")
    limit = next(b for b in member.benefits if b.service_types == ("CI",) and b.info == "F")
    assert (limit.quantity, limit.places, limit.authorisation) == (Decimal(60), ("55",), "Y")
    assert limit.deliveries[0].elements[:2] == ("DY", "60")
    carved = next(b for b in member.benefits if b.info == "U").entities[0]
    assert (carved.role, carved.name, carved.contacts[0].telephone) == (
        "VN",
        "EXAMPLE BEHAVIORAL",
        "8005550111",
    )
    assert answer.payer.name != carved.name


def test_a_dependent_keeps_her_own_loop_and_points_to_the_subscriber() -> None:
    answer = read_reply(sample("271_lfh_dependent_active.271")).answers[0]
    subscriber, mary = answer.members
    assert mary.subscriber is subscriber
    assert (mary.loop, mary.relationship, mary.birth_date) == ("2000D", "19", date(1998, 10, 14))
    assert [t.number for t in mary.traces] == ["93175-012547"]
    assert [b.amount for b in mary.benefits if b.info == "B"] == [Decimal("10.00"), Decimal("30.00")]
    assert len(subscriber.benefits) == 0


def test_rejects_are_collected_at_every_level_with_their_loops() -> None:
    reply = read_reply(sample("271_ootp_3_1_2_aaa_mixed.txt"))
    answer = reply.answers[0]
    assert [(r.loop, r.reason) for r in answer.rejects] == [
        ("2000A", "80"), ("2000A", "79"), ("2100A", "79"), ("2100A", "80"), ("2100B", "41"), ("2100B", "41"),
    ]  # fmt: skip
    member = answer.members[0]
    assert [(r.loop, r.reason, r.follow_up) for r in member.rejects] == [("2100C", "42", "Y")]
    assert [(r.loop, r.reason) for r in member.benefits[0].rejects] == [("2110C", "51"), ("2110C", "60")]
    assert member.benefits[0].entities[0].name == "COVENTRY HEALTH AND LIFE INSURANCE"


def test_three_transactions_are_three_answers() -> None:
    answers = read_reply(sample("271_multi_st_batch.edi")).answers
    seen = [(a.members[0].traces[0].number, a.members[0].benefits[0].info) for a in answers]
    assert seen == [("HL-1", "1"), ("HL-2", "6"), ("HL-3", "V")]


def test_limits_in_visits_and_days() -> None:
    benefits = read_reply(sample("271_limit_visits_used.edi")).answers[0].members[0].benefits
    seen = [(b.service_types[0], b.period, b.quantity_qualifier, b.quantity) for b in benefits[1:]]
    assert seen == [
        ("MH", "23", "VS", 30),
        ("MH", "29", "VS", 12),
        ("AI", "22", "99", 18),
        ("A7", "36", "DY", 30),
    ]


def test_an_unexpected_separator_is_flagged_and_not_guessed() -> None:
    reply = read_reply(sample("271_mjkubba_demo.edi"))
    assert "service_type_separator" in {p.code for p in reply.problems}
    assert any(">" in code for b in reply.answers[0].members[0].benefits for code in b.service_types)


def test_acknowledgements_say_where_without_the_value() -> None:
    refused = read_reply(sample("bad_999_instead_of_271.edi")).acknowledgements[0]
    assert (refused.accepted, refused.code) == (False, "R")
    assert refused.errors == ("IK3*NM1*9*2100*8", "IK4*8:0*66*7")
    assert read_reply(sample("ta1_ootp_reject_006.txt")).acknowledgements[0].note == "006"


@pytest.mark.parametrize(
    ("name", "element", "terminator"),
    [
        ("bad_pipe_and_newline.edi", "|", "\n"),
        ("bad_crlf_terminator.edi", "*", "\n"),
        ("270_5010_seg_term_0x1D.txt", "*", "\x1d"),
        ("ta1_ootp_reject_006.txt", ">", "\n"),
    ],
)
def test_delimiters_come_from_the_message(name: str, element: str, terminator: str) -> None:
    marks, segments, _ = tokenise(sample(name))
    assert (marks.element, marks.terminator) == (element, terminator)
    assert segments[-1][0] == "IEA"


def test_an_unpadded_header_and_lines_wrapped_in_the_middle_are_read() -> None:
    full = sample("271_sud_full_60eb.edi").decode()
    unpadded = full.replace(
        "ISA*00*          *00*          *ZZ*CLEARHOUSE     *ZZ*HELPLINE       ", "ISA*00**00**ZZ*C*ZZ*H"
    )
    wrapped = "\r\n".join(full[i : i + 80] for i in range(0, len(full), 80))
    plain = read_reply(full.encode())
    for text in (unpadded, wrapped):
        reply = read_reply(text.encode())
        assert (reply.kind, reply.answers) == (plain.kind, plain.answers)


def test_every_cut_of_the_full_answer_is_incomplete_never_an_answer() -> None:
    body = sample("271_inactive_eb6.edi").rstrip()
    kinds = {read_reply(body[:n]).kind for n in range(4, len(body) - 1)}
    assert kinds == {ReplyKind.INCOMPLETE}


def test_a_huge_body_is_refused_quickly() -> None:
    started = time.perf_counter()
    assert read_reply(b"ISA*" + b"x" * 5_000_001).problems[0].code == "too_large"
    assert read_reply(sample("bench_60_eb.edi")[:106] + b"EB*1~" * 900_000).kind is ReplyKind.INCOMPLETE
    assert time.perf_counter() - started < 5


ONE = ("271_limit_visits_used.edi", "271_aaa_77_2100D.edi", "999_stupidedi_partial.edi", "ta1_ootp_two_accepts.txt")


@pytest.mark.parametrize("name", ONE)
def test_a_flip_an_insertion_and_a_cut_at_every_offset_have_a_typed_result(name: str) -> None:
    body = sample(name)
    for i in range(len(body)):
        for damaged in (
            body[:i],
            body[i:],
            body[:i] + b"~" + body[i:],
            body[:i] + bytes([body[i] ^ 1]) + body[i + 1 :],
        ):
            reply = read_reply(damaged)
            assert tell(reply)["kind"] == reply.kind.value


@pytest.mark.parametrize("name", FILES)
def test_a_file_in_small_pieces_reads_as_the_whole_file(name: str) -> None:
    body = sample(name)
    whole = read_reply(body)
    for size in (1, 64, 1_000):
        replies = list(read_batch(body[i : i + size] for i in range(0, len(body), size)))
        assert {r.kind for r in replies} == {whole.kind}
        read, wanted = (
            [_facts(m) for a in answers for m in a.members]
            for answers in (
                [a for r in replies for a in r.answers],
                whole.answers,
            )
        )
        assert read == wanted


def test_interchanges_with_other_separators_in_one_file() -> None:
    names = (
        "271_aaa_72_2100C.edi",
        "bad_pipe_and_newline.edi",
        "271_tiger_5010_aetna_like.txt",
        "271_sud_full_60eb.edi",
    )
    alone = [read_reply(sample(name)) for name in names]
    assert list(read_batch([b"\r\n".join(sample(name) for name in names)])) == alone


def test_a_batch_whose_separators_lost_a_letter_is_no_message() -> None:
    body = sample("271_ootp_3_1_2_aaa_mixed.txt") * 2
    assert [one.kind.value for one in read_batch([body[:102] + body[105:]])] == ["not_x12"]


@given(st.sampled_from(REAL), st.data())
@settings(max_examples=200, deadline=None)
def test_damaged_batches_say_something_and_never_raise(name: str, data: st.DataObject) -> None:
    body = bytearray(sample(name) * 2)
    at = data.draw(st.integers(0, len(body)))
    body[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=5))
    assert list(read_batch([bytes(body[:at]), bytes(body[at:])]))


@given(
    st.sampled_from([name for name in REAL if name.startswith("271_") and name not in CUT]),
    st.permutations("*~^:|!}\x1c\x1d\x1f@$%"),
)
@settings(max_examples=150, deadline=None)
def test_odd_separators_change_nothing(name: str, marks: list[str]) -> None:
    told, segments, _ = tokenise(sample(name))
    used = "".join("".join(segment) for segment in segments[1:])
    old = told.repetition
    element, terminator, repetition, component = [m for m in marks if m not in used or m == old][:4]
    lines = [[part.replace(old, repetition) if old else part for part in s] for s in segments]
    if old:
        lines[0][11] = repetition
    lines[0][16] = component
    reply, plain = (read_reply(_join(x, e, t)) for x, e, t in ((lines, element, terminator), (segments, "*", "~")))
    assert reply.kind is plain.kind
    assert [_facts(m) for a in reply.answers for m in a.members] == [
        _facts(m) for a in plain.answers for m in a.members
    ]


def _join(segments: list[list[str]], element: str, terminator: str) -> bytes:
    return "".join(element.join(segment) + terminator for segment in segments).encode()


def _facts(member: Member) -> list[object]:
    return [(b.info, b.service_types, b.amount, b.network, b.messages, b.entities) for b in member.benefits]


@given(st.sampled_from(REAL), st.data())
@settings(max_examples=400, deadline=None)
def test_damaged_real_answers_never_raise(name: str, data: st.DataObject) -> None:
    body = bytearray(sample(name))
    at = data.draw(st.integers(0, len(body)))
    body[at:at] = data.draw(st.binary(max_size=5))
    for _ in range(data.draw(st.integers(1, 4))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(body)))
    for damaged in (bytes(body), bytes(body[:cut]), bytes(body[cut:])):
        reply = read_reply(damaged)
        summary = summarise(reply, asked=jane(trace="HL-42"), on=date(2026, 3, 1))
        assert summary.from_json(summary.to_json()) == summary


@given(st.binary(max_size=400))
def test_any_bytes_never_raise(body: bytes) -> None:
    read_reply(body)
    read_reply(sample("bench_60_eb.edi")[:106] + body)
