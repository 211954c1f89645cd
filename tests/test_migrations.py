"""Every migration can be taken back, and run again after that."""

from __future__ import annotations

from pathlib import Path

import psycopg
from django.apps import apps

from tests.servers import copy_database, drop_database, manage, owner_url

OURS = [
    config.label
    for config in apps.get_app_configs()
    if config.name.startswith(("helpline.", "intake.")) and (Path(config.path) / "migrations").exists()
]


def applied(db: psycopg.Connection) -> list[str]:
    """Our rooms with a migration in force, the vault first."""
    found = {row[0] for row in db.execute("SELECT DISTINCT app FROM django_migrations").fetchall()} & set(OURS)
    return sorted(found, key=lambda label: (label != "vault", label))


def test_all_of_them_back_to_nothing_and_forward_again() -> None:
    name = copy_database()
    try:
        with psycopg.connect(owner_url(name), autocommit=True) as db:
            # Nearly everything rests on the vault, and goes back with it
            while rooms := applied(db):
                manage("migrate", rooms[0], "zero", "--verbosity", "0", database=name)
            left = {row[0] for row in db.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")}
        assert not {model._meta.db_table for model in apps.get_models() if model._meta.app_label in OURS} & left
        manage("migrate", "--verbosity", "0", database=name)
        manage("check", database=name)
    finally:
        drop_database(name)
