"""Signing in: staff only, recorded, and locked after too many wrong passwords."""

import pytest
from allauth.mfa.adapter import get_adapter
from django.conf import settings
from django.core.cache import cache
from django.test import Client

from helpline.accounts.models import User
from helpline.accounts.permissions import ROLES, Permission
from helpline.audit.models import AuditRecord

pytestmark = pytest.mark.django_db
PASSWORD = "a long enough password"


@pytest.fixture
def user() -> User:
    cache.clear()
    return User.objects.create_user("c@example.org", PASSWORD, name="Cora", role="consultant")


def attempt(client: Client, password: str) -> int:
    return client.post("/accounts/login/", {"login": "c@example.org", "password": password}).status_code


def test_signing_in_is_recorded(user: User) -> None:
    assert attempt(Client(), PASSWORD) == 302
    assert AuditRecord.objects.filter(action="signed_in", actor_id=str(user.pk)).count() == 1


def test_too_many_wrong_passwords_lock_the_account_whatever_the_address(user: User) -> None:
    for n in range(settings.AXES_FAILURE_LIMIT):
        cache.clear()  # allauth's own limit by address comes sooner; this one is durable and by account
        attempt(Client(REMOTE_ADDR=f"192.0.2.{n}"), "wrong")
    cache.clear()
    assert attempt(Client(REMOTE_ADDR="192.0.2.99"), PASSWORD) != 302


def test_nobody_signs_up(user: User) -> None:
    page = Client().get("/accounts/signup/")
    assert b"password1" not in page.content


def test_a_second_factor_is_sealed_at_rest() -> None:
    sealed = get_adapter().encrypt("JBSWY3DPEHPK3PXP")
    assert sealed.startswith("v1.k1.")
    assert get_adapter().decrypt(sealed) == "JBSWY3DPEHPK3PXP"


def test_roles_hold_what_their_description_says() -> None:
    holds = {name: role.permissions for name, role in ROLES.items()}
    assert Permission.ANSWER_INQUIRIES not in holds["admin"] | holds["verifier"] | holds["privacy_officer"]
    assert {name for name, held in holds.items() if Permission.CORRECT_LISTINGS in held} == {"admin"}
