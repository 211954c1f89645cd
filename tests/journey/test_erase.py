"""Erasing leaves nothing of a person but what the law asks to keep; a hold keeps all of it."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import models
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpline.audit.acting import Actor
from helpline.audit.models import AuditRecord
from helpline.payers.models import Payer, PayerKind, PayerRoad
from intake.calls.models import Call, Disposition
from intake.disclosures.models import Consent, Disclosure
from intake.inquiries.models import Inquiry, MoveRefused
from intake.insurance.claiming import claim_due
from intake.insurance.sandbox.members import PAYER_ID
from intake.journey.close import close
from intake.journey.demo import SANDBOX
from intake.journey.erase import erase, hold, release, retire
from intake.journey.log_call import cancel_callback, log_call, plan_callback, take, write_note
from intake.journey.refer import follow, refer
from intake.retention.models import Archived, Held, LegalHold
from intake.retention.rules import HIDDEN, SMALLEST_CELL, shown
from tests.dashboard.conftest import a_program, opened, staff

pytestmark = pytest.mark.django_db
KEPT = {Consent, Disclosure, Archived, LegalHold, AuditRecord}


def lived_through() -> Inquiry:
    """A closed inquiry with a row in every table there is about a person."""
    payer = Payer.objects.get_or_create(name=SANDBOX, defaults={"kind": PayerKind.PRIVATE, "source": "test"})[0]
    road = {"url": "http://127.0.0.1:9/", "edi_payer_id": PAYER_ID, "sender_id": "HELPLINE", "receiver_id": "SANDBOX"}
    PayerRoad.objects.create(payer=payer, **road)
    user, inquiry = staff("consultant"), opened("inactive")
    take(inquiry, by=user)
    log_call(inquiry, direction=Call.Direction.IN, disposition=Disposition.TALKED, note="told us", by=user)
    point = inquiry.contact_points.first()
    cancel_callback(plan_callback(inquiry, due_at=timezone.now() + timedelta(1), contact_point=point, by=user), by=user)
    write_note(inquiry, "afraid", by=user)
    assert claim_due(5)
    follow(refer(inquiry, a_program(), packet=False, by=user), "declined", by=user)
    close(Inquiry.objects.get(), closing="information", by=user)
    return Inquiry.objects.get()


def rows_about_people() -> dict[str, int]:
    ours = [m for m in apps.get_models() if m.__module__.startswith("intake.")]
    return {m.__name__: m._default_manager.count() for m in ours if m not in KEPT and has_people(m)}


def has_people(model: type[models.Model]) -> bool:
    return any(kind.value != "plain" for kind in model.privacy.values())  # type: ignore[attr-defined]


def test_what_is_erased_is_gone_everywhere_and_counted_without_a_person() -> None:
    inquiry = lived_through()
    ledger = Disclosure.objects.count()
    erase(inquiry, by=Actor.process("test"), reason="person_asked")
    assert {name: count for name, count in rows_about_people().items() if count} == {}
    assert Disclosure.objects.count() == ledger
    archived = Archived.objects.get()
    assert (archived.state, archived.age_band, archived.classes) == ("", "35-49", ["stimulant"])
    erased = AuditRecord.objects.get(action="erased", subject_kind="inquiry")
    assert (erased.inquiry_id, erased.reason) == (inquiry.pk, "person_asked")


def test_an_open_one_is_not_erased() -> None:
    with pytest.raises(MoveRefused, match="close it first"):
        erase(opened("mother"), by=Actor.process("test"), reason="person_asked")
    assert Inquiry.objects.exists()


def test_a_hold_keeps_it_until_it_is_released() -> None:
    inquiry, officer = lived_through(), staff("privacy_officer")
    held = hold(inquiry, why="subpoena", by=officer)
    with pytest.raises(Held):
        erase(inquiry, by=Actor.process("test"), reason="retention")
    Inquiry.objects.update(closed_at=timezone.now() - timedelta(days=3000))
    assert retire(now=timezone.now(), tell=print)["held"] == 1
    release(held, by=officer)
    assert retire(now=timezone.now(), tell=lambda _: None) == {"held": 0, "inquiry": 1, "set aside as a machine": 0}
    assert not Inquiry.objects.exists()


def test_a_privacy_officer_holds_and_releases_a_record_by_command(monkeypatch: pytest.MonkeyPatch) -> None:
    inquiry, officer, out = lived_through(), staff("privacy_officer"), StringIO()
    monkeypatch.setattr("builtins.input", lambda _: "Subpoena 26-114")
    asked = ("legal_hold", str(inquiry.pk), "--by", officer.email)
    call_command(*asked, "--dry-run", stdout=out)
    assert "Nothing was changed" in out.getvalue()
    assert not LegalHold.objects.exists()
    call_command(*asked, stdout=out)
    assert LegalHold.objects.in_force().get().why == "Subpoena 26-114"
    with pytest.raises(CommandError, match="held already"):
        call_command(*asked)
    with pytest.raises(CommandError, match="legal hold keeps it"):
        call_command("erase_inquiry", str(inquiry.pk), "--reason", "counsel")
    with pytest.raises(CommandError, match="Only a privacy officer"):
        call_command(*asked[:3], staff("consultant").email, "--release")
    call_command(*asked, "--release", stdout=out)
    assert not LegalHold.objects.in_force().exists()
    with pytest.raises(CommandError, match="No hold"):
        call_command(*asked, "--release")


def test_the_rules_let_go_what_is_over_and_a_dry_run_lets_go_nothing() -> None:
    lived_through()
    opened("mother", quarantined=True)
    later = timezone.now() + timedelta(days=31)
    out = StringIO()
    call_command("retire_records", "--dry-run", stdout=out)
    assert "Nothing was changed" in out.getvalue()
    assert retire(now=later, tell=lambda _: None, dry_run=True)["set aside as a machine"] == 1
    assert Inquiry.objects.count() == 2
    assert retire(now=later, tell=lambda _: None) == {"held": 0, "inquiry": 0, "set aside as a machine": 1}
    assert not Archived.objects.exists()
    much_later = timezone.now() + timedelta(days=2500)
    assert retire(now=much_later, tell=lambda _: None)["inquiry"] == 1


def test_the_command_says_what_keeps_it_and_only_tries_when_asked() -> None:
    inquiry, out = lived_through(), StringIO()
    call_command("erase_inquiry", str(inquiry.pk), "--reason", "person_asked", "--dry-run", stdout=out)
    assert "could be erased" in out.getvalue()
    assert Inquiry.objects.exists()
    assert not AuditRecord.objects.filter(action="erased").exists()
    hold(inquiry, why="counsel", by=staff("privacy_officer"))
    with pytest.raises(CommandError, match="legal hold"):
        call_command("erase_inquiry", str(inquiry.pk), "--reason", "person_asked")


def test_counts_are_printed_without_small_cells() -> None:
    for number in range(14):
        Archived.objects.create(
            year=2026, state="AL" if number < 12 else "GA", channel="web", urgency=0, for_someone_else=False,
            closing="admitted",
        )  # fmt: skip
    out = StringIO()
    call_command("count_archived", "2026", stdout=out)
    lines = [line.split() for line in out.getvalue().splitlines()]
    assert ["state", "all", "others", "together", "14"] in lines
    assert ["channel", "web", "14"] in lines


ARCHIVED = {
    "state": ("AL", "GA", ""),
    "age_band": ("12-17", "90+"),
    "channel": ("web", "phone"),
    "closing": ("admitted", "declined"),
    "classes": ((), ("opioids",), ("opioids", "alcohol")),
}


@given(st.lists(st.tuples(*map(st.sampled_from, ARCHIVED.values())), max_size=60))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_no_small_count_is_printed_nor_left_when_the_printed_are_taken_from_the_total(rows: list[tuple[Any]]) -> None:
    Archived.objects.filter(year=2025).delete()
    same = {"year": 2025, "urgency": 0, "for_someone_else": False}
    Archived.objects.bulk_create(Archived(**same, **dict(zip(ARCHIVED, row, strict=True))) for row in rows)
    out, total = StringIO(), len(rows)
    call_command("count_archived", "2025", stdout=out)
    first, *lines = out.getvalue().splitlines()
    assert first == f"2025: {shown(total)} inquiries"
    printed: dict[str, list[int]] = {}
    for line in lines:
        if not line.endswith(HIDDEN):
            printed.setdefault(line.split()[0], []).append(int(line.split()[-1]))
    for question, counts in printed.items():
        # Whoever has no class, or several, is counted never or often; of every other question each person once
        left = [total - count for count in counts] if question == "classes" else [total - sum(counts)]
        assert not [count for count in counts + left if 0 < count < SMALLEST_CELL], out.getvalue()
