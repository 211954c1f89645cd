"""Where the keys come from: the environment, a file, or either of them wrapped by a key service.

Which of them is a matter of settings, all explained in ``.env.example``:

- ``VAULT_KEYS`` or ``VAULT_KEYS_FILE``: the keys that seal, ``<id>:<base64 of 32 bytes>``, newest first.
- ``VAULT_INDEX_KEYS``, ``VAULT_INDEX_KEY`` or ``VAULT_INDEX_KEY_FILE``: those of the blind indexes, newest first.
- ``VAULT_KMS_ADAPTER``: the dotted path of an ``Adapter``, which turns what is kept there into keys in clear.

Keys are read once, when a process starts (``VaultConfig.ready``): a process without usable keys never serves a page.
"""

from __future__ import annotations

import os
import re
import shlex
import signal
import stat
import subprocess
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from helpline.vault.sealing import BadKeyring, Keyring, decode_key

# Docker, Podman and Kubernetes mount secrets here, readable to the container's one account and often marked for all
MOUNTS = (Path("/run/secrets"), Path("/var/run/secrets"))
LONGEST_FILE = 64 * 1024


class NoKeys(ImproperlyConfigured):
    """There are no usable keys; the message says to an operator which setting to mend, and never shows a key."""


class Adapter(Protocol):
    """One verb, a plain function: the keys in clear, as text, of what is kept in the setting or file ``what``.

    Called once for the sealing keys and once for the index keys, when a process starts. Raises ``NoKeys``.
    """

    def __call__(self, kept: bytes, what: str) -> str: ...


@dataclass(frozen=True)
class Keys:
    ring: Keyring
    index: tuple[bytes, ...]  # the first one makes blind indexes, all of them find


@lru_cache(maxsize=1)
def keys() -> Keys:
    """The keys of this process. Raises ``NoKeys``."""
    return read_keys(settings)


def read_keys(config: Any) -> Keys:
    """The keys that ``config`` (Django's settings) names. Raises ``NoKeys``."""
    try:
        adapter: Adapter = import_string(config.VAULT_KMS_ADAPTER)
    except ImportError as error:
        raise NoKeys(f"VAULT_KMS_ADAPTER names nothing that can be imported: {error}") from None
    sealing = _entries(config, adapter, "VAULT_KEYS", "VAULT_KEYS_FILE")
    index = _entries(config, adapter, "VAULT_INDEX_KEYS", "VAULT_INDEX_KEY", "VAULT_INDEX_KEY_FILE")
    try:
        ring = Keyring.from_settings(sealing)
        decoded = tuple(decode_key(entry, f"VAULT_INDEX_KEYS, key {at}") for at, entry in enumerate(index, 1))
    except BadKeyring as error:
        raise NoKeys(str(error)) from None
    everything = [*ring.keys.values(), *decoded]
    if len(set(everything)) != len(everything):
        raise NoKeys("The same key stands twice in VAULT_KEYS and VAULT_INDEX_KEYS: make one for each.")
    return Keys(ring, decoded)


def _entries(config: Any, adapter: Adapter, *names: str) -> list[str]:
    """What exactly one of the settings ``names`` holds, split at commas and line ends."""
    given = [name for name in names if getattr(config, name)]
    if len(given) != 1:
        problem = "None of them is set" if not given else f"{' and '.join(given)} are both set"
        raise NoKeys(f"Set one of {', '.join(names)} (see .env.example). {problem}.")
    what, value = given[0], getattr(config, given[0])
    kept = _read(Path(value), what, in_clear=adapter is as_they_stand) if what.endswith("_FILE") else value.encode()
    entries = [entry for entry in re.split(r"[,\s]+", adapter(kept, what)) if entry]
    if not entries:
        raise NoKeys(f"{what} holds no key.")
    return entries


def _read(path: Path, what: str, *, in_clear: bool) -> bytes:
    """A key file. One in clear that others may read is refused, except where a container's secrets are mounted."""
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            mounted = any(path.resolve().is_relative_to(mount) for mount in MOUNTS)
            if in_clear and not mounted and mode & (stat.S_IRWXG | stat.S_IRWXO):
                raise NoKeys(f"{what}: others may read {path}. Run: chmod 600 {path}")
            return file.read(LONGEST_FILE)
    except OSError as error:
        raise NoKeys(f"{what}: {path} cannot be read ({error.strerror}).") from None


def as_they_stand(kept: bytes, what: str) -> str:
    """The adapter of those who need none: the keys are kept in clear."""
    try:
        return kept.decode("ascii")
    except UnicodeDecodeError:
        raise NoKeys(f"{what} is not text. If it is wrapped, set VAULT_KMS_ADAPTER and VAULT_KMS_COMMAND.") from None


def by_command(kept: bytes, what: str) -> str:
    """Envelope encryption: ``VAULT_KMS_COMMAND`` gets the wrapped keys on its standard input and writes them in clear.

    The key that wraps stays wherever that command keeps it: a cloud's key service, a vault server, an age identity.
    """
    command = shlex.split(settings.VAULT_KMS_COMMAND)
    if not command:
        raise NoKeys("VAULT_KMS_COMMAND is empty: write the command that unwraps the keys.")
    try:
        # Its own group, so that what a shell started ends with it
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
        )
    except OSError as error:
        raise NoKeys(f"VAULT_KMS_COMMAND: {command[0]} cannot be started ({error.strerror}).") from None
    try:
        said, complaint = process.communicate(kept, timeout=settings.VAULT_KMS_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        raise NoKeys(
            f"VAULT_KMS_COMMAND: {command[0]} did not unwrap {what} within {settings.VAULT_KMS_SECONDS:g} s "
            "(VAULT_KMS_SECONDS). Can it reach its key service?"
        ) from None
    if process.returncode:
        last = complaint.decode(errors="replace").strip().rpartition("\n")[2][:300]
        raise NoKeys(f"VAULT_KMS_COMMAND: {command[0]} could not unwrap {what} (exit {process.returncode}): {last}")
    return as_they_stand(said, f"What VAULT_KMS_COMMAND made of {what}")
