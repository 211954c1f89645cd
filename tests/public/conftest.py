"""A real server over a database of its own, for browsers and for posts at the same moment."""

from collections.abc import Iterator

import pytest
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.test.testcases import LiveServerThread


@pytest.fixture
def site(fresh_database: str) -> Iterator[str]:
    server = LiveServerThread("localhost", StaticFilesHandler, connections_override={})
    server.start()
    server.is_ready.wait(10)
    yield f"http://localhost:{server.port}"
    server.terminate()
