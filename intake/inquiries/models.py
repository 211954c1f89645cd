"""One need, from first contact to closing: the inquiry, the person it is about, the caller, and how to reach them."""

from __future__ import annotations

import secrets
import uuid
from datetime import timedelta
from typing import Any, ClassVar

import phonenumbers
from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from helpline.vault.blind import BlindIndexField, BlindTokensField, blind_indexes
from helpline.vault.fields import EncryptedJSONField, EncryptedTextField
from helpline.vault.ids import new_id
from helpline.vault.privacy import HEALTH, PERSONAL, PLAIN, PrivacyClass
from helpline.vault.wall import within_reach
from intake.inquiries.answers import Answers
from intake.inquiries.names import findable
from intake.inquiries.triage import Triage, Urgency

# No vowels, no look-alikes: read over a bad line, and never a word
CODE_ALPHABET = "23456789BCDFGHJKMNPQRSTVWXZ"
DRAFT_DAYS = 7


def new_code() -> str:
    """Ten characters of 27 (47 bits), shown as ``BCD2-F3G-H4J``."""
    letters = "".join(secrets.choice(CODE_ALPHABET) for _ in range(10))
    return f"{letters[:4]}-{letters[4:7]}-{letters[7:]}"


def normal_code(said: str | None) -> str:
    return "".join(c for c in (said or "").upper() if c in CODE_ALPHABET)


def normal_phone(said: str) -> str:
    """E.164 for what can be a number in the United States; otherwise the text as it was said."""
    try:
        number = phonenumbers.parse(said, "US")
    except phonenumbers.NumberParseException:
        return said.strip()
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def dialable(said: str) -> str | None:
    """E.164 of a number that can exist in the United States, however it was said; None for one that cannot."""
    try:
        number = phonenumbers.parse(said, "US")
    except phonenumbers.NumberParseException:
        return None
    possible = phonenumbers.is_possible_number(number)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) if possible else None


def normal_contact(address: str) -> str:
    """A phone number however it was written, or an e-mail in any case."""
    return address.strip().lower() if "@" in address else normal_phone(address)


class MoveRefused(Exception):
    """The record is not in a state from which this may happen; the message tells a person why."""


CHANGED_MEANWHILE = gettext_lazy("Somebody else changed it a moment ago. Look at what is there now.")


class State(models.TextChoices):
    WAITING = "waiting", "Waiting"
    IN_PROGRESS = "in_progress", "In progress"
    REFERRED = "referred", "Referred"
    CLOSED = "closed", "Closed"


MOVES: dict[str, set[str]] = {
    State.WAITING: {State.IN_PROGRESS, State.REFERRED, State.CLOSED},
    State.IN_PROGRESS: {State.WAITING, State.REFERRED, State.CLOSED},
    State.REFERRED: {State.IN_PROGRESS, State.CLOSED},
    State.CLOSED: {State.IN_PROGRESS},
}


class Channel(models.TextChoices):
    WEB = "web", "Web form"
    CALL = "call", "Phone call"


class Closing(models.TextChoices):
    ADMITTED = "admitted", "Admitted to a program"
    REFERRED = "referred", "Has a place or an appointment"
    GIVEN_INFORMATION = "information", "Got the information they wanted"
    EMERGENCY = "emergency", "Handed to 911, 988 or an emergency department"
    DECLINED = "declined", "Does not want help now"
    UNREACHABLE = "unreachable", "Could not be reached"
    NOT_A_NEED = "not_a_need", "Wrong number, test or spam"


class Person(models.Model):
    """Who needs treatment; may be the caller."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    first_name = EncryptedTextField(blank=True, default="")
    last_name = EncryptedTextField(blank=True, default="")
    birth_date = EncryptedTextField(null=True)
    name_tokens = BlindTokensField(kind="name of a person", says=lambda person: findable(person.full_name))

    privacy: ClassVar[dict[str, PrivacyClass]] = {
        "id": PLAIN,
        "name_tokens": PLAIN,
        "first_name": PERSONAL,
        "last_name": PERSONAL,
        "birth_date": PERSONAL,
    }

    class Meta:
        db_table = "inquiries_person"
        indexes = [GinIndex(fields=["name_tokens"], name="person_name_tokens")]

    def __str__(self) -> str:
        return f"person {self.pk}"

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()


class Caller(models.Model):
    """Who contacts us."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = EncryptedTextField(blank=True, default="")
    relation = EncryptedTextField(blank=True, default="")
    name_tokens = BlindTokensField(kind="name of a caller", says=lambda caller: findable(caller.name))

    privacy: ClassVar[dict[str, PrivacyClass]] = {
        "id": PLAIN,
        "name": PERSONAL,
        "relation": PERSONAL,
        "name_tokens": PLAIN,
    }

    class Meta:
        db_table = "inquiries_caller"
        indexes = [GinIndex(fields=["name_tokens"], name="caller_name_tokens")]

    def __str__(self) -> str:
        return f"caller {self.pk}"


class InquiryQuerySet(models.QuerySet["Inquiry"]):
    def open(self) -> InquiryQuerySet:
        return self.exclude(state=State.CLOSED)

    def waiting(self) -> InquiryQuerySet:
        """Nobody has taken these yet, most urgent first, then the longest waiting."""
        return self.filter(state=State.WAITING).in_order()

    def in_order(self) -> InquiryQuerySet:
        return self.order_by("quarantined", "urgency", "opened_at")

    def hold(self, inquiry_id: uuid.UUID) -> Inquiry:
        """The row, locked until the transaction ends: what is done to one inquiry is done one after the other."""
        return self.select_for_update(of=("self",)).select_related("owner").get(pk=inquiry_id)

    def hold_open(self, inquiry_id: uuid.UUID) -> Inquiry:
        """As ``hold``. Raises ``MoveRefused`` when it is closed."""
        held = self.hold(inquiry_id)
        if held.state == State.CLOSED:
            raise MoveRefused(_("It is closed. Open it again first."))
        return held

    def by_reference(self, code: str) -> Inquiry | None:
        """The inquiry with this code. Whoever says it may reach it."""
        indexes = blind_indexes("reference", normal_code(code))
        within_reach(*indexes)
        found = self.filter(reference_index__in=indexes).first()
        if found:
            within_reach(found.pk)
        return found


class Inquiry(models.Model):
    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    reference_code = EncryptedTextField()
    reference_index = BlindIndexField(
        kind="reference", says=lambda inquiry: normal_code(inquiry.reference_code), max_length=12, unique=True
    )
    idempotency_key = models.UUIDField(unique=True)
    channel = models.CharField(max_length=10, choices=Channel.choices)
    state = models.CharField(max_length=20, choices=State.choices, default=State.WAITING)
    urgency = models.PositiveSmallIntegerField(choices=[(u.value, u.name) for u in Urgency])
    person = models.OneToOneField(Person, on_delete=models.PROTECT, related_name="inquiry")
    caller = models.OneToOneField(Caller, on_delete=models.PROTECT, related_name="inquiry")
    caller_is_person = models.BooleanField()
    answers_json = EncryptedJSONField()
    triage_json = EncryptedJSONField()
    language = models.CharField(max_length=2, default="en")
    quarantined = models.BooleanField(default=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="inquiries"
    )
    version = models.PositiveIntegerField(default=1)
    opened_at = models.DateTimeField(db_default=Now())
    taken_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    closing = models.CharField(max_length=20, choices=Closing.choices, blank=True)

    objects = InquiryQuerySet.as_manager()
    privacy: ClassVar[dict[str, PrivacyClass]] = {
        **dict.fromkeys(
            (
                "id", "reference_index", "idempotency_key", "channel", "state", "urgency", "person", "caller",
                "caller_is_person", "language", "quarantined", "owner", "version", "opened_at", "taken_at",
                "closed_at", "closing",
            ),
            PLAIN,
        ),
        "reference_code": PERSONAL,
        "answers_json": HEALTH,
        "triage_json": HEALTH,
    }  # fmt: skip

    class Meta:
        db_table = "inquiries_inquiry"
        constraints = [
            models.CheckConstraint(
                condition=Q(state=State.CLOSED, closed_at__isnull=False) & ~Q(closing="")
                | ~Q(state=State.CLOSED) & Q(closed_at=None, closing=""),
                name="closed_inquiry_says_how",
            ),
            models.CheckConstraint(condition=Q(state__in=State.values), name="inquiry_state_is_known"),
            models.CheckConstraint(condition=Q(urgency__lte=3), name="inquiry_urgency_is_known"),
        ]
        indexes = [
            models.Index(
                fields=["quarantined", "urgency", "opened_at"],
                condition=~Q(state=State.CLOSED),
                name="inquiry_board",
            )
        ]

    def __str__(self) -> str:
        return f"inquiry {self.pk}"

    @property
    def answers(self) -> Answers:
        return Answers.from_json(self.answers_json)

    def triage(self) -> Triage:
        """What triage said when the answers were last changed."""
        return Triage.from_json(self.triage_json)

    def move(self, to: str, **changes: Any) -> None:
        """Go to another state if the moves allow it. Raises ``MoveRefused``, also when another was quicker."""
        if to not in MOVES[self.state]:
            raise MoveRefused(_("It is “%(state)s” now: this cannot be done.") % {"state": self.get_state_display()})
        changed = Inquiry.objects.filter(pk=self.pk, state=self.state).update(
            state=to, version=models.F("version") + 1, **changes
        )
        if not changed:
            raise MoveRefused(str(CHANGED_MEANWHILE))
        self.refresh_from_db()

    def hand_to(self, owner: Any) -> None:
        """Theirs from now on; one that waited is in progress."""
        to = State.IN_PROGRESS if self.state == State.WAITING else self.state
        changes = {"state": to, "owner": owner, "taken_at": Now(), "version": models.F("version") + 1}
        Inquiry.objects.filter(pk=self.pk).update(**changes)
        self.refresh_from_db()


class ContactPoint(models.Model):
    """One way to reach the caller, with what is safe there."""

    class Method(models.TextChoices):
        CALL = "call", "Phone call"
        TEXT = "text", "Text message"
        EMAIL = "email", "E-mail"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    inquiry = models.ForeignKey(Inquiry, on_delete=models.CASCADE, related_name="contact_points")
    method = models.CharField(max_length=5, choices=Method.choices)
    address = EncryptedTextField()
    address_index = BlindIndexField(kind="contact", says=lambda point: normal_contact(point.address), max_length=12)
    belongs_to_person = models.BooleanField()
    shared = models.BooleanField(default=False)
    voicemail_ok = models.BooleanField(default=False)
    may_say_who_we_are = models.BooleanField(null=True)
    hours = models.CharField(max_length=40, blank=True)
    withdrawn_at = models.DateTimeField(null=True)

    privacy: ClassVar[dict[str, PrivacyClass]] = {
        **dict.fromkeys(
            (
                "id", "inquiry", "method", "address_index", "belongs_to_person", "shared", "voicemail_ok",
                "may_say_who_we_are", "hours", "withdrawn_at",
            ),
            PLAIN,
        ),
        "address": PERSONAL,
    }  # fmt: skip

    class Meta:
        db_table = "inquiries_contact_point"
        indexes = [models.Index(fields=["address_index"], name="contact_point_address")]

    def __str__(self) -> str:
        return f"{self.method} contact point"

    @property
    def shown(self) -> str:
        """The address as people write it: 205-555-0114."""
        if self.method == self.Method.EMAIL:
            return str(self.address)
        try:
            number = phonenumbers.parse(self.address, "US")
        except phonenumbers.NumberParseException:
            return str(self.address)
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)


class Note(models.Model):
    """What a consultant wrote down. Never changed: a correction is another note."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    inquiry = models.ForeignKey(Inquiry, on_delete=models.CASCADE, related_name="notes")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    at = models.DateTimeField(db_default=Now())
    text = EncryptedTextField()

    privacy: ClassVar[dict[str, PrivacyClass]] = {
        **dict.fromkeys(("id", "inquiry", "author", "at"), PLAIN),
        "text": HEALTH,
    }

    class Meta:
        db_table = "inquiries_note"
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"note {self.pk}"


class DraftQuerySet(models.QuerySet["Draft"]):
    def usable(self) -> DraftQuerySet:
        return self.filter(expires_at__gt=Now())

    def expired(self) -> DraftQuerySet:
        return self.filter(expires_at__lte=Now())

    def by_code(self, code: str) -> Draft | None:
        """The unsent form behind a code; one that was sent is opened by its own reference code only."""
        indexes = blind_indexes("draft", normal_code(code))
        within_reach(*indexes)
        found = self.usable().filter(resume_index__in=indexes, inquiry=None).first()
        if found:
            within_reach(found.pk, found.idempotency_key)
        return found


class Draft(models.Model):
    """A form somebody is still filling in. The browser holds only its id, in a signed cookie."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    answers_json = EncryptedJSONField(default=dict)
    resume_code = EncryptedTextField(null=True)
    resume_index = BlindIndexField(
        kind="draft", says=lambda draft: normal_code(draft.resume_code), max_length=12, unique=True, null=True
    )
    idempotency_key = models.UUIDField(default=uuid.uuid4)
    inquiry = models.OneToOneField(Inquiry, on_delete=models.CASCADE, null=True, related_name="draft")
    started_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField(db_default=Now() + timedelta(days=DRAFT_DAYS))

    objects = DraftQuerySet.as_manager()
    privacy: ClassVar[dict[str, PrivacyClass]] = {
        **dict.fromkeys(("id", "resume_index", "idempotency_key", "inquiry", "started_at", "expires_at"), PLAIN),
        "answers_json": HEALTH,
        "resume_code": PERSONAL,
    }

    class Meta:
        db_table = "inquiries_draft"

    def __str__(self) -> str:
        return f"draft {self.pk}"

    @property
    def answers(self) -> Answers:
        return Answers.from_json(self.answers_json)

    @property
    def begun(self) -> bool:
        """Whether there is a row, which the first answer makes."""
        return not self._state.adding

    def keep(self, answers: Answers) -> Draft:
        """Store the answers so far."""
        return self.store(answers_json=answers.to_json())

    def store(self, **fields: Any) -> Draft:
        """Write these fields, and make the row with the first of them, also when two pages do so at once."""
        if not self.begun:
            first = {"idempotency_key": self.idempotency_key, **fields}
            return Draft.objects.update_or_create(pk=self.pk, defaults=fields, create_defaults=first)[0]
        for name, value in fields.items():
            setattr(self, name, value)
        self.save(update_fields=list(fields))
        return self

    def give_code(self) -> str:
        """The code with which this draft is opened again, on any device, until it expires."""
        if self.resume_code is None:
            self.resume_code = new_code()
            self.save(update_fields=["resume_code", "resume_index"])
        return str(self.resume_code)


class Event(models.Model):
    """Something the board should hear about. The id is the order; the row is the truth, Redis only carries it."""

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(db_default=Now())
    kind = models.CharField(max_length=30)
    inquiry_id = models.UUIDField()

    privacy: ClassVar[dict[str, PrivacyClass]] = dict.fromkeys(("id", "at", "kind", "inquiry_id"), PLAIN)

    class Meta:
        db_table = "inquiries_event"

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"
