"""Indexes for the questions the privacy officer asks: what somebody did, and who saw an inquiry in a list."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # Built while requests go on adding records
    atomic = False
    dependencies = [("audit", "0005_resealing")]
    operations = [
        AddIndexConcurrently(
            "auditrecord",
            models.Index(condition=models.Q(actor_kind="staff"), fields=["actor_id", "id"], name="audit_record_staff"),
        ),
        AddIndexConcurrently(
            "auditrecord",
            GinIndex(condition=models.Q(action="listed"), fields=["fields"], name="audit_record_listed"),
        ),
    ]
