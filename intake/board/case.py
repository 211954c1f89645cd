"""Everything known about one inquiry, for one page."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Prefetch

from helpline.accounts.models import User
from helpline.audit.models import AuditRecord
from intake.calls.models import Call, Callback
from intake.disclosures.consenting import Agreed, agreed, ledger
from intake.disclosures.models import Consent, Disclosure, Purpose
from intake.inquiries.answers import Answers
from intake.inquiries.models import ContactPoint, Inquiry, Note
from intake.inquiries.triage import Triage
from intake.insurance.models import Policy, Verification
from intake.insurance.x12.summary import Summary
from intake.matching.models import Referral


@dataclass(frozen=True)
class Happened:
    """One line of the history, from the audit record."""

    at: object
    who: str
    action: str
    subject: str
    fields: tuple[str, ...]


@dataclass(frozen=True)
class Case:
    inquiry: Inquiry
    answers: Answers
    triage: Triage
    policy: Policy | None
    verifications: tuple[Verification, ...]
    agreed: Agreed
    disclosures: tuple[Disclosure, ...]
    contact_points: tuple[ContactPoint, ...]
    calls: tuple[Call, ...]
    callback: Callback | None
    notes: tuple[Note, ...]
    referrals: tuple[Referral, ...]

    @property
    def verification(self) -> Verification | None:
        return self.verifications[0] if self.verifications else None

    @property
    def summary(self) -> Summary | None:
        """What the newest answer means; None while there is none."""
        newest = self.verification
        return Summary.from_json(newest.summary_json) if newest and newest.summary_json else None

    @property
    def consents(self) -> dict[str, Consent]:
        return self.agreed.consents

    @property
    def may_check(self) -> bool:
        return Purpose.CHECK_INSURANCE in self.consents

    @property
    def may_send_packet(self) -> bool:
        return Purpose.REFER in self.consents

    @property
    def is_insured(self) -> bool:
        return self.policy is not None and self.policy.kind != "none"

    @property
    def open_referrals(self) -> tuple[Referral, ...]:
        return tuple(r for r in self.referrals if r.is_open)


def case_of(inquiry_id: UUID) -> Case:
    """Raises ``Inquiry.DoesNotExist``. A fixed number of statements, however much has happened."""
    inquiry = (
        Inquiry.objects.select_related("person", "caller", "owner")
        .prefetch_related(
            "contact_points",
            Prefetch("calls", Call.objects.select_related("consultant")),
            Prefetch("notes", Note.objects.select_related("author")),
            Prefetch(
                "callbacks",
                Callback.objects.filter(ended_at=None).order_by("due_at").select_related("taken_by", "contact_point"),
                "promised",
            ),
            Prefetch("referrals", Referral.objects.select_related("program__edition", "made_by")),
        )
        .get(pk=inquiry_id)
    )
    policy = Policy.objects.filter(inquiry=inquiry).select_related("payer").first()
    verifications = policy.verifications.order_by("-made_at").prefetch_related("attempts") if policy else ()
    return Case(
        inquiry=inquiry,
        answers=inquiry.answers,
        triage=inquiry.triage(),
        policy=policy,
        verifications=tuple(verifications),
        agreed=agreed(inquiry_id),
        disclosures=tuple(ledger(inquiry_id)),
        contact_points=tuple(inquiry.contact_points.all()),
        calls=tuple(inquiry.calls.all()),
        callback=next(iter(getattr(inquiry, "promised", [])), None),
        notes=tuple(inquiry.notes.all()),
        referrals=tuple(inquiry.referrals.all()),
    )


def last_change(inquiry_id: UUID) -> str:
    """Who last changed this inquiry, by name; empty when nobody did."""
    return next((line.who for line in history_of(inquiry_id) if line.action == "changed"), "")


def history_of(inquiry_id: UUID, most: int = 60) -> list[Happened]:
    """Who did what with this inquiry, newest first. Fields are named, values are not there to show."""
    rows = list(AuditRecord.objects.filter(inquiry_id=inquiry_id).order_by("-id")[:most])
    staff = {row.actor_id for row in rows if row.actor_kind == "staff"}
    names = {str(pk): name for pk, name in User.objects.filter(pk__in=staff).values_list("pk", "name")}
    return [
        Happened(
            row.at,
            names.get(row.actor_id, row.actor_kind),
            row.action,
            row.subject_kind.split("_", 1)[-1].replace("_", " "),
            tuple(row.fields[:6]),
        )
        for row in rows
    ]
