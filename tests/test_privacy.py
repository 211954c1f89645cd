"""Every stored field is classed, protected ones are sealed, and what holds them is audited."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.apps import apps
from django.db import connection, models

from helpline.vault.fields import EncryptedTextField
from helpline.vault.privacy import PLAIN

OURS = [m for m in apps.get_models() if m.__module__.startswith(("helpline.", "intake."))]
# Filled in by a stranger before there is anything to audit, and gone within a week
NOT_TRACKED = {"inquiries_draft"}


def fields(model: type[models.Model]) -> Iterator[models.Field]:
    return (f for f in model._meta.get_fields() if (isinstance(f, models.Field) and not f.auto_created) or f.concrete)


@pytest.mark.parametrize("model", OURS, ids=lambda m: m._meta.label)
def test_every_field_is_classed(model: type[models.Model]) -> None:
    assert set(model.privacy) == {f.name for f in fields(model)}  # type: ignore[attr-defined]


@pytest.mark.parametrize("model", OURS, ids=lambda m: m._meta.label)
def test_protected_fields_are_sealed_and_only_they(model: type[models.Model]) -> None:
    protected = {name for name, kind in model.privacy.items() if kind is not PLAIN}  # type: ignore[attr-defined]
    sealed = {f.name for f in fields(model) if isinstance(f, EncryptedTextField)}
    assert protected <= sealed
    # What is sealed though it is nobody's health or name: a secret of ours
    assert sealed - protected <= {"password", "private_key"}


# Tables of libraries: of staff only, and what they hold
OF_LIBRARIES = {
    "account_emailaddress": "staff's e-mail addresses",
    "account_emailconfirmation": "one-time keys of those addresses",
    "auth_group": "empty",
    "auth_permission": "names of models",
    "axes_accessattempt": "failed sign-ins of staff: typed e-mail, address, browser; a month",
    "axes_accessattemptexpiration": "when those end",
    "axes_accessfailurelog": "the same",
    "axes_accesslog": "sign-ins of staff; switched off",
    "django_content_type": "names of models",
    "django_session": "staff's sessions: ids, notices",
    "mfa_authenticator": "second factors of staff, sealed by our adapter",
    "usersessions_usersession": "where staff are signed in: address, browser",
}


def test_every_table_of_a_library_is_known() -> None:
    """A new one fails here until somebody has looked at what it would hold of a person."""
    assert {m._meta.db_table for m in apps.get_models() if m not in OURS} == set(OF_LIBRARIES)


@pytest.mark.django_db
def test_tables_with_protected_fields_are_audited_or_append_only() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname IN ('audited', 'append_only')")
        watched = {row[0] for row in cursor.fetchall()}
    holding = {
        m._meta.db_table
        for m in OURS
        if any(k is not PLAIN for k in m.privacy.values())  # type: ignore[attr-defined]
    }
    assert holding - watched == NOT_TRACKED
