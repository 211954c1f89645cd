"""Which field of what we know leads a plan to find nobody, and why: by name and in words, never with a value."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from intake.insurance.models import Policy, Verification, VerificationState
from intake.insurance.x12.summary import StepKind, Summary

DOES_NOT_MATCH = {
    "member_id": gettext_noop("The member ID does not match what the plan has."),
    "first_name": gettext_noop("The first name does not match what the plan has."),
    "last_name": gettext_noop("The last name does not match what the plan has."),
    "birth_date": gettext_noop("The birth date does not match what the plan has."),
    "subscriber_first_name": gettext_noop("The policy holder's first name does not match what the plan has."),
    "subscriber_last_name": gettext_noop("The policy holder's last name does not match what the plan has."),
    "subscriber_birth_date": gettext_noop("The policy holder's birth date does not match what the plan has."),
    "subscriber_relation": gettext_noop("In whose name the policy is does not match what the plan has."),
    "payer_name": gettext_noop("The plan's name does not lead to a plan that knows them."),
}
CHECK = {
    "member_id": gettext_noop("Check the member ID."),
    "first_name": gettext_noop("Check the first name."),
    "last_name": gettext_noop("Check the last name."),
    "birth_date": gettext_noop("Check the birth date."),
    "subscriber_first_name": gettext_noop("Check the policy holder's first name."),
    "subscriber_last_name": gettext_noop("Check the policy holder's last name."),
    "subscriber_birth_date": gettext_noop("Check the policy holder's birth date."),
    "subscriber_relation": gettext_noop("Check in whose name the policy is."),
    "payer_name": gettext_noop("Check which plan it is."),
}
SAYS_WHICH = frozenset({"58", "64", "65", "71", "72", "73", "78"})
"""AAA03 that name the field which is wrong; the others only say that nobody, or more than one, was found."""
OF_A_PERSON = ("first_name", "last_name", "birth_date")
CALLED = {"relationship": "subscriber_relation", "payer": "payer_name"}


@dataclass(frozen=True)
class ToCorrect:
    """``field`` as the desk's form and the answers call it."""

    field: str
    words: str


def to_correct(verification: Verification) -> tuple[ToCorrect, ...]:
    """The fields a rejected question leads to, in the order the plan named them; empty when it was not rejected so."""
    if verification.state != VerificationState.REJECTED:
        return ()
    found: dict[str, str] = {}
    for field, words in _named(verification):
        if field in words:
            found.setdefault(field, _(words[field]))
    return tuple(ToCorrect(field, words) for field, words in found.items())


def _named(verification: Verification) -> Iterator[tuple[str, dict[str, str]]]:
    policy = verification.policy
    if not verification.summary_json:
        # Never sent: our own writer refused what was typed, and says "correct: subscriber.birth_date"
        who, _dot, name = verification.why.removeprefix("correct: ").rpartition(".")
        yield _field(name, who, policy), CHECK
        return
    for reject in Summary.from_json(verification.summary_json).rejects:
        if reject.kind is StepKind.ASK_CALLER:
            for name in reject.fields:
                yield _field(name, reject.who, policy), DOES_NOT_MATCH if reject.code in SAYS_WHICH else CHECK


def _field(name: str, who: str, policy: Policy) -> str:
    """The person and the policy holder are told apart: a subscriber who is somebody else has fields of their own."""
    if name in OF_A_PERSON and who == "subscriber" and not policy.person_is_subscriber:
        return f"subscriber_{name}"
    return CALLED.get(name, name)
