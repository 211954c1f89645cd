"""docs/asvs.csv answers each requirement of OWASP ASVS 5.0.0, levels 1 and 2, once, and claims what it can show."""

from __future__ import annotations

import ast
import csv
from collections import Counter
from functools import lru_cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
COLUMNS = ["id", "level", "chapter", "requirement", "applies", "met", "where", "test", "note"]


def rows_of(path: str) -> list[dict[str, str]]:
    with (ROOT / path).open(newline="") as file:
        return list(csv.DictReader(file))


TABLE = rows_of("docs/asvs.csv")
APPLYING = [row for row in TABLE if row["applies"] == "yes"]


@lru_cache
def functions_of(path: str) -> frozenset[str]:
    """The names of a file's test functions, without running anything."""
    tree = ast.parse((ROOT / path).read_text())
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef) and node.name[:5] == "test_")


def test_every_requirement_is_answered_once() -> None:
    official = [(row["id"], row["level"]) for row in rows_of("tests/data/asvs/ids.csv")]
    assert Counter(level for _, level in official) == {"1": 70, "2": 183}
    assert [(row["id"], row["level"]) for row in TABLE] == official


def test_no_value_is_unknown() -> None:
    for row in TABLE:
        assert list(row) == COLUMNS
        assert row["chapter"], row
        assert row["requirement"], row
        if row["applies"] == "yes":
            assert row["met"] in {"met", "partly", "not met"}, row
        else:
            assert row["applies"].startswith("no because "), row
            assert (row["met"], row["where"], row["test"]) == ("", "", ""), row


@pytest.mark.parametrize("row", APPLYING, ids=lambda row: row["id"])
def test_what_is_claimed_can_be_shown(row: dict[str, str]) -> None:
    if row["met"] == "met":
        assert row["where"]
        assert row["test"]
    else:
        assert row["note"], "what is missing, in words"
    if row["where"]:
        assert (ROOT / row["where"]).is_file()
    if row["test"]:
        path, name = row["test"].split("::")
        assert name in functions_of(path)
