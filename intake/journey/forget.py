"""What is over is forgotten: unsent forms after their week, used-up links and sessions, old events of the board."""

from __future__ import annotations

from datetime import timedelta

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from helpline.accounts.models import KeptForm
from helpline.audit.acting import Actor, acting, record
from helpline.vault.models import SignedLink
from intake.disclosures.codes import TRIES_KEPT
from intake.disclosures.models import CodeTry, ConsentCode
from intake.inquiries.models import Draft, Event

BY = Actor.process("forget_expired")
KEPT = timedelta(days=30)
"""How long links, sign-in attempts and events of the board are kept after they stopped to matter. Our own choice."""


def forget_expired(*, dry_run: bool = False) -> dict[str, int]:
    """Delete all of it; returns how many rows of each kind. Doing it twice does no harm; a dry run is taken back."""
    with acting(BY):
        gone = {
            "code": ConsentCode.objects.filter(expires_at__lt=Now() - KEPT).delete()[0],
            "code try": CodeTry.objects.filter(at__lt=Now() - TRIES_KEPT).delete()[0],
            "draft": Draft.objects.filter(expires_at__lt=Now()).delete()[0],
            "kept form": KeptForm.objects.outlived().delete()[0],
            "event": Event.objects.filter(at__lt=Now() - KEPT).delete()[0],
            "link": SignedLink.objects.filter(expires_at__lt=Now() - KEPT).delete()[0],
            "session": Session.objects.filter(expire_date__lt=timezone.now()).delete()[0],
            "sign-in attempt": _old_attempts(),
        }
        for kind, count in gone.items():
            if count:
                record(BY, "forgotten", kind, reason=f"{count} rows")
        transaction.set_rollback(dry_run)
    return gone


def _old_attempts() -> int:
    before = timezone.now() - KEPT
    logs = (AccessAttempt, AccessFailureLog, AccessLog)
    return sum(log.objects.filter(attempt_time__lt=before).delete()[0] for log in logs)
