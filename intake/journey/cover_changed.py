"""A repeated check that says something else is somebody's next step, until they said that they saw it."""

from __future__ import annotations

from uuid import UUID

from django.db.models.functions import Now

from helpline.accounts.models import User
from helpline.audit.acting import Actor, acting
from helpline.vault.sealing import CannotOpen
from intake.inquiries.events import announce
from intake.inquiries.models import Inquiry
from intake.insurance.cover import summary_of
from intake.insurance.models import Verification, VerificationState
from intake.insurance.x12.comparing import matters

BY = Actor.process("cover_changed")


def compare_answers() -> int:
    """Lay each answer to a repeated check beside the one before it, once; returns how many differ in what matters."""
    return sum(_compare(pk) for pk in Verification.objects.to_compare().values_list("pk", flat=True))


def _compare(verification_id: UUID) -> bool:
    with acting(BY):
        waiting = Verification.objects.to_compare().select_for_update(of=("self",), skip_locked=True)
        answer = waiting.select_related("policy").filter(pk=verification_id).first()
        if answer is None:
            return False
        answer.differs = _differs(answer)
        answer.save(update_fields=["differs"])
        if answer.differs:
            announce("verification", answer.policy.inquiry_id)
    return answer.differs


def _differs(answer: Verification) -> bool:
    """One that does not open (its key is gone, its text was altered) is for a person to look at."""
    before = answer_before(answer)
    try:
        old, new = summary_of(before) if before else None, summary_of(answer)
    except CannotOpen:
        return True
    return bool(old and new and matters(old, new))


def answer_before(answer: Verification) -> Verification | None:
    """What their plan said before that."""
    of_plan = answer.policy.verifications.of_their_plan().filter(state=VerificationState.ANSWERED)
    return of_plan.filter(made_at__lt=answer.made_at).order_by("-made_at").first()


def saw_change(inquiry: Inquiry, *, by: User) -> None:
    """Whoever looks after them knows; pressed twice, it is seen once."""
    with acting(Actor.staff(by)):
        if Verification.objects.unseen().filter(policy__inquiry=inquiry).update(seen_at=Now()):
            announce("verification", inquiry.pk)
