"""The person sees with their code what their plan said on the phone (docs/decisions/0018-second-wall.md)."""

from django.db import migrations

from helpline.vault.wall import rows


class Migration(migrations.Migration):
    dependencies = [("insurance", "0011_phone_calls"), ("public", "0001_second_wall")]
    operations = [
        rows("insurance_phone_call", "verification_id IN (SELECT id FROM insurance_verification)", "SELECT"),
    ]
