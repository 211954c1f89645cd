"""What binds us: applicability, restrictions, accountings, due days."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from helpline.audit.acting import CALLER, Actor, acting
from helpline.audit.models import AuditRecord
from intake.disclosures.applicability import Applicability, applicability
from intake.disclosures.checks import part_2_is_stated_readably
from intake.disclosures.consenting import NoConsent, Restricted, disclose_without_consent, sound, standing
from intake.disclosures.models import AccountingRequest, Basis, Breach, Disclosure, Purpose, Restriction
from intake.disclosures.rights import (
    MustAgree,
    account_for,
    answer,
    ask_accounting,
    ask_restriction,
    decide_restriction,
)
from tests.disclosures.test_consent import INQUIRY, leave, signed

pytestmark = pytest.mark.django_db
OFFICER = Actor.process("officer")


@pytest.mark.parametrize(
    ("said", "reason", "means", "readable"),
    [
        ("", "", Applicability.PART2_PROGRAM, True),
        ("nonsense", "because", Applicability.PART2_PROGRAM, False),
        ("none", "", Applicability.PART2_PROGRAM, False),
        ("qso", "  ", Applicability.PART2_PROGRAM, False),
        ("part2_program", "", Applicability.PART2_PROGRAM, True),
        ("none", "Counsel, 1 March", Applicability.NONE, True),
        ("qso", "Agreement of 2 May", Applicability.QSO, True),
        ("intermediary", "Counsel, 1 March", Applicability.INTERMEDIARY, True),
    ],
)
def test_unknown_or_without_a_reason_is_part_2(
    settings: Any, said: str, reason: str, means: Applicability, readable: bool
) -> None:
    settings.PART2_APPLICABILITY, settings.PART2_REASON = said, reason
    assert applicability() is means
    assert (part_2_is_stated_readably() == []) is readable


def test_where_part_2_does_not_bind_the_notice_stays_away_and_consent_is_asked_all_the_same(
    settings: Any,
) -> None:
    settings.PART2_APPLICABILITY, settings.PART2_REASON = "none", "Counsel, 1 March"
    with pytest.raises(NoConsent):
        leave()
    signed()
    row = leave()
    assert (row.notice_version, row.carried) == ("", "")
    settings.PART2_APPLICABILITY = ""
    assert leave().notice_version == "2.32(a) 2024"


def test_a_restriction_binds_from_the_moment_it_is_asked_until_it_is_refused_or_ended() -> None:
    consent = signed()
    with acting(OFFICER):
        asked = ask_restriction(
            inquiry_id=INQUIRY,
            purpose=Purpose.CHECK_INSURANCE,
            what="Nothing to my plan",
            paid_in_full=False,
            by=CALLER,
        )
    with pytest.raises(Restricted):
        leave()
    assert standing(INQUIRY) == {}
    assert sound(consent.pk) is None
    with acting(OFFICER):
        decide_restriction(asked, Restriction.State.REFUSED, by=OFFICER)
    assert leave().consent_id == consent.pk


def test_what_was_paid_in_full_is_agreed_to_at_once_and_cannot_be_refused() -> None:
    signed()
    with acting(OFFICER):
        asked = ask_restriction(
            inquiry_id=INQUIRY, purpose=Purpose.REFER, what="Detox week", paid_in_full=True, by=OFFICER
        )
    assert (asked.state, asked.purpose) == ("agreed", "check_insurance")
    with pytest.raises(MustAgree):
        decide_restriction(asked, Restriction.State.REFUSED, by=OFFICER)
    with pytest.raises(IntegrityError), transaction.atomic():
        Restriction.objects.filter(pk=asked.pk).update(state="refused")
    with pytest.raises(Restricted):
        leave()


def test_a_disclosure_without_a_consent_says_on_what_it_rests() -> None:
    with acting(OFFICER), pytest.raises(ValueError, match="on what else"):
        disclose_without_consent(
            inquiry_id=INQUIRY, basis=Basis.MEDICAL_EMERGENCY, recipient="ER", fields=["name"], reason=" ",
            about=uuid.uuid4(), by=OFFICER,
        )  # fmt: skip
    for wrong in ({"consent_id": None}, {"basis": "medical_emergency"}, {"basis": "because"}):
        told = {
            "inquiry_id": INQUIRY, "consent_id": uuid.uuid4(), "purpose": "refer", "recipient": "x", "fields": ["name"],
            "made_by": "x", "about_id": uuid.uuid4(),
        }  # fmt: skip
        with pytest.raises(IntegrityError), transaction.atomic():
            Disclosure.objects.create(**told | wrong)


def test_an_accounting_has_three_years_of_everything_and_is_an_export() -> None:
    signed()
    old, new = leave(), leave()
    with acting(OFFICER):
        disclose_without_consent(
            inquiry_id=INQUIRY, basis=Basis.MEDICAL_EMERGENCY, recipient="ER, St Mary", fields=["substances"],
            reason="Unconscious", about=uuid.uuid4(), by=OFFICER,
        )  # fmt: skip
        request = ask_accounting(inquiry_id=INQUIRY, kind="accounting", asked_on=date.today())
        assert ask_accounting(inquiry_id=INQUIRY, kind="accounting", asked_on=date.today()) == request
    rows = account_for(request, by=OFFICER)
    assert [row.to_whom for row in rows] == ["A plan", "A plan", "ER, St Mary"]
    assert "pays for" in rows[0].why
    assert rows[2].why == "Medical emergency (2.51)"
    assert AuditRecord.objects.filter(action="exported", inquiry_id=INQUIRY).count() == 1
    request.asked_on += timedelta(days=3 * 366)
    assert account_for(request, by=OFFICER) == []
    assert old.pk != new.pk
    with acting(OFFICER):
        answer(request, by=OFFICER)
    assert AccountingRequest.objects.get().answered_at


def test_only_an_intermediary_gives_a_list(settings: Any) -> None:
    with pytest.raises(ValueError, match="intermediary"):
        ask_accounting(inquiry_id=INQUIRY, kind="list", asked_on=date.today())
    settings.PART2_APPLICABILITY, settings.PART2_REASON = "intermediary", "Counsel"
    with acting(OFFICER):
        request = ask_accounting(inquiry_id=INQUIRY, kind="list", asked_on=date(2026, 11, 1))
    assert request.due_on == date(2026, 12, 1)


@pytest.mark.parametrize(
    ("people", "secretary"), [(None, date(2026, 5, 30)), (500, date(2026, 5, 30)), (499, date(2027, 3, 1))]
)
def test_when_a_breach_is_due(people: int | None, secretary: date) -> None:
    breach = Breach(discovered_on=date(2026, 3, 31), people=people)
    assert breach.people_due_on == date(2026, 5, 30)
    assert breach.secretary_due_on == secretary
    assert not breach.is_settled
    breach.people_told_on = date(2026, 4, 2)
    # From 500 on the Secretary is told together with the people (164.408(b))
    assert breach.due_on == (secretary if people == 499 else date(2026, 4, 2))
    breach.secretary_told_on = date(2026, 4, 2)
    assert breach.is_settled is (people is not None)
