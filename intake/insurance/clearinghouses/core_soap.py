"""CAQH CORE Connectivity vC2.2.0, real time, SOAP 1.2 (ELIGIBILITY.md 4.12).

One POST with the envelope's fields as elements, the 270 as CDATA, name and password in a WS-Security UsernameToken. A
refusal comes as an ErrorCode in a good envelope or as a SOAP Fault, often with a bad HTTP status.
"""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError
from xml.sax.saxutils import escape

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from .core_envelope import CODE, fields, payload_of
from .errors import FixConfiguration, NotSignedIn, OutcomeUnknown
from .posting import Client, is_x12, post
from .road import Road

SOAP = "http://www.w3.org/2003/05/soap-envelope"
CORE = "http://www.caqh.org/SOAP/WSDL/CORERule2.2.0.xsd"
WSS = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-"
SECURITY = f"{WSS}wssecurity-secext-1.0.xsd"
PASSWORD_TEXT = f"{WSS}username-token-profile-1.0#PasswordText"
CONTENT_TYPE = 'application/soap+xml; charset=UTF-8; action="RealTimeTransaction"'
# A Fault names the one at fault: SOAP 1.2 says Receiver, 1.1 Server
THEIRS = frozenset({"receiver", "server"})
REFUSED_US = frozenset({"failedauthentication", "failedcheck", "invalidsecurity", "invalidsecuritytoken"})


class NotSoap(ValueError):
    """The body is no XML that may be read, or has no element we look for."""


async def ask(road: Road, payload: bytes, *, payload_id: str, client: Client) -> bytes:
    """Send one 270 and return the payload that came back (a 271, 999 or TA1, unread).

    `payload_id` is a fresh UUID as text. Raises as `posting.post`, and `FixConfiguration` for an envelope refused.
    """
    text = payload.decode("ascii").replace("]]>", "]]]]><![CDATA[>")
    envelope = write_envelope(road, "COREEnvelopeRealTimeRequest", fields(road, payload_id), f"<![CDATA[{text}]]>")
    answer = await post(road, client, headers={"Content-Type": CONTENT_TYPE}, content=envelope, heed=heed_fault)
    # Some servers send the 271 without any envelope
    if is_x12(answer.body):
        return answer.body
    try:
        body = read_body(answer.body)
    except NotSoap:
        raise OutcomeUnknown("The clearinghouse answered with something that is not an answer.") from None
    check_fault(body)
    return payload_of({local(part): (part.text or "").encode("latin-1", "replace") for part in body.iter()})


def write_envelope(road: Road, request: str, values: dict[str, str], payload: str = "") -> bytes:
    """The SOAP message; `payload` is XML, and without it there is no such element. Without a user name (a client
    certificate says who we are) there is no header."""
    inside = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in values.items())
    inside += f"<Payload>{payload}</Payload>" if payload else ""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><soap:Envelope xmlns:soap="{SOAP}">{_security(road)}<soap:Body>'
        f'<core:{request} xmlns:core="{CORE}">{inside}</core:{request}></soap:Body></soap:Envelope>'
    ).encode()


def _security(road: Road) -> str:
    if not road.user_name:
        return ""
    return (
        f'<soap:Header><wsse:Security soap:mustUnderstand="true" xmlns:wsse="{SECURITY}"><wsse:UsernameToken>'
        f"<wsse:Username>{escape(road.user_name)}</wsse:Username>"
        f'<wsse:Password Type="{PASSWORD_TEXT}">{escape(road.password)}</wsse:Password>'
        "</wsse:UsernameToken></wsse:Security></soap:Header>"
    )


def read_body(raw: bytes) -> Element:
    """The Body of a SOAP message. Raises `NotSoap`."""
    return named(read_root(raw), "Body")


def read_root(raw: bytes) -> Element:
    """The whole message; one with entities or a document type is not read. Raises `NotSoap`."""
    try:
        root: Element = fromstring(raw, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        raise NotSoap from None
    return root


def named(root: Element, name: str) -> Element:
    """The first element of this local name, whatever its prefix. Raises `NotSoap`."""
    for part in root.iter():
        if local(part) == name:
            return part
    raise NotSoap


def local(part: Element) -> str:
    return part.tag.rpartition("}")[2]


def heed_fault(raw: bytes) -> None:
    """What a body with a bad HTTP status says, if it is a Fault. Raises as `check_fault`."""
    try:
        check_fault(read_body(raw))
    except NotSoap:
        return


def check_fault(body: Element) -> None:
    """A Fault of ours is `FixConfiguration`, one of theirs `OutcomeUnknown`; only codes are told, never the reason."""
    try:
        codes = list(_codes(named(body, "Fault")))
    except NotSoap:
        return
    name = next((code for code in codes if CODE.fullmatch(code)), "unreadable")
    lower = {code.lower() for code in codes}
    if lower & REFUSED_US:
        raise NotSignedIn("The clearinghouse refused our name or password (SOAP fault).")
    if lower & THEIRS:
        raise OutcomeUnknown(f"The clearinghouse could not process our question (SOAP fault {name}).")
    raise FixConfiguration(f"The clearinghouse refused our envelope (SOAP fault {name}).")


def _codes(fault: Element) -> Iterator[str]:
    """The codes of a Fault without their prefix, the general one first."""
    for part in fault.iter():
        if local(part) in ("Value", "faultcode"):
            yield (part.text or "").strip().rpartition(":")[2]
