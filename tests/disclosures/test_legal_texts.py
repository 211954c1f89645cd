"""What people sign is a row with its source, never changed; production waits until somebody answers for it."""

from __future__ import annotations

import hashlib
import io
import os
import subprocess
import sys
from dataclasses import replace
from typing import Any

import pytest
from django.core.checks import run_checks
from django.core.management import CommandError, call_command
from django.db import DatabaseError, IntegrityError, transaction

from helpline.local import CHECKOUT
from intake.disclosures import legal_texts
from intake.disclosures.legal_texts import TextChanged, load_texts, unsigned
from intake.disclosures.models import LegalText, TextKind
from intake.disclosures.models.texts import AlreadySigned
from intake.disclosures.wording import WORDINGS, minor_rows, wording, wordings
from tests.journeys.test_headers import PRODUCTION
from tests.servers import manage, with_database

pytestmark = pytest.mark.django_db


def test_every_text_of_the_release_is_a_row_with_its_source() -> None:
    assert set(wordings()) == set(TextKind.values)
    assert load_texts() == 0
    for one in wordings().values():
        row = LegalText.objects.get(kind=one.kind, version=one.version)
        assert row.text == one.text
        assert row.sha256 == hashlib.sha256(one.text.encode()).hexdigest()
        assert row.source
        assert "read 2026" in row.read_where
        assert "ot read" in row.read_where  # each says what nobody read in the original


def test_a_consent_has_all_its_parts_and_a_minors_row_its_statute() -> None:
    for text in WORDINGS.values():
        assert all((text.information, text.recipients, text.purpose, text.redisclosure, text.refusal, text.revocation))
        assert text.days > 0
    for row in minor_rows().values():
        assert row.statute
        assert row.read_where
        assert 0 <= row.from_age < 18


def test_the_patients_notice_has_what_2_22_asks_for() -> None:
    assert set(wording("patient_notice").parts) == {
        "header", "effective", "law", "without_consent", "with_consent", "taking_it_back", "proceedings", "passed_on",
        "rights", "duties", "complaints",
    }  # fmt: skip


def test_other_words_need_another_version(monkeypatch: pytest.MonkeyPatch) -> None:
    old = wording("consent_refer")
    other = replace(old, text=old.text + " More.")
    monkeypatch.setattr(legal_texts, "wordings", lambda: {"consent_refer": other})
    with pytest.raises(TextChanged):
        load_texts()


@pytest.mark.parametrize(
    "change", [{"text": "Other words"}, {"source": "elsewhere"}, {"version": "9"}, {"sha256": "0" * 64}]
)
def test_the_database_refuses_to_change_a_text(change: dict[str, str]) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        LegalText.objects.filter(kind="consent_refer").update(**change)


def test_the_database_refuses_to_lose_a_text_or_to_take_a_false_fingerprint() -> None:
    row = LegalText.objects.get(kind="consent_refer")
    with pytest.raises(DatabaseError), transaction.atomic():
        row.delete()
    with pytest.raises(IntegrityError), transaction.atomic():
        LegalText.objects.create(
            kind="consent_refer", version="x", text="a", sha256="0" * 64, verbatim=False, source="s",
            source_date="2026-01-01", read_where="r",
        )  # fmt: skip


def test_it_is_signed_off_once_by_somebody_with_a_role() -> None:
    row = LegalText.objects.get(kind="consent_refer")
    with pytest.raises(ValueError, match="names a person"):
        row.sign_off(name=" ", role="Counsel")
    row.sign_off(name="Ruth Levi", role="Counsel")
    with pytest.raises(AlreadySigned):
        row.sign_off(name="Somebody Else", role="Counsel")
    with pytest.raises(DatabaseError), transaction.atomic():
        LegalText.objects.filter(pk=row.pk).update(signed_off_by="Somebody Else")
    assert "consent_refer" not in {one.kind for one in unsigned()}


def waiting() -> list[str]:
    return [one.id for one in run_checks(include_deployment_checks=True, databases=["default"]) if "disc" in one.id]


def test_the_check_fails_until_each_text_carries_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    assert waiting() == ["disclosures.E002"] * len(wordings())
    assert not [m for m in run_checks(include_deployment_checks=True) if m.id.startswith("disclosures.E002")]
    answers = iter(["no", *["yes"] * 20])
    monkeypatch.setattr("builtins.input", lambda _: next(answers))
    said = io.StringIO()
    call_command("sign_off_texts", by="Ruth Levi", role="Counsel", stdout=said)
    assert "1 texts left unsigned" in said.getvalue()
    assert wording("patient_notice").parts["law"] in said.getvalue()
    assert len(waiting()) == 1
    call_command("sign_off_texts", by="Ruth Levi", role="Counsel", stdout=said)
    assert waiting() == []
    with pytest.raises(CommandError):
        call_command("sign_off_texts", by=" ", role="Counsel")


@pytest.mark.slow
def test_production_does_not_start_before(fresh_database: str) -> None:
    """As ``migrate`` of docker-compose.yml does it: this check stands between it and web."""
    environment: dict[str, Any] = {
        **os.environ, **PRODUCTION, "DATABASE_URL": with_database(os.environ["TEST_APP_URL"], fresh_database),
    }  # fmt: skip
    check = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]

    def checked(*more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([*check, *more], cwd=CHECKOUT, env=environment, capture_output=True, text=True)

    assert checked().returncode == 0  # no database asked for: script/lint
    refused = checked("--database", "default")
    assert refused.returncode == 1
    assert "disclosures.E002" in refused.stderr
    manage("load_legal_texts", database=fresh_database)
    subprocess.run(
        [sys.executable, "manage.py", "sign_off_texts", "--by", "Ruth Levi", "--role", "Counsel"],
        cwd=CHECKOUT, env=environment, input="yes\n" * 20, text=True, check=True, capture_output=True,
    )  # fmt: skip
    passed = checked("--database", "default")
    assert passed.returncode == 0, passed.stderr
