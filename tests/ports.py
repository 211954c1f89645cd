"""Free ports for the servers that tests start."""

from __future__ import annotations

import random
import socket
from collections.abc import Iterator
from contextlib import closing


def _below_the_systems_own() -> Iterator[int]:
    """Ports that no outgoing connection is given (Linux takes those from 32768 up), each once in this process.

    A port that the system picks by ``bind(0)`` may go to any connection made before the server that wants it listens.
    """
    ports = list(range(20_000, 32_000))
    random.SystemRandom().shuffle(ports)
    yield from ports


_ports = _below_the_systems_own()


def free_port() -> int:
    """A port of 127.0.0.1 on which nothing listens, by TCP or UDP."""
    for port in _ports:
        with closing(socket.socket()) as stream, closing(socket.socket(type=socket.SOCK_DGRAM)) as datagram:
            try:
                stream.bind(("127.0.0.1", port))
                datagram.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise OSError("no free port left between 20000 and 32000")
