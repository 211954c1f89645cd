"""A flood of forms from one address is set aside, and nobody is turned away."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from intake.inquiries.answers import Answers, ForWhom
from intake.inquiries.models import Draft, Inquiry
from tests.journeys.processes import draft_cookie

pytestmark = pytest.mark.django_db


def send(address: str) -> Inquiry:
    draft = Draft()
    draft.keep(Answers(for_whom=ForWhom.SELF))
    client = Client(REMOTE_ADDR=address)
    client.cookies.load(draft_cookie(draft))
    answer = client.post(reverse("intake_check"), {"key": str(draft.idempotency_key)})
    assert answer.status_code == 302
    return Inquiry.objects.get(idempotency_key=draft.idempotency_key)


def test_more_than_thirty_in_ten_minutes_are_set_aside(settings: object) -> None:
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "sent_form": "3/10m/key"}  # type: ignore[attr-defined]
    assert [send("192.0.2.7").quarantined for _ in range(5)] == [False, False, False, True, True]
    assert not send("192.0.2.8").quarantined
