from django.db import migrations

from helpline.audit.triggers import track


class Migration(migrations.Migration):
    dependencies = [("retention", "0001_initial"), ("audit", "0002_functions")]
    operations = track("retention_legal_hold")
