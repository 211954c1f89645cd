from django.db import migrations

from helpline.audit.triggers import track


class Migration(migrations.Migration):
    dependencies = [("matching", "0001_initial"), ("audit", "0002_functions")]
    operations = [*track("matching_suggestion", "matching_referral")]
