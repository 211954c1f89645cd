from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from helpline.accounts import sessions
from helpline.accounts.models import User
from helpline.audit.acting import CALLER
from helpline.payers.models import Payer, PayerKind, PayerRoad
from helpline.programs.models import Edition, Program
from intake.inquiries.models import Inquiry
from intake.journey.demo import SANDBOX, people
from intake.journey.open_inquiry import open_inquiry


def staff(role: str) -> User:
    """The one of this role, made the first time somebody asks for them."""
    email = f"{role}@example.org"
    known = User.objects.filter(email=email).first()
    return known or User.objects.create_user(email, "a long enough password", name=role.title(), role=role)


def a_program(name1: str = "Birmingham Recovery House") -> Program:
    edition, _ = Edition.objects.get_or_create(
        code="samhsa-su-2022", defaults={"name": "Test", "published": 2022, "attribution": "test"}
    )
    place = {"latitude": 33.52, "longitude": -86.81, "located_by": "zip"}
    return Program.objects.create(
        edition=edition,
        identity=uuid.uuid4(),
        name1=name1,
        city="Birmingham",
        state="AL",
        zip="35203",
        phone="205-555-0150",
        **place,
    )


def a_road(**changes: object) -> PayerRoad:
    """A road to a payer of its own; nobody listens at its address."""
    payer = Payer.objects.create(name="Plan of Maine", kind=PayerKind.PRIVATE, source="test")
    given = {
        "url": "http://127.0.0.1:9/core", "edi_payer_id": "60054", "sender_id": "HELPLINE", "receiver_id": "CLEARING",
        "user_name": "us", "service_types": ["30"],
        "password": "a stored secret",  # pragma: allowlist secret
        **changes,
    }  # fmt: skip
    return PayerRoad.objects.create(payer=payer, **given)


def opened(name: str, *, quarantined: bool = False) -> Inquiry:
    """One of the demo's invented people, come in by the web."""
    Payer.objects.get_or_create(name=SANDBOX, defaults={"kind": PayerKind.PRIVATE, "source": "test"})
    answers, key = people(timezone.localdate())[name], uuid.uuid4()
    return open_inquiry(answers=answers, idempotency_key=key, by=CALLER, quarantined=quarantined)


@pytest.fixture
def signed_in(db: None) -> Callable[[str], Client]:
    """A browser in which somebody with this role is signed in."""

    return sign_in


def sign_in(role: str) -> Client:
    client = Client()
    user = User.objects.filter(role=role).first() or staff(role)
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    session = client.session
    sessions.begin(session)
    session.save()
    return client


@pytest.fixture
def desk(signed_in: Callable[[str], Client]) -> Client:
    return signed_in("consultant")
