from django.db import migrations

from helpline.audit.triggers import append_only, track


class Migration(migrations.Migration):
    dependencies = [("disclosures", "0001_initial"), ("audit", "0002_functions")]
    operations = [*track("disclosures_consent"), *append_only("disclosures_ledger")]
