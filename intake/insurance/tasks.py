"""The hand that pulls. Arguments carry nothing; a lost or doubled message does no harm."""

from celery import shared_task

from intake.insurance.draining import drain
from intake.insurance.exchanging import exchange
from intake.insurance.nudging import publish


@shared_task  # type: ignore[untyped-decorator]  # Celery ships no types
def verify_due() -> None:
    """Ask the payer questions that are due, for half a minute; what is left then is the next one's."""
    drain(renew=publish)


@shared_task  # type: ignore[untyped-decorator]  # Celery ships no types
def exchange_files() -> None:
    """Take in the answers that came by file; what is to be asked by file leaves with ``verify_due``."""
    exchange()
