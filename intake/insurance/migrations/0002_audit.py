from django.db import migrations

from helpline.audit.triggers import track


class Migration(migrations.Migration):
    dependencies = [("insurance", "0001_initial"), ("audit", "0002_functions")]
    operations = [
        migrations.RunSQL(
            "CREATE SEQUENCE insurance_control_number AS integer MINVALUE 1 MAXVALUE 999999999 CYCLE",
            "DROP SEQUENCE insurance_control_number",
        ),
        *track("insurance_policy", "insurance_verification", "insurance_attempt"),
    ]
