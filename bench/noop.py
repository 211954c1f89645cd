"""The floor of ``bench.verify``: a task that does nothing, under the settings our worker runs with."""

from __future__ import annotations

from celery import Celery

from helpline.celery import app as ours

app = Celery("noop", set_as_current=False)
app.conf.update({key: ours.conf[key] for key in ("broker_url", "broker_transport_options", "task_acks_late")})
app.conf.update(task_ignore_result=True, worker_prefetch_multiplier=1, task_default_queue="noop")


@app.task(name="noop")  # type: ignore[untyped-decorator]  # Celery ships no types
def noop() -> None:
    pass
