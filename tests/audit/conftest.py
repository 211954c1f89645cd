from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any
from urllib.parse import unquote, urlsplit
from uuid import uuid4

import psycopg
import pytest
from django.db import connection

from helpline.audit.acting import Actor, record
from helpline.audit.heads import HeadsFile
from helpline.audit.models import AuditRecord, Seal
from helpline.audit.sealing import Sealer, begin
from helpline.audit.verifying import Verdict, verify
from tests.servers import with_database


@contextmanager
def connected_as(url: str) -> Iterator[None]:
    """Django's connection as another role of the same database."""
    before, parts = dict(connection.settings_dict), urlsplit(url)
    connection.close()
    connection.settings_dict.update(USER=parts.username, PASSWORD=unquote(parts.password or ""))
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(USER=before["USER"], PASSWORD=before["PASSWORD"])


@dataclass
class Ledger:
    """An audit record of this test's own, its sealer, and somebody with all rights who means harm."""

    database: str
    heads: HeadsFile

    def write(self, count: int = 1) -> list[int]:
        """Rows of the run-time role, one transaction each; gives their ids."""
        before = set(AuditRecord.objects.values_list("id", flat=True))
        for _ in range(count):
            record(Actor.process("test"), "read", "inquiry", [uuid4()], fields=["a", "b"])
        return sorted(set(AuditRecord.objects.values_list("id", flat=True)) - before)

    @contextmanager
    def sealing(self, *, after_restore: str = "") -> Iterator[Sealer]:
        with connected_as(os.environ["TEST_SEALER_URL"]):
            sealer = begin(self.heads, Event(), after_restore=after_restore)
            assert sealer is not None
            yield sealer

    def seal(self, *, after_restore: str = "") -> int:
        with self.sealing(after_restore=after_restore) as sealer:
            return sealer.look()

    def filled(self, count: int = 8) -> list[int]:
        """Rows sealed in two looks, so that there are two heads."""
        ids = self.write(count // 2)
        self.seal()
        ids += self.write(count - count // 2)
        self.seal()
        return ids

    def harm(self, statement: str, *values: Any) -> None:
        with psycopg.connect(with_database(os.environ["TEST_SUPER_URL"], self.database)) as db:
            db.execute("SET session_replication_role = replica")
            db.execute(statement, values)

    def verdict(self) -> Verdict:
        return verify(self.heads, progress=lambda count: None)

    def found(self) -> list[tuple[str, int | None]]:
        """Kind and record, in the order of the chain."""
        return [(finding.kind.value, finding.record_id) for finding in self.verdict().findings]

    def is_whole(self) -> bool:
        sealed, verdict = Seal.objects.count(), self.verdict()
        assert sealed == AuditRecord.objects.count() == verdict.sealed, verdict
        return verdict.is_whole


@pytest.fixture
def ledger(fresh_database: str, tmp_path: Path) -> Ledger:
    ledger = Ledger(fresh_database, HeadsFile(tmp_path / "heads"))
    # Migrations leave records of their own
    ledger.harm("TRUNCATE audit_record RESTART IDENTITY")
    return ledger
