"""Which audit records tell of one inquiry, also those of rows that know it only by way of another row."""

from __future__ import annotations

import uuid

from django.db.models import Q, QuerySet

from helpline.audit.models import AuditRecord
from intake.inquiries.models import Inquiry
from intake.insurance.models import Attempt, PhoneCall, Verification


def rows_behind(inquiry: Inquiry) -> list[str]:
    """Ids of the rows without a column for the inquiry: person, caller, verifications, attempts, calls to plans."""
    verifications = Verification.objects.filter(policy__inquiry=inquiry)
    attempts = Attempt.objects.filter(verification__in=verifications)
    calls = PhoneCall.objects.filter(verification__in=verifications)
    found = [inquiry.person_id, inquiry.caller_id]
    found += [*verifications.values_list("pk", flat=True), *attempts.values_list("pk", flat=True)]
    found += calls.values_list("pk", flat=True)
    return [str(row) for row in found]


def records_about(inquiry_id: uuid.UUID) -> QuerySet[AuditRecord]:
    """Everything: what is tied to it, what was done to a row behind it, and each list it was shown in.

    Of an erased inquiry the rows behind it are those that its erasure named.
    """
    erased = AuditRecord.objects.filter(inquiry_id=inquiry_id, action="erased", subject_kind="row")
    behind = list(erased.values_list("subject_id", flat=True))
    standing = Inquiry.objects.filter(pk=inquiry_id).only("person_id", "caller_id").first()
    if standing:
        behind += rows_behind(standing)
    seen = Q(action="listed", fields__overlap=[str(inquiry_id), *behind])
    return AuditRecord.objects.filter(Q(inquiry_id=inquiry_id) | Q(subject_id__in=behind) | seen)
