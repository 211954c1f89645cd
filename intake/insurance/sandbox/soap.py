"""The sandbox speaking CAQH CORE vC2.2.0 real time in SOAP 1.2: bad credentials and no SOAP are Faults."""

from __future__ import annotations

from xml.sax.saxutils import escape

from ..clearinghouses.core_soap import CORE, SECURITY, SOAP, NotSoap, local, named, read_root
from . import core_fields
from .speaking import NotTaken, Reply

KIND = "application/soap+xml; charset=UTF-8"


def taken(headers: dict[str, str], body: bytes) -> tuple[bytes, str | None]:
    """The 270 and its sender, out of a SOAP message."""
    if headers.get("content-type", "").partition(";")[0].strip().lower() != "application/soap+xml":
        raise NotTaken(Reply("text/plain", b"application/soap+xml expected\n", status=415))
    try:
        root = read_root(body)
        request = named(named(root, "Body"), "COREEnvelopeRealTimeRequest")
    except NotSoap:
        raise NotTaken(_fault("Sender", "", 400)) from None
    fields = {local(part): (part.text or "") for part in request}
    token = {local(part): (part.text or "") for part in root.iter() if part.tag.startswith(f"{{{SECURITY}}}")}
    fault = core_fields.fault_of(
        {**fields, "UserName": token.get("Username", ""), "Password": token.get("Password", "")}
    )
    if fault == "UnAuthorized":
        raise NotTaken(_fault("Sender", "wsse:FailedAuthentication", 500))
    if fault:
        raise NotTaken(_envelope(core_fields.refused(fault)))
    return fields["Payload"].encode("ascii", "replace"), fields["SenderID"]


def given(kind: str, payload: bytes) -> Reply:
    """Any payload, as CDATA."""
    return _envelope(core_fields.answered(kind, payload))


def _envelope(fields: dict[str, bytes]) -> Reply:
    inside = "".join(f"<{name}>{_text(name, value.decode('latin-1'))}</{name}>" for name, value in fields.items())
    return _message(f'<c:COREEnvelopeRealTimeResponse xmlns:c="{CORE}">{inside}</c:COREEnvelopeRealTimeResponse>')


def _text(name: str, value: str) -> str:
    return f"<![CDATA[{value}]]>" if name == "Payload" else escape(value)


def _fault(code: str, subcode: str, status: int) -> Reply:
    inner = f"<s:Subcode><s:Value>{subcode}</s:Value></s:Subcode>" if subcode else ""
    return _message(
        f'<s:Fault xmlns:wsse="{SECURITY}"><s:Code><s:Value>s:{code}</s:Value>{inner}</s:Code>'
        '<s:Reason><s:Text xml:lang="en">refused</s:Text></s:Reason></s:Fault>',
        status,
    )


def _message(body: str, status: int = 200) -> Reply:
    text = f'<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="{SOAP}"><s:Body>{body}</s:Body></s:Envelope>'
    return Reply(KIND, text.encode(), status)
