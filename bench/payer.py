"""A plan that answers every question alike, for ``bench.verify``: as little as can be beside the worker it answers.

``python -m bench.payer EB SECONDS`` prints its port. It finds trace, name, member ID and birth date in the 270, puts
them into a 271 of EB benefits and answers after SECONDS, in a CORE multipart. GET gives when it saw each trace first.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
import time
from pathlib import Path

SAMPLE = (Path(__file__).parents[1] / "tests" / "data" / "x12" / "bench_60_eb.edi").read_text().strip()
LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
TRACE, MEMBER, BORN = re.compile(rb"TRN\*1\*([^*~]+)"), re.compile(rb"NM1\*IL\*[^~]*"), re.compile(rb"DMG\*D8\*\d{8}")
PARTS = (
    b'--b\r\nContent-Disposition: form-data; name="PayloadType"\r\n\r\nX12_271_Response_005010X279A1\r\n'
    b'--b\r\nContent-Disposition: form-data; name="ErrorCode"\r\n\r\nSuccess\r\n'
    b'--b\r\nContent-Disposition: form-data; name="Payload"\r\n\r\n%s\r\n--b--\r\n'
)
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: %d\r\n\r\n%s"
seen: dict[str, float] = {}


def template(benefits: int) -> bytes:
    """The sample with its first ``benefits`` EB loops, and places for trace, member and birth date."""
    lines = SAMPLE.rstrip("~").split("~")
    starts = [at for at, line in enumerate(lines) if line.startswith("EB*")]
    if benefits < len(starts):
        del lines[starts[benefits] : -3]
    lines[-3] = f"SE*{len(lines) - 4}*0042"
    text = "~".join(lines) + "~"
    text = re.sub(r"TRN\*2\*[^*]+", "TRN*2*%(trace)s", text)
    text = re.sub(r"NM1\*IL\*[^~]*", "%(member)s", text)
    return re.sub(r"DMG\*D8\*\d{8}", "%(born)s", text).encode()


class Plan(asyncio.Protocol):
    def __init__(self, answer: bytes, seconds: float) -> None:
        self.text, self.seconds, self.buffer = answer, seconds, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        head, _, body = self.buffer.partition(b"\r\n\r\n")
        length = LENGTH.search(head)
        if head.startswith(b"GET"):
            self.buffer = b""
            self.say(json.dumps(seen).encode())
        elif length and len(body) >= int(length[1]):
            self.buffer = b""
            self.answer(body)

    def answer(self, question: bytes) -> None:
        trace, member, born = TRACE.search(question), MEMBER.search(question), BORN.search(question)
        assert trace
        assert member
        assert born
        seen.setdefault(trace[1].decode(), time.time())
        told = {b"trace": trace[1], b"member": member[0], b"born": born[0]}
        said = PARTS % (self.text % told)
        if self.seconds:
            asyncio.get_running_loop().call_later(self.seconds, self.say, said)
        else:
            self.say(said)

    def say(self, body: bytes) -> None:
        self.transport.write(HEAD % (len(body), body))


async def serve(benefits: int, seconds: float) -> None:
    text = template(benefits)
    server = await asyncio.get_running_loop().create_server(lambda: Plan(text, seconds), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), float(sys.argv[2])))
