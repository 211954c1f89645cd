"""A command among others in a pipe: what it reads may be closed, and who reads it may have left."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from django.core.management.base import BaseCommand


def piped_in() -> BinaryIO:
    """What is piped in. Raises ``OSError`` when nothing can be."""
    if sys.stdin is None:
        raise OSError("standard input is closed")
    return sys.stdin.buffer


@contextmanager
def written(command: BaseCommand) -> Iterator[None]:
    """All that the command prints has left when this ends; exit status 1, with a line to say so, when it cannot."""
    if sys.stdout is None:
        sys.exit(1)
    try:
        yield
        command.stdout.flush()
    except BrokenPipeError:
        _write_nothing_more()
        sys.exit(1)
    except OSError:
        _write_nothing_more()
        command.stderr.write("The answer cannot be written where it should go.")
        sys.exit(1)


def _write_nothing_more() -> None:
    """Or Python tries once more on its way out, and complains."""
    if sys.stdout is sys.__stdout__ and sys.stdout is not None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
