"""X12 code lists as data: facts (code and meaning) in our own short words, each row with its source."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class RejectCode:
    """What an AAA03 means and what to do: `kind` as in `NextStep`, `fields` to correct or change."""

    words: str
    kind: str
    fields: tuple[str, ...]


@cache
def _table(name: str) -> dict[str, dict[str, str]]:
    with (HERE / f"{name}.csv").open(newline="", encoding="utf-8") as file:
        return {row["code"]: row for row in csv.DictReader(file)}


@cache
def _short() -> dict[tuple[str, str], str]:
    with (HERE / "short.csv").open(newline="", encoding="utf-8") as file:
        return {(row["table"], row["code"]): row["words"] for row in csv.DictReader(file)}


def words(table: str, code: str) -> str:
    """Plain English for a code; an unknown code comes back as itself.

    Tables: `information` (EB01), `service_types`, `rejects`, `level`, `insurance_type`, `period`, `quantity`,
    `place`.
    """
    if table in ("information", "service_types", "rejects"):
        return _table(table).get(code, {}).get("words", code)
    return _short().get((table, code), code)


@cache
def _uses() -> dict[str, str]:
    return {code: row["use"] for code, row in _table("information").items()}


def use(info: str) -> str:
    """What an EB01 is used for: active, inactive, uncertain, deductible, carve_out...; unknown is `note`."""
    return _uses().get(info, "note")


@cache
def _families() -> dict[str, str]:
    return {code: row["family"] for code, row in _table("service_types").items()}


def family(service_type: str) -> str:
    """`substance_use`, `mental_health`, `plan` or `general` (also for unknown codes)."""
    return _families().get(service_type, "general")


@cache
def _service_types() -> dict[str, dict[str, str]]:
    rows = _table("service_types").items()
    return {code: {"code": code, "name": row["words"], "family": row["family"]} for code, row in rows}


def service_type(code: str) -> dict[str, str]:
    """Its `code`, `name` (as by `words`) and `family`; not to be changed."""
    return _service_types().get(code) or {"code": code, "name": code, "family": "general"}


def service_types(of_family: str) -> tuple[str, ...]:
    """The codes of one family in the order of the table."""
    return tuple(code for code, row in _table("service_types").items() if row["family"] == of_family)


def reject_codes() -> tuple[str, ...]:
    """Every AAA03 we know, in the order of the table."""
    return tuple(_table("rejects"))


def reject(code: str) -> RejectCode:
    """The row of an AAA03; a code that is not in the table goes to a person."""
    row = _table("rejects").get(code)
    if row is None:
        return RejectCode("The plan gave a reason we do not know", "ask_a_person", ())
    return RejectCode(row["words"], row["kind"], tuple(row["fields"].split()))
