from django.db import migrations

from helpline.audit.triggers import track


class Migration(migrations.Migration):
    dependencies = [("calls", "0001_initial"), ("audit", "0002_functions")]
    operations = [*track("calls_call", "calls_callback")]
