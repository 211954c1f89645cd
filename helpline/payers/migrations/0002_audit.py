from django.db import migrations

from helpline.audit.triggers import track


class Migration(migrations.Migration):
    dependencies = [("payers", "0001_initial"), ("audit", "0002_functions")]
    operations = [*track("payers_payer", "payers_alias", "payers_road")]
