"""Every migration can be taken back, and run again after that."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest
from django.apps import apps

from tests.servers import copy_database, drop_database, manage, owner_url

OURS = [
    config.label
    for config in apps.get_app_configs()
    if config.name.startswith(("helpline.", "intake.")) and (Path(config.path) / "migrations").exists()
]


# One process for all rooms: starting one costs more than most rooms' way back
BACK = f"""
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
MigrationExecutor(connection).migrate([(label, None) for label in {OURS!r}])
"""


@pytest.mark.slow
def test_all_of_them_back_to_nothing_and_forward_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HELPLINE_DB_ROLE", "owner")
    name = copy_database()
    try:
        manage("shell", "--no-imports", "-c", BACK, database=name)
        with psycopg.connect(owner_url(name), autocommit=True) as db:
            left = {row[0] for row in db.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")}
            applied = {row[0] for row in db.execute("SELECT DISTINCT app FROM django_migrations")}
        assert not applied & set(OURS)
        assert not {model._meta.db_table for model in apps.get_models() if model._meta.app_label in OURS} & left
        manage("migrate", "--verbosity", "0", database=name)
        monkeypatch.delenv("HELPLINE_DB_ROLE")
        manage("check", database=name)
    finally:
        drop_database(name)
