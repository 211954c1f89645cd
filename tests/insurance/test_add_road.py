"""A road is made by a command that asks for the password and goes to named hosts only."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import CommandError, call_command

from helpline.payers.models import Payer, PayerKind, PayerRoad
from tests.insurance.clearinghouses.conftest import sandbox

__all__ = ["sandbox"]
pytestmark = pytest.mark.django_db
ROAD = ["--payer-id", "60054", "--sender", "HELPLINE", "--receiver", "CLEARING", "--user", "us"]


def test_a_road_is_made_and_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    Payer.objects.create(name="Plan of Maine", kind=PayerKind.PRIVATE, source="test")
    monkeypatch.setenv("ROAD_PASSWORD", "a secret")
    call_command("add_road", "plan of maine", "--url", "http://127.0.0.1/ask", *ROAD)
    road = PayerRoad.objects.get()
    assert (road.password, road.service_types, road.enabled) == ("a secret", ["30", "MH", "AI"], True)
    call_command("add_road", "plan of maine", "--url", "http://127.0.0.1/ask", *ROAD, "--off")
    assert not PayerRoad.objects.get().enabled


@pytest.mark.parametrize(
    ("payer", "url", "said"),
    [
        ("nobody", "http://127.0.0.1/", "No payer"),
        ("Plan of Maine", "https://169.254.169.254/", "CLEARINGHOUSE_ALLOWED_HOSTS"),
    ],
)
def test_what_is_wrong_is_said(payer: str, url: str, said: str) -> None:
    Payer.objects.create(name="Plan of Maine", kind=PayerKind.PRIVATE, source="test")
    with pytest.raises(CommandError, match=said):
        call_command("add_road", payer, "--url", url, *ROAD)


def test_in_production_only_by_https(settings: Any) -> None:
    Payer.objects.create(name="Plan of Maine", kind=PayerKind.PRIVATE, source="test")
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="https"):
        call_command("add_road", "Plan of Maine", "--url", "http://127.0.0.1/", *ROAD)


def test_a_road_is_tested_from_the_command(sandbox: str, capsys: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    Payer.objects.create(name="Plan of Maine", kind=PayerKind.PRIVATE, source="test")
    monkeypatch.setenv("ROAD_PASSWORD", "sandbox")
    there = ["--url", f"{sandbox}/core", "--payer-id", "SBX01", "--sender", "US", "--receiver", "THEM"]
    call_command("add_road", "Plan of Maine", *there, "--user", "helpline", "--test")
    assert "good  answer: The plan answered" in capsys.readouterr().out
    PayerRoad.objects.update(url="http://127.0.0.1:9/")
    with pytest.raises(SystemExit):
        call_command("add_road", "Plan of Maine", "--test")
    said = capsys.readouterr().out
    assert "BAD   connection" in said
    assert "sandbox" not in said
