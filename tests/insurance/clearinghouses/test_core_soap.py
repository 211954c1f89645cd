"""The SOAP road against a server that says exactly what each test tells it to."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from intake.insurance.clearinghouses import core_soap
from intake.insurance.clearinghouses.core_soap import CORE, SECURITY, SOAP, local, named, read_root
from intake.insurance.clearinghouses.errors import ClearinghouseError, FixConfiguration, OutcomeUnknown, TryAgain
from intake.insurance.clearinghouses.posting import open_client
from intake.insurance.sandbox.core_fields import REQUIRED
from tests.insurance.clearinghouses.test_core_mime import ISA, Streams, answering, http
from tests.insurance.clearinghouses.test_core_mime import local as road_to

XML = "Content-Type: application/soap+xml; charset=UTF-8"


def soap(inside: str, status: str = "200 OK", before: str = "") -> bytes:
    body = f'{before}<e:Envelope xmlns:e="{SOAP}"><e:Body>{inside}</e:Body></e:Envelope>'
    return http(status, body.encode(), XML)


def response(**fields: str) -> bytes:
    inside = "".join(f"<{name}>{value}</{name}>" for name, value in fields.items())
    return soap(f'<c:COREEnvelopeRealTimeResponse xmlns:c="{CORE}">{inside}</c:COREEnvelopeRealTimeResponse>')


def fault(code: str, subcode: str, status: str) -> bytes:
    return soap(
        f"<e:Fault><e:Code><e:Value>e:{code}</e:Value><e:Subcode><e:Value>wsse:{subcode}</e:Value></e:Subcode></e:Code>"
        "<e:Reason><e:Text>JANE DOE</e:Text></e:Reason></e:Fault>",
        status,
    )


def ask(serve: Streams, **changes: object) -> bytes:
    async def go() -> bytes:
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        road = replace(road_to(server.sockets[0].getsockname()[1]), kind="core_soap", **changes)
        async with server, open_client() as client:
            return await core_soap.ask(road, b"ISA*A<B&C]]>~", payload_id="an-id", client=client)

    return asyncio.run(go())


BOMB = '<!DOCTYPE z [<!ENTITY a "ISA*00*"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    ("raw", "error"),
    [
        (response(ErrorCode="Success"), OutcomeUnknown),
        (response(ErrorCode="UnAuthorized", ErrorMessage="JANE DOE"), FixConfiguration),
        (response(ErrorCode="ServiceUnavailable"), TryAgain),
        (response(ErrorCode="JANE DOE"), FixConfiguration),
        (fault("Sender", "FailedAuthentication", "500 Internal Server Error"), FixConfiguration),
        (fault("Receiver", "FailedAuthentication", "500 Internal Server Error"), FixConfiguration),
        (fault("Receiver", "Busy", "500 Internal Server Error"), OutcomeUnknown),
        (fault("VersionMismatch", "", "400 Bad Request"), FixConfiguration),
        (fault("Sender", "", "200 OK"), FixConfiguration),
        (soap("<faultless/>", "500 Internal Server Error"), OutcomeUnknown),
        (soap("<p:Other xmlns:p='x'/>"), OutcomeUnknown),
        (soap("<Payload>&b;</Payload>", before=BOMB), OutcomeUnknown),
        (http("200 OK", b"<html>sorry", "Content-Type: text/html"), OutcomeUnknown),
        (http("200 OK", b"\xff\xfe<", XML), OutcomeUnknown),
        (http("200 OK", b'<?xml version="1.0" encoding="klingon"?><a/>', XML), OutcomeUnknown),
        (http("503 Service Unavailable", b"<html>"), TryAgain),
    ],
)
def test_each_refusal_has_its_error_and_no_secret_in_it(raw: bytes, error: type[ClearinghouseError]) -> None:
    with pytest.raises(error) as caught:
        ask(answering(raw))
    for secret in ("very-secret", "ISA", "JANE", "an-id"):
        assert secret not in str(caught.value)


def test_the_payload_is_found_whatever_the_prefix_and_the_order() -> None:
    assert ask(answering(response(Payload=ISA.decode(), ErrorCode="Success"))) == ISA
    assert ask(answering(response(Payload=f"<![CDATA[{ISA.decode()}]]>"))) == ISA
    assert ask(answering(http("200 OK", ISA, "Content-Type: application/edi-x12"))) == ISA


def sent(**changes: object) -> tuple[bytes, bytes]:
    seen: list[bytes] = []
    ask(answering(response(Payload=ISA.decode()), seen), **changes)
    return seen[0].lower(), seen[1]


def test_the_request_has_every_field_of_the_rule_in_its_order_and_the_password_in_the_header() -> None:
    head, body = sent(user_name="us & co", password="p<w>")
    assert b'content-type: application/soap+xml; charset=utf-8; action="realtimetransaction"' in head
    root = read_root(body)
    request = named(named(root, "Body"), "COREEnvelopeRealTimeRequest")
    assert request.tag == f"{{{CORE}}}COREEnvelopeRealTimeRequest"
    fields = {part.tag: part.text for part in request}
    assert list(fields) == [*REQUIRED[:-1], "CORERuleVersion", "Payload"]
    assert (fields["PayloadID"], fields["Payload"]) == ("an-id", "ISA*A<B&C]]>~")
    token = named(named(root, "Header"), "UsernameToken")
    assert token.tag == f"{{{SECURITY}}}UsernameToken"
    assert {local(part): part.text for part in token} == {
        "Username": "us & co",
        "Password": "p<w>",  # pragma: allowlist secret
    }


def test_without_a_user_name_there_is_no_security_header() -> None:
    assert b"Security" not in sent(user_name="")[1]
