"""The sandbox payer as a real uvicorn process on a free loopback port."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from intake.insurance.clearinghouses.road import Road
from tests.ports import free_port

ROOT = Path(__file__).parents[3]


def wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    """Until the sandbox answers, or its process has died, or 20 seconds are over."""
    until = time.monotonic() + 20
    while time.monotonic() < until and process.poll() is None:
        try:
            if httpx.get(url, timeout=1).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    raise AssertionError("the sandbox payer did not start")


@contextmanager
def running(**changes: str) -> Iterator[str]:
    """Base address of a sandbox that runs meanwhile, with these variables beside its usual ones."""
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "intake.insurance.sandbox.app:app", "--port", str(port)]
    environment = os.environ | {"SANDBOX_USER": "helpline"} | changes
    process = subprocess.Popen([*command, "--log-level", "warning"], cwd=ROOT, env=environment)
    try:
        wait_for(f"http://127.0.0.1:{port}/health", process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)


@pytest.fixture(scope="session")
def sandbox() -> Iterator[str]:
    """One whose slow member takes 0.4 seconds."""
    with running(SANDBOX_SLOW_SECONDS="0.4", SANDBOX_DRIP_SECONDS="0.02") as address:
        yield address


@pytest.fixture(scope="session")
def unhurried() -> Iterator[str]:
    """One as slow as it says."""
    with running() as address:
        yield address


PATHS = {"core_mime": "/core", "core_soap": "/core/soap", "json_api": "/change/medicalnetwork/eligibility/v3/raw-x12"}


@pytest.fixture(params=sorted(PATHS))
def road(request: pytest.FixtureRequest, sandbox: str) -> Road:
    """The road to the running sandbox, by each protocol."""
    return Road(
        kind=request.param,
        url=f"{sandbox}{PATHS[request.param]}",
        sender_id="HELPLINE",
        receiver_id="CLEARHOUSE",
        user_name="helpline",
        password="sandbox",
        allowed_hosts=frozenset({"127.0.0.1"}),
        plain_http=True,
        total_seconds=5,
    )
