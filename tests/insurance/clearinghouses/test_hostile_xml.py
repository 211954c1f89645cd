"""XML from a payer that means harm ends as an error of ours: nothing is expanded, fetched or read from the disk."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from intake.insurance.clearinghouses import mtom, roads
from intake.insurance.clearinghouses.core_soap import SOAP
from intake.insurance.clearinghouses.errors import OutcomeUnknown
from tests.insurance.clearinghouses.test_core_batch import along, submit
from tests.insurance.clearinghouses.test_core_mime import answering, http
from tests.insurance.clearinghouses.test_core_soap import XML, ask

LAUGHS = "".join(f'<!ENTITY l{at} "{f"&l{at - 1};" * 10}">' for at in range(1, 10))
HARM = {
    "entities in entities": (f'<!DOCTYPE z [<!ENTITY l0 "ISA*00*">{LAUGHS}]>', "&l9;"),
    "one long entity many times": (f'<!DOCTYPE z [<!ENTITY a "{"A" * 50_000}">]>', "&a;" * 2_000),
    "a file of ours": ("<!DOCTYPE z [<!ENTITY f SYSTEM 'file://FILE'>]>", "&f;"),
    "an address": ("<!DOCTYPE z [<!ENTITY f SYSTEM 'http://127.0.0.1:PORT/'>]>", "&f;"),
    "a parameter entity": ("<!DOCTYPE z [<!ENTITY % p SYSTEM 'http://127.0.0.1:PORT/x'> %p;]>", "ISA*00*"),
    "a document type elsewhere": ("<!DOCTYPE z SYSTEM 'http://127.0.0.1:PORT/x'>", "ISA*00*"),
    "a document type alone": ("<!DOCTYPE z>", "ISA*00*"),
}
ROADS: dict[str, Callable[[bytes], object]] = {
    "in real time": lambda envelope: ask(answering(http("200 OK", envelope, XML))),
    "refused in real time": lambda envelope: ask(answering(http("500 Internal Server Error", envelope, XML))),
    "sending a batch": lambda envelope: along(http("200 OK", envelope, XML), "soap_batch", submit),
    "fetching a batch": lambda envelope: along(http("200 OK", envelope, XML), "soap_batch", roads.pick_up),
    "fetching one with parts": lambda envelope: along(parts(envelope), "soap_batch", roads.pick_up),
}


def parts(envelope: bytes) -> bytes:
    kind, body = mtom.write(envelope, b"ISA*00*", "x")
    return http("200 OK", body, f"Content-Type: {kind}")


@pytest.fixture
def nobody_knocks() -> Iterator[int]:
    """A port of this machine that nobody may connect to while the test runs."""
    with socket.create_server(("127.0.0.1", 0)) as trap:
        trap.setblocking(False)
        yield trap.getsockname()[1]
        with pytest.raises(BlockingIOError):
            trap.accept()


@pytest.mark.parametrize("road", ROADS)
@pytest.mark.parametrize("harm", HARM)
def test_it_is_an_error_and_reads_nothing(harm: str, road: str, tmp_path: Path, nobody_knocks: int) -> None:
    file = tmp_path / "ours"
    file.write_text("ISA*00*ours")
    before, inside = (part.replace("FILE", str(file)).replace("PORT", str(nobody_knocks)) for part in HARM[harm])
    told = f"<ErrorCode>Success</ErrorCode><Payload>{inside}</Payload>"
    envelope = f'{before}<e:Envelope xmlns:e="{SOAP}"><e:Body>{told}</e:Body></e:Envelope>'
    with pytest.raises(OutcomeUnknown) as caught:
        ROADS[road](envelope.encode())
    assert "ISA" not in str(caught.value)
