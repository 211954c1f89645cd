"""Keys come from the environment, a file or a command; without good ones nothing starts, and the reason is plain."""

from __future__ import annotations

import base64
import os
import secrets
import shlex
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.test import override_settings

from helpline.local import CHECKOUT
from helpline.vault import keys as vault_keys
from helpline.vault.keys import NoKeys, read_keys


def key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


K1, K2, INDEX, INDEX_2 = key(), key(), key(), key()
NOTHING = dict.fromkeys(
    ("VAULT_KEYS", "VAULT_KEYS_FILE", "VAULT_INDEX_KEYS", "VAULT_INDEX_KEY", "VAULT_INDEX_KEY_FILE"), ""
)


def read(**given: str | float) -> vault_keys.Keys:
    with override_settings(**{**NOTHING, "VAULT_INDEX_KEY": INDEX, **given}):
        from django.conf import settings

        return read_keys(settings)


def kept_in(folder: Path, text: str | bytes, mode: int = 0o600) -> str:
    path = folder / secrets.token_hex(4)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    path.chmod(mode)
    return str(path)


def test_from_the_environment_and_from_a_file_alike(tmp_path: Path) -> None:
    said = read(VAULT_KEYS=f"k2:{K2}, k1:{K1}")
    filed = read(
        VAULT_KEYS_FILE=kept_in(tmp_path, f"k2:{K2}\nk1:{K1}\n"),
        VAULT_INDEX_KEY="",
        VAULT_INDEX_KEY_FILE=kept_in(tmp_path, f"{INDEX}\n"),
    )
    assert said == filed
    assert (said.ring.current, list(said.ring.keys)) == ("k2", ["k2", "k1"])


def test_index_keys_are_a_list_newest_first() -> None:
    found = read(VAULT_KEYS=f"k1:{K1}", VAULT_INDEX_KEY="", VAULT_INDEX_KEYS=f"{INDEX_2},{INDEX}")
    assert found.index == (base64.b64decode(INDEX_2), base64.b64decode(INDEX))


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({}, "VAULT_KEYS_FILE"),
        ({"VAULT_KEYS": f"k1:{K1}", "VAULT_KEYS_FILE": "/nowhere"}, "both set"),
        ({"VAULT_KEYS_FILE": "/nowhere/keys"}, "No such file"),
        ({"VAULT_KEYS": "k1:change-me"}, "base64 of 32 bytes"),
        ({"VAULT_KEYS": "k1:" + base64.b64encode(bytes(32)).decode()}, "placeholder"),
        ({"VAULT_KEYS": f"k1:{K1}", "VAULT_INDEX_KEY": K1}, "stands twice"),
        ({"VAULT_KEYS": f"k1:{K1}", "VAULT_INDEX_KEYS": INDEX_2}, "both set"),
        ({"VAULT_KEYS": f"k1:{K1}", "VAULT_KMS_ADAPTER": "no.such.adapter"}, "VAULT_KMS_ADAPTER"),
    ],
)
def test_what_cannot_be_used_is_refused_with_what_to_mend(given: dict[str, str], says: str) -> None:
    with pytest.raises(NoKeys, match=says) as refused:
        read(**given)
    assert K1 not in str(refused.value)


@pytest.mark.parametrize("mode", [0o640, 0o604])
def test_a_key_file_that_others_may_read_is_refused(tmp_path: Path, mode: int, monkeypatch: pytest.MonkeyPatch) -> None:
    path = kept_in(tmp_path, f"k1:{K1}", mode)
    with pytest.raises(NoKeys, match="chmod 600"):
        read(VAULT_KEYS_FILE=path)
    monkeypatch.setattr(vault_keys, "MOUNTS", (tmp_path,))
    assert read(VAULT_KEYS_FILE=path).ring.current == "k1"


def unwrapping(tmp_path: Path, code: str, **more: str | float) -> vault_keys.Keys:
    """Keys wrapped by a stand-in for a key service (every byte turned over) and unwrapped by a command."""
    wrapped = [bytes(255 - byte for byte in text.encode()) for text in (f"k2:{K2}\nk1:{K1}", INDEX)]
    files = [kept_in(tmp_path, one, 0o644) for one in wrapped]
    return read(
        VAULT_KEYS_FILE=files[0],
        VAULT_INDEX_KEY="",
        VAULT_INDEX_KEY_FILE=files[1],
        VAULT_KMS_ADAPTER="helpline.vault.keys.by_command",
        VAULT_KMS_COMMAND=f"{shlex.quote(sys.executable)} -c {shlex.quote(code)}",
        **more,
    )


UNWRAPS = "import sys; sys.stdout.buffer.write(bytes(255 - b for b in sys.stdin.buffer.read()))"


def test_wrapped_keys_are_unwrapped_by_a_command(tmp_path: Path) -> None:
    assert unwrapping(tmp_path, UNWRAPS) == read(VAULT_KEYS=f"k2:{K2},k1:{K1}")


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("import sys; sys.exit('AccessDenied: not allowed to use this key')", "AccessDenied: not allowed"),
        ("", "holds no key|VAULT_KEYS"),
        ("print('k1:nonsense')", "base64 of 32 bytes"),
        ("import sys; sys.stdout.buffer.write(bytes(200))", "VAULT_KEYS|text"),
    ],
)
def test_a_command_that_fails_is_quoted_to_the_operator(tmp_path: Path, code: str, says: str) -> None:
    with pytest.raises(NoKeys, match=says):
        unwrapping(tmp_path, code)


def test_a_command_that_hangs_is_ended_with_all_it_started(tmp_path: Path) -> None:
    mark = tmp_path / "still-here"
    code = f"import subprocess; subprocess.run(['sh', '-c', 'sleep 2; touch {mark}'])"
    before = time.monotonic()
    with pytest.raises(NoKeys, match=r"VAULT_KMS_SECONDS"):
        unwrapping(tmp_path, code, VAULT_KMS_SECONDS=0.3)
    assert time.monotonic() - before < 1.5
    time.sleep(2.2)
    assert not mark.exists()


@pytest.mark.parametrize(
    "given", [{"VAULT_KEYS": ""}, {"VAULT_KEYS": "k1:change-me"}, {"VAULT_INDEX_KEY": "short"}], ids=str
)
def test_no_process_starts_without_good_keys(given: dict[str, str]) -> None:
    """As granian, uvicorn and Celery start: Django is set up, before anything listens."""
    done = subprocess.run(
        [sys.executable, "-c", "import helpline.wsgi"],
        cwd=CHECKOUT,
        env={**os.environ, **given},
        capture_output=True,
        text=True,
    )
    assert done.returncode != 0
    assert "NoKeys" in done.stderr
    assert next(iter(given)) in done.stderr
