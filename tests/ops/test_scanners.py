"""The scanners themselves take minutes and run by script/scan; what they are made of is looked at here."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml

from script.scanning import SCANNERS, CannotRun, Outcome, Said, known_holes, main, verdict

ROOT = Path(__file__).parent.parent.parent
RULES = sorted((ROOT / "ops/semgrep").glob("*.yaml"))
DJANGO = {"name": "Django", "version": "5.2.1", "vulns": []}


@pytest.mark.parametrize("file", RULES, ids=lambda file: file.stem)
def test_every_rule_has_code_it_fires_on_and_code_it_leaves_alone(file: Path) -> None:
    """script/scan runs the rules on it (semgrep --test) before it looks at the house."""
    [rule] = yaml.safe_load(file.read_text())["rules"]
    assert rule["id"] == file.stem
    [fixture] = [path for path in file.parent.glob(f"{file.stem}.*") if path != file]
    marks = re.findall(rf"\b(ruleid|ok): {rule['id']}\b", fixture.read_text())
    assert {"ruleid", "ok"} == set(marks)


def test_a_hole_is_told_and_nothing_found_is_nothing() -> None:
    answer = {"dependencies": [DJANGO, {"name": "x", "version": "1", "vulns": [{"id": "PYSEC-1"}, {"id": "PYSEC-2"}]}]}
    assert known_holes(json.dumps(answer), ["django", "X"]) == ["x 1: PYSEC-1", "x 1: PYSEC-2"]
    assert known_holes(json.dumps({"dependencies": [DJANGO]}), ["Django"]) == []


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "Traceback (most recent call last):",
        "{}",
        json.dumps({"dependencies": [{"name": "Django", "skip_reason": "Dependency not found on PyPI"}]}),
        json.dumps({"dependencies": []}),
    ],
    ids=["silence", "fell over", "nothing", "skipped", "left out"],
)
def test_what_was_not_looked_at_is_never_green(answer: str) -> None:
    with pytest.raises(CannotRun):
        known_holes(answer, ["Django"])


def test_the_worst_decides(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def away() -> Said:
        raise CannotRun("its server is away")

    monkeypatch.setitem(SCANNERS, "semgrep", lambda: verdict([], "20 rules"))
    monkeypatch.setitem(SCANNERS, "packages", away)
    assert main(["semgrep"]) == Outcome.PASSED == 0
    assert main(["semgrep", "packages"]) == Outcome.NOT_RUN
    assert "NOT RUN: its server is away" in capsys.readouterr().err
    monkeypatch.setitem(SCANNERS, "semgrep", lambda: verdict(["a.py:1 csrf-exempt"], "20 rules"))
    assert main(["semgrep", "packages"]) == Outcome.FINDINGS
    assert main(["nessus"]) == Outcome.NOT_RUN


def test_the_decision_says_by_when_a_hole_is_closed() -> None:
    words = (ROOT / "docs/decisions/0011-scanners.md").read_text()
    for kind in ("can be used by a stranger", "needs somebody signed in", "everything else"):
        assert re.search(rf"\| {kind}[^|]*\| \d+ (hours|days) \|", words), kind
