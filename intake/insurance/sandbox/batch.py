"""The sandbox in batch: what is handed in at /batch or /batch/soap is answered when somebody picks it up there."""

from __future__ import annotations

from collections.abc import Callable
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape

from ..clearinghouses import mtom
from ..clearinghouses.core_batch import FUNCTIONAL, PICK_UP, RESULTS, TA1, check_sum
from ..clearinghouses.core_soap import CORE, SECURITY, SOAP, NotSoap, local, named
from ..clearinghouses.mime_parts import NotMultipart, read_parts
from . import core_fields, mime
from .speaking import Reply

KINDS = {RESULTS: "271", FUNCTIONAL: "999", TA1: "TA1"}
ready: dict[str, list[bytes]] = {kind: [] for kind in KINDS.values()}
"""Answers nobody has picked up, in this process, by their kind."""

Answering = Callable[[bytes], tuple[str, bytes]]


def respond(path: str, headers: dict[str, str], body: bytes, answering: Answering) -> Reply:
    """Take a batch in, or give out what is ready."""
    kind = headers.get("content-type", "")
    return _soap(kind, body, answering) if path.endswith("/soap") else _mime(kind, body, answering)


def _mime(kind: str, body: bytes, answering: Answering) -> Reply:
    try:
        parts = read_parts(kind, body)
    except NotMultipart:
        return Reply("text/plain", b"multipart/form-data expected\n", status=400)
    fields = {name: value.decode("latin-1") for name, value in parts.items()}
    return mime.multipart(_told(fields, parts.get("Payload", b""), answering))


def _soap(kind: str, body: bytes, answering: Answering) -> Reply:
    try:
        root, beside = mtom.read(kind, body)
        fields = {local(part): part.text or "" for part in named(root, "Body").iter()}
    except NotSoap:
        return Reply("text/plain", b"SOAP expected\n", status=400)
    told = _told(fields | _token(root), mtom.payload_in(root, beside), answering)
    submitted = "COREEnvelopeBatchSubmission" in fields
    asked = next((element for _, element in PICK_UP.values() if element in fields), "")
    name = "COREEnvelopeBatchSubmissionResponse" if submitted else asked.replace("Request", "Response")
    payload = told.pop("Payload", b"")
    inside = "".join(f"<{key}>{escape(value.decode('latin-1'))}</{key}>" for key, value in told.items())
    inside += f"<Payload>{mtom.INCLUDE}</Payload>" if payload else ""
    envelope = (
        f'<s:Envelope xmlns:s="{SOAP}"><s:Body><c:{name} xmlns:c="{CORE}">{inside}</c:{name}></s:Body></s:Envelope>'
    ).encode()
    if not payload:
        return Reply("application/soap+xml; charset=UTF-8", envelope)
    return Reply(*mtom.write(envelope, payload, "BatchResultsRetrievalTransactionResponse"))


def _token(root: Element) -> dict[str, str]:
    token = {local(part): part.text or "" for part in root.iter() if part.tag.startswith(f"{{{SECURITY}}}")}
    return {"UserName": token.get("Username", ""), "Password": token.get("Password", "")}


def _told(fields: dict[str, str], payload: bytes, answering: Answering) -> dict[str, bytes]:
    """The fields of the answer."""
    fault = core_fields.batch_fault_of(fields)
    if fault:
        return core_fields.refused(fault)
    if kind := KINDS.get(fields["PayloadType"]):
        content = b"".join(ready[kind])
        ready[kind].clear()
        told = core_fields.answered(kind, content)
        return told if content else {name: value for name, value in told.items() if name != "Payload"}
    if fields.get("CheckSum") != check_sum(payload) or fields.get("PayloadLength") != str(len(payload)):
        return core_fields.refused("CheckSumMismatched")
    kind, content = answering(payload)
    ready[kind].append(content)
    return core_fields.answered("271", b"") | {"PayloadType": b"X12_BatchReceiptConfirmation", "Payload": b""}
