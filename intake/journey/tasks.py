"""The hand that pulls, for what touches several rooms. Arguments carry nothing; twice does no harm."""

import logging

from celery import shared_task
from django.utils import timezone

from helpline.programs.uploads import work
from helpline.programs.uses import forget_old_uses
from intake.journey.ask_again import ask_again
from intake.journey.cover_changed import compare_answers
from intake.journey.erase import retire
from intake.journey.forget import forget_expired
from intake.journey.let_go import let_go

log = logging.getLogger(__name__)


@shared_task  # type: ignore[untyped-decorator]  # Celery ships no types
def forget() -> None:
    """Once a day: what is over is forgotten, and what the rules of retention let go is erased."""
    forget_expired()
    forget_old_uses(timezone.localdate())
    now = timezone.now()
    retire(now=now, tell=log.info)
    let_go(now=now, tell=log.info)


@shared_task  # type: ignore[untyped-decorator]  # Celery ships no types
def read_directories() -> None:
    """Every few seconds: what an admin sent by the web is tried, or imported."""
    work()


@shared_task  # type: ignore[untyped-decorator]  # Celery ships no types
def ask_plans_again() -> None:
    """Every morning: cover changes while somebody waits for a place."""
    log.info("%s plans to ask again", ask_again(today=timezone.localdate()))


@shared_task  # type: ignore[untyped-decorator]  # Celery ships no types
def notice_changed_cover() -> None:
    """Answers to repeated checks are laid beside the ones before, soon after they came."""
    log.info("%s plans say something else that matters", compare_answers())
