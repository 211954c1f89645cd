from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from helpline.embedded import Redis
from helpline.payers.models import Payer, PayerKind, PayerRoad
from intake.inquiries import events
from intake.insurance import nudging
from intake.insurance.sandbox.members import PAYER_ID
from intake.journey.demo import SANDBOX
from tests.journeys.processes import House


@pytest.fixture
def house(fresh_database: str, tmp_path: Path, settings: Any) -> Iterator[House]:
    """A database, a Redis and a folder of this test's own; nothing runs yet."""
    redis = Redis(tmp_path / "redis", uuid.uuid4().hex[:8])
    redis.start()
    settings.REDIS_URL = redis.url
    settings.CELERY_BROKER_URL = f"redis+socket://{redis.socket}"
    events._redis.cache_clear()
    nudging.forget()
    house = House(fresh_database, redis, tmp_path)
    yield house
    house.stop()
    redis.stop()
    events._redis.cache_clear()
    nudging.forget()
    events._away_until = 0.0
    shutil.rmtree(tmp_path / "redis", ignore_errors=True)


@pytest.fixture
def sandbox_road(house: House) -> PayerRoad:
    """The sandbox payer, reached by the port this test's sandbox will listen on."""
    payer = Payer.objects.create(name=SANDBOX, kind=PayerKind.PRIVATE, source="sandbox")
    return PayerRoad.objects.create(
        payer=payer,
        url=f"http://127.0.0.1:{house.payer_port}/",
        edi_payer_id=PAYER_ID,
        sender_id="HELPLINE",
        receiver_id="SANDBOX",
        user_name="helpline",
        password="sandbox",
        service_types=["30", "MH", "AI"],
        free_to_repeat=True,
    )
