"""Looking a password up in a file of breached ones, without loading it: "Have I Been Pwned" is forty gigabytes.

Two formats are read. Hashes: lines ``SHA1`` or ``SHA1:count``, upper-case hexadecimal, ordered by hash, as the official
downloader (github.com/HaveIBeenPwned/PwnedPasswordsDownloader) writes them into a single file. Plain text: one password
a line.
"""

from __future__ import annotations

import hashlib
import os
import re
from functools import lru_cache
from pathlib import Path

HASH_LINE = re.compile(rb"^[0-9A-F]{40}(:\d+)?\r?$")
# No line of hashes is longer: 40 digits, a colon, a count, the end of the line
WINDOW = 128


class BadBreachedFile(Exception):
    """The file cannot be used; the message says what to mend."""


def is_breached(password: str, path: str) -> bool:
    """Whether the password stands in the file. Raises ``BadBreachedFile``."""
    if not holds_hashes(path):
        return password.casefold() in _plain(path, Path(path).stat().st_mtime)
    wanted = hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper().encode()
    descriptor = os.open(path, os.O_RDONLY)
    try:
        return _find(descriptor, wanted, os.fstat(descriptor).st_size)
    finally:
        os.close(descriptor)


def holds_hashes(path: str) -> bool:
    """Whether the first line is a hash. Raises ``BadBreachedFile``."""
    try:
        with Path(path).open("rb") as file:
            first = file.readline(WINDOW).rstrip(b"\n")
    except OSError as error:
        raise BadBreachedFile(f"PASSWORD_BREACHED_FILE: {path} cannot be read ({error.strerror}).") from None
    if re.match(rb"^[0-9a-f]{40}\b", first):
        raise BadBreachedFile(f"PASSWORD_BREACHED_FILE: {path} has hashes in small letters; they must be capitals.")
    return bool(HASH_LINE.match(first))


def _find(descriptor: int, wanted: bytes, size: int) -> bool:
    """Halve the file until one line is left. ``low`` always stands at the beginning of a line."""
    low, high = 0, size
    while low < high:
        middle = (low + high) // 2
        at, line = _line_from(descriptor, middle, low)
        if at >= high:
            high = middle
        elif line[:40] == wanted:
            return True
        elif line[:40] < wanted:
            low = at + len(line) + 1
        else:
            high = at
    return False


def _line_from(descriptor: int, offset: int, low: int) -> tuple[int, bytes]:
    """The first line that begins at or after ``offset``, and where; ``low`` is known to be the beginning of one."""
    if offset == low:
        return offset, os.pread(descriptor, WINDOW, offset).split(b"\n", 1)[0]
    window = os.pread(descriptor, 2 * WINDOW, offset - 1)
    skipped = window.find(b"\n") + 1 or len(window)
    return offset - 1 + skipped, window[skipped:].split(b"\n", 1)[0]


@lru_cache(maxsize=1)
def _plain(path: str, changed: float) -> frozenset[str]:
    with Path(path).open(encoding="utf-8", errors="replace") as file:
        return frozenset(line.rstrip("\r\n").casefold() for line in file)
