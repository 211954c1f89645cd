"""What a plan said, as the desk shows it: words first, what is not stated, and the way back to each line."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from helpline.audit.acting import CALLER
from helpline.audit.models import AuditRecord
from helpline.payers.models import Payer, PayerKind, PayerRoad
from intake.disclosures.consenting import give
from intake.disclosures.models import Consent, Disclosure, Purpose
from intake.inquiries.models import Inquiry
from intake.insurance.claiming import claim_due
from intake.insurance.models import PhoneCall, Verification
from intake.insurance.models import VerificationState as S
from intake.journey.check_insurance import check_insurance
from intake.journey.demo import SANDBOX
from intake.journey.suggest_programs import need_for
from tests.dashboard.conftest import opened
from tests.dashboard.test_desk import CALLED, page_of, post, told_again
from tests.insurance.answered import CARED_FOR, CARVED_OUT, PPO, answered
from tests.pdf_text import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def inquiry(db: None) -> Inquiry:
    return opened("inactive")


@pytest.fixture
def question(inquiry: Inquiry) -> Verification:
    return Verification.objects.get()


def said(page: str) -> str:
    """The page without its tags, in one line."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_the_words_come_first_with_the_day_and_no_promise(
    desk: Client, inquiry: Inquiry, question: Verification
) -> None:
    answered(question, *CARED_FOR)
    page = said(page_of(desk, inquiry))
    assert (
        "Your plan is active. About $1,812 of the in-network deductible is left, as of March 1, 2026. "
        "The plan says that substance use treatment is covered." in page
    )
    assert "It is not a guarantee that it will pay" in page
    assert "Copay: $40 (individual, for a visit)" in page
    assert "Limit: 30 days left" in page
    assert "which number is called for approval" in page
    assert "levels of care: medically managed withdrawal (detox), residential treatment" in page
    assert "Not stated by the plan" in page


def test_general_coverage_only_says_what_was_asked_and_what_was_answered(
    desk: Client, inquiry: Inquiry, question: Verification
) -> None:
    answered(question, *PPO)
    page = said(page_of(desk, inquiry))
    assert "General coverage only: the substance use benefit is not stated." in page
    assert "It answered about the plan as a whole It said nothing about mental health, substance use treatment" in page


def test_each_figure_leads_to_its_segment_and_opening_the_lines_is_recorded(
    desk: Client, inquiry: Inquiry, question: Verification, signed_in: Callable[[str], Client]
) -> None:
    summary = answered(question, *CARED_FOR)
    page = page_of(desk, inquiry)
    at = summary.plans[0].money[0].source.at
    address = reverse("desk_cover_lines", args=[question.pk])
    assert f'href="{address}#line-{at}"' in page
    assert "EB*C*IND*30" not in page
    lines = desk.get(address).content.decode()
    row = re.search(rf'<tr id="line-{at}">.*?</tr>', lines, re.S)
    assert row is not None
    assert "EB*C*IND*30*PR*SANDBOX CHOICE PPO*29*1812.44*****Y" in row[0]
    assert "$1,812.44 left" in row[0]
    read = AuditRecord.objects.filter(subject_kind="insurance_lines").get()
    assert (read.action, read.inquiry_id) == ("read", inquiry.pk)
    assert signed_in("admin").get(address).status_code == 403


def test_what_the_plan_said_of_their_share_goes_into_the_match(inquiry: Inquiry, question: Verification) -> None:
    assert (need_for(inquiry).most_in, need_for(inquiry).most_out) == (None, None)
    answered(question, *CARED_FOR, "EB*G*IND*30*PR*SANDBOX CHOICE PPO*29*5321.07*****Y")
    assert (need_for(inquiry).most_in, need_for(inquiry).most_out) == (5322, None)


def test_beside_an_earlier_answer_stands_what_changed(desk: Client, inquiry: Inquiry, question: Verification) -> None:
    answered(question, *CARED_FOR)
    Verification.objects.update(made_at=timezone.now() - timedelta(days=12))
    newer = question.policy.verifications.create(payer=question.policy.payer)
    answered(newer, "EB*1*IND*30*PR*SANDBOX CHOICE PPO", "EB*C*IND*30*PR*SANDBOX CHOICE PPO*29*900*****Y", "EB*1**AI")
    address = reverse("desk_cover_since", args=[newer.pk, question.pk])
    assert address in page_of(desk, inquiry)
    page = said(desk.get(address).content.decode())
    assert "in network Changed Deductible: $1,812.44 left (individual) Deductible: $900 left (individual)" in page
    assert "No longer said Copay: $40 (individual, for a visit) —" in page
    assert desk.get(reverse("desk_cover_since", args=[question.pk, newer.pk])).status_code == 404
    stranger = opened("opioid")
    theirs = Verification.objects.get(policy__inquiry=stranger)
    answered(theirs, *PPO)
    assert desk.get(reverse("desk_cover_since", args=[theirs.pk, question.pk])).status_code == 404


def test_what_is_wrong_with_the_message_stands_by_its_lines_and_is_told_to_nobody(
    desk: Client, question: Verification
) -> None:
    """Our sample counts its segments wrong, as many plans do (ELIGIBILITY.md 6.2)."""
    answered(question, *CARED_FOR)
    wrong = "SE01 does not count the segments rightly."
    assert wrong in desk.get(reverse("desk_cover_lines", args=[question.pk])).text
    assert wrong not in desk.get(reverse("desk_cover", args=[question.pk]), {"language": "es"}).text


def test_the_page_of_its_own_speaks_spanish(desk: Client, question: Verification) -> None:
    answered(question, *CARED_FOR)
    page = desk.get(reverse("desk_cover", args=[question.pk]), {"language": "es"}).content.decode()
    assert '<div lang="es"' in page
    words = said(page)
    assert (
        "Su plan está activo. Le quedan por pagar unos $1,812 del deducible dentro de la red, al 1 de marzo de 2026. "
        "El plan dice que el tratamiento por consumo de sustancias está cubierto." in words
    )
    assert "Copago: $40 (individual, por visita)" in words
    assert "No es una garantía de que vaya a pagar" in words
    assert '<ul lang="en"><li>THIS IS NOT A GUARANTEE OF PAYMENT' in page
    assert "Your plan is active" in said(desk.get(reverse("desk_cover", args=[question.pk])).content.decode())


@pytest.mark.parametrize(("language", "words"), [("en", "Your plan is active"), ("es", "Su plan está activo")])
def test_the_pdf_says_the_same_names_nobody_and_is_recorded(
    desk: Client, inquiry: Inquiry, question: Verification, language: str, words: str
) -> None:
    answered(question, *CARED_FOR)
    made = desk.post(reverse("desk_cover_pdf", args=[question.pk]), {"language": language})
    assert made["Content-Disposition"] == 'attachment; filename="answer.pdf"'
    assert made["Cache-Control"] == "no-store"
    text, plain = text_of(made.content), made.content.decode("latin-1")
    assert words in text
    assert "$1,812.44" in text
    assert f"/Lang ({language})" in plain
    for secret in ("Webb", "Thomas", "SBX100003"):
        assert secret not in text + plain
    exported = AuditRecord.objects.get(action="exported")
    assert (exported.subject_kind, exported.inquiry_id) == ("insurance_answer", inquiry.pk)


def test_pressing_once_asks_the_company_the_plan_pointed_to(
    desk: Client, inquiry: Inquiry, question: Verification, settings: object
) -> None:
    at = answered(question, *CARVED_OUT).suggestions[0].source.at
    sign_for(inquiry, f"{SANDBOX}; Sandbox Behavioral")
    behavioral = Payer.objects.create(name="Sandbox Behavioral", kind=PayerKind.PRIVATE, source="test")
    PayerRoad.objects.create(
        payer=behavioral, url="http://127.0.0.1:9/", edi_payer_id="SBX03", sender_id="HELPLINE", receiver_id="SANDBOX",
    )  # fmt: skip
    assert "Ask SANDBOX BEHAVIORAL now" in said(page_of(desk, inquiry))
    for theirs in ("sbx 77", ""):
        assert "The other company is asked, too." in post(desk, "desk_ask_other", question.pk, at, member_id=theirs)
    assert "Being asked: see below." in said(page_of(desk, inquiry))
    other = Verification.objects.exclude(pk=question.pk).get()
    assert (other.state, other.payer, other.asked_name) == (S.WAITING, behavioral, "Sandbox Behavioral")
    [claim] = claim_due(10)
    assert b"SBX03" in claim.payload
    assert claim.question.member_id == "sbx77"
    assert "By their member ID there: sbx77" in said(page_of(desk, inquiry))
    answered(other, *PPO)
    assert "This company was asked by its own member ID." in said(page_of(desk, inquiry))
    assert "Sandbox Behavioral" in Disclosure.objects.get().recipient
    assert question.pk != other.pk
    assert "Your plan is active" in said(page_of(desk, inquiry))


def test_the_company_and_the_plan_itself_can_be_asked_at_the_same_time(
    inquiry: Inquiry, question: Verification
) -> None:
    question.policy.verifications.create(payer=question.payer, payer_said="Sandbox Behavioral")
    asked = check_insurance(inquiry, by=CALLER)
    assert asked == question
    answered(question, *PPO)
    assert check_insurance(inquiry, by=CALLER).payer_said is None
    assert Verification.objects.count() == 3


def test_a_consent_that_names_another_plan_does_not_cover_it_and_the_page_says_what_to_sign(
    desk: Client, inquiry: Inquiry, question: Verification
) -> None:
    at = answered(question, *CARVED_OUT).suggestions[0].source.at
    assert SANDBOX in Consent.objects.get().recipients
    page = said(post(desk, "desk_ask_other", question.pk, at))
    assert "they write “SANDBOX BEHAVIORAL” there as the other company, and sign" in page
    assert Verification.objects.count() == 1
    sign_for(inquiry, f"{SANDBOX}; sandbox behavioral")
    assert "The other company is asked, too." in post(desk, "desk_ask_other", question.pk, at)
    other = Verification.objects.exclude(pk=question.pk).get()
    assert (other.state, other.payer, other.payer_said) == (S.BY_PHONE, None, "SANDBOX BEHAVIORAL")
    assert other.asked_member_id == other.policy.member_id
    assert "By the member ID of the plan" in said(page_of(desk, inquiry))
    # Signed anew for their plan alone: the other one is no longer covered, also not by phone
    sign_for(inquiry, SANDBOX)
    assert "not agreed" in post(desk, "desk_phone_check", other.pk)
    assert "They have not agreed" in said(post(desk, "desk_phone_check", other.pk))


def sign_for(inquiry: Inquiry, recipients: str) -> None:
    Consent.objects.update(revoked_at=timezone.now())
    give(
        inquiry_id=inquiry.pk, purpose=Purpose.CHECK_INSURANCE, patient_name="Thomas Webb", signature="Thomas Webb",
        how="link", recipients=recipients, by_the_person=True, by=CALLER,
    )  # fmt: skip


def test_a_call_asks_exactly_what_is_not_known_and_its_answers_stand_beside_the_plans(
    desk: Client, inquiry: Inquiry, question: Verification
) -> None:
    answered(question, *CARVED_OUT)
    script = post(desk, "desk_phone_check", question.pk, call="one")
    assert 'name="said_level.residential"' in script
    assert "Ask again what the plan answered already" in script
    assert 'href="tel:+1-800-555-0133"' in script
    assert script.index('name="said_active"') > script.index("Ask again what the plan answered already")
    told = {
        "said_level.residential": "yes", "words_level.residential": "30 days, review after 7",
        "words_limits": "none", "said_active": "no", "words_active": "ended in October",
        "said_carve_out": "yes", "answer": "Claims go to PO Box 1",
    }  # fmt: skip
    post(desk, "desk_phone_check", question.pk, call="one", spoke_to="Ms Bell", reference="R-77", **told, **CALLED)
    call = PhoneCall.objects.get()
    assert [each["key"] for each in call.answers_json] == [
        "level.residential", "limits", "active", "carve_out", "other",
    ]  # fmt: skip
    assert b"PO Box" not in raw_row()
    page = said(page_of(desk, inquiry))
    assert "Told by phone by Ms Bell, reference R-77, on Nov. 20, 2024" in page
    assert "Is residential treatment covered? yes ; 30 days, review after 7" in page
    assert "ended in October The electronic answer says otherwise: yes" in page
    assert "Your plan is active." in page
    question.refresh_from_db()
    assert question.summary_json["coverage"] == "covered"
    again = post(desk, "desk_phone_check", question.pk, call="two")
    asked_again = again.index("Ask again what the plan answered already")
    assert again.index('name="said_level.residential"') > asked_again > again.index('name="said_level.partial"')
    newer = question.policy.verifications.create(payer=question.payer)
    answered(newer, *PPO)
    page = said(page_of(desk, inquiry))
    assert "Told by phone by Ms Bell, reference R-77, on Nov. 20, 2024" in page
    assert "residential treatment, partial hospitalization" in page


def raw_row() -> bytes:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT answers_json || reference || spoke_to FROM insurance_phone_call")
        return str(cursor.fetchone()).encode()


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ({"answer": " ", **CALLED}, "Write what the plan said, to at least one question."),
        ({"answer": "Active", "day": "2999-01-01", "at": "10:00"}, "This time has not come yet."),
        ({"answer": "Active", "day": "yesterday", "at": ""}, "Write the day as 2026-11-30."),
        ({"answer": "", "words_limits": "x" * 700, **CALLED}, "Use 600 characters or fewer."),
        ({"answer": "", "said_level.partial": "maybe", **CALLED}, "maybe"),
    ],
)
def test_a_call_written_down_wrongly_loses_nothing(
    desk: Client, question: Verification, typed: dict[str, str], why: str
) -> None:
    answered(question, *PPO)
    post(desk, "desk_phone_check", question.pk, call="one")
    page = post(desk, "desk_phone_check", question.pk, call="one", reference="R-77", **typed)
    assert why in page
    assert 'value="R-77"' in page
    assert not PhoneCall.objects.exists()


def test_the_worklist_has_what_no_computer_can_ask_and_what_was_answered_in_general_only(
    desk: Client, question: Verification
) -> None:
    answered(question, *PPO)
    assert "general coverage only: ask the rest" in desk.get("/desk/phone-checks/").content.decode()
    answered(question, *CARED_FOR)
    assert "No plan is waiting" in desk.get("/desk/phone-checks/").content.decode()


@pytest.mark.parametrize(
    ("reject", "fields"),
    [
        ("AAA*N**71*C", {"birth_date": "The birth date does not match what the plan has."}),
        ("AAA*N**72*C", {"member_id": "The member ID does not match what the plan has."}),
        ("AAA*N**75*C", {"member_id": "Check the member ID.", "birth_date": "Check the birth date."}),
    ],
)
def test_a_typed_error_leads_to_its_field(
    desk: Client, inquiry: Inquiry, question: Verification, reject: str, fields: dict[str, str]
) -> None:
    answered(question, reject)
    page = page_of(desk, inquiry)
    correct = reverse("desk_correct", args=[inquiry.pk])
    form = desk.get(correct).content.decode()
    assert "Not stated by the plan" not in page
    for field, words in fields.items():
        assert f'<a href="{correct}#tell_{field}">{words}</a>' in page
        assert f'id="tell_{field}"' in form


def test_an_error_about_the_policy_holder_leads_to_the_holders_field(desk: Client, inquiry: Inquiry) -> None:
    told_again(
        desk, inquiry, subscriber_relation="parent", subscriber_first_name="Ruth", subscriber_last_name="Webb",
        subscriber_birth_date="1/31/1950",
    )  # fmt: skip
    question = Verification.objects.get()
    assert question.policy.subscriber_birth_date == "1950-01-31"
    answered(question, "AAA*N**71*C")
    page = page_of(desk, inquiry)
    assert "#tell_subscriber_birth_date" in page
    assert "The policy holder&#x27;s birth date does not match what the plan has." in page
    told_again(desk, inquiry, subscriber_birth_date="1/30/1950", zip="60602")
    question.policy.refresh_from_db()
    assert question.policy.subscriber_birth_date == "1950-01-30"
    assert "Write the policy holder" in told_again(desk, inquiry, subscriber_birth_date="once")


def test_whoever_holds_the_policy_may_not_know_so_only_a_call_is_offered(
    inquiry: Inquiry, question: Verification
) -> None:
    PayerRoad.objects.create(
        payer=Payer.objects.get(), url="http://127.0.0.1:9/", edi_payer_id="SBX01", sender_id="A", receiver_id="B"
    )
    question.delete()
    inquiry.answers_json["insurance"]["holder_may_not_know"] = "not_sure"
    inquiry.save()
    asked = check_insurance(inquiry, by=CALLER)
    assert (asked.state, asked.why) == (S.BY_PHONE, "the holder may not know")


def test_asked_again_the_same_day_it_is_the_first_answer_until_somebody_asks_anew(
    desk: Client, inquiry: Inquiry, question: Verification
) -> None:
    PayerRoad.objects.create(
        payer=question.payer, url="http://127.0.0.1:9/", edi_payer_id="SBX01", sender_id="HELPLINE",
        receiver_id="SANDBOX", free_to_repeat=True,
    )  # fmt: skip
    post(desk, "desk_ask_plan", inquiry.pk)
    [claim] = claim_due(10)
    first = Verification.objects.get(pk=claim.verification_id)
    answered(first, *CARED_FOR)
    post(desk, "desk_ask_plan", inquiry.pk)
    assert claim_due(10) == []
    page = page_of(desk, inquiry)
    assert "It was not asked twice." in said(page)
    second = Verification.objects.get(answered_from=first)
    assert "EB*C*IND*30" in desk.get(reverse("desk_cover_lines", args=[second.pk])).content.decode()
    button = re.search(r'<button[^>]*name="(anew)" value="(yes)"[^>]*>Ask the plan anew', page)
    assert button is not None
    post(desk, "desk_ask_plan", inquiry.pk, **{button[1]: button[2]})
    assert len(claim_due(10)) == 1
