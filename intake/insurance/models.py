"""What insurance somebody has, and each question put to a payer about it. The verification row is the job."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Now

from helpline.payers.models import Payer, PayerKind
from helpline.vault.blind import BlindIndexField
from helpline.vault.fields import EncryptedJSONField, EncryptedTextField
from helpline.vault.files import EncryptedFileField
from helpline.vault.ids import new_id
from helpline.vault.privacy import HEALTH, PERSONAL, PLAIN, PrivacyClass
from intake.inquiries.models import Draft, Inquiry


def new_trace() -> str:
    """Our TRN02: comes back in the answer, the same on every attempt, and says nothing about anybody."""
    return f"HL{secrets.token_hex(8).upper()}"


def normal_member_id(said: str) -> str:
    return "".join(c for c in said.upper() if c.isalnum())


class Policy(models.Model):
    """The insurance of one person, as told to us. Names on it may differ from what the plan has."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    inquiry = models.OneToOneField(Inquiry, on_delete=models.CASCADE, related_name="policy")
    payer = models.ForeignKey(Payer, on_delete=models.PROTECT, null=True, blank=True)
    kind = models.CharField(max_length=20, choices=[*PayerKind.choices, ("none", "None"), ("unknown", "Not known")])
    payer_said = EncryptedTextField(blank=True, default="")
    member_id = EncryptedTextField(blank=True, default="")
    member_id_index = BlindIndexField(
        kind="member_id", says=lambda policy: normal_member_id(policy.member_id), max_length=12, null=True
    )
    person_is_subscriber = models.BooleanField(default=True)
    subscriber_first_name = EncryptedTextField(blank=True, default="")
    subscriber_last_name = EncryptedTextField(blank=True, default="")
    subscriber_birth_date = EncryptedTextField(null=True)
    holder_may_not_know = models.BooleanField(default=False)

    privacy: ClassVar[dict[str, PrivacyClass]] = {
        **dict.fromkeys(
            ("id", "inquiry", "payer", "kind", "member_id_index", "person_is_subscriber", "holder_may_not_know"), PLAIN
        ),
        **dict.fromkeys(
            (
                "payer_said", "member_id", "subscriber_first_name", "subscriber_last_name", "subscriber_birth_date",
            ),
            PERSONAL,
        ),
    }  # fmt: skip

    class Meta:
        db_table = "insurance_policy"
        indexes = [models.Index(fields=["member_id_index"], name="policy_member_id")]

    def __str__(self) -> str:
        return f"policy {self.pk}"


class CardPhoto(models.Model):
    """The front of their insurance card: of a form still being filled in, then of its inquiry, with which it goes."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    draft = models.OneToOneField(Draft, on_delete=models.CASCADE, null=True, related_name="card_photo")
    inquiry = models.OneToOneField(Inquiry, on_delete=models.CASCADE, null=True, related_name="card_photo")
    made_at = models.DateTimeField(db_default=Now())
    content = EncryptedFileField()

    privacy: ClassVar[dict[str, PrivacyClass]] = {
        **dict.fromkeys(("id", "draft", "inquiry", "made_at"), PLAIN),
        "content": PERSONAL,
    }

    class Meta:
        db_table = "insurance_card_photo"
        constraints = [
            models.CheckConstraint(
                condition=Q(draft=None, inquiry__isnull=False) | Q(draft__isnull=False, inquiry=None),
                name="a_card_is_of_a_form_or_an_inquiry",
            ),
        ]

    def __str__(self) -> str:
        return f"card photo {self.pk}"


class VerificationState(models.TextChoices):
    WAITING = "waiting", "Waiting to be asked"
    SENDING = "sending", "Asking the plan now"
    RETRY_AT = "retry_at", "The plan did not answer; asking again soon"
    ANSWERED = "answered", "Answered"
    REJECTED = "rejected", "The plan could not find them: something to correct"
    CONFIGURATION = "configuration", "Our set-up with this plan needs mending"
    BY_PHONE = "by_phone", "To be asked by phone"
    UNKNOWN = "unknown", "No readable answer; a person decides whether to ask again"
    QUARANTINED = "quarantined", "The answer was about somebody else; nobody may read it"
    WITHDRAWN = "withdrawn", "Consent was taken back; not asked"


S = VerificationState
OPEN = (S.WAITING, S.RETRY_AT, S.SENDING)
FINAL = frozenset({S.ANSWERED, S.REJECTED, S.CONFIGURATION, S.BY_PHONE, S.UNKNOWN, S.QUARANTINED, S.WITHDRAWN})
TOLD = (S.ANSWERED, S.REJECTED)
"""What a plan said, and would say again the same day to the same question."""
BY_HAND = (S.BY_PHONE, S.UNKNOWN, S.CONFIGURATION)
UNASKED = {S.WITHDRAWN, S.BY_PHONE, S.REJECTED, S.CONFIGURATION, S.ANSWERED}
VERIFICATION_MOVES: dict[str, set[str]] = {
    S.WAITING: {S.SENDING, *UNASKED},
    S.SENDING: {S.SENDING, S.RETRY_AT, *FINAL},
    S.RETRY_AT: {S.SENDING, *UNASKED},
    **{state: set() for state in FINAL},
}


class VerificationQuerySet(models.QuerySet["Verification"]):
    def for_phone(self) -> VerificationQuerySet:
        """What only a person can find out, oldest first."""
        return self.may_be_called().filter(state__in=BY_HAND, asked_by_phone_at=None).order_by("made_at")

    def half_answered(self) -> VerificationQuerySet:
        """Answered, but not about substance use treatment, with nothing newer and no call since; oldest first."""
        ours = Verification.objects.of_their_plan()
        newer = ours.filter(policy=OuterRef("policy"), made_at__gt=OuterRef("made_at"))
        return (
            self.may_be_called()
            .of_their_plan()
            .filter(~Exists(newer), coverage=Verification.Coverage.NOT_STATED, asked_by_phone_at=None)
            .order_by("made_at")
        )

    def may_be_called(self) -> VerificationQuerySet:
        """Questions a call can go on with: those no computer could ask, and those whose answer leaves some open."""
        return self.filter(state__in=[*BY_HAND, S.ANSWERED], policy__inquiry__closed_at=None)

    def to_compare(self) -> VerificationQuerySet:
        """Answers to repeated checks that nobody has laid beside the ones before, oldest first."""
        mine = self.of_their_plan().filter(priority=Verification.BATCH, state=S.ANSWERED, differs=None)
        return mine.order_by("finished_at")

    def unseen(self) -> VerificationQuerySet:
        """Those that say something new which nobody at the desk has seen."""
        return self.filter(differs=True, seen_at=None)

    def of_their_plan(self) -> VerificationQuerySet:
        """Without those put to another company the plan pointed to."""
        return self.filter(payer_said__isnull=True)


class Verification(models.Model):
    """One question to one payer. Coverage is null while there is no readable answer: "could not be determined".

    ``payer`` is whom it is put to, if we know them: at their gate an open one waits. ``payer_said`` is the name of
    another company their plan pointed to, when that one is asked, and ``member_id`` theirs there, if it has one of its
    own for them. Otherwise the policy's own payer is asked, by the policy's member ID.

    ``answered_at`` is when the plan gave the answer, if it was to an earlier check (``stored.py``): ``answered_from``.
    One made ``anew`` is asked even so.

    ``differs`` is whether a repeated check says something else that matters than the answer before it (see
    ``changes.matters``), null while nobody compared; ``seen_at`` when somebody at the desk said that they saw it.
    """

    class Coverage(models.TextChoices):
        COVERED = "covered", "Covered"
        NOT_COVERED = "not_covered", "Not covered"
        NOT_STATED = "not_stated", "Not stated by the plan"

    LIVE, BATCH = 0, 10

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    policy = models.ForeignKey(Policy, on_delete=models.CASCADE, related_name="verifications")
    state = models.CharField(max_length=15, choices=S.choices, default=S.WAITING)
    coverage = models.CharField(max_length=15, choices=Coverage.choices, null=True)
    trace = models.CharField(max_length=30, unique=True, default=new_trace, editable=False)
    priority = models.PositiveSmallIntegerField(default=LIVE)
    attempt = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    next_at = models.DateTimeField(db_default=Now())
    made_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)
    asked_by_phone_at = models.DateTimeField(null=True)
    why = models.CharField(max_length=60, blank=True)
    summary_json = EncryptedJSONField(null=True)
    payer = models.ForeignKey(Payer, on_delete=models.PROTECT, null=True, blank=True, db_index=False, related_name="+")
    payer_said = EncryptedTextField(null=True)
    anew = models.BooleanField(default=False, db_default=False)
    question_index = models.BinaryField(max_length=12, null=True)
    answered_at = models.DateTimeField(null=True)
    answered_from = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, db_index=False, related_name="+")
    member_id = EncryptedTextField(null=True)
    differs = models.BooleanField(null=True)
    seen_at = models.DateTimeField(null=True)

    objects = VerificationQuerySet.as_manager()
    privacy: ClassVar[dict[str, PrivacyClass]] = {
        **dict.fromkeys(
            (
                "id", "policy", "state", "coverage", "trace", "priority", "attempt", "lease_until", "next_at",
                "made_at", "finished_at", "asked_by_phone_at", "why", "payer", "anew", "question_index", "answered_at",
                "answered_from", "differs", "seen_at",
            ),
            PLAIN,
        ),
        "summary_json": HEALTH,
        "payer_said": PERSONAL,
        "member_id": PERSONAL,
    }  # fmt: skip

    class Meta:
        db_table = "insurance_verification"
        constraints = [
            models.CheckConstraint(
                condition=Q(state=S.SENDING, lease_until__isnull=False) | ~Q(state=S.SENDING) & Q(lease_until=None),
                name="only_who_is_asking_holds_a_lease",
            ),
            models.CheckConstraint(
                condition=Q(state=S.ANSWERED, coverage__isnull=False) | ~Q(state=S.ANSWERED) & Q(coverage=None),
                name="coverage_only_from_an_answer",
            ),
            models.CheckConstraint(
                condition=Q(state__in=FINAL, finished_at__isnull=False) | ~Q(state__in=FINAL) & Q(finished_at=None),
                name="final_verification_says_when",
            ),
            models.CheckConstraint(condition=Q(state__in=S.values), name="verification_state_is_known"),
            models.CheckConstraint(
                condition=Q(state__in=FINAL) | Q(payer__isnull=False), name="an_open_question_is_to_somebody"
            ),
            models.UniqueConstraint(
                fields=["policy"],
                condition=~Q(state__in=FINAL) & Q(payer_said__isnull=True),
                name="one_open_verification_a_policy",
            ),
        ]
        indexes = [
            models.Index(fields=["payer", "priority", "next_at"], condition=Q(state__in=OPEN), name="verification_due"),
            models.Index(fields=["payer", "lease_until"], condition=Q(state=S.SENDING), name="verification_sending"),
            models.Index(fields=["question_index"], condition=Q(state__in=TOLD), name="verification_same_question"),
            models.Index(
                fields=["answered_from"], condition=Q(answered_from__isnull=False), name="verification_answered_from"
            ),
            models.Index(
                fields=["finished_at"],
                condition=Q(priority=10, state=S.ANSWERED, differs=None),
                name="verification_to_compare",
            ),
        ]

    def __str__(self) -> str:
        return f"verification {self.trace}"

    @property
    def is_final(self) -> bool:
        return self.state in FINAL

    @property
    def is_open(self) -> bool:
        """Whether a worker, or somebody with a phone, still has to ask."""
        return not self.is_final or (self.state == S.BY_PHONE and not self.asked_by_phone_at)

    @property
    def asked_payer(self) -> Payer | None:
        """Whom this question is put to, if we know them."""
        return self.policy.payer if self.payer_said is None else self.payer

    @property
    def asked_name(self) -> str:
        """The same by name, as the plan or the person named them where we do not know them."""
        said = self.policy.payer_said if self.payer_said is None else self.payer_said
        return str(self.asked_payer or said)

    @property
    def asked_member_id(self) -> str:
        """By which member ID they are asked about."""
        return str(self.member_id or self.policy.member_id)

    def move(self, to: str, *, why: str = "", lease: timedelta | None = None) -> None:
        """Go to another state, with a lease where it is held; not saved. Raises ``ValueError`` if no such move is."""
        if to not in VERIFICATION_MOVES[self.state]:
            raise ValueError(f"verification: {self.state} to {to}")
        self.state, self.why = to, why[:60]
        self.lease_until = Now() + lease if lease else None
        self.finished_at = Now() if self.is_final else None


class Gate(models.Model):
    """How much may go to one payer, and how its road does: shared by all workers, on the database's clock.

    The first four are an operator's to set. One place among ``most_in_flight`` and one question of ``per_minute`` are
    kept for somebody who is on the line.
    """

    payer = models.OneToOneField(Payer, on_delete=models.CASCADE, primary_key=True, related_name="+")
    most_in_flight = models.PositiveSmallIntegerField(default=16, db_default=16)
    per_minute = models.PositiveIntegerField(null=True, db_default=600)
    rests_after = models.PositiveSmallIntegerField(default=5, db_default=5)
    rests_seconds = models.PositiveSmallIntegerField(default=60, db_default=60)
    failures = models.PositiveSmallIntegerField(default=0, db_default=0)
    # Set while the road rests, and until an answer comes after it
    rests_until = models.DateTimeField(null=True)
    left_over = models.FloatField(default=0, db_default=0)
    left_at = models.DateTimeField(null=True)

    privacy: ClassVar[dict[str, PrivacyClass]] = dict.fromkeys(
        (
            "payer", "most_in_flight", "per_minute", "rests_after", "rests_seconds", "failures", "rests_until",
            "left_over", "left_at",
        ),
        PLAIN,
    )  # fmt: skip

    class Meta:
        db_table = "insurance_gate"
        constraints = [
            models.CheckConstraint(
                condition=Q(most_in_flight__gte=2) & (Q(per_minute=None) | Q(per_minute__gte=4)),
                name="a_gate_has_room_for_who_is_on_the_line",
            ),
            models.CheckConstraint(condition=Q(rests_after__gte=1), name="a_road_rests_after_a_failure"),
        ]

    def __str__(self) -> str:
        return f"gate of {self.payer_id}"


class Attempt(models.Model):
    """One call made to a payer: what left, what came back. The number is the fence."""

    class State(models.TextChoices):
        SENDING = "sending", "Sending"
        ANSWERED = "answered", "Answered"
        NOT_SENT = "not_sent", "Nothing was sent"
        UNKNOWN = "unknown", "Outcome not known"
        FAILED = "failed", "Refused"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    verification = models.ForeignKey(Verification, on_delete=models.CASCADE, related_name="attempts")
    number = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.SENDING)
    started_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True)
    control_number = models.PositiveIntegerField()
    request_270 = EncryptedTextField()
    reply_271 = EncryptedTextField(null=True)
    why = models.CharField(max_length=60, blank=True)

    privacy: ClassVar[dict[str, PrivacyClass]] = {
        **dict.fromkeys(
            ("id", "verification", "number", "state", "started_at", "ended_at", "control_number", "why"),
            PLAIN,
        ),
        "request_270": HEALTH,
        "reply_271": HEALTH,
    }

    class Meta:
        db_table = "insurance_attempt"
        constraints = [
            models.UniqueConstraint(fields=["verification", "number"], name="attempts_are_numbered"),
            models.CheckConstraint(
                condition=Q(state="sending", ended_at=None) | ~Q(state="sending") & Q(ended_at__isnull=False),
                name="ended_attempt_says_when",
            ),
        ]
        ordering = (F("number").asc(),)

    @property
    def is_open(self) -> bool:
        """Whether an answer to it is still waited for."""
        return self.ended_at is None

    def __str__(self) -> str:
        return f"attempt {self.number} of {self.verification_id}"


class PhoneCall(models.Model):
    """What somebody at a payer said on the phone: beside what it answered electronically, never in its place.

    ``answers_json`` holds ``{"key", "said", "words"}`` for each question of the script (``x12/script.py``); ``said`` is
    yes, no, not_said or empty. ``call`` is the disclosure the call was.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    verification = models.ForeignKey(Verification, on_delete=models.CASCADE, related_name="phone_calls")
    call = models.UUIDField(unique=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    called_at = models.DateTimeField()
    made_at = models.DateTimeField(db_default=Now())
    spoke_to = EncryptedTextField(blank=True, default="")
    reference = EncryptedTextField(blank=True, default="")
    answers_json = EncryptedJSONField()

    privacy: ClassVar[dict[str, PrivacyClass]] = {
        **dict.fromkeys(("id", "verification", "call", "by", "called_at", "made_at"), PLAIN),
        **dict.fromkeys(("spoke_to", "reference"), PERSONAL),
        "answers_json": HEALTH,
    }

    class Meta:
        db_table = "insurance_phone_call"
        ordering = (F("called_at").desc(),)

    def __str__(self) -> str:
        return f"phone call {self.pk}"
