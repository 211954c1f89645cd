"""What the two commands print: every sample against a golden object, and whatever else they are given."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from helpline.local import CHECKOUT
from intake.insurance.x12 import read_reply
from intake.insurance.x12.telling import tell
from tests.insurance.x12.asking import SAMPLES, sample

GOLDEN = SAMPLES / "golden"
FILES = sorted(path.name for path in SAMPLES.iterdir() if path.is_file() and path.suffix != ".csv")
KEYS = {
    "file", "kind", "problems", "rejections", "trace_numbers", "payer", "subscriber", "dependent", "coverage", "plans",
    "substance_use", "mental_health", "suggestions",
}  # fmt: skip
QUESTION = {
    "payer": {"name": "Example Health Plan", "edi_id": "99901"},
    "provider": {"name": "Example Recovery Helpline", "npi": "1234567893"},
    "member_id": "XYZ123456789",
    "subscriber": {"last_name": "Doe", "first_name": "Jane", "birth_date": "1985-04-12"},
    "trace": "HL-42",
    "service_types": ["30", "MH", "AI"],
    "service_date": "2026-03-01",
    "envelope": {
        "sender_id": "HELPLINE", "receiver_id": "CLEARHOUSE", "control_number": 907, "created": "2026-03-01T12:03",
    },
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_every_sample_says_what_its_golden_object_says(name: str) -> None:
    golden = json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))
    assert {"file": name, **tell(read_reply(sample(name)))} == golden
    assert set(golden) >= KEYS


def test_every_fact_of_the_full_answer_names_the_segment_it_came_from() -> None:
    body = sample("271_sud_full_60eb.edi").decode().replace("\n", "").split("~")
    told = tell(read_reply(sample("271_sud_full_60eb.edi")))
    figures = [
        item
        for family in ("substance_use", "mental_health")
        for name in ("deductible", "remaining", "out_of_pocket", "copay", "coinsurance")
        for items in told[family][name].values()
        for item in items
    ]
    assert len(figures) > 30
    assert all(body[item["at"] - 1] == item["segment"] for item in figures)
    benefits = [benefit for plan in told["plans"] for benefit in plan["benefits"]] + told["other_lines"]
    assert sorted(b["at"] for b in benefits) == [i for i, s in enumerate(body, 1) if s.startswith("EB*")]


def run(*arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "manage.py", *arguments]
    ended = subprocess.run(command, cwd=CHECKOUT, input=given, capture_output=True, timeout=60)
    assert b"Traceback" not in ended.stderr
    return ended


READ_MANY = "read_271 --json - $(yes {answer} | head -40)"


@pytest.mark.parametrize(
    "command",
    [f"{READ_MANY} <&-", f"{READ_MANY} | true", "read_271 {answer} >&-", "write_270 --json {question} >/dev/full"],
    ids=["no input", "who reads it left", "no output", "full"],
)
def test_a_pipe_that_is_closed_or_full_ends_without_a_traceback(command: str, tmp_path: Path) -> None:
    question = tmp_path / "question.json"
    question.write_text(json.dumps(QUESTION))
    asked = command.format(answer=SAMPLES / "271_sud_full_60eb.edi", question=question)
    shell = ["bash", "-c", f"set -o pipefail; {sys.executable} manage.py {asked}"]
    ended = subprocess.run(shell, cwd=CHECKOUT, stdin=subprocess.DEVNULL, capture_output=True, timeout=60)
    assert b"Traceback" not in ended.stderr
    assert ended.returncode == 1


def told(ended: subprocess.CompletedProcess[bytes]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in ended.stdout.splitlines()]


def test_read_271_prints_one_object_a_file_whatever_the_files_are(tmp_path: Path) -> None:
    good, batch = str(SAMPLES / "271_aaa_72_2100C.edi"), str(SAMPLES / "271_multi_st_batch.edi")
    ended = run("read_271", good, batch, "--json")
    one, three = told(ended)
    assert (ended.returncode, one["file"], one["kind"]) == (0, good, "271")
    (reject,) = one["rejections"]
    assert (reject["code"], reject["loop"], reject["next_step"], reject["who"], reject["meaning"]) == (
        "72", "2100C", "ask_caller", "subscriber", "The member ID is missing or not valid",
    )  # fmt: skip
    assert three["trace_numbers"] == ["HL-1", "HL-2", "HL-3"]
    assert [plan["status"] for a in three["answers"] for plan in a["plans"]] == ["covered", "not_covered"]
    missing = str(tmp_path / "none")
    ended = run("read_271", "--json", missing, str(tmp_path), sys.executable, "-", given=Path(good).read_bytes())
    assert ended.returncode == 1
    assert [(t["kind"], [p["code"] for p in t["problems"]]) for t in told(ended)] == [
        ("not_x12", ["no_file"]), ("not_x12", ["directory"]), ("not_x12", ["not_x12"]), ("271", []),
    ]  # fmt: skip
    assert run("read_271", good).stdout.decode().count("Check with the person: the member ID") == 1


@pytest.mark.slow
def test_a_batch_too_large_for_one_answer_is_streamed_out(tmp_path: Path) -> None:
    isa, gs, *lines = sample("271_sud_full_60eb.edi").decode().replace("\n", "").split("~")[:-3]
    many = 1_200
    body = f"{isa}~{gs}~" + ("~".join(lines) + "~") * many + f"GE*{many}*907~IEA*1*000000907~"
    path = tmp_path / "large.edi"
    path.write_text(body)
    assert path.stat().st_size > 5_000_000
    (large,) = told(run("read_271", "--json", str(path)))
    assert (large["kind"], len(large["answers"]), set(large) >= KEYS) == ("271", many, True)
    assert large["trace_numbers"] == ["HL-20260301-000042"]
    path.write_text(body[:-40])
    ended = run("read_271", "--json", str(path))
    assert (ended.returncode, told(ended)[0]["kind"]) == (1, "incomplete")


def test_write_270_writes_the_message_the_reference_shows() -> None:
    ended = run("write_270", "--json", "-", given=json.dumps(QUESTION).encode())
    wanted = sample("270_sud_subscriber.edi").decode().replace("\n", "").replace("*0042", "*0001")
    assert (ended.returncode, ended.stdout.decode().strip()) == (0, wanted)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (b"\x00\xff", b"The file is not JSON."),
        (b"[" * 100_000, b"The file is not JSON."),
        (b"[]", b"question: must be one JSON object"),
        (json.dumps({**QUESTION, "member_id": 5}).encode(), b"member_id: is not of the right kind"),
        (json.dumps({**QUESTION, "colour": "red"}).encode(), b"colour: is not a field of a question"),
        (json.dumps({**QUESTION, "service_date": "soon"}).encode(), b"service_date: cannot be read"),
        (json.dumps({**QUESTION, "member_id": "A*B"}).encode(), b"member_id: has a character"),
        (json.dumps({**QUESTION, "one_per_request": "yes"}).encode(), b"one_per_request: must be true or false"),
        (json.dumps({**QUESTION, "references": [["ZZ", "1"]]}).encode(), b"references: have a qualifier"),
    ],
)
def test_write_270_names_what_to_correct(given: bytes, said: bytes) -> None:
    ended = run("write_270", "--json", "-", given=given)
    assert (ended.returncode, ended.stdout) == (1, b"")
    assert ended.stderr.startswith(said)
