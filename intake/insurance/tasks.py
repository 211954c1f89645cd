"""The hand that pulls. Arguments carry nothing; a lost or doubled message does no harm."""

from celery import shared_task

from intake.insurance.draining import drain


@shared_task  # type: ignore[untyped-decorator]  # Celery ships no types
def verify_due() -> None:
    """Ask every payer question that is due."""
    drain()
