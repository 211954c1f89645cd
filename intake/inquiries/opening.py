"""Turning answers into the rows of one inquiry, and correcting them later."""

from __future__ import annotations

import uuid

from django.db.models import F

from intake.inquiries.answers import Answers, ContactMethod, ForWhom, PartOfDay, Said
from intake.inquiries.models import Caller, Channel, ContactPoint, Inquiry, Person, new_code
from intake.inquiries.triage import assess


def open_from(
    answers: Answers,
    *,
    idempotency_key: uuid.UUID,
    channel: str = Channel.WEB,
    quarantined: bool = False,
    language: str = "en",
) -> Inquiry:
    """Person, caller, inquiry and contact points. Raises ``IntegrityError`` when the key was used before."""
    triage = assess(answers)
    inquiry = Inquiry.objects.create(
        reference_code=new_code(),
        idempotency_key=idempotency_key,
        channel=channel,
        urgency=triage.urgency,
        person=Person.objects.create(**_person(answers)),
        caller=Caller.objects.create(name=answers.caller_name, relation=answers.relation or ""),
        caller_is_person=answers.for_whom is not ForWhom.SOMEONE_ELSE,
        answers_json=answers.to_json(),
        triage_json=triage.to_json(),
        quarantined=quarantined,
        language="es" if language == "es" else "en",
    )
    for point in contact_points(answers):
        point.inquiry = inquiry
        point.save(force_insert=True)
    return inquiry


def contact_points(answers: Answers) -> list[ContactPoint]:
    """One row for each way they chose; what they did not expressly allow is not allowed."""
    contact = answers.contact
    if ContactMethod.NONE in contact.methods:
        return []
    hours = ",".join(part.value for part in contact.hours if part is not PartOfDay.ANY)
    addresses = {
        ContactMethod.CALL: contact.phone,
        ContactMethod.TEXT: contact.phone,
        ContactMethod.EMAIL: contact.email,
    }
    return [
        ContactPoint(
            method=method.value,
            address=addresses[method],
            belongs_to_person=answers.for_whom is not ForWhom.SOMEONE_ELSE,
            shared=contact.shared_phone in {Said.YES, Said.NOT_SURE},
            voicemail_ok=contact.voicemail_ok is Said.YES,
            may_say_who_we_are=contact.say_who_we_are is Said.YES,
            hours=hours,
        )
        for method in contact.methods
        if addresses.get(method)
    ]


def answer_again(inquiry: Inquiry, answers: Answers) -> Inquiry:
    """Replace the answers, judge them anew and keep the person's row in step. The version counts up."""
    triage = assess(answers)
    inquiry.answers_json, inquiry.triage_json, inquiry.urgency = (
        answers.to_json(),
        triage.to_json(),
        triage.urgency,
    )
    inquiry.version = F("version") + 1
    inquiry.save(update_fields=["answers_json", "triage_json", "urgency", "version"])
    for name, value in _person(answers).items():
        setattr(inquiry.person, name, value)
    inquiry.person.save()
    inquiry.refresh_from_db(fields=["version"])
    return inquiry


def _person(answers: Answers) -> dict[str, str | None]:
    person = answers.person
    return {
        "first_name": person.first_name,
        "last_name": person.last_name,
        "birth_date": person.birth_date.isoformat() if person.birth_date else None,
    }
