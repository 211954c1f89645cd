"""Nothing leaves without the safe-contact gate, and silence is "no"."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time

import pytest
from django.core import mail
from django.utils import timezone

from helpline.audit.acting import CALLER
from intake.inquiries.answers import Contact, ContactMethod, Said
from intake.inquiries.models import ContactPoint, Inquiry
from intake.journey.consent import send_consent_link
from intake.journey.demo import people
from intake.journey.open_inquiry import open_inquiry
from intake.messages.gate import may_call, may_leave_voicemail, may_write
from intake.messages.models import Message


@dataclass(frozen=True)
class Point:
    method: str = "call"
    shared: bool = False
    voicemail_ok: bool = False
    may_say_who_we_are: bool | None = None
    hours: str = ""
    withdrawn_at: datetime | None = None


NOON, NIGHT = (time(12),), (time(23, 30),)
THEN = datetime(2026, 11, 24, tzinfo=UTC)


@pytest.mark.parametrize(
    ("point", "at", "write", "call", "voicemail"),
    [
        (Point(), NOON, False, True, False),
        (Point(voicemail_ok=True), NOON, False, True, True),
        (Point(hours="evening"), NOON, False, False, False),
        (Point(hours="morning,evening"), (time(20, 59),), False, True, False),
        (Point(hours="evening"), (time(21),), False, False, False),
        (Point(hours="night"), NIGHT, False, True, False),
        (Point(hours="night"), (time(7, 59),), False, True, False),
        (Point(hours="night"), (time(8),), False, False, False),
        (Point("text"), NOON, True, False, False),
        (Point("text", hours="morning"), NIGHT, False, False, False),
        (Point("text", shared=True), NOON, False, False, False),
        (Point("text", shared=True, may_say_who_we_are=True), NOON, True, False, False),
        # Half past seven in one of the two zones they may be in, half past eight in the other
        (Point(hours="morning"), (time(7, 30), time(8, 30)), False, False, False),
        (Point(hours="morning"), (), False, False, False),
        (Point(), (), False, True, False),
        (Point(voicemail_ok=True, withdrawn_at=THEN), NOON, False, False, False),
        (Point("email", withdrawn_at=THEN), NOON, False, False, False),
        (Point("email", may_say_who_we_are=False), NOON, False, False, False),
        (Point("email"), NIGHT, True, False, False),
        (Point("email", shared=True), NOON, False, False, False),
    ],
)
def test_the_gate(point: Point, at: tuple[time, ...], write: bool, call: bool, voicemail: bool) -> None:
    assert may_write(point, at=at).given is write
    assert may_call(point, at=at).given is call
    assert may_leave_voicemail(point).given is voicemail


def inquiry_reached_by(contact: Contact) -> tuple[Inquiry, ContactPoint]:
    answers = replace(people(timezone.localdate())["inactive"], contact=contact)
    inquiry = open_inquiry(answers=answers, idempotency_key=uuid.uuid4(), by=CALLER)
    return inquiry, inquiry.contact_points.get()


@pytest.mark.django_db
def test_a_link_goes_out_by_email_and_its_subject_gives_nothing_away() -> None:
    contact = Contact(methods=(ContactMethod.EMAIL,), email="someone@example.org")
    inquiry, point = inquiry_reached_by(contact)
    address, message = send_consent_link(inquiry, point, by=CALLER)
    [letter] = mail.outbox
    assert (message.state, letter.to, letter.subject) == (
        Message.State.SENT,
        ["someone@example.org"],
        "A link for you",
    )
    assert address in letter.body
    assert "elpline" not in letter.subject + letter.body.replace(address, "")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "contact",
    [
        Contact(methods=(ContactMethod.EMAIL,), email="family@example.org", shared_phone=Said.YES),
        Contact(methods=(ContactMethod.CALL,), phone="205-555-0101"),
        Contact(methods=(ContactMethod.TEXT,), phone="205-555-0101"),
    ],
    ids=["shared", "calls only", "no provider of texts"],
)
def test_what_is_not_safe_or_not_possible_is_held_back_and_says_why(contact: Contact) -> None:
    inquiry, point = inquiry_reached_by(contact)
    _, message = send_consent_link(inquiry, point, by=CALLER)
    assert message.state == Message.State.REFUSED
    assert message.reason
    assert mail.outbox == []
