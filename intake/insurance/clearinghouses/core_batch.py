"""CAQH CORE Connectivity vC2.2.0 in batch: questions are submitted, their answers picked up hours later.

Submitting ends with a receipt and no answer. Picking up asks for whatever 271 lie ready for us: the rule links them to
no submission, so they are matched by the trace in each. What was made of the submission itself, a TA1 for its envelope
and a 999 for what is in it, is asked for apart and matched by our control number. The names are those of the rule's
WSDL and of clients in public use (read 24 November 2026): github.com/greenriver/hmis-warehouse,
health/soap/mass_health.rb, and the CAQH classes of github.com/CONNECT-Solution/CONNECT; for TA1 and 999 (read 28
November 2026) Software AG's webMethods Module for HIPAA 9.6, input message types, and Centene's description of its
BatchSubmitAckRetrievalTransaction. Not built: acknowledging results, which nothing of ours waits for.
"""

from __future__ import annotations

import hashlib
import uuid

from . import mtom
from .core_envelope import check_code, fields
from .core_soap import NotSoap, check_fault, heed_fault, local, named, write_envelope
from .errors import OutcomeUnknown
from .mime_parts import NotMultipart, read_parts, write_parts
from .posting import Answer, Client, is_x12, post
from .road import Road

RESULTS = "X12_005010_Request_Batch_Results_271"
TA1, FUNCTIONAL = "X12_TA1_RetrievalRequest_00501X231A1", "X12_999_RetrievalRequest_005010X231A1"
ACKNOWLEDGEMENTS = (TA1, FUNCTIONAL)
SUBMIT = "BatchSubmitTransaction"
# The WSDL's operation and the element of its message, by what is asked for
PICK_UP = {
    RESULTS: ("BatchResultsRetrievalTransaction", "COREEnvelopeBatchResultsRetrievalRequest"),
    **dict.fromkeys(
        ACKNOWLEDGEMENTS,
        ("BatchSubmitAckRetrievalTransaction", "COREEnvelopeBatchSubmissionAckRetrievalRequest"),
    ),
}
NO_ANSWER = "The clearinghouse answered with something that is not an answer."


async def submit_mime(road: Road, payload: bytes, *, payload_id: str, client: Client) -> None:
    """Hand in one 270 as parts of a form. Raises as `core_mime.ask`."""
    _check_receipt(_from_mime(await _post_mime(road, client, submission(road, payload_id, payload), payload)))


async def submit_soap(road: Road, payload: bytes, *, payload_id: str, client: Client) -> None:
    """Hand in one 270 beside a SOAP envelope. Raises as `core_soap.ask`."""
    values = submission(road, payload_id, payload)
    envelope = write_envelope(road, "COREEnvelopeBatchSubmission", values, mtom.INCLUDE)
    _check_receipt(_from_soap(await _post_soap(road, client, *mtom.write(envelope, payload, SUBMIT))))


async def pick_up(road: Road, what: str = RESULTS, *, client: Client) -> bytes:
    """The 271, or other X12 of payload type ``what``, that lie ready, as they came; b"" when there are none.

    Raises as the real-time roads.
    """
    values = fields(road, str(uuid.uuid4())) | {"PayloadType": what, "ProcessingMode": "Batch"}
    if road.kind == "mime_batch":
        found = _from_mime(await _post_mime(road, client, values))
    else:
        action, element = PICK_UP[what]
        envelope = write_envelope(road, element, values)
        kind = f'application/soap+xml; charset=UTF-8; action="{action}"'
        found = _from_soap(await _post_soap(road, client, kind, envelope))
    check_code(found.get("ErrorCode", b"").decode("latin-1").strip())
    payload = found.get("Payload", b"").strip()
    if payload and not is_x12(payload):
        raise OutcomeUnknown(NO_ANSWER)
    return payload


def submission(road: Road, payload_id: str, payload: bytes) -> dict[str, str]:
    """The fields of a batch, in the rule's order."""
    values = {**fields(road, payload_id), "ProcessingMode": "Batch"}
    ordered = {}
    for name, value in values.items():
        ordered[name] = value
        if name == "PayloadID":
            ordered["PayloadLength"] = str(len(payload))
    return ordered | {"CheckSum": check_sum(payload)}


def check_sum(payload: bytes) -> str:
    """SHA-1, which the rule names: against accidents, not against anybody."""
    return hashlib.sha1(payload, usedforsecurity=False).hexdigest()


async def _post_mime(road: Road, client: Client, values: dict[str, str], payload: bytes | None = None) -> Answer:
    named_too = values | {"UserName": road.user_name, "Password": road.password}
    parts = {name: value.encode() for name, value in named_too.items()}
    headers, body = write_parts(parts if payload is None else parts | {"Payload": payload})
    return await post(road, client, headers=headers, content=body)


async def _post_soap(road: Road, client: Client, kind: str, body: bytes) -> Answer:
    return await post(road, client, headers={"Content-Type": kind}, content=body, heed=heed_fault)


def _from_mime(answer: Answer) -> dict[str, bytes]:
    try:
        return read_parts(answer.content_type, answer.body)
    except NotMultipart:
        raise OutcomeUnknown(NO_ANSWER) from None


def _from_soap(answer: Answer) -> dict[str, bytes]:
    try:
        root, beside = mtom.read(answer.content_type, answer.body)
        body = named(root, "Body")
    except NotSoap:
        raise OutcomeUnknown(NO_ANSWER) from None
    check_fault(body)
    told = {local(part): (part.text or "").encode("latin-1", "replace") for part in body.iter()}
    return told | {"Payload": mtom.payload_in(body, beside)}


def _check_receipt(found: dict[str, bytes]) -> None:
    """A receipt names no error; without an ErrorCode at all it is none."""
    if "ErrorCode" not in found:
        raise OutcomeUnknown(NO_ANSWER)
    check_code(found["ErrorCode"].decode("latin-1").strip())
