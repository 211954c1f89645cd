"""The audit record in plain sentences: who did what, to what. It names changed fields and knows no value."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from helpline.accounts.models import User
from helpline.audit.models import AuditRecord

ACTORS: dict[str, Promise] = {
    "staff": gettext_lazy("Somebody of ours who left"),
    "caller": gettext_lazy("The caller, on our pages"),
    "link": gettext_lazy("Whoever holds the one-time link"),
    "process": gettext_lazy("The system"),
    "unknown": gettext_lazy("Nobody is named"),
}
SUBJECTS: dict[str, Promise] = {
    "inquiry": gettext_lazy("the inquiry"),
    "inquiries_inquiry": gettext_lazy("the inquiry"),
    "inquiries_person": gettext_lazy("the person's name or birth date"),
    "inquiries_caller": gettext_lazy("the caller's name or relation"),
    "inquiries_contact_point": gettext_lazy("a way to reach them"),
    "inquiries_note": gettext_lazy("a note"),
    "insurance_policy": gettext_lazy("the insurance they told us about"),
    "insurance_verification": gettext_lazy("the question to their plan"),
    "insurance_phone_call": gettext_lazy("what their plan said on the phone"),
    "insurance_answer": gettext_lazy("what their plan answered"),
    "insurance_lines": gettext_lazy("the lines of their plan's answer"),
    "insurance_attempt": gettext_lazy("a question sent to their plan"),
    "verification": gettext_lazy("the question to their plan"),
    "calls_call": gettext_lazy("a call"),
    "calls_callback": gettext_lazy("a callback"),
    "matching_suggestion": gettext_lazy("why a program was chosen"),
    "matching_referral": gettext_lazy("a referral"),
    "disclosures_consent": gettext_lazy("a consent"),
    "consent": gettext_lazy("a consent"),
    "disclosure": gettext_lazy("the ledger"),
    "messages_message": gettext_lazy("a message to them"),
    "accounts_user": gettext_lazy("an account"),
    "program_import": gettext_lazy("the directory"),
    "audit": gettext_lazy("the audit record"),
    "audit_old_value": gettext_lazy("what a field held before"),
    "row": gettext_lazy("a row behind it"),
    "accounting": gettext_lazy("an accounting of disclosures"),
    "breach": gettext_lazy("a breach"),
    "break_glass": gettext_lazy("a broken glass"),
    "disclosures_accounting_request": gettext_lazy("a request for an accounting"),
    "disclosures_breach": gettext_lazy("a breach"),
    "disclosures_break_glass": gettext_lazy("a broken glass"),
    "disclosures_court_order": gettext_lazy("a court order"),
    "disclosures_official_request": gettext_lazy("an official request"),
    "disclosures_restriction": gettext_lazy("a request to limit"),
    "disclosures_sealed_record": gettext_lazy("a seal on the record"),
    "insurance_card_photo": gettext_lazy("the photo of their card"),
    "official_request": gettext_lazy("an official request"),
    "restriction": gettext_lazy("a request to limit"),
    "retention_legal_hold": gettext_lazy("a legal hold"),
    "sealed_record": gettext_lazy("a seal on the record"),
}
DEEDS: dict[str, Promise] = {
    "created": gettext_lazy("Wrote down %(what)s"),
    "changed": gettext_lazy("Changed %(what)s"),
    "removed": gettext_lazy("Removed %(what)s"),
    "read": gettext_lazy("Looked at %(what)s"),
    "consented": gettext_lazy("Kept the person's written consent"),
    "spoken_yes": gettext_lazy("Noted a spoken yes, which allows nothing"),
    "revoked": gettext_lazy("Took a consent back"),
    "made_link": gettext_lazy("Made a one-time link for the person"),
    "disclosed": gettext_lazy("Wrote in the ledger that information leaves"),
    "signed_in": gettext_lazy("Signed in"),
    "imported": gettext_lazy("Imported %(what)s"),
    "erased": gettext_lazy("Erased %(what)s"),
    "exported": gettext_lazy("Exported %(what)s"),
    "made_code": gettext_lazy("Made a code for the person"),
    "released": gettext_lazy("Let a held consent count"),
    "refused": gettext_lazy("Was refused %(what)s"),
    "broke_glass": gettext_lazy("Broke the glass of a sealed record"),
}
REASONS: dict[str, Promise] = {
    "check_insurance": gettext_lazy("to ask their plan"),
    "refer": gettext_lazy("to refer them"),
    "sealed": gettext_lazy("because it is sealed"),
}
# What a change of all these fields means, the first that fits
MEANINGS: tuple[tuple[str, str, Promise], ...] = (
    ("inquiries_inquiry", "quarantined", gettext_lazy("Said that it comes from a person")),
    ("inquiries_inquiry", "answers_json", gettext_lazy("Corrected what they told us")),
    ("inquiries_inquiry", "closing taken_at", gettext_lazy("Opened the inquiry again")),
    ("inquiries_inquiry", "closing", gettext_lazy("Closed the inquiry")),
    ("inquiries_inquiry", "owner_id", gettext_lazy("Took the inquiry, or put it back")),
    ("inquiries_inquiry", "state", gettext_lazy("Moved the inquiry on")),
    ("inquiries_contact_point", "withdrawn_at", gettext_lazy("Marked a number as not to be used, or as right again")),
    ("calls_callback", "taken_by_id", gettext_lazy("Began to dial a callback")),
    ("calls_callback", "ended_at", gettext_lazy("Kept or cancelled a callback")),
    ("matching_referral", "state", gettext_lazy("Wrote down what became of a referral")),
    ("insurance_verification", "asked_by_phone_at", gettext_lazy("Kept what the plan said on the phone")),
)


@dataclass(frozen=True)
class Line:
    """One record in words. ``fields`` are names of columns, for who wants to know exactly."""

    at: datetime
    who: str
    did: str
    fields: str
    record: AuditRecord


def in_words(records: Iterable[AuditRecord]) -> list[Line]:
    """Each record as a line, in the same order; one statement for the names."""
    rows: Sequence[AuditRecord] = list(records)
    staff = {row.actor_id for row in rows if row.actor_kind == "staff"}
    staff |= {row.subject_id for row in rows if row.subject_kind == "accounts_user"}
    names = {str(pk): name for pk, name in User.objects.filter(pk__in=staff).values_list("pk", "name")}
    return [Line(row.at, _who(row, names), _did(row, names), ", ".join(_fields(row)), row) for row in rows]


def _who(row: AuditRecord, names: dict[str, str]) -> str:
    if row.actor_kind == "process":
        return f"{ACTORS['process']} ({row.actor_id})"
    return names.get(row.actor_id) or str(ACTORS.get(row.actor_kind, row.actor_kind))


def _did(row: AuditRecord, names: dict[str, str]) -> str:
    if row.action == "listed":
        shown = len(row.fields)
        return ngettext("Saw %(n)d entry of a list", "Saw %(n)d entries of a list", shown) % {"n": shown}
    for kind, fields, words in MEANINGS:
        if row.action == "changed" and row.subject_kind == kind and set(fields.split()) <= set(row.fields):
            return str(words)
    what = str(SUBJECTS.get(row.subject_kind, row.subject_kind.replace("_", " ")))
    if row.subject_kind == "accounts_user" and row.subject_id in names:
        what = _("the account of %(name)s") % {"name": names[row.subject_id]}
    did = DEEDS.get(row.action)
    deed = str(did) % {"what": what} if did else _("%(did)s: %(what)s") % {"did": row.action, "what": what}
    return f"{deed}, {REASONS[row.reason]}" if row.reason in REASONS else deed


def _fields(row: AuditRecord) -> list[str]:
    return [] if row.action == "listed" else list(row.fields)
