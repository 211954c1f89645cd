"""What is over is forgotten, and nothing else."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.db.models.functions import Now

from helpline.audit.models import AuditRecord
from helpline.vault.models import SignedLink
from intake.disclosures.models import CodeTry, ConsentCode
from intake.inquiries.models import Draft, Event, Inquiry
from intake.journey.consent import make_consent_code
from intake.journey.forget import BY, forget_expired
from tests.dashboard.conftest import opened

pytestmark = pytest.mark.django_db


def test_unsent_forms_go_after_their_week_and_inquiries_stay() -> None:
    inquiry = opened("mother")
    young, old, sent = Draft.objects.create(), Draft.objects.create(), Draft.objects.create(inquiry=inquiry)
    Draft.objects.filter(pk__in=[old.pk, sent.pk]).update(expires_at=Now() - timedelta(seconds=1))
    assert forget_expired()["draft"] == 2
    assert list(Draft.objects.all()) == [young]
    assert Inquiry.objects.get() == inquiry
    assert AuditRecord.objects.filter(action="forgotten", subject_kind="draft", reason="2 rows").count() == 1
    assert forget_expired()["draft"] == 0


def test_links_and_events_go_a_month_after_they_mattered() -> None:
    SignedLink.objects.make(purpose="consent", subject=uuid.uuid4(), lasts=timedelta(days=2))
    ended, _ = SignedLink.objects.make(purpose="consent", subject=uuid.uuid4(), lasts=timedelta(days=-31))
    mother = opened("mother")
    make_consent_code(mother, by=BY)
    ConsentCode.objects.update(made_at=Now() - timedelta(days=32), expires_at=Now() - timedelta(days=31))
    make_consent_code(mother, by=BY)
    CodeTry.objects.create(address_index=b"here")
    CodeTry.objects.update(at=Now() - timedelta(days=2))
    Event.objects.update(at=Now() - timedelta(days=31))
    gone = forget_expired()
    assert (gone["link"], gone["event"], gone["code"], gone["code try"]) == (1, 1, 1, 1)
    assert ConsentCode.objects.count() == 1
    assert not SignedLink.objects.filter(pk=ended.pk).exists()
    assert SignedLink.objects.count() == 1
