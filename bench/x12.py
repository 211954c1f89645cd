"""Reading, writing and summing up X12 beside a bare split and three libraries, in one run.

Prints ``name, ours, floor, ratio, goal, met|missed``. The message has 60 EB, 4.8 KB. Speed is processor time, the best
round of many taken in turns, so that a busy machine slows all of them alike. (a) Messages a second of each. (b) The
reader's time over that of ``str.split`` into segments and elements, and x12sdk's time over the reader's: goals. (c)
Peak memory while a file of 50 MB (some 10,000 transactions) is read, beside one of 5 MB: goal, at most a tenth more.
"""

from __future__ import annotations

import io
import sys
import time
import tracemalloc
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import x12
from pyx12.x12file import X12Reader
from x12sdk.io import X12ModelReader

from intake.insurance.x12 import (
    EligibilityInquiry,
    Envelope,
    Payer,
    Person,
    Provider,
    read_batch,
    read_reply,
    summarise,
    write_270,
)

BODY = (Path(__file__).parents[1] / "tests" / "data" / "x12" / "bench_60_eb.edi").read_bytes()
ROUNDS, SLICE = 25, 0.02
SPLIT_GOAL, SDK_GOAL, MEMORY_GOAL = 12.0, 20.0, 1.1
ENVELOPE = Envelope("HELPLINE", "CLEARHOUSE", 907, datetime(2026, 3, 1, 12, 3, tzinfo=UTC))
ASKED = EligibilityInquiry(
    payer=Payer("Example Health Plan", "99901"),
    provider=Provider("Example Recovery Helpline", "1234567893"),
    member_id="XYZ123456789",
    subscriber=Person("Doe", "Jane", birth_date=date(1985, 4, 12)),
    trace="HL-20260301-000042",
    service_types=("30", "MH", "AI"),
)


def main() -> int:
    missed = speed() + memory()
    return 1 if missed else 0


def report(title: str, ours: float, floor: float, ratio: float, goal: float, met: bool) -> int:
    print(f"{title}, {ours:,.0f}, {floor:,.0f}, {ratio:.2f}, {goal:.2f}, {'met' if met else 'missed'}", flush=True)
    return not met


def speed() -> int:
    text = BODY.decode()
    reply = read_reply(BODY)
    sdk_text = for_x12sdk(text)
    runs: dict[str, Callable[[], object]] = {
        "str.split": lambda: [segment.split("*") for segment in text.split("~")],
        "reader": lambda: read_reply(BODY),
        "summary": lambda: summarise(reply, asked=ASKED, on=date(2026, 3, 1)),
        "writer": lambda: write_270(ASKED, ENVELOPE),
        "reader, as x12sdk wants it": lambda: read_reply(sdk_text.encode()),
        "ansi-x12 envelope": lambda: x12.parse_x12_interchange(x12.tokenize_x12(BODY)),
        "x12sdk models": lambda: x12sdk(sdk_text),
        "pyx12 segments": lambda: list(X12Reader(io.StringIO(text))),
    }
    took = in_turns(runs)
    for name, seconds in took.items():
        print(f"{name}, {1 / seconds:,.0f} messages/s, {seconds / took['str.split']:.2f} splits")
    ours, split, sdk = took["reader"], took["str.split"], took["x12sdk models"]
    ratio, times = ours / split, sdk / took["reader, as x12sdk wants it"]
    return report("reader, splits", 1 / ours, 1 / split, ratio, SPLIT_GOAL, ratio <= SPLIT_GOAL) + report(
        "reader, times x12sdk", 1 / ours, 1 / sdk, times, SDK_GOAL, times >= SDK_GOAL
    )


def x12sdk(text: str) -> list[object]:
    with X12ModelReader(text) as reader:
        return list(reader.models())


def for_x12sdk(text: str) -> str:
    """The message without what x12sdk refuses though the standard allows it, and its segments counted anew."""
    lines = [narrowed(line.split("*")) for line in text.split("~") if not line.startswith(("III", "PER*IC*PROVIDER"))]
    count = [line[0] for line in lines].index("SE") - [line[0] for line in lines].index("ST") + 1
    return "~".join("*".join(["SE", str(count), *line[2:]] if line[0] == "SE" else line) for line in lines)


def narrowed(e: list[str]) -> list[str]:
    match e[0]:
        case "EB" if len(e) > 3:
            types = dict.fromkeys("AI" if code in ("CI", "CJ", "A8") else code for code in e[3].split("^"))
            e[3] = "^".join(types)
            e[1] = "U" if e[1] == "R" else e[1]
            e[4:5] = ["PR" if kind == "PS" else kind for kind in e[4:5]]
            e[9:10] = ["99" if unit else "" for unit in e[9:10]]
        case "NM1" if e[1] == "VN":
            return [*e[:4], "", "", "", "", "PI", "12345"]
    return e


def in_turns(runs: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Seconds of processor time for one call of each: the best of many rounds."""
    repeats: dict[str, int] = {}
    for name, run in runs.items():
        started = time.process_time()
        run()
        repeats[name] = max(1, int(SLICE / max(time.process_time() - started, 1e-6)))
    best = dict.fromkeys(runs, 9e9)
    for _ in range(ROUNDS):
        for name, run in runs.items():
            started = time.process_time()
            for _ in range(repeats[name]):
                run()
            best[name] = min(best[name], (time.process_time() - started) / repeats[name])
    return best


def memory() -> int:
    with TemporaryDirectory(prefix="helpline-x12-") as folder:
        small, large = (peak(batch(Path(folder) / f"{size}.edi", size)) for size in (5_000_000, 50_000_000))
    ratio = large / small
    return report("peak memory of 50 MB, KiB", large / 1024, small / 1024, ratio, MEMORY_GOAL, ratio <= MEMORY_GOAL)


def batch(path: Path, size: int) -> Path:
    """One interchange and group with as many transactions as fill `size`."""
    isa, gs, *lines = BODY.decode().strip().rstrip("~").split("~")
    transaction = "~".join(lines[:-2]) + "~"
    count = size // len(transaction)
    with path.open("w") as file:
        file.write(f"{isa}~{gs}~")
        for _ in range(count):
            file.write(transaction)
        file.write(f"GE*{count}*{gs.split('*')[6]}~IEA*1*{isa.split('*')[13]}~")
    return path


def peak(path: Path) -> int:
    """The most Python memory held at once while every answer is read and let go; all must be whole."""
    tracemalloc.start()
    with path.open("rb") as file:
        kinds = [reply.kind.value for reply in read_batch(iter(lambda: file.read(65_536), b""))]
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert set(kinds) == {"271"}
    return most - sys.getsizeof(kinds)


if __name__ == "__main__":
    sys.exit(main())
