"""The sandbox behind real TLS that asks for a client certificate of its own authority."""

from __future__ import annotations

import asyncio
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from intake.insurance.clearinghouses import roads, tls
from intake.insurance.clearinghouses.errors import FixConfiguration, OutcomeUnknown, TryAgain
from intake.insurance.clearinghouses.posting import open_client
from intake.insurance.clearinghouses.road import Road
from intake.insurance.clearinghouses.trying import Stage, walk
from intake.insurance.x12 import ReplyKind, read_reply, write_270
from tests.insurance.clearinghouses.certificates import Authority
from tests.insurance.clearinghouses.conftest import ROOT
from tests.insurance.x12.asking import DANIEL, ENVELOPE
from tests.ports import free_port

THEIRS, STRANGER = Authority("clearinghouse"), Authority("stranger")


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Road]:
    folder, port = tmp_path_factory.mktemp("tls"), free_port()
    certificate, key = THEIRS.vouch("server")
    files = {"server.pem": certificate, "server.key": key, "authority.pem": THEIRS.pem}
    for name, text in files.items():
        (folder / name).write_text(text)
    process = _serve(folder, port)
    ours = THEIRS.vouch("helpline")
    try:
        yield Road(
            kind="core_soap", url=f"https://127.0.0.1:{port}/core/soap", sender_id="HELPLINE", receiver_id="CLEARHOUSE",
            user_name="helpline", password="sandbox", allowed_hosts=frozenset({"127.0.0.1"}), total_seconds=10,
            certificate=ours[0], private_key=ours[1], authorities=THEIRS.pem,
        )  # fmt: skip
    finally:
        process.terminate()
        process.wait(10)


def _serve(folder: Path, port: int) -> subprocess.Popen[bytes]:
    # granian, since uvicorn hangs up on a stranger without the alert that says why
    command = [sys.executable, "-m", "granian", "--interface", "asgi", "intake.insurance.sandbox.app:app"]
    command += ["--port", str(port), "--ssl-certificate", str(folder / "server.pem")]
    command += ["--ssl-keyfile", str(folder / "server.key"), "--ssl-ca", str(folder / "authority.pem")]
    process = subprocess.Popen([*command, "--ssl-client-verify", "--log-level", "critical"], cwd=ROOT)
    until = time.monotonic() + 20
    while time.monotonic() < until and process.poll() is None:
        try:
            ssl.get_server_certificate(("127.0.0.1", port), timeout=1)
        except ssl.SSLError:
            return process  # it is there, and refuses whoever shows nothing
        except OSError:
            time.sleep(0.05)
        else:
            return process
    raise AssertionError("the guarded sandbox did not start")


def ask(road: Road) -> bytes:
    async def go() -> bytes:
        async with open_client() as client:
            return await roads.ask(road, write_270(DANIEL, ENVELOPE), client=client)

    return asyncio.run(go())


def test_with_our_certificate_the_plan_answers(guarded: Road) -> None:
    assert read_reply(ask(guarded)).kind is ReplyKind.ELIGIBILITY


@pytest.mark.parametrize("shown", ["nothing", "a stranger's", "one that ran out"])
def test_another_certificate_or_none_gets_no_answer(guarded: Road, shown: str) -> None:
    pairs = {
        "nothing": ("", ""),
        "a stranger's": STRANGER.vouch("helpline"),
        "one that ran out": THEIRS.vouch("helpline", days=-1),
    }
    certificate, key = pairs[shown]
    # TLS 1.3 refuses us when we may have begun to send; whether its reason arrives before the break is chance
    with pytest.raises((FixConfiguration, OutcomeUnknown)):
        ask(replace(guarded, certificate=certificate, private_key=key))


@pytest.mark.parametrize("authorities", ["", STRANGER.pem])
def test_a_server_nobody_vouches_for_gets_nothing(guarded: Road, authorities: str) -> None:
    with pytest.raises(TryAgain, match="not one we trust"):
        ask(replace(guarded, authorities=authorities))


def test_what_an_admin_may_paste_is_checked() -> None:
    certificate, key = THEIRS.vouch("helpline", days=10)
    tls.check_pair(certificate, key)
    left = tls.expires(certificate) - datetime.now(UTC)
    assert timedelta(days=9) < left < timedelta(days=11)
    for bad, said in (((certificate, THEIRS.vouch("x")[1]), "not that of"), ((certificate, "key"), "private key")):
        with pytest.raises(tls.BadCertificate, match=said):
            tls.check_pair(*bad)
    with pytest.raises(tls.BadCertificate):
        tls.check_authorities("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")


def test_a_pair_that_does_not_fit_asks_nobody(guarded: Road) -> None:
    with pytest.raises(FixConfiguration, match="cannot be used"):
        ask(replace(guarded, private_key=STRANGER.vouch("x")[1]))


def test_a_key_is_not_in_the_representation(guarded: Road) -> None:
    assert "PRIVATE KEY" not in repr(guarded)


@pytest.mark.parametrize(
    ("changes", "stage", "good", "said"),
    [
        ({}, Stage.QUESTION, True, "took the question"),
        ({"certificate": "", "private_key": ""}, Stage.ENCRYPTION, False, "certificate"),
        ({"authorities": STRANGER.pem}, Stage.ENCRYPTION, False, "not one we trust"),
    ],
)
def test_a_walk_says_what_is_wrong_with_a_certificate(
    guarded: Road, changes: dict[str, str], stage: Stage, good: bool, said: str
) -> None:
    last = walk(replace(guarded, **changes), write_270(DANIEL, ENVELOPE)).steps[-1]
    assert (last.stage, last.good) == (stage, good)
    assert said in last.words
