"""Fixtures shared by every room's tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection
from hypothesis import HealthCheck, settings
from pytest_django.plugin import DjangoDbBlocker

from tests.servers import copy_database, drop_database

# Drawing whole forms and files is slow by itself, and the clock also counts what the tests beside this one use up
settings.register_profile("beside others", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("beside others")
# Seconds to half a minute each; begun last, one of them would keep its worker while the others have nothing left
LONG = ("tests/journeys/", "tests/public/test_pages.py", "tests/test_migrations.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: not item.nodeid.startswith(LONG))


@pytest.fixture(scope="session")
def django_db_setup() -> None:
    """The database exists already, migrated by ``tests.servers`` and connected to with run-time rights only."""


@pytest.fixture
def fresh_database(django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """A database of this test's own, for rows that other processes must see. Gives its name."""
    name, before = copy_database(), connection.settings_dict["NAME"]
    with django_db_blocker.unblock():
        connection.close()
        connection.settings_dict["NAME"] = name
        yield name
        connection.close()
        connection.settings_dict["NAME"] = before
    drop_database(name)
