"""The hand that pulls, for what touches several rooms. Arguments carry nothing; twice does no harm."""

from celery import shared_task

from intake.journey.forget import forget_expired


@shared_task  # type: ignore[untyped-decorator]  # Celery ships no types
def forget() -> None:
    """Once a day: what is over is forgotten."""
    forget_expired()
