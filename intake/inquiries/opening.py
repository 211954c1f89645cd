"""Turning answers into the rows of one inquiry, and correcting them later."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import F, Model

from helpline.vault.ids import new_id
from helpline.vault.wall import within_reach
from intake.inquiries.answers import Answers, ContactMethod, ForWhom, PartOfDay, Said
from intake.inquiries.models import Caller, Channel, ContactPoint, Inquiry, Person, new_code
from intake.inquiries.triage import assess

# Not sure is no; silence is neither
SAYS: dict[Said | None, bool] = {Said.YES: True, Said.NO: False, Said.NOT_SURE: False}


def open_from(
    answers: Answers,
    *,
    idempotency_key: uuid.UUID,
    channel: str = Channel.WEB,
    quarantined: bool = False,
    language: str = "en",
) -> Inquiry:
    """Person, caller, inquiry and contact points. Raises ``IntegrityError`` when the key was used before."""
    triage, pk = assess(answers), new_id()
    within_reach(pk)
    inquiry = Inquiry.objects.create(
        pk=pk,
        reference_code=new_code(),
        idempotency_key=idempotency_key,
        channel=channel,
        urgency=triage.urgency,
        person=Person.objects.create(**_person(answers)),
        caller=Caller.objects.create(name=answers.caller_name, relation=answers.relation or ""),
        caller_is_person=answers.for_whom is ForWhom.SELF,
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
            belongs_to_person=answers.for_whom is ForWhom.SELF,
            shared=contact.shared_phone in {Said.YES, Said.NOT_SURE},
            voicemail_ok=contact.voicemail_ok is Said.YES,
            may_say_who_we_are=SAYS.get(contact.say_who_we_are),
            hours=hours,
        )
        for method in contact.methods
        if addresses.get(method)
    ]


def answer_again(inquiry: Inquiry, answers: Answers) -> Inquiry:
    """Replace the answers, judge them anew and keep the person's row in step. A change counts the version up."""
    triage = assess(answers)
    changed = put(
        inquiry, answers_json=answers.to_json(), triage_json=triage.to_json(), urgency=triage.urgency,
        caller_is_person=answers.for_whom is ForWhom.SELF,
    )  # fmt: skip
    if changed:
        inquiry.version = F("version") + 1
        inquiry.save(update_fields=[*changed, "version"])
        inquiry.refresh_from_db(fields=["version"])
    if put(inquiry.person, **_person(answers)):
        inquiry.person.save()
    return inquiry


def put(row: Model, **values: Any) -> list[str]:
    """Set what differs and name it, so that what was not changed is neither written nor audited.

    A sealed value is opened to be compared, and keeps its ciphertext when it stays.
    """
    changed = [name for name, value in values.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, values[name])
    return changed


def _person(answers: Answers) -> dict[str, str | None]:
    person = answers.person
    return {
        "first_name": person.first_name,
        "last_name": person.last_name,
        "birth_date": person.birth_date.isoformat() if person.birth_date else None,
    }
