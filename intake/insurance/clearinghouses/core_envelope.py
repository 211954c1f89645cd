"""What CAQH CORE Connectivity vC2.2.0 puts around a payload, in whichever envelope (ELIGIBILITY.md 4.12)."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from .errors import FixConfiguration, OutcomeUnknown, TryAgain
from .road import Road

PAYLOAD_TYPE = "X12_270_Request_005010X279A1"
CORE_VERSION = "2.2.0"

TAKEN = frozenset({"", "success"})
NOT_NOW = re.compile(r"unavailable|timeout|try ?again", re.IGNORECASE)
CODE = re.compile(r"[A-Za-z0-9_.]{1,60}")


def fields(road: Road, payload_id: str) -> dict[str, str]:
    """The fields that go with a real-time 270, in the rule's order; name, password and payload are the envelope's."""
    return {
        "PayloadType": PAYLOAD_TYPE,
        "ProcessingMode": "RealTime",
        "PayloadID": payload_id,
        "TimeStamp": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "SenderID": road.sender_id,
        "ReceiverID": road.receiver_id,
        "CORERuleVersion": CORE_VERSION,
    }


def payload_of(answered: dict[str, bytes]) -> bytes:
    """The payload of an answer's fields. Raises by its ErrorCode, and `OutcomeUnknown` without a payload."""
    check_code(answered.get("ErrorCode", b"").decode("latin-1").strip())
    payload = answered.get("Payload", b"")
    if not payload.strip():
        raise OutcomeUnknown("The clearinghouse answered without a payload.")
    return payload


def check_code(code: str) -> None:
    """CORE's ErrorCode names a fault of the envelope; only its name is repeated, never its message."""
    if code.lower() in TAKEN:
        return
    name = code if CODE.fullmatch(code) else "unreadable"
    if NOT_NOW.search(name):
        raise TryAgain(f"The clearinghouse is not available now ({name}).")
    if name.lower() == "receiver":
        raise OutcomeUnknown("The clearinghouse could not process our question (Receiver).")
    raise FixConfiguration(f"The clearinghouse refused our envelope ({name}).")
