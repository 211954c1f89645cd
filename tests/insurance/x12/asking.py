"""One question in several shapes, for the X12 tests."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from intake.insurance.x12 import EligibilityInquiry, Envelope, Payer, Person, Provider

SAMPLES = Path(__file__).parents[2] / "data" / "x12"

ENVELOPE = Envelope("HELPLINE", "CLEARHOUSE", 907, datetime(2026, 3, 1, 12, 3, tzinfo=UTC))
JANE = EligibilityInquiry(
    payer=Payer("Example Health Plan", "99901"),
    provider=Provider("Example Recovery Helpline", "1234567893"),
    member_id="XYZ123456789",
    subscriber=Person("Doe", "Jane", birth_date=date(1985, 4, 12)),
    trace="HL-42",
    service_types=("30", "MH", "AI"),
    service_date=date(2026, 3, 1),
)
DANIEL = replace(
    JANE,
    payer=Payer("Sandbox Health Plan (demo)", "SBX01"),
    member_id="SBX100001",
    subscriber=Person("Reyes", "Daniel", birth_date=date(1996, 4, 12)),
    trace="HL-100",
)


def sample(name: str) -> bytes:
    """The bytes of one file of tests/data/x12."""
    return (SAMPLES / name).read_bytes()


def jane(**changes: Any) -> EligibilityInquiry:
    """The plain question, with changes."""
    return replace(JANE, **changes)
