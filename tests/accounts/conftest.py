from __future__ import annotations

import pytest
from django.core.cache import cache

from helpline.accounts.models import User
from tests.accounts.people import somebody


@pytest.fixture
def user(db: None) -> User:
    cache.clear()
    return somebody()
