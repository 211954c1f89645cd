"""What we send to callers. A message is a row first; it leaves only through the safe-contact gate."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now

from helpline.vault.fields import EncryptedTextField
from helpline.vault.ids import new_id
from helpline.vault.privacy import HEALTH, PLAIN, PrivacyClass
from intake.inquiries.models import ContactPoint, Inquiry


class Message(models.Model):
    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        SENT = "sent", "Sent"
        REFUSED = "refused", "Held back: not safe"
        FAILED = "failed", "Could not be delivered"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    inquiry = models.ForeignKey(Inquiry, on_delete=models.CASCADE, related_name="messages")
    contact_point = models.ForeignKey(ContactPoint, on_delete=models.CASCADE)
    kind = models.CharField(max_length=30)
    body = EncryptedTextField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    reason = models.CharField(max_length=60, blank=True)
    made_at = models.DateTimeField(db_default=Now())
    sent_at = models.DateTimeField(null=True)

    privacy: ClassVar[dict[str, PrivacyClass]] = {
        **dict.fromkeys(("id", "inquiry", "contact_point", "kind", "state", "reason", "made_at", "sent_at"), PLAIN),
        "body": HEALTH,
    }

    class Meta:
        db_table = "messages_message"

    def __str__(self) -> str:
        return f"message {self.kind} {self.state}"
