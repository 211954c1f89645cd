"""The status page: what their plan said is for the person alone, and so is what to correct. No value is ever shown."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from helpline.audit.acting import CALLER, Actor
from helpline.audit.models import AuditRecord
from intake.disclosures.models import Consent
from intake.inquiries.models import Inquiry
from intake.insurance.models import Verification
from intake.insurance.models import VerificationState as S
from intake.journey.check_insurance import correct as correct_answers
from intake.journey.consent import make_consent_link
from intake.journey.own_code import give_own_code
from intake.journey.phone_check import begin_phone_check, keep_phone_answer
from tests.dashboard.conftest import opened, staff
from tests.insurance.answered import CARED_FOR, answered
from tests.pdf_text import text_of

pytestmark = pytest.mark.django_db
NO_BIRTH_DATE = "The birth date does not match what the plan has."
HIS_DATA = ("SBX100003", "1979", "11/30")


@pytest.fixture
def inquiry(db: None) -> Inquiry:
    return opened("inactive")


@pytest.fixture
def question(inquiry: Inquiry) -> Verification:
    return Verification.objects.get()


def status(code: str, **more: str) -> str:
    return Client().post(reverse("inquiry_status"), {"code": code, **more}).content.decode()


def correct(code: str, **said: str) -> str:
    return Client().post(reverse("status_plan"), {"code": code, **said}, follow=True).content.decode()


def called(question: Verification, answer: dict[str, str]) -> None:
    consultant = staff("consultant")
    begin_phone_check(question, question.pk, by=consultant)
    keep_phone_answer(
        question, question.pk, spoke_to="Ms Bell", reference="R-77", called_at=timezone.now(), answers=[answer],
        by=consultant,
    )  # fmt: skip


def test_the_person_sees_what_their_plan_said_when_they_press_for_it_and_it_is_recorded(
    inquiry: Inquiry, question: Verification
) -> None:
    answered(question, *CARED_FOR)
    code = inquiry.reference_code
    assert "Your plan is active" not in status(code)
    page = status(code, show_plan="yes")
    assert "Your plan is active. About $1,812 of the in-network deductible is left" in page
    assert "residential treatment" in page
    assert "not a guarantee" in page
    assert AuditRecord.objects.filter(actor_kind="caller", subject_kind="insurance_answer", action="read").count() == 1


def test_what_was_said_on_the_phone_stands_there_too(inquiry: Inquiry, question: Verification) -> None:
    answered(question, *CARED_FOR)
    called(question, {"key": "level.residential", "said": "yes", "words": "30 days"})
    page = status(inquiry.reference_code, show_plan="yes")
    assert "Told by phone by Ms Bell, reference R-77" in page
    assert "Is residential treatment covered? yes; 30 days" in page


def test_they_are_told_what_is_still_being_asked_and_what_a_call_found_out(
    inquiry: Inquiry, question: Verification
) -> None:
    Verification.objects.update(state=S.WAITING, finished_at=None)
    assert "We are asking your plan." in status(inquiry.reference_code)
    Verification.objects.update(state=S.BY_PHONE, finished_at=timezone.now())
    assert "Vamos a llamar a su plan" in status(inquiry.reference_code, show_plan="es")
    called(question, {"key": "active", "said": "yes", "words": ""})
    page = status(inquiry.reference_code, show_plan="en")
    assert ("We are going to call" in page, "Told by phone by Ms Bell" in page) == (False, True)


@pytest.mark.parametrize("sample", [CARED_FOR, ("AAA*N**71*C",)], ids=["answered", "rejected"])
def test_whoever_asked_for_somebody_else_sees_nothing_a_payer_said(sample: tuple[str, ...]) -> None:
    mother = opened("mother")
    question = mother.policy.verifications.create(payer=mother.policy.payer)
    answered(question, *sample)
    page = status(mother.reference_code, show_plan="yes") + correct(mother.reference_code, birth_date="4/12/1996")
    for said in ("plan is active", "plan said", "deductible", "could not find", NO_BIRTH_DATE, "birth_date"):
        assert said not in page
    pdf = Client().post(reverse("status_plan_pdf"), {"code": mother.reference_code})
    assert pdf.status_code == 302
    question.refresh_from_db()
    assert question.policy.verifications.count() == 1
    own = give_own_code(mother.pk, by=Actor.staff(staff("consultant")))
    assert ("Show what my plan said" in status(own)) or (NO_BIRTH_DATE in status(own))


def test_the_person_takes_it_as_a_pdf_in_spanish_and_that_it_left_is_recorded(
    inquiry: Inquiry, question: Verification
) -> None:
    answered(question, *CARED_FOR)
    pdf = Client().post(reverse("status_plan_pdf"), {"code": inquiry.reference_code, "language": "es"})
    assert "Su plan está activo" in text_of(pdf.content)
    assert "no-store" in pdf["Cache-Control"]
    assert pdf["Content-Disposition"] == 'attachment; filename="answer.pdf"'
    assert AuditRecord.objects.get(action="exported").inquiry_id == inquiry.pk


def test_they_correct_what_does_not_match_without_seeing_it_and_the_plan_is_asked_again(
    inquiry: Inquiry, question: Verification
) -> None:
    answered(question, "AAA*N**71*C")
    page = status(inquiry.reference_code)
    assert f'<a href="#id_birth_date">{NO_BIRTH_DATE}</a>' in page
    assert 'name="member_id"' not in page
    for value in HIS_DATA:
        assert value not in page
    page = correct(inquiry.reference_code, birth_date="11/31/1978")
    assert "Enter the birth date as month, day and year" in page
    assert 'value="11/31/1978"' in page
    page = correct(inquiry.reference_code, birth_date="11/30/1978", member_id="OTHER1")
    assert "Kept. Your plan is asked again." in page
    newest = Verification.objects.order_by("-made_at")[0]
    assert newest.pk != question.pk
    inquiry.refresh_from_db()
    person, told = inquiry.answers.person, inquiry.answers.insurance
    assert (str(person.birth_date), told.member_id) == ("1978-11-30", "SBX100003")
    assert inquiry.person.birth_date == "1978-11-30"
    changed = AuditRecord.objects.filter(subject_kind="inquiries_person", action="changed").get()
    assert (changed.actor_kind, changed.fields) == ("caller", ["birth_date"])


def test_guessing_ends_after_three_refusals_in_a_day(inquiry: Inquiry, question: Verification) -> None:
    answered(question, "AAA*N**71*C")
    for day in ("1", "2"):
        assert "asked again" in correct(inquiry.reference_code, birth_date=f"11/{day}/1979")
        answered(Verification.objects.exclude(state=S.REJECTED).get(), "AAA*N**71*C")
    assert "We do not ask your plan again from here today" in correct(inquiry.reference_code, birth_date="11/3/1979")
    assert NO_BIRTH_DATE not in status(inquiry.reference_code)
    assert "call us with the card in your hand" in status(inquiry.reference_code)
    assert Verification.objects.count() == 3


def test_another_name_than_they_signed_with_is_kept_and_nobody_is_asked(
    inquiry: Inquiry, question: Verification
) -> None:
    answered(question, "AAA*N**73*C")
    page = correct(inquiry.reference_code, first_name="Rosalind", last_name="Featherstone")
    assert "Kept. Your plan is not asked." in page
    assert Verification.objects.count() == 1
    assert not Consent.objects.in_force().exists()


def test_who_signs_for_another_company_too_names_it_themselves(inquiry: Inquiry, question: Verification) -> None:
    answered(question, *CARED_FOR)
    link = "/consent/" + make_consent_link(inquiry, by=CALLER).split("/consent/")[1]
    signed = {
        "purposes": "check_insurance", "first_name": "Thomas", "last_name": "Webb", "birth_date": "11/30/1979",
        "signature": "Thomas Webb", "other_payer_name": "Sandbox Behavioral",
    }  # fmt: skip
    assert "You have signed" in Client().post(link, signed).content.decode()
    assert Consent.objects.latest("version").recipients.endswith(": Sandbox Health Plan (demo); Sandbox Behavioral")
    assert Verification.objects.count() == 1


def test_in_spanish_for_who_presses_for_it_or_told_us_so(inquiry: Inquiry, question: Verification) -> None:
    answered(question, *CARED_FOR)
    code = inquiry.reference_code
    english, spanish = status(code, show_plan="en"), status(code, show_plan="es")
    assert "Your plan is active." in english
    for said in ("Lo que dijo su plan", "Su plan está activo. Le quedan por pagar unos $1,812", "residencial"):
        assert said in spanish
        assert said not in english
    assert status(code, show_plan="yes").count("Su plan está activo") == 0
    speaks = replace(inquiry.answers.preferences, language="es")
    correct_answers(inquiry, replace(inquiry.answers, preferences=speaks), by=CALLER)
    assert "Su plan está activo" in status(code, show_plan="yes")


def test_what_to_correct_is_said_in_spanish_to_the_end(inquiry: Inquiry, question: Verification) -> None:
    answered(question, "AAA*N**71*C")
    code = inquiry.reference_code
    page = status(code, language="es")
    for said in (
        "Su plan no pudo encontrarle", "La fecha de nacimiento no coincide con los datos que tiene el plan.",
        "Su fecha de nacimiento", "Mes, día y año. Por ejemplo, 3/27/1985.", "Corregir y preguntar de nuevo al plan",
    ):  # fmt: skip
        assert said in page
    wrong = correct(code, language="es", birth_date="ayer")
    assert "Escriba la fecha de nacimiento como mes, día y año; por ejemplo, 3/27/1985." in wrong
    assert "Por favor, revise esto" in wrong
    assert "Guardado. Volvemos a preguntar a su plan." in correct(code, language="es", birth_date="11/29/1979")
