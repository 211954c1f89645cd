"""The hand that pulls: see docs/decisions/0004-the-queue.md."""

import os
from typing import Any

from celery import Celery, bootsteps

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpline.settings")

app = Celery("helpline")
app.config_from_object("django.conf:settings", namespace="CELERY")
SWEEP_SECONDS = 10


class Sweep(bootsteps.StartStopStep):  # type: ignore[misc]  # Celery ships no types
    """Every worker looks for what the broker lost, as the beat does: a dead beat costs nothing."""

    requires = {"celery.worker.components:Timer"}

    def start(self, parent: Any) -> None:
        parent.timer.call_repeatedly(SWEEP_SECONDS, self.look)

    def look(self) -> None:
        app.send_task("intake.insurance.tasks.verify_due", expires=SWEEP_SECONDS, retry=False)


app.steps["worker"].add(Sweep)
app.autodiscover_tasks(["intake.insurance", "intake.journey"])
