"""Another company that the plan pointed to is asked by a question of its own."""

import django.db.models.deletion
from django.db import migrations, models

import helpline.vault.fields


class Migration(migrations.Migration):
    dependencies = [
        ("insurance", "0004_card_photo"),
        ("payers", "0002_audit"),
    ]
    operations = [
        migrations.AddField(
            model_name="verification",
            name="payer",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="payers.payer"
            ),
        ),
        migrations.AddField(
            model_name="verification",
            name="payer_said",
            field=helpline.vault.fields.EncryptedTextField(null=True),
        ),
    ]
