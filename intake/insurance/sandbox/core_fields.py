"""What the sandbox asks of a CORE envelope's fields, and puts into its own, in MIME and SOAP alike."""

from __future__ import annotations

import uuid

from ..clearinghouses.core_batch import PICK_UP
from .speaking import user_is_right

PAYLOAD_TYPES = {
    "271": "X12_271_Response_005010X279A1",
    "999": "X12_999_Response_005010X231A1",
    "TA1": "X12_TA1_Response_00501X231A1",
}
REQUIRED = ("PayloadType", "ProcessingMode", "PayloadID", "TimeStamp", "SenderID", "ReceiverID", "Payload")


def fault_of(fields: dict[str, str]) -> str:
    """The CORE ErrorCode for these fields (with UserName and Password), or "" when the envelope is good."""
    if fields.get("CORERuleVersion") != "2.2.0":
        return "VersionMismatch"
    if not user_is_right(fields.get("UserName", ""), fields.get("Password", "")):
        return "UnAuthorized"
    missing = next((name for name in REQUIRED if not fields.get(name, "").strip()), "")
    if missing:
        return f"{missing}Required"
    if fields["PayloadType"] != "X12_270_Request_005010X279A1":
        return "PayloadTypeIllegal"
    return "" if fields["ProcessingMode"] == "RealTime" else "ProcessingModeIllegal"


def batch_fault_of(fields: dict[str, str]) -> str:
    """The same for a batch, or for picking one up, whose payload is looked at elsewhere."""
    mode = fields.get("ProcessingMode")
    kind = "X12_270_Request_005010X279A1" if fields.get("PayloadType") in PICK_UP else fields.get("PayloadType", "")
    real_time = {**fields, "PayloadType": kind, "Payload": "-", "ProcessingMode": "RealTime" if mode == "Batch" else ""}
    return fault_of(real_time)


def answered(kind: str, payload: bytes) -> dict[str, bytes]:
    """The fields of an answer that carries `payload`."""
    return _always() | {"PayloadType": PAYLOAD_TYPES[kind].encode(), "ErrorCode": b"Success", "Payload": payload}


def refused(fault: str) -> dict[str, bytes]:
    """The fields of an answer that refuses the envelope."""
    return _always() | {"PayloadType": b"CoreEnvelopeError", "ErrorCode": fault.encode()}


def _always() -> dict[str, bytes]:
    identifier = str(uuid.uuid4()).encode()
    return {"ProcessingMode": b"RealTime", "PayloadID": identifier, "CORERuleVersion": b"2.2.0"}
