"""Everything known about one inquiry, for its page and for the parts of it."""

from __future__ import annotations

from functools import cached_property
from uuid import UUID

from helpline.accounts.models import User
from helpline.audit.models import AuditRecord
from helpline.programs.merging import standing_for
from helpline.programs.models import Place, Program
from intake.calls.models import Call, Callback
from intake.disclosures.consenting import Agreed, agreed, ledger
from intake.disclosures.models import Consent, Disclosure, Purpose
from intake.inquiries.answers import Answers
from intake.inquiries.models import ContactPoint, Inquiry, Note
from intake.inquiries.triage import Triage
from intake.insurance.cards import photo_came_with
from intake.insurance.cover import summary_of
from intake.insurance.models import Policy, Verification, VerificationState
from intake.insurance.x12.summary import Summary
from intake.matching.models import Referral, ReferralState


def inquiry_of(inquiry_id: UUID) -> Inquiry:
    """One statement. Raises ``Inquiry.DoesNotExist``."""
    return Inquiry.objects.select_related("person", "caller", "owner").get(pk=inquiry_id)


class Case:
    """One inquiry with all around it. Each part is read once, when it is first asked for, so that a part of the page
    costs what it shows.
    """

    def __init__(self, inquiry: Inquiry) -> None:
        self.inquiry = inquiry

    @cached_property
    def answers(self) -> Answers:
        return self.inquiry.answers

    @cached_property
    def triage(self) -> Triage:
        return self.inquiry.triage()

    @cached_property
    def place(self) -> Place | None:
        """Where their ZIP code is."""
        return Place.objects.filter(pk=self.answers.zip[:5]).first() if self.answers.zip else None

    @cached_property
    def policy(self) -> Policy | None:
        return Policy.objects.filter(inquiry=self.inquiry).select_related("payer").first()

    @cached_property
    def has_card(self) -> bool:
        """Whether they sent a photo of their insurance card."""
        return photo_came_with(self.inquiry.pk)

    @cached_property
    def verifications(self) -> list[Verification]:
        """Every question put to a plan of theirs, newest first."""
        if self.policy is None:
            return []
        asked = self.policy.verifications.select_related("policy__payer", "payer")
        return list(asked.order_by("-made_at"))

    @property
    def verification(self) -> Verification | None:
        """The newest question to their plan."""
        return next((one for one in self.verifications if one.payer_said is None), None)

    @property
    def other_verifications(self) -> list[Verification]:
        """The newest question to each other company their plan pointed to."""
        newest: dict[str, Verification] = {}
        for one in self.verifications:
            if one.payer_said is not None:
                newest.setdefault(one.asked_name, one)
        return list(newest.values())

    @property
    def earlier_answers(self) -> list[Verification]:
        """Answers of their plan before the newest, newest first."""
        return [
            one
            for one in self.verifications
            if one.payer_said is None and one.state == VerificationState.ANSWERED and one != self.verification
        ]

    @cached_property
    def summary(self) -> Summary | None:
        """What the newest answer means; None while there is none."""
        return summary_of(self.verification) if self.verification else None

    @property
    def changed_answers(self) -> list[Verification]:
        """Answers to repeated checks that say something new which nobody has seen, newest first."""
        return [one for one in self.verifications if one.differs and one.seen_at is None]

    @property
    def was_called(self) -> bool:
        """Whether somebody asked their plan on the phone since its newest answer."""
        return bool(self.verification and self.verification.asked_by_phone_at)

    @property
    def points_elsewhere(self) -> bool:
        """Whether the newest answer names a company that nobody asked yet."""
        suggested = self.summary.suggestions if self.summary else ()
        return any(one.name for one in suggested) and not self.other_verifications

    @cached_property
    def agreed(self) -> Agreed:
        """What may be relied on, what they forbade, what the privacy officer holds."""
        return agreed(self.inquiry.pk)

    @cached_property
    def disclosures(self) -> list[Disclosure]:
        return ledger(self.inquiry.pk)

    @property
    def disclosures_and_hidden(self) -> list[tuple[Disclosure, Program | None]]:
        """Each with the hidden place it went to. The ledger may still say where that lies, if it was hidden later."""
        hidden = {
            each.pk: each.program
            for each, place in self.referrals_and_places
            if each.program.confidential or (place and place.confidential)
        }
        return [(row, hidden.get(row.about_id)) for row in self.disclosures]

    @cached_property
    def contact_points(self) -> list[ContactPoint]:
        return list(self.inquiry.contact_points.order_by("method"))

    @property
    def usable_contact_points(self) -> list[ContactPoint]:
        return [point for point in self.contact_points if not point.withdrawn_at]

    @cached_property
    def wrong_numbers(self) -> set[bytes]:
        return Call.objects.wrong_numbers(self.inquiry.pk)

    @cached_property
    def calls(self) -> list[Call]:
        return list(self.inquiry.calls.select_related("consultant", "contact_point"))

    @cached_property
    def callback(self) -> Callback | None:
        return self.inquiry.callbacks.open().select_related("taken_by", "contact_point").first()

    @cached_property
    def notes(self) -> list[Note]:
        return list(self.inquiry.notes.select_related("author"))

    @cached_property
    def referrals(self) -> list[Referral]:
        return list(self.inquiry.referrals.select_related("program__edition", "made_by"))

    @property
    def open_referrals(self) -> list[Referral]:
        return [each for each in self.referrals if each.is_open]

    @cached_property
    def stands_for(self) -> dict[UUID, Program]:
        """The listing that stands now for a program somebody was sent to, where it was joined into another since."""
        gone = [each.program_id for each in self.referrals if each.program.status != Program.Status.LISTED]
        return standing_for(gone) if gone else {}

    @property
    def referrals_and_places(self) -> list[tuple[Referral, Program | None]]:
        """Every referral, with the listing that its own was joined into."""
        return [(each, self.stands_for.get(each.program_id)) for each in self.referrals]

    @property
    def referrals_to_nowhere(self) -> list[Referral]:
        """Open ones whose program was since withdrawn, or is marked “do not refer”, and was not joined into another."""
        places = [(each, self.stands_for.get(each.program_id, each.program)) for each in self.open_referrals]
        return [each for each, place in places if place.status != Program.Status.LISTED]

    @cached_property
    def to_give(self) -> list[Referral]:
        """Packets that were opened and, as far as is known, given to nobody yet."""
        return [each for each in self.referrals if each.state == ReferralState.PREPARED]

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


def last_change(inquiry_id: UUID) -> str:
    """Who last changed what makes an open correction out of date, by name; empty when nobody did.

    The version counts those changes up: a call or a note written meanwhile is none of them.
    """
    rows = AuditRecord.objects.filter(inquiry_id=inquiry_id, subject_kind="inquiries_inquiry", action="changed")
    last = rows.filter(fields__contains=["version"]).order_by("-id").first()
    if last is None or last.actor_kind != "staff":
        return ""
    return User.objects.filter(pk=last.actor_id).values_list("name", flat=True).first() or ""


def history_of(inquiry_id: UUID, most: int = 60) -> list[AuditRecord]:
    """What was done with this inquiry, newest first. Fields are named, values are not there to show."""
    return list(AuditRecord.objects.filter(inquiry_id=inquiry_id).order_by("-id")[:most])
