"""Sending one message, if the gate allows it. Only e-mail has a way out yet; a text waits for a provider."""

from __future__ import annotations

import logging
from smtplib import SMTPException

from django.core.mail import EmailMessage
from django.db.models.functions import Now
from django.utils import timezone

from intake.inquiries.local_time import times_where
from intake.inquiries.models import ContactPoint
from intake.messages.gate import Leave, may_write
from intake.messages.models import Message

log = logging.getLogger(__name__)


def send(contact_point: ContactPoint, *, kind: str, subject: str, body: str) -> Message:
    """Write the message down and send it. The state says what became of it; nothing is raised.

    ``subject`` is read by whoever sees the screen: it names neither the person nor what they need.
    """
    leave = may_write(contact_point, at=times_where(contact_point.inquiry.answers, timezone.now()))
    if leave.given and contact_point.method != ContactPoint.Method.EMAIL:
        leave = Leave(False, "No provider of text messages is set up: read it to them instead")
    message = Message.objects.create(
        inquiry=contact_point.inquiry,
        contact_point=contact_point,
        kind=kind,
        body=body,
        state=Message.State.WAITING if leave.given else Message.State.REFUSED,
        reason=leave.why_not[:60],
    )
    if leave.given:
        _deliver(message, subject)
    return message


def _deliver(message: Message, subject: str) -> None:
    try:
        EmailMessage(subject, message.body, to=[message.contact_point.address]).send()
    except (SMTPException, OSError) as error:
        log.warning("an e-mail could not be handed over (%s)", type(error).__name__)
        message.state, message.reason = Message.State.FAILED, "the mail server did not take it"
        message.save(update_fields=["state", "reason"])
        return
    message.state, message.sent_at = Message.State.SENT, Now()
    message.save(update_fields=["state", "sent_at"])
